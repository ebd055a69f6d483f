#include "common/access/registry.h"

#include <algorithm>

#include "common/base/strings.h"

namespace nwd::access {
namespace {

OrganisationPtr FindIn(const absl::flat_hash_map<std::string, OrganisationPtr>& table, std::string_view key) {
  const auto found = table.find(AbslView(key));
  return found == table.end() ? nullptr : found->second;
}

}  // namespace

bool Organisation::HasRole(Role role) const { return std::find(roles.begin(), roles.end(), role) != roles.end(); }

bool Organisation::Revoked(std::string_view serial) const {
  return std::find(revoked_serials.begin(), revoked_serials.end(), serial) != revoked_serials.end();
}

OrganisationPtr Registry::FindByIdentity(std::string_view spiffe_id) const {
  absl::ReaderMutexLock lock(&mutex_);
  return FindIn(by_identity_, spiffe_id);
}

OrganisationPtr Registry::FindById(std::string_view organisation_id) const {
  absl::ReaderMutexLock lock(&mutex_);
  return FindIn(by_id_, organisation_id);
}

void Registry::Set(Organisation organisation) {
  auto entry = std::make_shared<const Organisation>(std::move(organisation));
  absl::MutexLock lock(&mutex_);
  OrganisationPtr& known = by_id_[entry->organisation_id];
  if (known != nullptr) {
    for (const std::string& identity : known->identities) {
      // An identity may have gone to another organisation meanwhile: changes of two need not come in order.
      const auto mine = by_identity_.find(identity);
      if (mine != by_identity_.end() && mine->second->organisation_id == entry->organisation_id) {
        by_identity_.erase(mine);
      }
    }
  }
  known = entry;
  for (const std::string& identity : entry->identities) by_identity_[identity] = entry;
}

std::vector<OrganisationPtr> Registry::All() const {
  absl::ReaderMutexLock lock(&mutex_);
  std::vector<OrganisationPtr> all;
  all.reserve(by_id_.size());
  for (const auto& [id, organisation] : by_id_) all.push_back(organisation);
  return all;
}

void Registry::SetRevoked(const std::vector<std::string>& serials) {
  absl::MutexLock lock(&mutex_);
  revoked_ = {serials.begin(), serials.end()};
  any_revoked_.store(!revoked_.empty(), std::memory_order_release);
}

bool Registry::Revoked(std::string_view serial) const {
  if (!any_revoked_.load(std::memory_order_acquire)) return false;
  absl::ReaderMutexLock lock(&mutex_);
  return revoked_.contains(AbslView(serial));
}

}  // namespace nwd::access
