#include "services/outcome/restated.h"

#include "services/outcome/keys.h"
#include "services/outcome/outcomes.h"

namespace nwd::outcome {

std::vector<replica::RestatedTable> RestatedTables() {
  auto tell = [](const store::Reader&,
                 const storage::OutcomeRow& row) -> absl::StatusOr<std::optional<common::v1::Change>> {
    return Outcomes::ChangeOf(row);
  };
  return {replica::Restated<storage::OutcomeRow>(keys::Outcomes(), tell)};
}

}  // namespace nwd::outcome
