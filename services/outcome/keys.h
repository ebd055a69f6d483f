// Every key of the outcome service's store. Byte order is the order in which rows are listed.
//
//   r referral                                  → ReferralRow
//   c correlation referral                      → (nothing)      the chain of referrals that grew out of one
//   o outcome                                   → OutcomeRow
//   d referral day outcome                      → (nothing)      a referral's outcomes by day
//   j person time sequence type source          → StepRow        a person's journey, oldest first
//   e person                                    → (nothing)      erased: nothing is kept of them again
//   p person                                    → JoinsRow       who else is this person
//   n counter cut month cell                    → CountRow       figures, exact
//   b source                                    → CountRow       the month a source's figures begin in
//   w                                           → CountRow       how far this service's own feed has been counted
//   l release                                   → ReleaseRow
//   s sequence (newest first)                   → release id
//   f release counter cut year slot             → FrozenTable
//
// Ids are 16 raw bytes; numbers 8 bytes, big-endian; text ends with a zero byte. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/ids/uuid.h"
#include "common/store/keys.h"
#include "services/outcome/indicators.h"
#include "services/outcome/months.h"

namespace nwd::outcome::keys {

using ids::Uuid;
using store::KeyBuilder;

inline std::string Referral(Uuid referral) { return KeyBuilder('r').Bytes(referral.bytes()).Build(); }

inline std::string ChainPrefix(Uuid correlation) { return KeyBuilder('c').Bytes(correlation.bytes()).Build(); }
inline std::string ChainLink(Uuid correlation, Uuid referral) {
  return KeyBuilder('c').Bytes(correlation.bytes()).Bytes(referral.bytes()).Build();
}

inline std::string Outcomes() { return KeyBuilder('o').Build(); }
inline std::string Outcome(Uuid outcome) { return KeyBuilder('o').Bytes(outcome.bytes()).Build(); }

inline std::string OutcomesOf(Uuid referral) { return KeyBuilder('d').Bytes(referral.bytes()).Build(); }
inline std::string OutcomeOf(Uuid referral, absl::CivilDay day, Uuid outcome) {
  const auto number = static_cast<uint64_t>((day.year() * 100 + day.month()) * 100 + day.day());
  return KeyBuilder('d').Bytes(referral.bytes()).Number(number).Bytes(outcome.bytes()).Build();
}

inline std::string Journeys() { return KeyBuilder('j').Build(); }
inline std::string Journey(Uuid person) { return KeyBuilder('j').Bytes(person.bytes()).Build(); }
// `sequence` orders what happened in the same instant; `source` tells one thing from another.
inline std::string Step(Uuid person, absl::Time time, int64_t sequence, std::string_view type, Uuid source) {
  return KeyBuilder('j')
      .Bytes(person.bytes())
      .Number(static_cast<uint64_t>(absl::ToUnixMicros(time)))
      .Number(static_cast<uint64_t>(sequence))
      .Text(type)
      .Bytes(source.bytes())
      .Build();
}

inline std::string Erased(Uuid person) { return KeyBuilder('e').Bytes(person.bytes()).Build(); }

inline std::string Joins(Uuid person) { return KeyBuilder('p').Bytes(person.bytes()).Build(); }

inline std::string Counts(Counter counter) { return KeyBuilder('n').Number(static_cast<uint64_t>(counter)).Build(); }
inline std::string Count(Counter counter, v1::Cut cut, Month month, std::string_view cell) {
  return KeyBuilder('n')
      .Number(static_cast<uint64_t>(counter))
      .Number(static_cast<uint64_t>(cut))
      .Number(static_cast<uint64_t>(month))
      .Text(cell)
      .Build();
}

inline std::string Began(Source source) { return KeyBuilder('b').Number(static_cast<uint64_t>(source)).Build(); }
inline std::string Counted() { return KeyBuilder('w').Build(); }

inline std::string Release(Uuid release) { return KeyBuilder('l').Bytes(release.bytes()).Build(); }
inline std::string Releases() { return KeyBuilder('s').Build(); }
inline std::string ReleaseBySequence(int64_t sequence) {
  return KeyBuilder('s').Descending(static_cast<uint64_t>(sequence)).Build();
}

inline std::string FrozenOf(Uuid release) { return KeyBuilder('f').Bytes(release.bytes()).Build(); }
// `slot`: a place in disclosure.h's year.
inline std::string Frozen(Uuid release, Counter counter, v1::Cut cut, int64_t year, int slot) {
  return KeyBuilder('f')
      .Bytes(release.bytes())
      .Number(static_cast<uint64_t>(counter))
      .Number(static_cast<uint64_t>(cut))
      .Number(static_cast<uint64_t>(year))
      .Number(static_cast<uint64_t>(slot))
      .Build();
}

}  // namespace nwd::outcome::keys
