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
  static std::vector<Resident> Make() { return *MakeCohort(NWD_SAMPLE_FOLDER "/people.json", kPeople, kToday); }
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
  for (const Resident& resident : Make()) {
    EXPECT_FALSE(resident.nino.empty() && resident.nhs_number.empty());
    EXPECT_TRUE(resident.nino.empty() || identifiers::CheckNino(resident.nino).ok()) << resident.nino;
    EXPECT_TRUE(resident.nhs_number.empty() || identifiers::CheckNhsNumber(resident.nhs_number).ok())
        << resident.nhs_number;
    EXPECT_TRUE(resident.uln.empty() || identifiers::CheckUln(resident.uln).ok()) << resident.uln;
    EXPECT_TRUE(identifiers::CheckPostcode(resident.postcode).ok()) << resident.postcode;
    for (const std::string& number : {resident.nino, resident.nhs_number, resident.uln}) {
      EXPECT_TRUE(number.empty() || numbers.insert(number).second) << number;
    }
  }
}

TEST_F(CohortTest, AgesFitTheDayOfBirthAndEverybodyNeedsSomething) {
  for (const Resident& resident : Make()) {
    EXPECT_GE(resident.age, 16);
    EXPECT_LE(resident.age, 76);
    EXPECT_LT(resident.born, kToday);
    EXPECT_FALSE(resident.needs.empty());
    EXPECT_FALSE(resident.AgeBand().empty());
  }
}

TEST_F(CohortTest, ListsThatAreNotThereAreSaid) {
  EXPECT_TRUE(absl::IsInvalidArgument(MakeCohort("/nowhere/people.json", 1, kToday).status()));
}

}  // namespace
}  // namespace nwd::demo
