#include "services/directory/trust.h"

namespace nwd::directory {

void Trust::Publish(const storage::OrganisationRow& row) {
  const directory::v1::Organisation& from = row.organisation();
  access::Organisation organisation;
  organisation.organisation_id = from.organisation_id();
  organisation.slug = from.slug();
  organisation.kind = from.kind();
  organisation.state = from.state();
  for (const int role : from.roles()) organisation.roles.push_back(static_cast<common::v1::Role>(role));
  organisation.identities.assign(from.identities().begin(), from.identities().end());
  organisation.revoked_serials.assign(from.revoked_serials().begin(), from.revoked_serials().end());
  organisation.sponsor_organisation_id = from.sponsor_organisation_id();

  const absl::MutexLock lock(&mutex_);
  int64_t& known = revisions_[organisation.organisation_id];
  if (row.revision() <= known) return;
  known = row.revision();
  registry_.Set(std::move(organisation));
}

}  // namespace nwd::directory
