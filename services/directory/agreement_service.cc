#include "services/directory/agreement_service.h"

#include <optional>
#include <utility>

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/ids/uuid.h"
#include "common/status/status.h"
#include "common/tokens/page.h"
#include "services/directory/acts.h"
#include "services/directory/agreement_rules.h"
#include "services/directory/limits.h"
#include "services/directory/reasons.h"

namespace nwd::directory {

using store::Reader;
using store::Txn;

void AgreementService::Register(rpc::Router& router) {
  router.Unary(this, &AgreementService::CreateAgreement,
               [](const rpc::Call& call, const v1::CreateAgreementRequest& request) {
                 status::Violations violations;
                 CheckAgreementTerms(request.terms(), call.Now(), violations);
                 return violations.ToStatus();
               });
  router.Unary(this, &AgreementService::GetAgreement);
  router.Unary(this, &AgreementService::ListAgreements);
  router.Unary(this, &AgreementService::EndAgreement);
}

absl::Status AgreementService::Check(const Reader& reader, const v1::CreateAgreementRequest& request,
                                     absl::Time now) const {
  status::Violations violations;
  CheckAgreementTerms(request.terms(), now, violations);
  CheckParties(request.terms(), parts_.registry, violations);
  if (const std::string& superseded = request.terms().supersedes_agreement_id(); !superseded.empty()) {
    NWD_ASSIGN_OR_RETURN(const std::optional<AgreementRow> row, FindAgreement(reader, superseded));
    if (!row) violations.Add("terms.supersedes_agreement_id", "names no agreement of this hub");
  }
  return violations.ToStatus();
}

async::Task<absl::StatusOr<v1::CreateAgreementResponse>> AgreementService::CreateAgreement(
    rpc::Call& call, const v1::CreateAgreementRequest& request) {
  v1::Agreement agreement;
  agreement.set_agreement_id(ids::Uuid::Random().ToString());
  *agreement.mutable_terms() = request.terms();
  agreement.set_recorded_by_organisation_id(call.organisation_id());
  *agreement.mutable_create_time() = ToTimestamp(call.Now());
  auto body = [&](Txn& txn) {
    auto effect = [&]() -> absl::StatusOr<v1::CreateAgreementResponse> {
      NWD_RETURN_IF_ERROR(Check(txn, request, call.Now()));
      AgreementRow row;
      *row.mutable_agreement() = agreement;
      SaveAgreement(txn, row);
      parts_.audit.AppendPlain(txn, "agreement.recorded", call.Now(), ActOf(call, agreement.agreement_id(), ""));
      v1::CreateAgreementResponse response;
      response.set_agreement_id(agreement.agreement_id());
      response.set_etag(EtagOf(row));
      return response;
    };
    return parts_.requests.Once<v1::CreateAgreementResponse>(txn, call, request, effect);
  };
  co_return co_await parts_.store.Update(body, call.deadline());
}

async::Task<absl::StatusOr<v1::GetAgreementResponse>> AgreementService::GetAgreement(
    rpc::Call& call, const v1::GetAgreementRequest& request) {
  auto body = [&](const Reader& reader) -> absl::StatusOr<v1::GetAgreementResponse> {
    NWD_ASSIGN_OR_RETURN(const std::optional<AgreementRow> row, FindAgreement(reader, request.agreement_id()));
    if (!row) return NoAgreement(request.agreement_id());
    v1::GetAgreementResponse response;
    *response.mutable_agreement() = ToMessage(*row, call.Now());
    return response;
  };
  co_return co_await parts_.store.View(body);
}

async::Task<absl::StatusOr<v1::ListAgreementsResponse>> AgreementService::ListAgreements(
    rpc::Call& call, const v1::ListAgreementsRequest& request) {
  const std::string scope = tokens::PageScope(call.organisation_id(), request);
  NWD_CO_ASSIGN_OR_RETURN(const std::string from, tokens::PageStart(parts_.tokens, scope, request));
  const int size = tokens::PageSize(request.page_size());
  const std::string& party = request.party_organisation_id();
  auto body = [&](const Reader& reader) -> absl::StatusOr<v1::ListAgreementsResponse> {
    v1::ListAgreementsResponse response;
    size_t looked_at_bytes = 0;
    auto visit = [&](const std::string& place, const AgreementRow& row) {
      if (response.agreements_size() == size || looked_at_bytes >= kAgreementsPageBytesMax) {
        response.set_next_page_token(parts_.tokens.Seal(scope, place));
        return store::Visit::kStop;
      }
      looked_at_bytes += row.ByteSizeLong();
      if (party.empty() || IsParty(row.agreement(), party)) *response.add_agreements() = ToMessage(row, call.Now());
      return store::Visit::kContinue;
    };
    NWD_RETURN_IF_ERROR(WalkAgreements(reader, from, visit));
    return response;
  };
  co_return co_await parts_.store.View(body);
}

async::Task<absl::StatusOr<v1::EndAgreementResponse>> AgreementService::EndAgreement(
    rpc::Call& call, const v1::EndAgreementRequest& request) {
  const bool admin = call.caller().organisation->HasRole(common::v1::ROLE_HUB_ADMIN);
  auto body = [&](Txn& txn) -> absl::StatusOr<v1::EndAgreementResponse> {
    NWD_ASSIGN_OR_RETURN(const std::optional<AgreementRow> row, FindAgreement(txn, request.agreement_id()));
    if (!row) return NoAgreement(request.agreement_id());
    if (!admin && !IsParty(row->agreement(), call.organisation_id())) return status::Denied();
    call.ProveTie(common::v1::TIE_AGREEMENT_PARTY);
    auto effect = [&] { return End(txn, call, *row, request); };
    return parts_.requests.Once<v1::EndAgreementResponse>(txn, call, request, effect);
  };
  co_return co_await parts_.store.Update(body, call.deadline());
}

absl::StatusOr<v1::EndAgreementResponse> AgreementService::End(Txn& txn, const rpc::Call& call, AgreementRow row,
                                                               const v1::EndAgreementRequest& request) const {
  if (request.etag() != EtagOf(row)) return status::StaleEtag("agreement");
  if (StateAt(row.agreement(), call.Now()) == v1::AGREEMENT_STATE_ENDED) {
    return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kWrongState,
                         "the agreement has ended already; changed terms are a new agreement", {{"state", "ENDED"}});
  }
  *row.mutable_agreement()->mutable_end_time() = ToTimestamp(call.Now());
  row.mutable_agreement()->set_ended_by_organisation_id(call.organisation_id());
  SaveAgreement(txn, row);
  parts_.audit.AppendPlain(txn, "agreement.ended", call.Now(), ActOf(call, request.agreement_id(), ""));
  v1::EndAgreementResponse response;
  response.set_state(v1::AGREEMENT_STATE_ENDED);
  response.set_etag(EtagOf(row));
  *response.mutable_end_time() = row.agreement().end_time();
  return response;
}

}  // namespace nwd::directory
