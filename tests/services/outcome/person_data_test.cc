// What is held about a person, whole, for the consent service: the journey, with what was recorded of each outcome.
#include "services/outcome/person_data_service.h"

#include <gmock/gmock.h>

#include "tests/services/outcome/fixture.h"

namespace nwd::outcome {
namespace {

using ::testing::Contains;
using ::testing::Not;

class PersonDataTest : public OutcomeFixture {
 protected:
  std::vector<v1::PersonStep> All(const std::string& organisation = "", int page_size = 500) {
    v1::ListPersonStepsRequest request;
    request.add_person_ids(Id("ada"));
    if (!organisation.empty()) request.set_organisation_id(Id(organisation));
    request.set_page_size(page_size);
    std::vector<v1::PersonStep> steps;
    do {
      const auto page = Call("service/consent", service_, &PersonDataService::ListPersonSteps, request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      steps.insert(steps.end(), page->steps().begin(), page->steps().end());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return steps;
  }
  static std::vector<std::string> Types(const std::vector<v1::PersonStep>& steps) {
    std::vector<std::string> types;
    for (const v1::PersonStep& step : steps) types.push_back(step.step().type());
    return types;
  }
  PersonDataService service_{store_, person_keys_, tokens_};
};

TEST_F(PersonDataTest, EveryStepAlsoOfDraftsAndErrorsAndWhatWasRecorded) {
  AcceptReferral("r1");
  Apply(ReferralEvent("r2", 1, "CREATE", "", "DRAFT"));
  ASSERT_TRUE(Outcome("college", JobStart("r1")).ok());
  CatchUp();
  Apply(ReferralEvent("r1", 4, "VOID", "ACCEPTED", "ENTERED_IN_ERROR"));
  const std::vector<std::string> all = Types(All());
  EXPECT_THAT(all, Contains("referral.create").Times(2));
  EXPECT_THAT(all, Contains("referral.void"));
  for (int page_size = 1; page_size < 4; ++page_size) EXPECT_EQ(Types(All("", page_size)), all);
  int outcomes = 0;
  for (const v1::PersonStep& step : All()) {
    if (!step.has_outcome()) continue;
    ++outcomes;
    EXPECT_EQ(step.outcome().kind(), v1::OUTCOME_KIND_JOB_START);
    EXPECT_EQ(step.outcome().hourly_pay_pence(), JobStart("r1").hourly_pay_pence());
  }
  EXPECT_EQ(outcomes, 1);
}

TEST_F(PersonDataTest, AnOrganisationIsToldOfWhatItSeesWithoutAConsent) {
  AcceptReferral("r1");
  EXPECT_THAT(Types(All("college")), Not(Contains("referral.create")));
  EXPECT_THAT(Types(All("college")), Contains("referral.accept"));
  EXPECT_TRUE(All("charity").empty());
}

}  // namespace
}  // namespace nwd::outcome
