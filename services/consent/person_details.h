// What an organisation says of a person at registration, checked and in its normal forms. All faults are reported at
// once, by field, and none repeats what was typed. Pure functions; handlers call them before they look at the store.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/status/status.h"
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

// The one identifier that a request names, checked; a fault, or none or several, goes to `violations`, and then it is
// nothing.
template <class Identified>
std::optional<CheckedIdentifier> CheckOneIdentifier(const Identified& said, status::Violations& violations);

}  // namespace nwd::consent
