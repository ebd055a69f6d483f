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

}  // namespace

template <class Identified>
std::optional<CheckedIdentifier> CheckOneIdentifier(const Identified& said, status::Violations& violations) {
  const std::vector<CheckedIdentifier> identifiers = CheckIdentifiers(said, "", violations);
  const int named = !said.nino().empty() + !said.nhs_number().empty() + !said.uln().empty();
  if (named != 1) violations.Add("nino", "exactly one of nino, nhs_number and uln must be given");
  return named == 1 && !identifiers.empty() ? std::optional(identifiers.front()) : std::nullopt;
}

template std::optional<CheckedIdentifier> CheckOneIdentifier(const v1::ConfirmMatchRequest&, status::Violations&);
template std::optional<CheckedIdentifier> CheckOneIdentifier(const v1::FindPersonRequest&, status::Violations&);

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
