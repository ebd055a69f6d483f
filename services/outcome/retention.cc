#include "services/outcome/retention.h"

#include <string>

#include "common/base/macros.h"
#include "common/base/timestamps.h"
#include "common/calendar/london.h"
#include "common/calendar/written_days.h"
#include "common/store/proto_value.h"
#include "services/outcome/journeys.h"
#include "services/outcome/keys.h"
#include "services/outcome/outcomes.h"

namespace nwd::outcome {
namespace {

absl::StatusOr<bool> IsOldStep(const store::Reader&, std::string_view key, std::string_view, absl::Time before) {
  NWD_ASSIGN_OR_RETURN(const absl::Time time, Journeys::TimeOf(key));
  return time < before;
}
absl::Status ForgetStep(store::Txn& txn, const std::string& key, const std::string& value) {
  NWD_ASSIGN_OR_RETURN(const storage::StepRow step, store::ParseValue<storage::StepRow>(key, value));
  return Journeys::ForgetStep(txn, key, step);
}

absl::StatusOr<bool> IsOldOutcome(const store::Reader&, std::string_view key, std::string_view value,
                                  absl::Time before) {
  NWD_ASSIGN_OR_RETURN(const storage::OutcomeRow row, store::ParseValue<storage::OutcomeRow>(key, value));
  const std::optional<absl::CivilDay> day = calendar::ParseDay(row.occurred_on());
  return day.has_value() && calendar::EndOf(*day) < before;
}
absl::Status ForgetOutcome(store::Txn& txn, const std::string& key, const std::string& value) {
  NWD_ASSIGN_OR_RETURN(const storage::OutcomeRow row, store::ParseValue<storage::OutcomeRow>(key, value));
  return Outcomes::Delete(txn, row);
}

}  // namespace

std::vector<retention::Kind> RetainedKinds() {
  return {{"journeys", keys::Journeys(), IsOldStep, ForgetStep},
          {"outcomes", keys::Outcomes(), IsOldOutcome, ForgetOutcome}};
}

}  // namespace nwd::outcome
