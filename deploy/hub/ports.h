// Whether the ports of a hub are free, and who has them where they are not.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "deploy/hub/state.h"

namespace nwd::hub {

// Ports that are free at this moment and differ from each other; 0 where there is none.
std::vector<int> FreePorts(size_t count);

// FAILED_PRECONDITION for the first of these services' ports that another program has. Where that is a service of
// another hub of ours on this machine, it says from which folder that runs and how to stop it.
absl::Status CheckPortsAreFree(const std::vector<RunningService>& services);

}  // namespace nwd::hub
