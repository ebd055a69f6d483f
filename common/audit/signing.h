// The keys that sign a service's audit log, from the hub's own. Pure function.
#pragma once

#include <string_view>
#include <vector>

#include "common/crypto/key_file.h"
#include "common/crypto/sign.h"

namespace nwd::audit {

// One for each line of the hub's key file, the newest first, at most two: a line that is added there (nwd keys new) is a
// new key for the logs too, and the one before signs beside it until another line is added. So whoever verifies has that
// long to take up the new one.
std::vector<crypto::SigningKey> SigningKeysOf(const crypto::HubKey& hub_key, std::string_view service);

// Those of every line of the file, newest first: what a log kept may be signed by.
std::vector<crypto::SigningKey> AllSigningKeysOf(const crypto::HubKey& hub_key, std::string_view service);

}  // namespace nwd::audit
