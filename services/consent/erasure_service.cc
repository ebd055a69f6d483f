#include "services/consent/erasure_service.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "common/base/timestamps.h"
#include "common/status/status.h"
#include "common/tokens/page.h"
#include "services/consent/authority_rows.h"
#include "services/consent/authority_states.h"
#include "services/consent/case_rows.h"
#include "services/consent/case_states.h"
#include "services/consent/cited_basis.h"
#include "services/consent/consent_rows.h"
#include "services/consent/consent_states.h"
#include "services/consent/erasure.h"
#include "services/consent/erasure_rows.h"
#include "services/consent/joins.h"
#include "services/consent/limits.h"
#include "services/consent/person_rows.h"
#include "services/consent/wrong_state.h"

namespace nwd::consent {
namespace {

// What whoever carries it out is to weigh, without learning who it is. Adds to `looked_at` how many rows that took.
absl::Status AddWeights(const store::Reader& reader, const storage::Case& row, absl::Time now,
                        v1::GrantedErasure& shown, int64_t& looked_at) {
  const ids::Uuid person_id = consents::IdOf(row.person_id());
  std::set<ids::Uuid> holders;
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> family, joins::FamilyOf(reader, person_id));
  for (const ids::Uuid& id : family) {
    NWD_ASSIGN_OR_RETURN(const std::vector<people::HolderOf> of_this, people::HoldersOf(reader, id));
    for (const people::HolderOf& holder : of_this) holders.insert(holder.organisation_id);
    looked_at += std::ssize(of_this);
  }
  shown.set_holders(static_cast<int>(holders.size()));
  NWD_ASSIGN_OR_RETURN(const std::vector<storage::Consent> consents, consents::OfPerson(reader, person_id));
  shown.set_consents_in_force(
      static_cast<int>(std::count_if(consents.begin(), consents.end(), [&](const storage::Consent& consent) {
        return StateAt(consent, now) == v1::CONSENT_STATE_GIVEN;
      })));
  looked_at += std::ssize(consents);
  int standing = 0;
  NWD_RETURN_IF_ERROR(
      authorities::Walk(reader, person_id, "", [&](const std::string&, const storage::Authority& authority) {
        standing += StateAt(authority, now) == v1::AUTHORITY_STATE_ACTIVE;
        ++looked_at;
        return store::Visit::kContinue;
      }));
  shown.set_authorities_in_force(standing);
  return absl::OkStatus();
}

absl::StatusOr<v1::GrantedErasure> Show(const store::Reader& reader, const storage::Case& row, absl::Time now,
                                        int64_t& looked_at) {
  v1::GrantedErasure shown;
  shown.set_case_id(ShownId(row.case_id()));
  shown.set_handler_organisation_id(ShownId(row.handler_id()));
  *shown.mutable_receive_time() = MicrosToTimestamp(row.receive_time_us());
  if (row.due_time_us() != 0) *shown.mutable_due_time() = MicrosToTimestamp(row.due_time_us());
  shown.set_etag(cases::EtagOf(row));
  if (row.erase_time_us() == 0) {
    NWD_RETURN_IF_ERROR(AddWeights(reader, row, now, shown, looked_at));
    return shown;
  }
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::Erasure> erasure,
                       erasures::Find(reader, consents::IdOf(row.case_id())));
  if (erasure.has_value()) *shown.mutable_erasure() = cases::ShowErasure(*erasure);
  return shown;
}

}  // namespace

void ErasureService::Register(rpc::Router& router) {
  router.Unary(this, &ErasureService::ListErasures);
  router.Unary(this, &ErasureService::ErasePerson);
}

async::Task<absl::StatusOr<v1::ListErasuresResponse>> ErasureService::ListErasures(
    rpc::Call& call, const v1::ListErasuresRequest& request) {
  const std::string scope = tokens::PageScope(call.organisation_id(), request);
  NWD_CO_ASSIGN_OR_RETURN(const std::string from, tokens::PageStart(parts_.tokens, scope, request));
  const int page_size = tokens::PageSize(request.page_size());
  auto look = [&](const store::Reader& reader) -> absl::StatusOr<v1::ListErasuresResponse> {
    v1::ListErasuresResponse response;
    absl::Status shown;
    int64_t looked_at = 0;
    const auto visit = [&](const std::string& place, const storage::Case& row) {
      if (response.erasures_size() == page_size || looked_at > kRowsLookedAtMax) {
        response.set_next_page_token(parts_.tokens.Seal(scope, place));
        return store::Visit::kStop;
      }
      absl::StatusOr<v1::GrantedErasure> one = Show(reader, row, call.Now(), looked_at);
      shown = one.status();
      if (!shown.ok()) return store::Visit::kStop;
      *response.add_erasures() = *std::move(one);
      return store::Visit::kContinue;
    };
    NWD_RETURN_IF_ERROR(cases::WalkErasures(reader, request.awaiting_only(), from, visit));
    NWD_RETURN_IF_ERROR(shown);
    return response;
  };
  absl::StatusOr<v1::ListErasuresResponse> response = co_await parts_.store.View(look);
  if (!response.ok()) co_return Corrupt(parts_, "an erasure", response.status());
  co_return response;
}

async::Task<absl::StatusOr<v1::ErasePersonResponse>> ErasureService::ErasePerson(
    rpc::Call& call, const v1::ErasePersonRequest& request) {
  const ids::Uuid case_id = IdIn(request.case_id());
  auto find = [&](const store::Reader& reader) { return cases::Find(reader, case_id); };
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<storage::Case> seen, co_await parts_.store.View(find));
  const ids::Uuid person_id = seen.has_value() ? consents::IdOf(seen->person_id()) : ids::Uuid();
  NWD_CO_ASSIGN_OR_RETURN(const FamilyKeys keys, co_await KeysOfFamily(parts_, person_id));
  std::vector<ids::Uuid> told;
  auto body = [&](store::Txn& txn) -> absl::StatusOr<v1::ErasePersonResponse> {
    told.clear();
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::Case> row, cases::Find(txn, case_id));
    const bool erasure = row.has_value() && row->kind() == v1::CASE_KIND_ERASURE;
    if (!erasure || row->handler_id() == OrganisationOf(call).bytes()) return status::Denied();
    auto once = [&]() -> absl::StatusOr<v1::ErasePersonResponse> {
      if (request.etag() != cases::EtagOf(*row)) return status::StaleEtag("case");
      return EraseOnce(txn, call, *row, keys, told);
    };
    return parts_.requests.Once<v1::ErasePersonResponse>(txn, call, request, once);
  };
  absl::StatusOr<v1::ErasePersonResponse> response = co_await parts_.store.Update(body, call.deadline());
  if (!response.ok()) co_return Corrupt(parts_, "what is to be erased", response.status());
  RingBells(parts_, told);
  // Before the answer. Should this fail, or the service go down here, it is done in the next round.
  auto erased = [&](const store::Reader& reader) { return erasures::Find(reader, case_id); };
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<storage::Erasure> erasure, co_await parts_.store.View(erased));
  if (erasure.has_value() && !erasure->swept()) {
    NWD_CO_RETURN_IF_ERROR(co_await following_.Sweep(case_id, *erasure));
  }
  co_await parts_.off_host.Wait(call.deadline());
  co_return response;
}

absl::StatusOr<v1::ErasePersonResponse> ErasureService::EraseOnce(store::Txn& txn, const rpc::Call& call,
                                                                  const storage::Case& before, const FamilyKeys& keys,
                                                                  std::vector<ids::Uuid>& told) const {
  if (before.state() != v1::CASE_STATE_AWAITING_ERASURE) {
    return WrongState(
        {.thing = "case", .state = StateName(before.state()), .event = "erasing", .states = "AWAITING_ERASURE"});
  }
  const absl::Time now = call.Now();
  const ids::Uuid handler = consents::IdOf(before.handler_id());
  const Erasing erasing{parts_, consents::IdOf(before.person_id()), keys, OrganisationOf(call), handler, now};
  NWD_ASSIGN_OR_RETURN(const storage::Erasure erasure, Erase(txn, erasing, before, told));
  storage::Case row = before;
  NWD_RETURN_IF_ERROR(Close(v1::CASE_OUTCOME_FULFILLED, now, row));
  row.set_erase_time_us(erasure.erase_time_us());
  cases::Replace(txn, before, row);
  // Under the service's own key: who erased, and by which case, is to be read for ever. Whom, nobody can tell.
  storage::Deed deed = DeedOf(call);
  deed.set_case_id(row.case_id());
  deed.set_recipient_id(row.handler_id());
  Record(parts_, txn, "person.erased", now, ids::Uuid(), nullptr, deed);

  v1::ErasePersonResponse response;
  *response.mutable_erase_time() = MicrosToTimestamp(erasure.erase_time_us());
  response.set_notices(static_cast<int>(told.size()));
  response.set_etag(cases::EtagOf(row));
  return response;
}

}  // namespace nwd::consent
