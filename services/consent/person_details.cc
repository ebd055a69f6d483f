#include "services/consent/person_details.h"

#include "common/base/strings.h"
#include "common/identifiers/person_number.h"
#include "common/identifiers/postcode.h"

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

}  // namespace

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

template std::vector<CheckedIdentifier> CheckIdentifiers(const v1::PersonDetails&, std::string_view,
                                                         status::Violations&);
template std::vector<CheckedIdentifier> CheckIdentifiers(const v1::ConfirmMatchRequest&, std::string_view,
                                                         status::Violations&);
template std::vector<CheckedIdentifier> CheckIdentifiers(const v1::FindPersonRequest&, std::string_view,
                                                         status::Violations&);

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
  absl::Status fit = violations.ToStatus();
  if (!fit.ok()) return fit;
  checked.comparable = Comparable::Of(checked.full_name, checked.date_of_birth, checked.postcode);
  return checked;
}

}  // namespace nwd::consent
