#include "services/consent/disclosure_service.h"

#include <algorithm>

#include "common/audit/log.h"
#include "common/base/timestamps.h"
#include "services/consent/consent_rows.h"
#include "services/consent/joins.h"
#include "services/consent/limits.h"
#include "services/consent/reasons.h"
#include "services/consent/shown_disclosures.h"
#include "services/consent/ties.h"

namespace nwd::consent {
namespace {

disclosures::Span SpanOf(const v1::ListDisclosuresRequest& request, status::Violations& violations) {
  disclosures::Span span;
  if (request.has_start_time()) {
    if (!IsTimestamp(request.start_time())) violations.Add("start_time", "is no time");
    span.start_us = Micros(FromTimestamp(request.start_time()));
  }
  if (request.has_end_time()) {
    if (!IsTimestamp(request.end_time())) violations.Add("end_time", "is no time");
    span.end_us = Micros(FromTimestamp(request.end_time()));
  }
  if (span.start_us.has_value() && span.end_us.has_value() && *span.start_us >= *span.end_us) {
    violations.Add("end_time", "must come after start_time");
  }
  // Nothing was disclosed before 1970; what ends there holds nothing.
  if (span.start_us.has_value() && *span.start_us <= 0) span.start_us.reset();
  if (span.end_us.has_value() && *span.end_us <= 0) violations.Add("end_time", "lies before anything was disclosed");
  return span;
}

// Only an auditor lists without naming a person, and then by recipient.
void CheckNamed(const rpc::Call& call, const v1::ListDisclosuresRequest& request, status::Violations& violations) {
  if (!request.person_ref().empty()) return;
  if (!call.caller().organisation->HasRole(common::v1::ROLE_AUDITOR)) {
    violations.Add("person_ref", "is required; only an auditor lists by recipient");
  } else if (request.recipient_organisation_id().empty()) {
    violations.Add("recipient_organisation_id", "is required where no person is named");
  }
}

}  // namespace

void DisclosureService::Register(rpc::Router& router) {
  router.Unary(this, &DisclosureService::ListDisclosures,
               [](const rpc::Call& call, const v1::ListDisclosuresRequest& request) {
                 status::Violations violations;
                 SpanOf(request, violations);
                 CheckNamed(call, request, violations);
                 return violations.ToStatus();
               });
  router.Unary(this, &DisclosureService::GetDisclosureProof);
}

async::Task<absl::StatusOr<v1::ListDisclosuresResponse>> DisclosureService::ListDisclosures(
    rpc::Call& call, const v1::ListDisclosuresRequest& request) {
  status::Violations violations;
  disclosures::Span span = SpanOf(request, violations);
  CheckNamed(call, request, violations);
  NWD_CO_RETURN_IF_ERROR(violations.ToStatus());
  if (!request.page_token().empty()) {
    NWD_CO_ASSIGN_OR_RETURN(
        span.from, parts_.tokens.Open(tokens::PageScope(call.organisation_id(), request), request.page_token()));
  }
  if (request.person_ref().empty()) co_return co_await ListForAuditor(call, request, span);
  const bool agency = call.caller().organisation->HasRole(common::v1::ROLE_AGENCY);
  if (!agency && !ties::AskerOf(call).is_channel) co_return status::Denied();
  co_return co_await ListForHolder(call, request, span);
}

async::Task<absl::StatusOr<v1::ListDisclosuresResponse>> DisclosureService::ListForHolder(
    rpc::Call& call, const v1::ListDisclosuresRequest& request, const disclosures::Span& span) {
  const ids::Uuid organisation = OrganisationOf(call);
  const ids::Uuid person_id = parts_.references.PersonOf(organisation, request.person_ref()).value_or(ids::Uuid());
  const ids::Uuid recipient = IdIn(request.recipient_organisation_id());
  const int page_size = tokens::PageSize(request.page_size());
  const ties::Asker asker = ties::AskerOf(call);
  auto body = [&](const store::Reader& reader) -> absl::StatusOr<v1::ListDisclosuresResponse> {
    NWD_ASSIGN_OR_RETURN(const bool theirs, ties::HasPerson(reader, asker, person_id));
    if (!theirs) return status::Denied();
    call.ProveTie(common::v1::TIE_SELF);
    v1::ListDisclosuresResponse response;
    int looked_at = 0;
    absl::Status failed;
    NWD_RETURN_IF_ERROR(disclosures::WalkFamily(
        reader, person_id, span, [&](const std::string& row, const disclosures::Placed& placed) {
          const auto go_on_from_here = [&] {
            response.set_next_page_token(parts_.tokens.Seal(tokens::PageScope(call.organisation_id(), request), row));
            return store::Visit::kStop;
          };
          // A page may be short where few of many rows are the caller's: the next page goes on from there.
          if (++looked_at > kRowsLookedAtMax) return go_on_from_here();
          const bool asked_for = recipient.is_nil() || placed.disclosure.recipient_id() == recipient.bytes();
          const absl::StatusOr<bool> shown = disclosures::IsShownTo(reader, asker, placed.disclosure);
          failed = shown.status();
          if (!failed.ok()) return store::Visit::kStop;
          if (!asked_for || !*shown) return store::Visit::kContinue;
          // Only here: that a page follows must not tell of a row that is not shown.
          if (response.disclosures_size() == page_size) return go_on_from_here();
          *response.add_disclosures() = disclosures::Show(placed, request.person_ref());
          return store::Visit::kContinue;
        }));
    NWD_RETURN_IF_ERROR(failed);
    return response;
  };
  co_return co_await parts_.store.View(body);
}

async::Task<absl::StatusOr<v1::GetDisclosureProofResponse>> DisclosureService::GetDisclosureProof(
    rpc::Call& call, const v1::GetDisclosureProofRequest& request) {
  const ties::Asker asker = ties::AskerOf(call);
  const ids::Uuid person_id =
      parts_.references.PersonOf(OrganisationOf(call), request.person_ref()).value_or(ids::Uuid());
  auto body = [&](const store::Reader& reader) -> absl::StatusOr<v1::GetDisclosureProofResponse> {
    NWD_ASSIGN_OR_RETURN(const bool theirs, ties::HasPerson(reader, asker, person_id));
    if (!theirs) return status::Denied();
    std::optional<storage::Disclosure> named;
    const ids::Uuid disclosure_id = IdIn(request.disclosure_id());
    NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> family, joins::FamilyOf(reader, person_id));
    for (const ids::Uuid& relative : family) {
      int looked_at = 0;
      NWD_RETURN_IF_ERROR(disclosures::WalkPerson(reader, relative, {}, [&](const std::string&, const auto& placed) {
        const bool found = placed.disclosure_id == disclosure_id;
        if (found) named = placed.disclosure;
        return found || ++looked_at == kDisclosuresLookedAtMax ? store::Visit::kStop : store::Visit::kContinue;
      }));
      if (named.has_value()) break;
    }
    if (!named.has_value()) return status::Denied();
    NWD_ASSIGN_OR_RETURN(const bool shown, disclosures::IsShownTo(reader, asker, *named));
    if (!shown) return status::Denied();
    call.ProveTie(common::v1::TIE_PERSON_HOLDER);
    std::optional<audit::Proof> proof;
    if (parts_.audit_log != nullptr) {
      NWD_RETURN_IF_ERROR(parts_.audit_log->Health());
      NWD_ASSIGN_OR_RETURN(proof, parts_.audit_log->ProofOf(reader, audit::LeafHash(named->audit_entry())));
    }
    if (!proof.has_value()) {
      return status::Error(absl::StatusCode::kUnavailable, reasons::kNotSignedYet,
                           "the audit log has not signed this disclosure yet; ask again in a second");
    }
    v1::GetDisclosureProofResponse response;
    response.set_proof(audit::WriteProof(*proof, named->audit_entry()));
    return response;
  };
  absl::StatusOr<v1::GetDisclosureProofResponse> response = co_await parts_.store.View(body);
  if (!response.ok()) co_return Corrupt(parts_, "a disclosure or the audit log's tree", response.status());
  co_return response;
}

async::Task<absl::StatusOr<v1::ListDisclosuresResponse>> DisclosureService::ListForAuditor(
    rpc::Call& call, const v1::ListDisclosuresRequest& request, const disclosures::Span& span) {
  call.ProveTie(common::v1::TIE_SELF);
  const ids::Uuid recipient = IdIn(request.recipient_organisation_id());
  const int page_size = tokens::PageSize(request.page_size());
  auto body = [&](const store::Reader& reader) -> absl::StatusOr<v1::ListDisclosuresResponse> {
    v1::ListDisclosuresResponse response;
    NWD_RETURN_IF_ERROR(disclosures::WalkRecipient(
        reader, recipient, span, [&](const std::string& row, const disclosures::Placed& placed) {
          if (response.disclosures_size() == page_size) {
            response.set_next_page_token(parts_.tokens.Seal(tokens::PageScope(call.organisation_id(), request), row));
            return store::Visit::kStop;
          }
          *response.add_disclosures() = disclosures::Show(placed, "");
          return store::Visit::kContinue;
        }));
    return response;
  };
  NWD_CO_ASSIGN_OR_RETURN(v1::ListDisclosuresResponse response, co_await parts_.store.View(body));
  storage::Deed deed = DeedOf(call);
  deed.set_recipient_id(std::string(recipient.bytes()));
  NWD_CO_RETURN_IF_ERROR(
      parts_.check_log.Add({"disclosures.listed", call.Now(), ids::Uuid(), nullptr, std::move(deed)}));
  if (parts_.check_log.Closing()) NWD_CO_RETURN_IF_ERROR(co_await parts_.check_log.Flush());
  co_return response;
}

}  // namespace nwd::consent
