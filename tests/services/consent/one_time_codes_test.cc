#include "services/consent/one_time_codes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/ascii.h"
#include "services/consent/limits.h"

namespace nwd::consent {
namespace {

crypto::HubKey HubKeyOf(char fill) { return *crypto::HubKey::FromEnvironment("TEST", std::string(43, fill) + "="); }

class OneTimeCodesTest : public ::testing::Test {
 protected:
  const OneTimeCodes codes_{HubKeyOf('A')};
  const ids::Uuid channel_ = ids::Uuid::Random();
};

TEST_F(OneTimeCodesTest, ACodeIsThreeGroupsOfFourThatPeopleCanReadOut) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_THAT(codes_.CodeOf(OneTimeCodes::NewSeed()),
                ::testing::MatchesRegex("[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}"));
  }
}

TEST_F(OneTimeCodesTest, ASeedHasOneCodeUnderOneHubKeyAndNoTwoSeedsTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string seed = OneTimeCodes::NewSeed();
    EXPECT_EQ(codes_.CodeOf(seed), codes_.CodeOf(seed));
    seen.insert(codes_.CodeOf(seed));
  }
  EXPECT_EQ(seen.size(), 1000u);
  const std::string seed = OneTimeCodes::NewSeed();
  EXPECT_NE(codes_.CodeOf(seed), OneTimeCodes(HubKeyOf('Q')).CodeOf(seed)) << "what is kept alone does not tell it";
}

TEST_F(OneTimeCodesTest, CaseSpacesAndHyphensDoNotMatterNorLettersThatLookLikeDigits) {
  int read_o = 0, read_l = 0, read_i = 0;
  for (char fill = 'a'; fill <= 'z'; ++fill) {
    const std::string seed(kCodeSeedBytes, fill);
    const std::string code = codes_.CodeOf(seed);
    std::string typed = " ";
    for (const char digit : code) {
      char read = static_cast<char>(absl::ascii_tolower(static_cast<unsigned char>(digit)));
      if (digit == '0') read = 'o', ++read_o;
      if (digit == '1') read = ++(fill % 2 == 0 ? read_l : read_i) > 0 && fill % 2 == 0 ? 'l' : 'i';
      typed += {read, ' '};
    }
    EXPECT_TRUE(codes_.Matches(seed, typed)) << typed;
    EXPECT_EQ(codes_.HashOf(channel_, typed), codes_.HashOf(channel_, code));
  }
  EXPECT_GT(std::min({read_o, read_l, read_i}), 0) << "each was read for a digit";
}

TEST_F(OneTimeCodesTest, AnythingElseIsAnotherCode) {
  const std::string seed = OneTimeCodes::NewSeed();
  const std::string code = codes_.CodeOf(seed);
  for (const std::string& typed : {std::string(), code.substr(1), code + "0", code + "\n", "U" + code.substr(1)}) {
    EXPECT_FALSE(codes_.Matches(seed, typed)) << typed;
    EXPECT_NE(codes_.HashOf(channel_, typed), codes_.HashOf(channel_, code)) << typed;
  }
  EXPECT_NE(codes_.HashOf(ids::Uuid::Random(), code), codes_.HashOf(channel_, code)) << "at another channel";
}

}  // namespace
}  // namespace nwd::consent
