#include "services/consent/authority_service.h"

#include <utility>

#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/tokens/page.h"
#include "services/consent/authority_decision.h"
#include "services/consent/authority_rows.h"
#include "services/consent/authority_states.h"
#include "services/consent/authority_terms.h"
#include "services/consent/awaiting.h"
#include "services/consent/consent_rows.h"
#include "services/consent/limits.h"
#include "services/consent/named_authority.h"
#include "services/consent/person_rows.h"
#include "services/consent/reasons.h"
#include "services/consent/terms_at_hub.h"
#include "services/consent/ties.h"

namespace nwd::consent {
namespace {

absl::Status CheckAsserted(const rpc::Call& call, const v1::AssertAuthorityRequest& request) {
  status::Violations violations;
  CheckTerms(request.terms(), KindNow(call.caller().organisation), call.Now(), violations);
  return violations.ToStatus();
}

// One more may stand about the person.
absl::Status CheckRoom(const store::Reader& reader, const ids::Uuid& person_id, const ids::Uuid& asserter_id,
                       absl::Time now) {
  NWD_ASSIGN_OR_RETURN(const authorities::Standing standing,
                       authorities::CountStanding(reader, person_id, asserter_id, now));
  const auto refused = [](std::string_view whose, int limit) {
    return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kLimitReached,
                         Cat("there are ", limit, " authorities ", whose,
                             " about this person that are not over, the most that there can be; none was added"),
                         {{"limit", Cat(limit)}});
  };
  if (standing.asserted >= kAuthoritiesPerAsserterMax) return refused("of yours", kAuthoritiesPerAsserterMax);
  if (standing.all >= kAuthoritiesPerPersonMax) return refused("of all organisations", kAuthoritiesPerPersonMax);
  return absl::OkStatus();
}

}  // namespace

void AuthorityService::Register(rpc::Router& router) {
  router.Unary(this, &AuthorityService::AssertAuthority, CheckAsserted);
  router.Unary(this, &AuthorityService::ListAuthorities);
  router.Unary(this, &AuthorityService::ListAwaitingAuthorities);
}

async::Task<absl::StatusOr<v1::AssertAuthorityResponse>> AuthorityService::AssertAuthority(
    rpc::Call& call, const v1::AssertAuthorityRequest& request) {
  NWD_CO_ASSIGN_OR_RETURN(const HeldWithKey person, co_await LookUpHeld(parts_, call, request.person_ref()));

  status::Violations violations = status::Violations::Of(CheckAsserted(call, request));
  NWD_CO_RETURN_IF_ERROR(co_await CheckAtHub(parts_, request.terms(), OrganisationOf(call), call.Now(), violations));
  NWD_CO_RETURN_IF_ERROR(violations.ToStatus());

  const Drawn drawn = DrawUp(call, request, person);
  auto body = [&](store::Txn& txn) {
    auto once = [&] { return Add(txn, call, drawn); };
    return parts_.requests.Once<v1::AssertAuthorityResponse>(txn, call, request, once);
  };
  co_return co_await parts_.store.Update(body, call.deadline());
}

AuthorityService::Drawn AuthorityService::DrawUp(const rpc::Call& call, const v1::AssertAuthorityRequest& request,
                                                 const HeldWithKey& person) {
  const ids::Uuid authority_id = ids::Uuid::Random();
  Drawn drawn{person, FromTerms(request.terms()), {}};
  drawn.authority.set_authority_id(std::string(authority_id.bytes()));
  drawn.authority.set_person_id(std::string(person.person_id.bytes()));
  drawn.authority.set_asserter_organisation_id(std::string(OrganisationOf(call).bytes()));
  drawn.authority.set_state(v1::AUTHORITY_STATE_ASSERTED);
  drawn.authority.set_create_time_us(Micros(call.Now()));
  drawn.authority.set_revision(1);
  storage::AuthorityTerms terms;
  *terms.mutable_terms() = request.terms();
  terms.set_practitioner(call.practitioner());
  drawn.terms = authorities::Seal(*person.key, authority_id, terms);
  return drawn;
}

absl::StatusOr<v1::AssertAuthorityResponse> AuthorityService::Add(store::Txn& txn, const rpc::Call& call,
                                                                  const Drawn& drawn) const {
  NWD_RETURN_IF_ERROR(CheckRoom(txn, drawn.person.person_id, OrganisationOf(call), call.Now()));
  NWD_RETURN_IF_ERROR(authorities::Add(txn, drawn.authority, drawn.terms, call.Now()));
  NWD_RETURN_IF_ERROR(awaiting::Put(txn, drawn.authority, parts_.organisations, call.Now()));
  Record(parts_, txn, "authority.asserted", call.Now(), drawn.person.person_id, drawn.person.key,
         DeedOn(call, drawn.authority));
  AppendAuthorityChange(txn, drawn.authority, call.Now());
  auto response = Stands<v1::AssertAuthorityResponse>(drawn.authority, call.Now());
  response.set_authority_id(consents::IdOf(drawn.authority.authority_id()).ToString());
  return response;
}

async::Task<absl::StatusOr<v1::ListAuthoritiesResponse>> AuthorityService::ListAuthorities(
    rpc::Call& call, const v1::ListAuthoritiesRequest& request) {
  const ids::Uuid organisation = OrganisationOf(call);
  const ids::Uuid person_id = parts_.references.PersonOf(organisation, request.person_ref()).value_or(ids::Uuid());
  const std::string scope = tokens::PageScope(call.organisation_id(), request);
  NWD_CO_ASSIGN_OR_RETURN(const std::string from, tokens::PageStart(parts_.tokens, scope, request));
  NWD_CO_ASSIGN_OR_RETURN(const FamilyKeys family_keys, co_await KeysOfFamily(parts_, person_id));
  auto body = [&](const store::Reader& reader) { return List(reader, call, request, family_keys, from); };
  absl::StatusOr<v1::ListAuthoritiesResponse> response = co_await parts_.store.View(body);
  if (!response.ok()) co_return Corrupt(parts_, "a person's authorities", response.status());
  co_return response;
}

absl::StatusOr<v1::ListAuthoritiesResponse> AuthorityService::List(const store::Reader& reader, rpc::Call& call,
                                                                   const v1::ListAuthoritiesRequest& request,
                                                                   const FamilyKeys& family_keys,
                                                                   const std::string& from) const {
  const ties::Asker asker = ties::AskerOf(call);
  NWD_ASSIGN_OR_RETURN(const ids::Uuid person_id, HeldPerson(parts_, reader, call, request.person_ref()));
  if (!family_keys.contains(person_id)) return status::Denied();
  v1::ListAuthoritiesResponse response;
  absl::Status failed;
  auto visit = [&](const std::string& place, const storage::Authority& authority) {
    const auto key = family_keys.find(consents::IdOf(authority.person_id()));
    const bool awaits_caller = awaiting::CouldApprove(authority, asker, call.Now());
    const bool shown_to_caller = asker.is_channel || awaits_caller || IsParty(authority, asker.organisation_id);
    if (key == family_keys.end() || !shown_to_caller) return store::Visit::kContinue;
    if (response.authorities_size() == tokens::PageSize(request.page_size())) {
      response.set_next_page_token(parts_.tokens.Seal(tokens::PageScope(call.organisation_id(), request), place));
      return store::Visit::kStop;
    }
    const absl::StatusOr<storage::AuthorityTerms> terms =
        authorities::ReadTerms(reader, *key->second, consents::IdOf(authority.authority_id()));
    if (!terms.ok()) {
      failed = terms.status();
      return store::Visit::kStop;
    }
    v1::Authority& shown = *response.add_authorities();
    shown = authorities::Show(authority, *terms, request.person_ref(), call.Now());
    shown.set_awaits_caller(awaits_caller);
    return store::Visit::kContinue;
  };
  NWD_RETURN_IF_ERROR(authorities::Walk(reader, person_id, from, visit));
  NWD_RETURN_IF_ERROR(failed);
  return response;
}

}  // namespace nwd::consent
