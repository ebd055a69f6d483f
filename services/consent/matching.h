// Whether two descriptions may be of one person, when no identifier settles it. Each thing that agrees or not weighs some
// bits, the logarithm of how much likelier that is for one person than for two (Fellegi and Sunter, "A Theory for Record
// Linkage", 1969), rounded for a register of about a million people; the sum is compared with one threshold.
//
//   const Agreement agreement = Compare(Comparable(said), Comparable(kept), IdentifierAgreement::kUnknown);
//   if (IsPossible(agreement)) …   // nobody is joined by it: an identifier that the service checks must follow
//
// Values in, values out; thread-safe. Compare takes a few microseconds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"

namespace nwd::consent {

// A description, in the form in which it is compared.
struct Comparable {
  std::vector<std::string> words;  // of the name, in Latin letters and in the order they were written
  absl::CivilDay born;
  std::string postcode;         // its normal form; empty where there is none
  bool without_vowels = false;  // the name was written in a script that leaves them out

  // `date_of_birth` YYYY-MM-DD and `postcode` in their normal forms.
  static Comparable Of(std::string_view full_name, std::string_view date_of_birth, std::string_view postcode);
};

enum class NameAgreement : uint8_t {
  kOther,
  kSurnameOnly,  // the last words agree and the first do not: brothers, sisters, parents
  kGivenOnly,    // the first words agree and the last do not: as after a marriage
  kClose,        // misspelt, one of several names left out
  kSame,         // the same words, in whatever order
};
enum class BirthAgreement : uint8_t {
  kOther,
  kNear,        // one digit differs
  kTransposed,  // day and month, or two digits side by side, have changed places
  kSame,
};
enum class PlaceAgreement : uint8_t {
  kOther,
  kUnknown,      // one has no postcode
  kSameOutcode,  // "SW9"
  kSame,
};
enum class IdentifierAgreement : uint8_t {
  kConflict,  // both have one of a kind, and none agrees
  kUnknown,
  kSame,
};

struct Agreement {
  NameAgreement name = NameAgreement::kOther;
  BirthAgreement birth = BirthAgreement::kOther;
  PlaceAgreement place = PlaceAgreement::kOther;
  IdentifierAgreement identifier = IdentifierAgreement::kUnknown;
};

Agreement Compare(const Comparable& a, const Comparable& b, IdentifierAgreement identifier);
// Whether the names are the same words, in whatever order: more than kSame, which takes "Mary Ann" for "Maryann".
bool SameWords(const Comparable& a, const Comparable& b);

int BitsOf(const Agreement& agreement);
bool IsPossible(const Agreement& agreement);

// The texts under which a description is found again by one that IsPossible with it: each names a birthday or a
// postcode together with the sound of one word. At most kBlocksMax (limits.h), each once.
std::vector<std::string> BlocksOf(const Comparable& described);

}  // namespace nwd::consent
