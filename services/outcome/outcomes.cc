#include "services/outcome/outcomes.h"

#include <utility>
#include <vector>

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/calendar/written_days.h"
#include "common/store/proto_value.h"
#include "services/outcome/keys.h"
#include "services/outcome/outcome_kinds.h"
#include "services/outcome/referrals.h"

namespace nwd::outcome {
namespace {

struct OutcomeIds {
  ids::Uuid outcome;
  ids::Uuid referral;
  absl::CivilDay day;
};

absl::StatusOr<OutcomeIds> IdsOf(const storage::OutcomeRow& row) {
  OutcomeIds found;
  NWD_ASSIGN_OR_RETURN(found.outcome, IdOf("outcome_id", row.outcome_id()));
  NWD_ASSIGN_OR_RETURN(found.referral, IdOf("referral_id", row.referral_id()));
  const std::optional<absl::CivilDay> day = calendar::ParseDay(row.occurred_on());
  if (!day) return absl::DataLossError("a stored outcome has no day");
  found.day = *day;
  return found;
}

}  // namespace

std::string EtagOf(const storage::OutcomeRow& row) { return Cat("r", row.revision()); }

absl::StatusOr<std::optional<storage::OutcomeRow>> Outcomes::Find(const store::Reader& reader, ids::Uuid outcome) {
  return store::Find<storage::OutcomeRow>(reader, keys::Outcome(outcome));
}

absl::Status Outcomes::Put(store::Txn& txn, const storage::OutcomeRow& outcome) {
  NWD_ASSIGN_OR_RETURN(const OutcomeIds own, IdsOf(outcome));
  store::PutMessage(txn, keys::Outcome(own.outcome), outcome);
  txn.Put(keys::OutcomeOf(own.referral, own.day, own.outcome), "");
  return absl::OkStatus();
}

absl::Status Outcomes::Delete(store::Txn& txn, const storage::OutcomeRow& outcome) {
  NWD_ASSIGN_OR_RETURN(const OutcomeIds own, IdsOf(outcome));
  txn.Delete(keys::Outcome(own.outcome));
  txn.Delete(keys::OutcomeOf(own.referral, own.day, own.outcome));
  return absl::OkStatus();
}

absl::Status Outcomes::Visit(const store::Reader& reader, ids::Uuid referral, std::string_view after,
                             absl::FunctionRef<store::Visit(std::string_view key, const storage::OutcomeRow&)> visit) {
  store::Range range = store::PrefixRange(keys::OutcomesOf(referral));
  const size_t id_at = range.begin.size() + sizeof(uint64_t);
  if (!after.empty()) range.begin = std::string(after) + '\0';
  absl::Status fault;
  NWD_RETURN_IF_ERROR(reader.Scan(range, store::Direction::kForward, [&](std::string_view key, std::string_view) {
    const std::optional<ids::Uuid> id = ids::Uuid::FromBytes(key.substr(id_at));
    absl::StatusOr<std::optional<storage::OutcomeRow>> row = std::nullopt;
    if (id) row = Find(reader, *id);
    if (!row.ok()) {
      fault = row.status();
    } else if (!*row) {
      fault = absl::DataLossError("a referral lists an outcome that is not there");
    }
    return fault.ok() ? visit(key, **row) : store::Visit::kStop;
  }));
  return fault;
}

absl::StatusOr<int32_t> Outcomes::NumberOf(const store::Reader& reader, ids::Uuid referral) {
  int32_t number = 0;
  NWD_RETURN_IF_ERROR(reader.Scan(store::PrefixRange(keys::OutcomesOf(referral)), store::Direction::kForward,
                                  [&](std::string_view, std::string_view) {
                                    ++number;
                                    return store::Visit::kContinue;
                                  }));
  return number;
}

absl::Status Outcomes::Count(store::Txn& txn, storage::OutcomeRow outcome, const storage::ReferralRow& referral) const {
  const bool counts = referral.sent_month() != 0 && !referral.in_error();
  if (counts == outcome.counted()) return absl::OkStatus();
  NWD_ASSIGN_OR_RETURN(const OutcomeIds own, IdsOf(outcome));
  const Month month = MonthOf(own.day);
  const int64_t by = counts ? 1 : -1;
  NWD_RETURN_IF_ERROR(counts_.Begin(txn, Source::kOutcomes, month));
  NWD_RETURN_IF_ERROR(counts_.AddCut(txn, Counter::kOutcomes, month, by, referral));
  if (IsJobStart(outcome.kind())) NWD_RETURN_IF_ERROR(counts_.AddCut(txn, Counter::kJobStarts, month, by, referral));
  if (counts) {
    NWD_ASSIGN_OR_RETURN(const std::vector<std::string> chain, Referrals::Chain(txn, referral));
    if (outcome.credited_organisation_ids_size() < static_cast<int>(chain.size())) {
      outcome.mutable_credited_organisation_ids()->Assign(chain.begin(), chain.end());
    }
  }
  outcome.set_counted(counts);
  return Put(txn, outcome);
}

absl::Status Outcomes::CountAll(store::Txn& txn, ids::Uuid referral_id, const storage::ReferralRow& referral) const {
  std::vector<storage::OutcomeRow> rows;
  NWD_RETURN_IF_ERROR(Visit(txn, referral_id, "", [&](std::string_view, const storage::OutcomeRow& row) {
    rows.push_back(row);
    return store::Visit::kContinue;
  }));
  for (storage::OutcomeRow& row : rows) NWD_RETURN_IF_ERROR(Count(txn, std::move(row), referral));
  return absl::OkStatus();
}

v1::Outcome Outcomes::ToMessage(const storage::OutcomeRow& row) {
  v1::Outcome outcome;
  outcome.set_outcome_id(row.outcome_id());
  outcome.set_referral_id(row.referral_id());
  outcome.set_kind(row.kind());
  outcome.set_occurred_on(row.occurred_on());
  outcome.set_evidence(row.evidence());
  outcome.set_hourly_pay_pence(row.hourly_pay_pence());
  outcome.set_weekly_hours(row.weekly_hours());
  outcome.set_recorder_organisation_id(row.recorder_organisation_id());
  *outcome.mutable_credited_organisation_ids() = row.credited_organisation_ids();
  *outcome.mutable_create_time() = row.create_time();
  outcome.set_etag(EtagOf(row));
  return outcome;
}

common::v1::Change Outcomes::ChangeOf(const storage::OutcomeRow& row) {
  common::v1::Change change;
  *change.mutable_change_time() = row.create_time();
  common::v1::OutcomeChange& outcome = *change.mutable_outcome();
  outcome.set_outcome_id(row.outcome_id());
  outcome.set_referral_id(row.referral_id());
  outcome.set_person_id(row.person_id());
  outcome.set_kind(KindName(row.kind()));
  outcome.set_occurred_on(row.occurred_on());
  return change;
}

}  // namespace nwd::outcome
