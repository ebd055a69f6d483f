// The tables in code are whole: every kind, every state, every counter has its line.
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/strip.h"
#include "nwd/referral/v1/referral.pb.h"
#include "services/outcome/indicators.h"
#include "services/outcome/milestones.h"
#include "services/outcome/months.h"
#include "services/outcome/outcome_kinds.h"

namespace nwd::outcome {
namespace {

TEST(OutcomeKinds, EveryKindOfTheApiHasALine) {
  std::set<int> known;
  for (const OutcomeKindInfo& info : OutcomeKinds()) EXPECT_TRUE(known.insert(info.kind).second) << info.kind;
  const google::protobuf::EnumDescriptor& kinds = *v1::OutcomeKind_descriptor();
  for (int i = 0; i < kinds.value_count(); ++i) {
    if (kinds.value(i)->number() == v1::OUTCOME_KIND_UNSPECIFIED) continue;
    EXPECT_TRUE(known.contains(kinds.value(i)->number())) << kinds.value(i)->name();
  }
}

TEST(OutcomeKinds, AreNamedInFeedsAndJourneys) {
  EXPECT_EQ(KindName(v1::OUTCOME_KIND_JOB_START), "JOB_START");
  EXPECT_EQ(StepType(v1::OUTCOME_KIND_JOB_START), "outcome.job_start");
}

TEST(Indicators, EveryIndicatorRestsOnKnownCountersWithTheSameCuts) {
  for (const IndicatorInfo& info : Indicators()) {
    EXPECT_EQ(FindIndicator(info.name), &info);
    if (info.denominator) {
      EXPECT_EQ(InfoOf(info.counter).cuts, InfoOf(*info.denominator).cuts) << info.name;
      EXPECT_EQ(InfoOf(info.counter).source, InfoOf(*info.denominator).source) << info.name;
    }
  }
  EXPECT_EQ(FindIndicator("zzz"), nullptr);
}

TEST(Milestones, WhoeverGetsFurtherHasBeenSentAndAcknowledged) {
  const google::protobuf::EnumDescriptor& states = *referral::v1::ReferralState_descriptor();
  for (int i = 0; i < states.value_count(); ++i) {
    const std::string state(absl::StripPrefix(states.value(i)->name(), "REFERRAL_STATE_"));
    const uint32_t reached = MilestonesOf(state);
    const bool further = (reached & ~kSent) != 0;
    EXPECT_TRUE(!further || ((reached & kSent) && (reached & kAcknowledged))) << state;
    const bool supported = (reached & (kStarted | kCompleted)) != 0;
    EXPECT_TRUE(!supported || (reached & kAccepted)) << state;
  }
  EXPECT_EQ(MilestonesOf("DRAFT"), 0u);
  EXPECT_EQ(MilestonesOf("ENTERED_IN_ERROR"), 0u);
}

TEST(Months, AreLondons) {
  EXPECT_EQ(MonthText(*ParseMonth("2026-03")), "2026-03");
  EXPECT_EQ(MonthOf(absl::FromCivil(absl::CivilMinute(2026, 6, 30, 23, 30), absl::UTCTimeZone())),
            *ParseMonth("2026-07"));
  for (const char* wrong : {"", "2026", "2026-13", "2026-00", "2026-3", "-026-03", "2026-03-01"})
    EXPECT_FALSE(ParseMonth(wrong)) << wrong;
}

}  // namespace
}  // namespace nwd::outcome
