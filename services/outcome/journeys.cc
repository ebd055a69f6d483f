#include "services/outcome/journeys.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/macros.h"
#include "common/base/timestamps.h"
#include "common/store/proto_value.h"
#include "services/outcome/keys.h"
#include "services/outcome/outcomes.h"
#include "services/outcome/referrals.h"

namespace nwd::outcome {
namespace {

// `referral` is null for a step that is about none, or about one this service knows nothing of.
bool Sees(const storage::StepRow& step, const storage::ReferralRow* referral, std::string_view organisation_id,
          Journeys::Sight sight) {
  if (sight == Journeys::Sight::kEverything) return true;
  const bool whole = sight == Journeys::Sight::kPermitted;
  if (referral != nullptr) {
    if (referral->referrer_organisation_id() == organisation_id) return true;
    if (step.draft()) return false;
    if (IsReceiver(*referral, organisation_id) && referral->accepted()) return true;
    return whole && !referral->in_error();
  }
  if (!step.referral_id().empty()) return false;
  return whole || step.organisation_id() == organisation_id;
}

// A step and what follows the person in its key: time, sequence, type and source.
struct Placed {
  std::string place;
  absl::Time time;
  storage::StepRow row;
};

absl::StatusOr<Placed> PlacedOf(std::string_view key, std::string_view value) {
  store::KeyReader parts(key);
  std::string_view who;
  uint64_t micros = 0;
  const bool has_who = parts.Bytes(ids::Uuid::kSizeBytes, &who);
  const std::string_view place = parts.Rest();
  if (!has_who || !parts.Number(&micros)) return absl::DataLossError("a stored step has a key of another form");
  NWD_ASSIGN_OR_RETURN(storage::StepRow row, store::ParseValue<storage::StepRow>(key, value));
  return Placed{std::string(place), absl::FromUnixMicros(static_cast<int64_t>(micros)), std::move(row)};
}

// Of all ids of one person, in order.
absl::StatusOr<std::vector<Placed>> StepsAfter(const store::Reader& reader, const std::vector<ids::Uuid>& person,
                                               std::string_view after) {
  std::vector<Placed> steps;
  absl::Status fault;
  for (const ids::Uuid& id : person) {
    const std::string prefix = keys::Journey(id);
    store::Range range = store::PrefixRange(prefix);
    if (!after.empty()) range.begin.append(after).push_back('\0');
    NWD_RETURN_IF_ERROR(
        reader.Scan(range, store::Direction::kForward, [&](std::string_view key, std::string_view value) {
          absl::StatusOr<Placed> step = PlacedOf(key, value);
          fault = step.status();
          if (!fault.ok()) return store::Visit::kStop;
          steps.push_back(*std::move(step));
          return store::Visit::kContinue;
        }));
    NWD_RETURN_IF_ERROR(fault);
  }
  std::sort(steps.begin(), steps.end(), [](const Placed& a, const Placed& b) { return a.place < b.place; });
  return steps;
}

}  // namespace

absl::StatusOr<bool> Journeys::Add(store::Txn& txn, ids::Uuid person, const Step& step) {
  NWD_ASSIGN_OR_RETURN(const bool erased, IsErased(txn, person));
  if (erased) return false;
  const std::string key = keys::Step(person, step.time, step.sequence, step.row.type(), step.source);
  std::string there;
  NWD_ASSIGN_OR_RETURN(const bool known, txn.Get(key, &there));
  if (known) return false;
  store::PutMessage(txn, key, step.row);
  return true;
}

absl::StatusOr<std::optional<Month>> Journeys::RegisteredIn(const store::Reader& reader, ids::Uuid person) {
  std::optional<Month> registered;
  absl::Status fault;
  NWD_RETURN_IF_ERROR(reader.Scan(store::PrefixRange(keys::Journey(person)), store::Direction::kForward,
                                  [&](std::string_view key, std::string_view value) {
                                    const absl::StatusOr<Placed> step = PlacedOf(key, value);
                                    if (!step.ok()) {
                                      fault = step.status();
                                    } else if (step->row.type() == kRegisteredStep) {
                                      registered = MonthOf(step->time);
                                    }
                                    return fault.ok() && !registered ? store::Visit::kContinue : store::Visit::kStop;
                                  }));
  NWD_RETURN_IF_ERROR(fault);
  return registered;
}

void Journeys::MarkErased(store::Txn& txn, ids::Uuid person) { txn.Put(keys::Erased(person), ""); }

absl::StatusOr<bool> Journeys::IsErased(const store::Reader& reader, ids::Uuid person) {
  std::string there;
  return reader.Get(keys::Erased(person), &there);
}

absl::StatusOr<absl::Time> Journeys::TimeOf(std::string_view key) {
  store::KeyReader parts(key);
  std::string_view who;
  uint64_t micros = 0;
  if (!parts.Bytes(ids::Uuid::kSizeBytes, &who) || !parts.Number(&micros)) {
    return absl::DataLossError("a stored step has a key of another form");
  }
  return absl::FromUnixMicros(static_cast<int64_t>(micros));
}

absl::StatusOr<bool> Journeys::HasSteps(const store::Reader& reader, ids::Uuid person) {
  bool any = false;
  NWD_RETURN_IF_ERROR(reader.Scan(store::PrefixRange(keys::Journey(person)), store::Direction::kForward,
                                  [&](std::string_view, std::string_view) {
                                    any = true;
                                    return store::Visit::kStop;
                                  }));
  return any;
}

absl::Status Journeys::ForgetStep(store::Txn& txn, const std::string& key, const storage::StepRow& step) {
  txn.Delete(key);
  const std::optional<ids::Uuid> referral = ids::Uuid::Parse(step.referral_id());
  if (!referral.has_value()) return absl::OkStatus();
  bool another = false;
  absl::Status fault;
  const std::string person = key.substr(0, keys::Journey(ids::Uuid()).size());
  NWD_RETURN_IF_ERROR(txn.Scan(
      store::PrefixRange(person), store::Direction::kBackward, [&](std::string_view other, std::string_view value) {
        absl::StatusOr<storage::StepRow> row = store::ParseValue<storage::StepRow>(other, value);
        fault = row.status();
        another = row.ok() && row->referral_id() == step.referral_id();
        return fault.ok() && !another ? store::Visit::kContinue : store::Visit::kStop;
      }));
  NWD_RETURN_IF_ERROR(fault);
  return another ? absl::OkStatus() : Referrals::Forget(txn, *referral);
}

absl::StatusOr<bool> Journeys::ForgetSome(store::Txn& txn, ids::Uuid person, int limit) {
  std::vector<std::pair<std::string, storage::StepRow>> steps;
  absl::Status fault;
  NWD_RETURN_IF_ERROR(txn.Scan(store::PrefixRange(keys::Journey(person)), store::Direction::kForward,
                               [&](std::string_view key, std::string_view value) {
                                 absl::StatusOr<storage::StepRow> row = store::ParseValue<storage::StepRow>(key, value);
                                 if (!row.ok()) fault = row.status();
                                 if (!row.ok() || static_cast<int>(steps.size()) == limit) return store::Visit::kStop;
                                 steps.emplace_back(key, *std::move(row));
                                 return store::Visit::kContinue;
                               }));
  NWD_RETURN_IF_ERROR(fault);
  for (const auto& [key, step] : steps) {
    if (const std::optional<ids::Uuid> referral = ids::Uuid::Parse(step.referral_id())) {
      NWD_RETURN_IF_ERROR(Referrals::Forget(txn, *referral));
    }
    if (const std::optional<ids::Uuid> outcome = ids::Uuid::Parse(step.outcome_id())) {
      NWD_ASSIGN_OR_RETURN(const std::optional<storage::OutcomeRow> row, Outcomes::Find(txn, *outcome));
      if (row) NWD_RETURN_IF_ERROR(Outcomes::Delete(txn, *row));
    }
    txn.Delete(key);
  }
  return !steps.empty();
}

absl::Status Journeys::Visit(
    const store::Reader& reader, const std::vector<ids::Uuid>& person, std::string_view organisation_id, Sight sight,
    std::string_view after,
    absl::FunctionRef<store::Visit(std::string_view place, absl::Time, const storage::StepRow&)> visit) {
  NWD_ASSIGN_OR_RETURN(const std::vector<Placed> steps, StepsAfter(reader, person, after));
  for (const Placed& step : steps) {
    std::optional<storage::ReferralRow> referral;
    if (const std::optional<ids::Uuid> id = ids::Uuid::Parse(step.row.referral_id())) {
      NWD_ASSIGN_OR_RETURN(referral, Referrals::Find(reader, *id));
    }
    if (!Sees(step.row, referral ? &*referral : nullptr, organisation_id, sight)) continue;
    if (visit(step.place, step.time, step.row) == store::Visit::kStop) break;
  }
  return absl::OkStatus();
}

v1::JourneyStep Journeys::ToMessage(absl::Time time, const storage::StepRow& row) {
  v1::JourneyStep step;
  *step.mutable_step_time() = ToTimestamp(time);
  step.set_type(row.type());
  step.set_organisation_id(row.organisation_id());
  step.set_referral_id(row.referral_id());
  step.set_service_id(row.service_id());
  return step;
}

}  // namespace nwd::outcome
