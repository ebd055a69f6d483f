// What an organisation says of a person at registration, checked and in its normal forms. All faults are reported at
// once, by field, and none repeats what was typed. Pure functions; handlers call them before they look at the store.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nwd/consent/v1/person_service.pb.h"
#include "services/consent/matching.h"

namespace nwd::consent {

// The kinds of checked identifier; the letter is part of keys and hashes.
enum class IdentifierKind : char { kNino = 'n', kNhsNumber = 'h', kUln = 'u' };

struct CheckedIdentifier {
  IdentifierKind kind;
  std::string value;  // its normal form
};

struct CheckedDetails {
  std::string full_name;      // as they write it
  std::string date_of_birth;  // YYYY-MM-DD
  std::string postcode;       // its normal form; empty where they have none
  std::vector<CheckedIdentifier> identifiers;
  Comparable comparable;
};

absl::StatusOr<CheckedDetails> CheckDetails(const v1::PersonDetails& details);

// The one identifier by which somebody is sought.
absl::StatusOr<CheckedIdentifier> CheckSought(const v1::FindPersonRequest& request);

// What is said to confirm a possible match: one of the three.
struct CheckedConfirmation {
  std::optional<CheckedIdentifier> identifier;
  std::string former_name;
  std::string date_of_birth;
};
absl::StatusOr<CheckedConfirmation> CheckConfirmation(const v1::ConfirmMatchRequest& request);

}  // namespace nwd::consent
