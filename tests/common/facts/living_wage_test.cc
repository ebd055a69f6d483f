#include "common/facts/living_wage.h"

#include <gtest/gtest.h>

#include "tests/testing/project_facts.h"

namespace nwd::facts {
namespace {

using testing::ProjectFacts;

using absl::CivilDay;

const LivingWage& Wage() { return ProjectFacts().living_wage(); }

TEST(LivingWage, IsRequiredFromItsEffectiveDayAndAnnouncedBefore) {
  const CivilDay announced(2024, 10, 23);
  EXPECT_EQ(Wage().AnnouncedOn(announced - 1)->pence_an_hour, 1315);
  EXPECT_EQ(Wage().AnnouncedOn(announced)->pence_an_hour, 1385);
  EXPECT_EQ(Wage().RequiredOn(announced)->pence_an_hour, 1315);

  const CivilDay effective_by = Wage().AnnouncedOn(announced)->effective_by;
  EXPECT_EQ(effective_by, CivilDay(2025, 5, 1));
  EXPECT_EQ(Wage().RequiredOn(effective_by - 1)->pence_an_hour, 1315);
  EXPECT_EQ(Wage().RequiredOn(effective_by)->pence_an_hour, 1385);
}

TEST(LivingWage, HasNoneBeforeTheFirstAndKeepsTheLast) {
  EXPECT_EQ(Wage().AnnouncedOn(CivilDay(2005, 1, 1)), nullptr);
  EXPECT_EQ(Wage().RequiredOn(CivilDay(2005, 4, 1)), nullptr);
  EXPECT_EQ(Wage().RequiredOn(CivilDay(2040, 1, 1)), &Wage().rates().back());
}

TEST(LivingWage, NeverFellAndGivesEmployersFiveToEightMonths) {
  int last_pence = 0;
  for (const LivingWageRate& rate : Wage().rates()) {
    EXPECT_GT(rate.pence_an_hour, last_pence);
    last_pence = rate.pence_an_hour;
    EXPECT_GE(rate.effective_by - rate.announced, 150) << rate.announced;
    EXPECT_LE(rate.effective_by - rate.announced, 240) << rate.announced;
  }
}

}  // namespace
}  // namespace nwd::facts
