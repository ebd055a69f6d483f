// The first two admin organisations of a hub: named by configuration, made where the store holds no organisation at
// all. Called by App::Load, before the server starts.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/audit.h"
#include "common/store/store.h"
#include "services/directory/storage.pb.h"

namespace nwd::directory {

// FAILED_PRECONDITION, in a sentence for the operator, unless these are two different slugs.
absl::Status CheckAdminSlugs(const std::vector<std::string>& slugs);

// Makes them, active and with HUB_ADMIN alone. Blocks.
absl::Status MakeFirstAdmins(store::Store& store, const audit::Audit& audit, const std::vector<std::string>& slugs,
                             const std::string& trust_domain, absl::Time now);

}  // namespace nwd::directory
