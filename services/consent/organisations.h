// Organisations as this service knows them: the registry, and the directory for one the registry lacks. Thread-safe.
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "common/access/registry.h"
#include "common/async/task.h"

namespace nwd::consent {

// Whether it is known and active.
bool IsActive(const access::OrganisationPtr& organisation);

// The kind an organisation is judged by. Whom nobody vouches for now gets nothing, whatever a consent says: the kind of
// one that is not known or not active is UNSPECIFIED, which is above every ceiling.
common::v1::OrganisationKind KindNow(const access::OrganisationPtr& organisation);
// Whether it is active, and trusted with safeguarding.
bool IsSafeguardingNow(const access::OrganisationPtr& organisation);

// Asks the directory about an organisation; afterwards the registry holds it, if it exists.
using AskOrganisation = std::function<async::Task<absl::Status>(const std::string& organisation_id)>;

class Organisations {
 public:
  Organisations(const access::Registry& registry, AskOrganisation ask) : registry_(registry), ask_(std::move(ask)) {}

  // Null where it is not known here.
  access::OrganisationPtr Known(std::string_view organisation_id) const { return registry_.FindById(organisation_id); }
  // Null where the directory does not know it either. UNAVAILABLE where it cannot be asked.
  async::Task<absl::StatusOr<access::OrganisationPtr>> Find(const std::string& organisation_id);

 private:
  const access::Registry& registry_;
  const AskOrganisation ask_;
};

}  // namespace nwd::consent
