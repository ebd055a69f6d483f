#include "services/consent/authority_states.h"

#include <gtest/gtest.h>

#include <map>

#include "common/base/strings.h"
#include "common/base/timestamps.h"

namespace nwd::consent {
namespace {

using enum AuthorityEvent;

const absl::Time kNow = absl::FromUnixSeconds(1'770'000'000);

constexpr AuthorityState kStates[] = {
    v1::AUTHORITY_STATE_ASSERTED, v1::AUTHORITY_STATE_APPROVED, v1::AUTHORITY_STATE_ACTIVE,
    v1::AUTHORITY_STATE_ENDED,    v1::AUTHORITY_STATE_OBJECTED, v1::AUTHORITY_STATE_OVERTURNED,
};

// The whole table in words, row by row: what follows each event; "-" where it cannot happen.
const std::map<std::string, std::string> kTable = {
    {"ASSERTED", "APPROVED - ENDED ENDED OBJECTED OVERTURNED"},
    {"APPROVED", "- ACTIVE ENDED ENDED OBJECTED OVERTURNED"},
    {"ACTIVE", "- - ENDED ENDED OBJECTED OVERTURNED"},
    {"ENDED", "- - - - OBJECTED OVERTURNED"},
    {"OBJECTED", "- - - - - -"},
    {"OVERTURNED", "- - - - - -"},
};

storage::Authority Authority(AuthorityState state) {
  storage::Authority authority;
  authority.set_state(state);
  authority.set_approve_time_us(Micros(kNow));
  authority.set_valid_until_us(Micros(kNow + absl::Hours(2)));
  return authority;
}

TEST(AuthorityStates, TheTableIsTheWholeTable) {
  for (const AuthorityState from : kStates) {
    std::string row;
    for (int event = 0; event < kAuthorityEvents; ++event) {
      const auto next = Next(from, static_cast<AuthorityEvent>(event));
      row += Cat(row.empty() ? "" : " ", next.has_value() ? StateName(*next) : "-");
    }
    EXPECT_EQ(row, kTable.at(std::string(StateName(from)))) << StateName(from);
  }
}

TEST(AuthorityStates, WhatIsOverNeverPermitsAgain) {
  for (const AuthorityState from : kStates) {
    if (!IsOver(from)) continue;
    for (int event = 0; event < kAuthorityEvents; ++event) {
      const auto next = Next(from, static_cast<AuthorityEvent>(event));
      EXPECT_TRUE(!next.has_value() || IsOver(*next)) << StateName(from);
    }
  }
  EXPECT_FALSE(IsOver(v1::AUTHORITY_STATE_ASSERTED));
  EXPECT_FALSE(IsOver(v1::AUTHORITY_STATE_ACTIVE));
  EXPECT_TRUE(IsOver(v1::AUTHORITY_STATE_ENDED));
}

TEST(AuthorityStates, TimeMakesAnApprovedOneActiveAndEndsIt) {
  storage::Authority authority = Authority(v1::AUTHORITY_STATE_APPROVED);
  EXPECT_EQ(StateAt(authority, kNow), v1::AUTHORITY_STATE_ACTIVE) << "from its approval, where nothing else is said";
  authority.set_valid_from_us(Micros(kNow + absl::Hours(1)));
  EXPECT_EQ(StateAt(authority, kNow + absl::Hours(1) - absl::Microseconds(1)), v1::AUTHORITY_STATE_APPROVED);
  EXPECT_EQ(StateAt(authority, kNow + absl::Hours(1)), v1::AUTHORITY_STATE_ACTIVE);
  EXPECT_EQ(StateAt(authority, kNow + absl::Hours(2) - absl::Microseconds(1)), v1::AUTHORITY_STATE_ACTIVE);
  EXPECT_EQ(StateAt(authority, kNow + absl::Hours(2)), v1::AUTHORITY_STATE_ENDED);
}

TEST(AuthorityStates, TimeEndsWhatNobodyApprovedAndChangesNothingThatIsOver) {
  EXPECT_EQ(StateAt(Authority(v1::AUTHORITY_STATE_ASSERTED), kNow + absl::Hours(1)), v1::AUTHORITY_STATE_ASSERTED)
      << "time alone approves nothing";
  EXPECT_EQ(StateAt(Authority(v1::AUTHORITY_STATE_ASSERTED), kNow + absl::Hours(3)), v1::AUTHORITY_STATE_ENDED);
  EXPECT_EQ(StateAt(Authority(v1::AUTHORITY_STATE_OBJECTED), kNow + absl::Hours(3)), v1::AUTHORITY_STATE_OBJECTED);
  EXPECT_EQ(StateAt(Authority(v1::AUTHORITY_STATE_OVERTURNED), kNow), v1::AUTHORITY_STATE_OVERTURNED);
}

TEST(AuthorityStates, MessagesSayFromWhere) {
  EXPECT_EQ(StatesThatTake(kApprove), "ASSERTED");
  EXPECT_EQ(StatesThatTake(kObject), "ASSERTED, APPROVED, ACTIVE, ENDED");
  EXPECT_EQ(EventName(kOverturn), "OVERTURN");
}

}  // namespace
}  // namespace nwd::consent
