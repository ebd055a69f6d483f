#include "services/consent/recipients.h"

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "services/consent/limits.h"

namespace nwd::consent {

async::Task<absl::Status> CheckRecipientsKnown(Organisations& organisations,
                                               const google::protobuf::RepeatedPtrField<std::string>& ids,
                                               status::Violations& violations) {
  int asked = 0;
  for (int i = 0; i < ids.size(); ++i) {
    access::OrganisationPtr organisation = organisations.Known(ids[i]);
    const bool ask = organisation == nullptr && asked < kOrganisationsAskedMax;
    if (ask) {
      ++asked;
      NWD_CO_ASSIGN_OR_RETURN(organisation, co_await organisations.Find(ids[i]));
    }
    if (organisation == nullptr) {
      violations.Add(Cat("terms.recipient_organisation_ids[", i, "]"),
                     ask ? "is no organisation of this hub"
                         : Cat("was not looked up, since ", kOrganisationsAskedMax,
                               " before it had to be; mend those that are wrong, then try again"));
    } else if (organisation->state == common::v1::ORGANISATION_STATE_LEFT) {
      violations.Add(Cat("terms.recipient_organisation_ids[", i, "]"), "has left the hub");
    } else if (organisation->HasRole(common::v1::ROLE_RESIDENT_CHANNEL)) {
      violations.Add(Cat("terms.recipient_organisation_ids[", i, "]"),
                     "is a resident channel: it speaks for people, so what it would receive it cannot also agree to");
    }
  }
  co_return absl::OkStatus();
}

}  // namespace nwd::consent
