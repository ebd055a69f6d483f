#include "services/directory/first_admins.h"

#include "common/async/block_on.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/ids/names.h"
#include "common/ids/uuid.h"
#include "services/directory/organisation_repository.h"
#include "services/directory/organisation_rules.h"

namespace nwd::directory {

absl::Status CheckAdminSlugs(const std::vector<std::string>& slugs) {
  if (slugs.size() == 2 && ids::IsSlug(slugs[0]) && ids::IsSlug(slugs[1]) && slugs[0] != slugs[1])
    return absl::OkStatus();
  return absl::FailedPreconditionError(
      "the registry is empty: name its first two admin organisations as two different slugs, like --admins "
      "hub-north,hub-south");
}

absl::Status MakeFirstAdmins(store::Store& store, const audit::Audit& audit, const std::vector<std::string>& slugs,
                             const std::string& trust_domain, absl::Time now) {
  NWD_RETURN_IF_ERROR(CheckAdminSlugs(slugs));
  std::vector<std::string> organisation_ids;
  for (size_t i = 0; i < slugs.size(); ++i) organisation_ids.push_back(ids::Uuid::Random().ToString());
  auto body = [&](store::Txn& txn) -> absl::Status {
    for (size_t i = 0; i < slugs.size(); ++i) {
      OrganisationRow row;
      v1::Organisation& organisation = *row.mutable_organisation();
      organisation.set_organisation_id(organisation_ids[i]);
      organisation.set_slug(slugs[i]);
      organisation.set_name(slugs[i]);
      organisation.set_kind(common::v1::ORGANISATION_KIND_HUB);
      organisation.set_state(common::v1::ORGANISATION_STATE_ACTIVE);
      organisation.add_identities(IdentityOf(trust_domain, slugs[i]));
      organisation.add_roles(common::v1::ROLE_HUB_ADMIN);
      SaveOrganisation(txn, row, nullptr, now);
      storage::Act act;
      act.set_object_id(organisation_ids[i]);
      act.set_detail("HUB_ADMIN");
      audit.AppendPlain(txn, "organisation.created", now, act);
    }
    return absl::OkStatus();
  };
  return async::BlockOn(store.Update(body));
}

}  // namespace nwd::directory
