#include "services/directory/organisation_rules.h"

#include <algorithm>

#include "absl/strings/strip.h"
#include "common/base/strings.h"
#include "services/directory/reasons.h"

namespace nwd::directory {
namespace {

std::string NameOf(OrganisationState state) {
  return std::string(absl::StripPrefix(common::v1::OrganisationState_Name(state), "ORGANISATION_STATE_"));
}

absl::Status WrongState(std::string_view message, OrganisationState state) {
  return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kWrongState, message,
                       {{"state", NameOf(state)}});
}

}  // namespace

absl::Status NoOrganisation(std::string_view named) {
  return status::Error(absl::StatusCode::kNotFound, reasons::kNoOrganisation,
                       Cat("there is no organisation ", named, " in this hub"), {{"organisation", std::string(named)}});
}

std::string IdentityOf(std::string_view trust_domain, std::string_view slug) {
  return Cat("spiffe://", trust_domain, "/org/", slug);
}

void CheckIdentities(const google::protobuf::RepeatedPtrField<std::string>& identities, std::string_view trust_domain,
                     std::string_view field, status::Violations& violations) {
  const std::string prefix = IdentityOf(trust_domain, "");
  for (int i = 0; i < identities.size(); ++i) {
    const std::string item = Cat(field, "[", i, "]");
    if (!identities[i].starts_with(prefix)) {
      violations.Add(item, Cat("must begin with ", prefix, ": this hub believes no other trust domain"));
    }
    if (std::find(identities.begin(), identities.begin() + i, identities[i]) != identities.begin() + i) {
      violations.Add(item, "is named twice");
    }
  }
}

absl::Status CheckStateChange(const StateChange& change) {
  if (change.from == common::v1::ORGANISATION_STATE_LEFT && change.to != change.from) {
    return WrongState("the organisation has left, which is final; add it anew under another slug", change.from);
  }
  if (change.to == common::v1::ORGANISATION_STATE_ACTIVE) return absl::OkStatus();
  if (change.own) {
    return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kOwnState,
                         "an admin organisation cannot suspend or remove itself; ask another admin");
  }
  if (change.last_admin) {
    return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kLastAdmin,
                         "this is the last active admin organisation; make another one first");
  }
  return absl::OkStatus();
}

absl::Status CheckNotLeft(const directory::v1::Organisation& organisation) {
  if (organisation.state() != common::v1::ORGANISATION_STATE_LEFT) return absl::OkStatus();
  return WrongState("the organisation has left; nothing about it can be changed any more", organisation.state());
}

}  // namespace nwd::directory
