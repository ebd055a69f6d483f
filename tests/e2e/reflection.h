// Asking a server what it serves, as grpcurl does.
#pragma once

#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "common/rpc/client.h"
#include "google/protobuf/descriptor_database.h"

namespace nwd::e2e {

// The full names of the services it says it has.
absl::StatusOr<std::set<std::string>> ReflectedServices(rpc::Client& client);

// Adds the file that declares `symbol`, and all it imports, as the server describes them.
absl::Status ReflectFile(rpc::Client& client, const std::string& symbol,
                         google::protobuf::SimpleDescriptorDatabase& files);

}  // namespace nwd::e2e
