#include "services/consent/person_details.h"

#include <string_view>
#include <utility>

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/identifiers/person_number.h"
#include "common/identifiers/postcode.h"
#include "common/status/status.h"

namespace nwd::consent {
namespace {

void CheckIdentifier(IdentifierKind kind, const std::string& said, identifiers::Checked (*check)(std::string_view),
                     const std::string& field, std::vector<CheckedIdentifier>& out, status::Violations& violations) {
  if (said.empty()) return;
  identifiers::Checked checked = check(said);
  if (checked.ok()) {
    out.push_back({kind, std::move(checked.value)});
  } else {
    violations.Add(field, checked.reason);
  }
}

// The identifiers that are not empty, checked; faults go to `violations` under `prefix`.
template <class Identified>
std::vector<CheckedIdentifier> CheckIdentifiers(const Identified& said, std::string_view prefix,
                                                status::Violations& violations) {
  std::vector<CheckedIdentifier> checked;
  CheckIdentifier(IdentifierKind::kNino, said.nino(), identifiers::CheckNino, Cat(prefix, "nino"), checked, violations);
  CheckIdentifier(IdentifierKind::kNhsNumber, said.nhs_number(), identifiers::CheckNhsNumber, Cat(prefix, "nhs_number"),
                  checked, violations);
  CheckIdentifier(IdentifierKind::kUln, said.uln(), identifiers::CheckUln, Cat(prefix, "uln"), checked, violations);
  return checked;
}

template <class Identified>
int IdentifiersIn(const Identified& said) {
  return !said.nino().empty() + !said.nhs_number().empty() + !said.uln().empty();
}

}  // namespace

absl::StatusOr<CheckedIdentifier> CheckSought(const v1::FindPersonRequest& request) {
  status::Violations violations;
  std::vector<CheckedIdentifier> identifiers = CheckIdentifiers(request, "", violations);
  if (IdentifiersIn(request) != 1) violations.Add("nino", "exactly one of nino, nhs_number and uln must be given");
  NWD_RETURN_IF_ERROR(violations.ToStatus());
  return std::move(identifiers.front());
}

absl::StatusOr<CheckedConfirmation> CheckConfirmation(const v1::ConfirmMatchRequest& request) {
  status::Violations violations;
  std::vector<CheckedIdentifier> identifiers = CheckIdentifiers(request, "", violations);
  if (IdentifiersIn(request) + !request.former_name().empty() + !request.date_of_birth().empty() != 1) {
    violations.Add("nino", "exactly one of nino, nhs_number, uln, former_name and date_of_birth must be given");
  }
  if (!request.person_present()) {
    violations.Add("person_present", "must be true: nobody is joined to another without being asked");
  }
  NWD_RETURN_IF_ERROR(violations.ToStatus());
  CheckedConfirmation checked{std::nullopt, request.former_name(), request.date_of_birth()};
  if (!identifiers.empty()) checked.identifier = std::move(identifiers.front());
  return checked;
}

absl::StatusOr<CheckedDetails> CheckDetails(const v1::PersonDetails& details) {
  status::Violations violations;
  CheckedDetails checked;
  checked.full_name = details.full_name();
  checked.date_of_birth = details.date_of_birth();

  if (!details.postcode().empty()) {
    identifiers::Checked postcode = identifiers::CheckPostcode(details.postcode());
    if (!postcode.ok()) violations.Add("details.postcode", postcode.reason);
    checked.postcode = std::move(postcode.value);
  }
  checked.identifiers = CheckIdentifiers(details, "details.", violations);
  NWD_RETURN_IF_ERROR(violations.ToStatus());
  checked.comparable = Comparable::Of(checked.full_name, checked.date_of_birth, checked.postcode);
  return checked;
}

}  // namespace nwd::consent
