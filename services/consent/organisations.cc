#include "services/consent/organisations.h"

namespace nwd::consent {

bool IsActive(const access::OrganisationPtr& organisation) {
  return organisation != nullptr && organisation->state == common::v1::ORGANISATION_STATE_ACTIVE;
}

common::v1::OrganisationKind KindNow(const access::OrganisationPtr& organisation) {
  return IsActive(organisation) ? organisation->kind : common::v1::ORGANISATION_KIND_UNSPECIFIED;
}

bool IsSafeguardingNow(const access::OrganisationPtr& organisation) {
  return IsActive(organisation) && organisation->HasRole(common::v1::ROLE_SAFEGUARDING);
}

async::Task<absl::StatusOr<access::OrganisationPtr>> Organisations::Find(const std::string& organisation_id) {
  if (access::OrganisationPtr known = Known(organisation_id)) co_return known;
  const absl::Status asked = co_await ask_(organisation_id);
  if (absl::IsNotFound(asked) || absl::IsPermissionDenied(asked)) co_return access::OrganisationPtr();
  if (!asked.ok()) co_return asked;
  co_return Known(organisation_id);
}

}  // namespace nwd::consent
