// The keys that sign a service's audit log, from the hub's own. Pure function.
#pragma once

#include <string_view>
#include <vector>

#include "common/crypto/key_file.h"
#include "common/crypto/sign.h"

namespace nwd::audit {

// That of the newest line of the hub's key file, and of the line whose number comes before its: a line that is added there
// (nwd keys new) is a new key for the logs too, and the one before signs beside it until another line is added or its own is
// taken out. So whoever verifies has that long to take up the new one; and a key that is out of the file, or older, signs no
// more, nor does the root, which stays in the file for other ends.
std::vector<crypto::SigningKey> SigningKeysOf(const crypto::HubKey& hub_key, std::string_view service);

// Those of every line of the file, newest first: what a log kept may be signed by.
std::vector<crypto::SigningKey> AllSigningKeysOf(const crypto::HubKey& hub_key, std::string_view service);

}  // namespace nwd::audit
