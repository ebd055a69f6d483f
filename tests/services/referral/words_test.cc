#include "services/referral/words.h"

#include <gtest/gtest.h>

namespace nwd::referral {
namespace {

using consent::v1::ConsentState;

TEST(Words, OfAConsentsStatesAreThoseOfThePublishedEnum) {
  for (int number = consent::v1::ConsentState_MIN; number <= consent::v1::ConsentState_MAX; ++number) {
    const auto state = static_cast<ConsentState>(number);
    EXPECT_EQ(ConsentStateOf(ConsentStateWord(state)), state);
    EXPECT_EQ("CONSENT_STATE_" + ConsentStateWord(state), consent::v1::ConsentState_Name(state));
  }
  EXPECT_EQ(ConsentStateOf("FORGOTTEN"), consent::v1::CONSENT_STATE_UNSPECIFIED);
  EXPECT_EQ(ConsentStateOf(""), consent::v1::CONSENT_STATE_UNSPECIFIED);
}

TEST(Words, OfAnAuthoritysStatesAreThoseOfThePublishedEnum) {
  const std::string prefix = "AUTHORITY_STATE_";
  for (int number = consent::v1::AuthorityState_MIN + 1; number <= consent::v1::AuthorityState_MAX; ++number) {
    const auto state = static_cast<consent::v1::AuthorityState>(number);
    EXPECT_EQ(AuthorityStateOf(consent::v1::AuthorityState_Name(state).substr(prefix.size())), state);
  }
  EXPECT_EQ(AuthorityStateOf("WITHDRAWN"), consent::v1::AUTHORITY_STATE_UNSPECIFIED) << "a consent's";
}

TEST(Words, ReadAsTheyWereWritten) {
  for (int number = v1::ReferralState_MIN + 1; number <= v1::ReferralState_MAX; ++number) {
    const auto state = static_cast<ReferralState>(number);
    EXPECT_EQ(StateOf(StateWord(state)), state);
  }
  for (int number = v1::ReferralAction_MIN + 1; number <= v1::ReferralAction_MAX; ++number) {
    const auto action = static_cast<ReferralAction>(number);
    EXPECT_EQ(ActionOf(ActionWord(action)), action);
  }
  for (int number = v1::ReferralReason_MIN + 1; number <= v1::ReferralReason_MAX; ++number) {
    const auto reason = static_cast<ReferralReason>(number);
    EXPECT_EQ(ReasonOf(ReasonWord(reason)), reason);
  }
}

}  // namespace
}  // namespace nwd::referral
