// The bytes of every key, as they are on disk. A key that changes here needs a migration there.
#include "services/outcome/keys.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "common/base/strings.h"

namespace nwd::outcome::keys {
namespace {

const Uuid kOne = *Uuid::Parse("11111111-1111-4111-8111-111111111111");
const Uuid kTwo = *Uuid::Parse("22222222-2222-4222-8222-222222222222");
constexpr char kOneHex[] = "11111111111141118111111111111111";
constexpr char kTwoHex[] = "22222222222242228222222222222222";

// Out of line: inlined together with what builds a key, it sets off a false warning of g++ 12 about the string's own
// buffer.
[[gnu::noinline]] std::string Hex(const std::string& key) { return absl::BytesToHexString(key); }
std::string Number(uint64_t value) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
  return text;
}

TEST(Keys, HaveTheseBytes) {
  const std::string one = kOneHex;
  const std::string two = kTwoHex;
  EXPECT_EQ(Hex(Referral(kOne)), Cat("72", one));
  EXPECT_EQ(Hex(ChainLink(kOne, kTwo)), Cat("63", one, two));
  const std::string outcome = Outcome(kOne);  // named for the same reason
  EXPECT_EQ(Hex(outcome), Cat("6f", one));
  EXPECT_EQ(Hex(OutcomeOf(kOne, absl::CivilDay(2026, 3, 9), kTwo)), Cat("64", one, Number(20260309), two));
  EXPECT_EQ(Hex(Step(kOne, absl::FromUnixMicros(1'000'000), 3, "referral.accept", kTwo)),
            Cat("6a", one, Number(1'000'000), Number(3), absl::BytesToHexString("referral.accept"), "00", two));
  EXPECT_EQ(Hex(Erased(kOne)), Cat("65", one));
  EXPECT_EQ(Hex(Count(Counter::kJobStarts, v1::CUT_BOROUGH, 24315, "E09000022")),
            Cat("6e", Number(9), Number(2), Number(24315), absl::BytesToHexString("E09000022"), "00"));
  EXPECT_EQ(Hex(Began(Source::kOutcomes)), Cat("62", Number(2)));
  EXPECT_EQ(Hex(Counted()), "77");
  EXPECT_EQ(Hex(Release(kOne)), Cat("6c", one));
  EXPECT_EQ(Hex(ReleaseBySequence(1)), "73fffffffffffffffe");
  EXPECT_EQ(Hex(Frozen(kOne, Counter::kReferralsSent, v1::CUT_HUB, 2026, 16)),
            Cat("66", one, Number(1), Number(1), Number(2026), Number(16)));
}

TEST(Keys, OfThoseWhoWereJoinedHaveTheseBytes) { EXPECT_EQ(Hex(Joins(kOne)), Cat("70", std::string(kOneHex))); }

TEST(Keys, PrefixesHoldTheirRows) {
  EXPECT_TRUE(ChainLink(kOne, kTwo).starts_with(ChainPrefix(kOne)));
  EXPECT_TRUE(OutcomeOf(kOne, absl::CivilDay(2026, 3, 9), kTwo).starts_with(OutcomesOf(kOne)));
  EXPECT_TRUE(Step(kOne, absl::UnixEpoch(), 0, "x", kTwo).starts_with(Journey(kOne)));
  EXPECT_TRUE(Count(Counter::kOutcomes, v1::CUT_HUB, 1, "all").starts_with(Counts(Counter::kOutcomes)));
  EXPECT_TRUE(ReleaseBySequence(7).starts_with(Releases()));
  EXPECT_TRUE(Frozen(kOne, Counter::kOutcomes, v1::CUT_HUB, 2026, 0).starts_with(FrozenOf(kOne)));
  EXPECT_LT(ReleaseBySequence(2), ReleaseBySequence(1)) << "newest first";
}

}  // namespace
}  // namespace nwd::outcome::keys
