// What may become of an organisation: identities it may carry, states it may go to. Values in, a status out; the caller
// has the rows.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "common/status/status.h"
#include "nwd/common/v1/vocabulary.pb.h"
#include "nwd/directory/v1/organisation_service.pb.h"

namespace nwd::directory {

using common::v1::OrganisationState;

// NOT_FOUND, for callers who may list organisations; `named` is an id or a slug.
absl::Status NoOrganisation(std::string_view named);

// "spiffe://<trust domain>/org/<slug>".
std::string IdentityOf(std::string_view trust_domain, std::string_view slug);

// Every identity is of this hub's trust domain, and none is named twice.
void CheckIdentities(const google::protobuf::RepeatedPtrField<std::string>& identities, std::string_view trust_domain,
                     std::string_view field, status::Violations& violations);

// Who asks for a change of state, and what would be left.
struct StateChange {
  OrganisationState from;
  OrganisationState to;
  bool own = false;         // the caller changes its own state
  bool last_admin = false;  // it is the only active admin organisation
};

// OK, or FAILED_PRECONDITION: LEFT is final; nobody suspends or removes itself; the last active admin stays.
absl::Status CheckStateChange(const StateChange& change);

// FAILED_PRECONDITION for an organisation that has left: nothing about it changes any more.
absl::Status CheckNotLeft(const directory::v1::Organisation& organisation);

}  // namespace nwd::directory
