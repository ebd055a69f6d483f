// nwd keys rotate and nwd keys status: what an operator asks of each service that keeps people's keys, and how the
// answers are told. For one thread.
#pragma once

#include <string>
#include <vector>

#include "deploy/nwd/hub_client.h"

namespace nwd::tool {

// Those that keep people's keys.
std::vector<std::string> KeyServices();

// Rotates one service after the other, showing how far each is: on a terminal in one line that changes, elsewhere in
// lines of their own, on stderr. Then says, on stdout, which lines of the key file may go. The exit code: failed where
// a service was not rotated to its end, has keys that do not open, or uses another newest key than the others.
int RotateKeys(const HubAsked& asked, bool json);

// Under which keys of the file people's keys lie, by service.
int ShowKeys(const HubAsked& asked, bool json);

}  // namespace nwd::tool
