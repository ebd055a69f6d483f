#include "common/access/policy.h"

#include <algorithm>

#include "common/base/strings.h"
#include "common/status/reasons.h"
#include "common/status/status.h"

namespace nwd::access {

using common::v1::AccessRule;

namespace {

absl::Status CertificateRevoked(const std::string& serial) {
  return status::Error(absl::StatusCode::kUnauthenticated, reasons::kCertificateRevoked,
                       Cat("the certificate with serial ", serial, " is revoked; use a new one"), {{"serial", serial}});
}

absl::Status NotActive(std::string_view whose) {
  return status::Error(absl::StatusCode::kPermissionDenied, reasons::kOrganisationNotActive,
                       Cat(whose, " is not active in this hub; ask the hub's admin"));
}

}  // namespace

absl::StatusOr<AccessRule> RuleOf(const google::protobuf::MethodDescriptor& method) {
  if (!method.options().HasExtension(common::v1::access)) {
    return absl::FailedPreconditionError(Cat(method.full_name(), " declares no access rule (nwd.common.v1.access)"));
  }
  const AccessRule& rule = method.options().GetExtension(common::v1::access);
  const bool somebody = rule.any_identity() || rule.roles_size() > 0 || rule.services_size() > 0;
  if (!somebody || rule.tie() == common::v1::TIE_UNSPECIFIED) {
    return absl::FailedPreconditionError(
        Cat(method.full_name(), " declares an access rule that admits nobody or names no tie"));
  }
  return rule;
}

absl::Status Admit(const AccessRule& rule, const Caller& caller) {
  if (caller.kind == Caller::Kind::kOrganisation && caller.organisation->Revoked(caller.serial)) {
    return CertificateRevoked(caller.serial);
  }
  if (rule.any_identity()) return absl::OkStatus();
  switch (caller.kind) {
    case Caller::Kind::kUnknown:
      return status::Error(absl::StatusCode::kUnauthenticated, reasons::kUnknownIdentity,
                           Cat("no organisation of this hub has the identity ", caller.identity),
                           {{"identity", caller.identity}});
    case Caller::Kind::kService:
      if (std::find(rule.services().begin(), rule.services().end(), caller.service) != rule.services().end()) {
        return absl::OkStatus();
      }
      return status::Denied();
    case Caller::Kind::kOrganisation:
      break;
  }
  const Organisation& organisation = *caller.organisation;
  if (organisation.state != common::v1::ORGANISATION_STATE_ACTIVE) {
    return NotActive("your organisation");
  }
  for (const int role : rule.roles()) {
    if (organisation.HasRole(static_cast<Role>(role))) return absl::OkStatus();
  }
  return status::Denied();
}

absl::Status AdmitCertificate(const Caller& caller, const Registry& registry) {
  return registry.Revoked(caller.serial) ? CertificateRevoked(caller.serial) : absl::OkStatus();
}

absl::Status AdmitSponsor(const Caller& caller, const Registry& registry) {
  if (caller.organisation == nullptr || caller.organisation->sponsor_organisation_id.empty()) return absl::OkStatus();
  const OrganisationPtr sponsor = registry.FindById(caller.organisation->sponsor_organisation_id);
  const bool active = sponsor != nullptr && sponsor->state == common::v1::ORGANISATION_STATE_ACTIVE;
  return active ? absl::OkStatus() : NotActive("your sponsor");
}

}  // namespace nwd::access
