// Who is calling, once identified.
#pragma once

#include <string>

#include "common/access/registry.h"

namespace nwd::access {

struct Caller {
  enum class Kind {
    kUnknown,       // a verified certificate, but no organisation of this hub
    kOrganisation,  // an organisation of the hub, in whatever state
    kService,       // one of our own services
  };
  Kind kind = Kind::kUnknown;
  std::string identity;          // the SPIFFE URI of the certificate
  std::string serial;            // the certificate's serial, lower-case hexadecimal
  std::string service;           // for kService: "referral"
  OrganisationPtr organisation;  // for kOrganisation

  bool IsService() const { return kind == Kind::kService; }
  // The organisation's id; empty for a service.
  const std::string& OrganisationId() const {
    static const std::string none;
    return organisation ? organisation->organisation_id : none;
  }
};

}  // namespace nwd::access
