#include "deploy/demo/cohort.h"

#include <gtest/gtest.h>

#include <set>

#include "common/identifiers/person_number.h"
#include "common/identifiers/postcode.h"

namespace nwd::demo {
namespace {

constexpr int kPeople = 1000;
const absl::CivilDay kToday(2026, 3, 2);

class CohortTest : public ::testing::Test {
 protected:
  static std::vector<MadeUpPerson> Make() { return *MakeCohort(NWD_SAMPLE_FOLDER "/people/people.json", kPeople, kToday); }
};

TEST_F(CohortTest, TheSameListsAndDayGiveTheSamePeople) {
  const auto once = Make(), again = Make();
  for (int i = 0; i < kPeople; ++i) {
    EXPECT_EQ(once[i].full_name, again[i].full_name);
    EXPECT_EQ(once[i].born, again[i].born);
    EXPECT_EQ(once[i].postcode, again[i].postcode);
  }
}

TEST_F(CohortTest, EveryNumberPassesTheCheckOfItsKindAndIsNobodyElses) {
  std::set<std::string> numbers;
  for (const MadeUpPerson& who : Make()) {
    EXPECT_FALSE(who.nino.empty() && who.nhs_number.empty());
    EXPECT_TRUE(who.nino.empty() || identifiers::CheckNino(who.nino).ok()) << who.nino;
    EXPECT_TRUE(who.nhs_number.empty() || identifiers::CheckNhsNumber(who.nhs_number).ok()) << who.nhs_number;
    EXPECT_TRUE(who.uln.empty() || identifiers::CheckUln(who.uln).ok()) << who.uln;
    EXPECT_TRUE(identifiers::CheckPostcode(who.postcode).ok()) << who.postcode;
    for (const std::string& number : {who.nino, who.nhs_number, who.uln}) {
      EXPECT_TRUE(number.empty() || numbers.insert(number).second) << number;
    }
  }
}

TEST_F(CohortTest, AgesFitTheDayOfBirthAndEverybodyNeedsSomething) {
  for (const MadeUpPerson& who : Make()) {
    EXPECT_GE(who.age, 16);
    EXPECT_LE(who.age, 76);
    EXPECT_LT(who.born, kToday);
    EXPECT_FALSE(who.needs.empty());
    EXPECT_FALSE(who.AgeBand().empty());
  }
}

TEST_F(CohortTest, ListsThatAreNotThereAreSaid) {
  EXPECT_TRUE(absl::IsInvalidArgument(MakeCohort("/nowhere/people.json", 1, kToday).status()));
}

}  // namespace
}  // namespace nwd::demo
