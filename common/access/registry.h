// Who is trusted, as every service must know it to decide who may call: the organisations of the hub, a small table in
// memory that is replaced entry by entry as the directory (or the replica of it) changes; and the certificates that the
// hub's authority has revoked, as its list (common/tls) says.
//
// Thread-safe. Readers get immutable snapshots that stay valid as long as they hold them.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include "nwd/common/v1/access.pb.h"
#include "nwd/common/v1/vocabulary.pb.h"

namespace nwd::access {

using common::v1::OrganisationKind;
using common::v1::OrganisationState;
using common::v1::Role;

// An organisation as it is trusted now.
struct Organisation {
  std::string organisation_id;
  std::string slug;
  OrganisationKind kind = common::v1::ORGANISATION_KIND_UNSPECIFIED;
  OrganisationState state = common::v1::ORGANISATION_STATE_UNSPECIFIED;
  std::vector<Role> roles;
  std::vector<std::string> identities;       // SPIFFE URIs
  std::vector<std::string> revoked_serials;  // lower-case hexadecimal
  std::string sponsor_organisation_id;

  bool HasRole(Role role) const;
  bool Revoked(std::string_view serial) const;
};

using OrganisationPtr = std::shared_ptr<const Organisation>;

class Registry {
 public:
  // Null where there is none.
  OrganisationPtr FindByIdentity(std::string_view spiffe_id) const;
  OrganisationPtr FindById(std::string_view organisation_id) const;
  // Adds the organisation or replaces what was known of it.
  void Set(Organisation organisation);
  std::vector<OrganisationPtr> All() const;

  // The serials of all certificates the hub's authority has revoked, organisations' and our services'; in place of
  // those named before.
  void SetRevoked(const std::vector<std::string>& serials);
  bool Revoked(std::string_view serial) const;

 private:
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, OrganisationPtr> by_id_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, OrganisationPtr> by_identity_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_set<std::string> revoked_ ABSL_GUARDED_BY(mutex_);
  std::atomic<bool> any_revoked_{false};  // spares every call a lock where there are none
};

}  // namespace nwd::access
