#include "services/consent/wrong_state.h"

#include <string>

#include "common/base/strings.h"
#include "common/status/status.h"
#include "services/consent/reasons.h"

namespace nwd::consent {

absl::Status WrongState(const WrongStateOf& wrong) {
  const std::string_view before = wrong.otherwise.empty() ? "" : "; ";
  return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kWrongState,
                       Cat("the ", wrong.thing, " is ", wrong.state, "; ", wrong.event, " is possible from ",
                           wrong.states, before, wrong.otherwise),
                       {{"state", std::string(wrong.state)},
                        {"event", std::string(wrong.event)},
                        {"states", std::string(wrong.states)}});
}

}  // namespace nwd::consent
