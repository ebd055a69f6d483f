// The folder a service keeps its data in, and the mark in it that says whose it is.
//
//   NWD_RETURN_IF_ERROR(OpenDataFolder("/var/lib/nwd/consent", "consent", hub_key));
//
// The mark (a file named `mark`) holds the service's name and a value that only the same hub key gives. It is written
// once, when the folder is first used and empty, and must agree ever after: data of another service, or a hub key other
// than the one the data was written under, is refused before anything is read or written. What a key sealed is
// unreadable, and what it named is unknown, under any other: a service that went on would register people anew.
//
// Errors: FAILED_PRECONDITION, one sentence that says what to do. Blocking; call it once, at start.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "common/crypto/key_file.h"

namespace nwd::program {

// Creates the folder where it is missing, closes it to other users and checks or writes its mark.
absl::Status OpenDataFolder(const std::string& folder, const std::string& service, const crypto::HubKey& hub_key);

}  // namespace nwd::program
