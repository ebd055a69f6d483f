// The folder a service keeps its data in, and the mark in it that says whose it is.
//
//   NWD_RETURN_IF_ERROR(OpenDataFolder("/var/lib/nwd/consent", "consent", hub_key));
//   … open the stores in it, "data" and "keys", which makes those that are missing …
//   NWD_RETURN_IF_ERROR(MarkStores("/var/lib/nwd/consent", {"data", "keys"}));
//
// The mark (a file named `mark`) holds the service's name and a value that only the same hub key gives. It is written
// when the folder is first used and empty, and must agree ever after: data of another service, or a hub key other
// than the one the data was written under, is refused before anything is read or written. What a key sealed is
// unreadable, and what it named is unknown, under any other: a service that went on would register people anew.
//
// Before a service first serves, its mark names the stores that were made. From then on each must be there: a store
// made anew in place of one that is lost would pass for it, and all people for erased.
//
// Errors: FAILED_PRECONDITION, one sentence that says what to do. Blocking; call each once, at start.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/crypto/key_file.h"

namespace nwd::files {

// Creates the folder where it is missing, closes it to other users and checks or writes its mark. Whether the stores
// that the mark names are there is checked too.
absl::Status OpenDataFolder(const std::string& folder, const std::string& service, const crypto::HubKey& hub_key);

// A mark that says what `mark` says, and that its folder is not to be opened while it lacks the file `awaited`.
std::string Awaiting(std::string mark, const std::string& awaited);
// Takes that out of the folder's mark.
absl::Status StopAwaiting(const std::string& folder, const std::string& awaited);

// Adds to the mark the stores it does not name yet: folders in this one, each of which is there now.
absl::Status MarkStores(const std::string& folder, const std::vector<std::string>& stores);

}  // namespace nwd::files
