#include "services/consent/emergency_states.h"

#include <gtest/gtest.h>

#include "common/base/timestamps.h"
#include "services/consent/limits.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT

const absl::Time kOpened = absl::FromUnixSeconds(1'772'442'000);

storage::EmergencyAccess Access() {
  storage::EmergencyAccess access;
  access.set_open_time_us(Micros(kOpened));
  return access;
}

TEST(EmergencyStates, PermitsForThreeHoursToTheSecond) {
  const storage::EmergencyAccess access = Access();
  EXPECT_EQ(StateAt(access, kOpened), v1::EMERGENCY_ACCESS_STATE_OPEN);
  EXPECT_EQ(StateAt(access, kOpened + absl::Hours(3) - absl::Seconds(1)), v1::EMERGENCY_ACCESS_STATE_OPEN);
  EXPECT_EQ(StateAt(access, kOpened + absl::Hours(3)), v1::EMERGENCY_ACCESS_STATE_AWAITING_REVIEW);
  EXPECT_EQ(FromMicros(ExpireTimeUs(access)), kOpened + absl::Hours(3));
}

TEST(EmergencyStates, PermitsNothingBeforeItWasOpened) {
  EXPECT_FALSE(InTime(Access(), kOpened - absl::Microseconds(1)));
  EXPECT_NE(StateAt(Access(), kOpened - absl::Hours(1)), v1::EMERGENCY_ACCESS_STATE_OPEN);
}

TEST(EmergencyStates, WhatWasClosedStaysClosedWhateverTheClockSays) {
  storage::EmergencyAccess access = Access();
  access.set_close_time_us(Micros(kOpened + absl::Hours(1)));
  for (const int minutes : {0, 30, 60, 90, 600}) {
    EXPECT_EQ(StateAt(access, kOpened + absl::Minutes(minutes)), v1::EMERGENCY_ACCESS_STATE_AWAITING_REVIEW) << minutes;
  }
  access.set_review_time_us(Micros(kOpened + absl::Hours(2)));
  for (const int minutes : {0, 30, 60, 90, 600}) {
    EXPECT_EQ(StateAt(access, kOpened + absl::Minutes(minutes)), v1::EMERGENCY_ACCESS_STATE_REVIEWED) << minutes;
  }
}

TEST(EmergencyStates, TheReviewIsDueThreeDaysAfterItStoppedPermitting) {
  storage::EmergencyAccess access = Access();
  EXPECT_EQ(FromMicros(ReviewDueTimeUs(access)), kOpened + absl::Hours(3 + 72));
  access.set_close_time_us(Micros(kOpened + absl::Hours(1)));
  EXPECT_EQ(FromMicros(ReviewDueTimeUs(access)), kOpened + absl::Hours(1 + 72));
  access.set_close_time_us(Micros(kOpened + absl::Hours(10)));
  EXPECT_EQ(FromMicros(ReviewDueTimeUs(access)), kOpened + absl::Hours(3 + 72)) << "it was over before it was closed";
}

TEST(EmergencyStates, RestsOnFourOfTheLawfulBases) {
  int bases = 0;
  for (int number = LawfulBasis_MIN; number <= LawfulBasis_MAX; ++number) {
    bases += IsEmergencyBasis(static_cast<LawfulBasis>(number));
  }
  EXPECT_EQ(bases, 4);
  EXPECT_TRUE(IsEmergencyBasis(LAWFUL_BASIS_LEGAL_OBLIGATION));
  EXPECT_TRUE(IsEmergencyBasis(LAWFUL_BASIS_VITAL_INTERESTS));
  EXPECT_TRUE(IsEmergencyBasis(LAWFUL_BASIS_PUBLIC_TASK));
  EXPECT_TRUE(IsEmergencyBasis(LAWFUL_BASIS_RECOGNISED_LEGITIMATE_INTEREST));
  EXPECT_FALSE(IsEmergencyBasis(LAWFUL_BASIS_CONSENT)) << "a consent is not had in an emergency";
  EXPECT_FALSE(IsEmergencyBasis(LAWFUL_BASIS_UNSPECIFIED));
}

TEST(EmergencyStates, IsKeptFromThePersonWhereTellingIsUnsafeUntilAReviewSaysItIsSafe) {
  storage::EmergencyAccess access = Access();
  EXPECT_FALSE(IsKeptFromPerson(access)) << "nobody was there to tell them; they may find out";
  access.set_unsafe_to_tell(true);
  EXPECT_TRUE(IsKeptFromPerson(access));
  access.set_safe_to_tell(true);
  EXPECT_FALSE(IsKeptFromPerson(access));
}

TEST(EmergencyStates, HasTheNamesOfTheApi) {
  EXPECT_EQ(StateName(v1::EMERGENCY_ACCESS_STATE_AWAITING_REVIEW), "AWAITING_REVIEW");
}

}  // namespace
}  // namespace nwd::consent
