#include "services/outcome/outcome_service.h"

#include <optional>
#include <utility>
#include <vector>

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/status/status.h"
#include "common/tokens/page.h"
#include "services/outcome/journeys.h"
#include "services/outcome/keys.h"
#include "services/outcome/limits.h"
#include "services/outcome/outcome_kinds.h"
#include "services/outcome/outcomes.h"
#include "services/outcome/reasons.h"
#include "services/outcome/referrals.h"

namespace nwd::outcome {
namespace {

// The receiver has taken it on, so an outcome can come of it.
bool TakesOutcomes(const storage::ReferralRow& referral, const std::string& organisation_id) {
  return IsReceiver(referral, organisation_id) && referral.accepted() && !referral.in_error();
}

storage::OutcomeRow RowOf(const rpc::Call& call, const v1::RecordOutcomeRequest& request,
                          const storage::ReferralRow& referral, ids::Uuid id) {
  storage::OutcomeRow row;
  row.set_outcome_id(id.ToString());
  row.set_referral_id(request.referral_id());
  row.set_person_id(referral.person_id());
  row.set_kind(request.kind());
  row.set_occurred_on(request.occurred_on());
  row.set_evidence(request.evidence());
  row.set_hourly_pay_pence(request.hourly_pay_pence());
  row.set_weekly_hours(request.weekly_hours());
  row.set_recorder_organisation_id(call.organisation_id());
  row.set_practitioner(call.practitioner());
  *row.mutable_create_time() = ToTimestamp(call.Now());
  row.set_revision(1);
  return row;
}

storage::OutcomeRecorded AuditOf(const storage::OutcomeRow& row) {
  storage::OutcomeRecorded detail;
  detail.set_outcome_id(row.outcome_id());
  detail.set_referral_id(row.referral_id());
  detail.set_kind(row.kind());
  detail.set_organisation_id(row.recorder_organisation_id());
  detail.set_practitioner(row.practitioner());
  return detail;
}

}  // namespace

void OutcomeService::Register(rpc::Router& router) {
  router.Unary(this, &OutcomeService::RecordOutcome, [](const rpc::Call&, const v1::RecordOutcomeRequest& request) {
    return CheckOutcome(request, /*first_made_on=*/"");
  });
  router.Unary(this, &OutcomeService::ListOutcomes);
  router.Unary(this, &OutcomeService::CountOutcomes);
  router.Unary(this, &OutcomeService::GetJourney);
}

OutcomeService::Enough OutcomeService::ForRecording(const storage::ReferralRow& referral,
                                                    const std::string& organisation_id) {
  if (!TakesOutcomes(referral, organisation_id)) return Enough::kNo;
  return referral.made_on().empty() ? Enough::kIfNeedBe : Enough::kYes;
}

OutcomeService::Enough OutcomeService::ForListing(const storage::ReferralRow& referral,
                                                  const std::string& organisation_id) {
  return IsParty(referral, organisation_id) ? Enough::kYes : Enough::kNo;
}

async::Task<absl::StatusOr<storage::ReferralRow>> OutcomeService::FindReferral(const rpc::Call& call,
                                                                               const std::string& referral_id,
                                                                               Judge judge) {
  const std::optional<ids::Uuid> id = ids::Uuid::Parse(referral_id);
  if (!id) co_return status::InvalidField("referral_id", "must be a lower-case UUID");
  const auto look = [&](const store::Reader& reader) { return Referrals::Find(reader, *id); };
  NWD_CO_ASSIGN_OR_RETURN(std::optional<storage::ReferralRow> known, co_await parts_.store.View(look));
  const Enough enough = known ? judge(*known, call.organisation_id()) : Enough::kNo;
  if (enough == Enough::kYes) co_return *std::move(known);
  absl::StatusOr<referral::v1::GetReferralPartiesResponse> parties =
      co_await parts_.peers.GetReferralParties(call, referral_id);
  if (parties.ok()) {
    storage::ReferralRow told = Referrals::FromParties(*parties);
    // A state that it came to afterwards (CLOSED, say) does not tell that it was accepted; the feed did.
    if (known && known->accepted()) told.set_accepted(true);
    co_return told;
  }
  if (IsRefusal(parties.status())) co_return status::Denied();
  if (enough == Enough::kIfNeedBe && absl::IsUnavailable(parties.status())) co_return *std::move(known);
  co_return parties.status();
}

async::Task<absl::StatusOr<person_keys::PersonKey>> OutcomeService::KeyOf(ids::Uuid person) {
  const person_keys::IsErased erased = [&](const store::Reader& reader) { return Journeys::IsErased(reader, person); };
  NWD_CO_ASSIGN_OR_RETURN(person_keys::PersonKey key,
                          co_await person_keys::EnsureUnlessErased(parts_.person_keys, person, parts_.store, erased));
  if (key == nullptr) co_return status::Denied();
  co_return key;
}

async::Task<absl::StatusOr<v1::RecordOutcomeResponse>> OutcomeService::RecordOutcome(
    rpc::Call& call, const v1::RecordOutcomeRequest& request) {
  NWD_CO_ASSIGN_OR_RETURN(const storage::ReferralRow referral,
                          co_await FindReferral(call, request.referral_id(), &ForRecording));
  if (!IsReceiver(referral, call.organisation_id())) co_return status::Denied();
  call.ProveTie(common::v1::TIE_RECEIVER);
  const auto first = [&](const store::Reader& reader) { return Referrals::FirstMadeOn(reader, referral); };
  NWD_CO_ASSIGN_OR_RETURN(const std::string first_made_on, co_await parts_.store.View(first));
  NWD_CO_RETURN_IF_ERROR(CheckOutcome(request, first_made_on));
  if (!TakesOutcomes(referral, call.organisation_id())) {
    co_return status::Error(
        absl::StatusCode::kFailedPrecondition, reasons::kReferralNotAccepted,
        Cat("the referral is ", referral.state(), "; outcomes are recorded once it has been accepted"),
        {{"state", referral.state()}});
  }
  const std::optional<ids::Uuid> person = ids::Uuid::Parse(referral.person_id());
  if (!person) co_return status::Denied();  // erased
  NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key, co_await KeyOf(*person));
  const ids::Uuid referral_id = *ids::Uuid::Parse(request.referral_id());
  const ids::Uuid outcome_id = ids::Uuid::Random();
  const auto body = [&](store::Txn& txn) -> absl::StatusOr<v1::RecordOutcomeResponse> {
    const auto effect = [&]() -> absl::StatusOr<v1::RecordOutcomeResponse> {
      NWD_ASSIGN_OR_RETURN(const bool erased, Journeys::IsErased(txn, *person));
      if (erased) return status::Denied();
      NWD_ASSIGN_OR_RETURN(const int32_t recorded, Outcomes::NumberOf(txn, referral_id));
      if (recorded >= kOutcomesPerReferralMax) {
        return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kTooManyOutcomes,
                             Cat("a referral has at most ", kOutcomesPerReferralMax, " outcomes"),
                             {{"most", Cat(kOutcomesPerReferralMax)}});
      }
      NWD_RETURN_IF_ERROR(Referrals::NoteParties(txn, referral_id, referral));
      NWD_ASSIGN_OR_RETURN(const std::optional<storage::ReferralRow> known, Referrals::Find(txn, referral_id));
      storage::OutcomeRow row = RowOf(call, request, referral, outcome_id);
      NWD_ASSIGN_OR_RETURN(const std::vector<std::string> chain, Referrals::Chain(txn, *known));
      row.mutable_credited_organisation_ids()->Assign(chain.begin(), chain.end());
      NWD_RETURN_IF_ERROR(Outcomes::Put(txn, row));
      txn.Append(store::Feed::kChanges, Outcomes::ChangeOf(row).SerializeAsString());
      parts_.audit.Append(txn, "outcome.recorded", call.Now(), *person, *key, AuditOf(row));
      v1::RecordOutcomeResponse response;
      response.set_outcome_id(row.outcome_id());
      response.set_etag(EtagOf(row));
      return response;
    };
    return parts_.requests.Once<v1::RecordOutcomeResponse>(txn, call, request, effect);
  };
  co_return co_await parts_.store.Update(body, call.deadline());
}

async::Task<absl::StatusOr<v1::ListOutcomesResponse>> OutcomeService::ListOutcomes(
    rpc::Call& call, const v1::ListOutcomesRequest& request) {
  NWD_CO_ASSIGN_OR_RETURN(const storage::ReferralRow referral,
                          co_await FindReferral(call, request.referral_id(), &ForListing));
  if (!IsParty(referral, call.organisation_id())) co_return status::Denied();
  call.ProveTie(common::v1::TIE_REFERRAL_PARTY);
  const std::string scope = tokens::PageScope(call.organisation_id(), request);
  NWD_CO_ASSIGN_OR_RETURN(const std::string after, tokens::PageStart(parts_.tokens, scope, request));
  const int page_size = tokens::PageSize(request.page_size());
  const ids::Uuid referral_id = *ids::Uuid::Parse(request.referral_id());
  const auto body = [&](const store::Reader& reader) -> absl::StatusOr<v1::ListOutcomesResponse> {
    v1::ListOutcomesResponse response;
    std::string last;
    NWD_RETURN_IF_ERROR(
        Outcomes::Visit(reader, referral_id, after, [&](std::string_view key, const storage::OutcomeRow& row) {
          if (response.outcomes_size() == page_size) {
            response.set_next_page_token(parts_.tokens.Seal(scope, last));
            return store::Visit::kStop;
          }
          *response.add_outcomes() = Outcomes::ToMessage(row);
          last = std::string(key);
          return store::Visit::kContinue;
        }));
    return response;
  };
  co_return co_await parts_.store.View(body);
}

async::Task<absl::StatusOr<v1::CountOutcomesResponse>> OutcomeService::CountOutcomes(
    rpc::Call&, const v1::CountOutcomesRequest& request) {
  const std::optional<ids::Uuid> referral_id = ids::Uuid::Parse(request.referral_id());
  if (!referral_id) co_return status::InvalidField("referral_id", "must be a lower-case UUID");
  const auto body = [&](const store::Reader& reader) -> absl::StatusOr<v1::CountOutcomesResponse> {
    v1::CountOutcomesResponse response;
    NWD_ASSIGN_OR_RETURN(const int32_t number, Outcomes::NumberOf(reader, *referral_id));
    response.set_outcomes(number);
    return response;
  };
  co_return co_await parts_.store.View(body);
}

async::Task<absl::StatusOr<v1::GetJourneyResponse>> OutcomeService::GetJourney(rpc::Call& call,
                                                                               const v1::GetJourneyRequest& request) {
  absl::StatusOr<std::vector<std::string>> resolved = co_await parts_.peers.ResolveRef(call, request.person_ref());
  if (!resolved.ok()) co_return IsRefusal(resolved.status()) ? status::Denied() : resolved.status();
  std::vector<ids::Uuid> all_ids;
  for (const std::string& id : *resolved) {
    if (const std::optional<ids::Uuid> parsed = ids::Uuid::Parse(id)) all_ids.push_back(*parsed);
  }
  if (all_ids.empty()) co_return status::Denied();
  const ids::Uuid person = all_ids.front();
  call.ProveTie(common::v1::TIE_PERSON_HOLDER);
  const bool whole = !request.consent_id().empty();
  if (whole) {
    absl::StatusOr<bool> may = co_await parts_.peers.MaySeeHistory(call, person.ToString(), request.consent_id());
    if (!may.ok()) co_return IsRefusal(may.status()) ? status::Denied() : may.status();
    if (!*may) co_return status::Denied();
  }
  const Journeys::Sight sight = whole ? Journeys::Sight::kPermitted : Journeys::Sight::kOwn;
  const std::string scope = tokens::PageScope(call.organisation_id(), request);
  NWD_CO_ASSIGN_OR_RETURN(const std::string after, tokens::PageStart(parts_.tokens, scope, request));
  const int page_size = tokens::PageSize(request.page_size());
  NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key, co_await KeyOf(person));
  // What is shown and the note that it was are one durable step, before it leaves.
  const auto body = [&](store::Txn& txn) -> absl::StatusOr<v1::GetJourneyResponse> {
    NWD_ASSIGN_OR_RETURN(const bool erased, Journeys::IsErased(txn, person));
    if (erased) return status::Denied();
    v1::GetJourneyResponse response;
    std::string last;
    NWD_RETURN_IF_ERROR(Journeys::Visit(txn, all_ids, call.organisation_id(), sight, after,
                                        [&](std::string_view place, absl::Time time, const storage::StepRow& row) {
                                          if (response.steps_size() == page_size) {
                                            response.set_next_page_token(parts_.tokens.Seal(scope, last));
                                            return store::Visit::kStop;
                                          }
                                          *response.add_steps() = Journeys::ToMessage(time, row);
                                          last = std::string(place);
                                          return store::Visit::kContinue;
                                        }));
    storage::JourneyRead detail;
    detail.set_organisation_id(call.organisation_id());
    detail.set_practitioner(call.practitioner());
    detail.set_consent_id(request.consent_id());
    detail.set_steps(response.steps_size());
    parts_.audit.Append(txn, "journey.read", call.Now(), person, *key, detail);
    return response;
  };
  co_return co_await parts_.store.Update(body, call.deadline());
}

}  // namespace nwd::outcome
