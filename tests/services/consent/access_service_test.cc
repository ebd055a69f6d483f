#include "services/consent/access_service.h"

#include "tests/services/consent/desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT

constexpr char kReferral[] = "7f3c0b1e-0000-4000-8000-000000000001";
constexpr char kOtherReferral[] = "7f3c0b1e-0000-4000-8000-000000000002";

class AccessServiceTest : public ::testing::Test {
 protected:
  AccessServiceTest() {
    desk_.Add("lambeth", ORGANISATION_KIND_BOROUGH);
    desk_.Add("college", ORGANISATION_KIND_COLLEGE);
    desk_.Add("stranger");
    ref_ = desk_.Register("lambeth", "Ada Lovelace");
    person_ = desk_.PersonId("lambeth", ref_);
    college_ref_ = desk_.RefFor("college", ref_, "lambeth");
  }
  std::string Scoped() {
    v1::ConsentTerms terms = desk_.Terms({"college"});
    terms.set_standing(false);
    return desk_.Give("lambeth", ref_, terms);
  }
  absl::StatusOr<v1::CheckAccessResponse> Ask(const std::string& who, const v1::CheckAccessRequest& request) {
    return desk_.Ask(desk_.services().access(), &AccessService::CheckAccess, who, request);
  }
  Desk desk_;
  std::string ref_, person_, college_ref_;
};

TEST_F(AccessServiceTest, PermitsTheNamedSubsetWithItsObligations) {
  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  const auto check = desk_.Check("college", college_ref_, id, {CATEGORY_SKILLS, CATEGORY_IDENTITY});
  ASSERT_TRUE(check.ok()) << check.status();
  EXPECT_FALSE(check->permitted());
  EXPECT_THAT(check->permitted_categories(), ::testing::ElementsAre(CATEGORY_SKILLS));
  ASSERT_EQ(check->denied_categories_size(), 1);
  EXPECT_EQ(check->denied_categories(0).reason(), v1::DENIAL_REASON_NOT_COVERED);
  EXPECT_TRUE(check->obligations().no_onward());
  EXPECT_EQ(check->basis_etag(), desk_.Get("lambeth", id).etag());
}

TEST_F(AccessServiceTest, TheHolderLearnsWhyAndAStrangerNothing) {
  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  EXPECT_EQ(desk_.Check("lambeth", ref_, id)->denied_categories(0).reason(), v1::DENIAL_REASON_NOT_RECIPIENT);

  const std::string real_person = desk_.RefFor("stranger", ref_, "lambeth");
  const std::string nobody =
      desk_.services().references().ReferenceOf(*ids::Uuid::Parse(desk_.IdOf("stranger")), ids::Uuid::Random());
  const std::string no_consent = ids::Uuid::Random().ToString();
  const auto answer = [&](const std::string& ref, const std::string& consent) {
    const auto check = desk_.Check("stranger", ref, consent, {CATEGORY_SKILLS, CATEGORY_GOALS});
    EXPECT_TRUE(check.ok());
    return check->SerializeAsString();
  };
  const std::string told = answer(real_person, id);
  EXPECT_EQ(told, answer(real_person, no_consent));
  EXPECT_EQ(told, answer(nobody, id));
  EXPECT_EQ(told, answer(nobody, no_consent));
  EXPECT_EQ(desk_.Check("stranger", nobody, id)->denied_categories(0).reason(), v1::DENIAL_REASON_NO_BASIS);
}

TEST_F(AccessServiceTest, ARecipientCannotUseItForAnotherPerson) {
  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  const std::string other = desk_.RefFor("college", desk_.Register("lambeth", "Grace Hopper"), "lambeth");
  EXPECT_EQ(desk_.Check("college", other, id)->denied_categories(0).reason(), v1::DENIAL_REASON_NO_BASIS);
}

TEST_F(AccessServiceTest, EveryCheckIsLoggedPermitsAndDenialsAlike) {
  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  ASSERT_TRUE(desk_.Check("college", college_ref_, id).ok());
  ASSERT_TRUE(desk_.Check("stranger", desk_.RefFor("stranger", ref_, "lambeth"), id).ok());
  ASSERT_TRUE(
      desk_.Check("stranger", desk_.services().references().ReferenceOf(ids::Uuid::Random(), ids::Uuid::Random()), id)
          .ok());
  EXPECT_EQ(desk_.Audited("access.checked"), 3);
}

TEST_F(AccessServiceTest, AnOrganisationAsksOnlyAboutItself) {
  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  v1::CheckAccessRequest request = desk_.CheckRequest(college_ref_, id);
  request.set_on_behalf_of(desk_.IdOf("college"));
  EXPECT_TRUE(Ask("college", request).ok());
  EXPECT_THAT(Ask("stranger", request), Invalid());
  request.clear_on_behalf_of();
  request.set_prospective(true);
  EXPECT_THAT(Ask("college", request), Invalid());
  request.clear_prospective();
  request.clear_person_ref();
  request.set_person_id(person_);
  EXPECT_THAT(Ask("college", request), Invalid());
}

TEST_F(AccessServiceTest, OurServicesAskForAnOrganisation) {
  const std::string id = Scoped();
  v1::CheckAccessRequest request = desk_.CheckRequest("", id);
  request.set_person_id(person_);
  EXPECT_THAT(Ask("service/referral", request), Invalid());
  request.set_on_behalf_of(desk_.IdOf("college"));
  EXPECT_EQ(Ask("service/referral", request)->denied_categories(0).reason(), v1::DENIAL_REASON_NO_OPEN_REFERRAL);
  request.set_prospective(true);
  EXPECT_TRUE(Ask("service/referral", request)->permitted());
}

TEST_F(AccessServiceTest, OneQuestionSaysWhoSomebodysReferenceIsAndWhetherAnotherIsPermitted) {
  const std::string id = Scoped();
  v1::CheckAccessRequest request = desk_.CheckRequest(ref_, id);
  request.set_person_ref_of(desk_.IdOf("lambeth"));
  EXPECT_THAT(Ask("college", request), Invalid()) << "only our services ask by another's reference";
  request.set_on_behalf_of(desk_.IdOf("college"));
  request.set_prospective(true);
  const auto answer = Ask("service/referral", request);
  ASSERT_TRUE(answer.ok());
  EXPECT_TRUE(answer->permitted());
  EXPECT_EQ(answer->person_id(), person_);
  EXPECT_EQ(answer->person_ref(), college_ref_);

  request.set_consent_id(ids::Uuid::Random().ToString());
  EXPECT_FALSE(Ask("service/referral", request)->permitted());
  EXPECT_EQ(Ask("service/referral", request)->person_id(), person_) << "no such consent, but they are registered";

  request.set_person_ref_of(desk_.IdOf("stranger"));
  EXPECT_FALSE(Ask("service/referral", request)->permitted());
  EXPECT_EQ(Ask("service/referral", request)->person_id(), "") << "the reference is nobody's";
  EXPECT_EQ(Ask("service/referral", request)->person_ref(), "");
}

TEST_F(AccessServiceTest, AReferenceThatItsOrganisationWasMerelyToldIsNobodys) {
  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  v1::CheckAccessRequest request = desk_.CheckRequest(college_ref_, id);
  request.set_person_ref_of(desk_.IdOf("college"));
  request.set_on_behalf_of(desk_.IdOf("college"));
  const auto told = Ask("service/referral", request);
  request.set_person_ref(
      desk_.services().references().ReferenceOf(*ids::Uuid::Parse(desk_.IdOf("college")), ids::Uuid::Random()));
  const auto nobody = Ask("service/referral", request);
  ASSERT_TRUE(told.ok() && nobody.ok()) << told.status() << nobody.status();
  EXPECT_EQ(told->SerializeAsString(), nobody->SerializeAsString());
  EXPECT_EQ(told->person_id(), "");
  EXPECT_TRUE(desk_.Check("college", college_ref_, id)->permitted()) << "about itself it may ask by it";
}

TEST_F(AccessServiceTest, ASuspendedRecipientIsPermittedNothing) {
  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  access::Organisation college = *desk_.registry().FindById(desk_.IdOf("college"));
  college.state = ORGANISATION_STATE_SUSPENDED;
  desk_.registry().Set(college);
  v1::CheckAccessRequest request = desk_.CheckRequest("", id);
  request.set_person_id(person_);
  request.set_on_behalf_of(desk_.IdOf("college"));
  EXPECT_FALSE(Ask("service/referral", request)->permitted());
}

TEST_F(AccessServiceTest, AReferralOpensAccessAndClosesIt) {
  const std::string id = Scoped();
  EXPECT_FALSE(desk_.Check("college", college_ref_, id)->permitted());
  ASSERT_TRUE(desk_.Open(id, person_, "college", kReferral, 3).ok());
  EXPECT_TRUE(desk_.Check("college", college_ref_, id)->permitted());
  ASSERT_TRUE(desk_.Open(id, person_, "college", kReferral, 3).ok()) << "again changes nothing";
  ASSERT_TRUE(desk_.Close(id, "college", kReferral, 5).ok());
  EXPECT_FALSE(desk_.Check("college", college_ref_, id)->permitted());
  EXPECT_EQ(desk_.Audited("access.opened"), 1);
  EXPECT_EQ(desk_.Audited("access.closed"), 1);
}

TEST_F(AccessServiceTest, AccessLastsUntilTheLastReferralIsClosed) {
  const std::string id = Scoped();
  ASSERT_TRUE(desk_.Open(id, person_, "college", kReferral, 3).ok());
  ASSERT_TRUE(desk_.Open(id, person_, "college", kOtherReferral, 3).ok());
  ASSERT_TRUE(desk_.Close(id, "college", kReferral, 5).ok());
  EXPECT_TRUE(desk_.Check("college", college_ref_, id)->permitted());
  ASSERT_TRUE(desk_.Close(id, "college", kOtherReferral, 5).ok());
  EXPECT_FALSE(desk_.Check("college", college_ref_, id)->permitted());
}

TEST_F(AccessServiceTest, WhatWasClosedOpensOnlyByALaterEvent) {
  const std::string id = Scoped();
  ASSERT_TRUE(desk_.Open(id, person_, "college", kReferral, 3).ok());
  ASSERT_TRUE(desk_.Close(id, "college", kReferral, 5).ok());
  EXPECT_THAT(desk_.Open(id, person_, "college", kReferral, 3),
              Refused(absl::StatusCode::kFailedPrecondition, "OVERTAKEN"));
  EXPECT_FALSE(desk_.Check("college", college_ref_, id)->permitted());
  EXPECT_TRUE(desk_.Open(id, person_, "college", kReferral, 8).ok());
  EXPECT_TRUE(desk_.Check("college", college_ref_, id)->permitted());
}

TEST_F(AccessServiceTest, NoReferralOpensWhatTheConsentDoesNotName) {
  const std::string id = Scoped();
  EXPECT_THAT(desk_.Open(id, person_, "stranger", kReferral, 3), Denied());
  EXPECT_THAT(desk_.Open(id, ids::Uuid::Random().ToString(), "college", kReferral, 3), Denied());
  EXPECT_THAT(desk_.Open(ids::Uuid::Random().ToString(), person_, "college", kReferral, 3), Denied());
  EXPECT_TRUE(desk_.Close(ids::Uuid::Random().ToString(), "college", kReferral, 3).ok())
      << "closing what is not open changes nothing";
}

TEST_F(AccessServiceTest, NoReferralOpensWhatWasWithdrawn) {
  const std::string id = Scoped();
  ASSERT_TRUE(desk_.Open(id, person_, "college", kReferral, 3).ok());
  ASSERT_TRUE(desk_.Withdraw("college", id).ok());
  EXPECT_EQ(desk_.Check("college", college_ref_, id)->denied_categories(0).reason(), v1::DENIAL_REASON_NOT_IN_FORCE);
  EXPECT_THAT(desk_.Open(id, person_, "college", kReferral, 9),
              Refused(absl::StatusCode::kFailedPrecondition, "NOT_IN_FORCE"));
}

TEST_F(AccessServiceTest, AStoreThatTakesNoWritesAnswersNoChecks) {
  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  ASSERT_TRUE(desk_.Check("college", college_ref_, id).ok());
  desk_.store().Break();
  EXPECT_FALSE(async::BlockOn(desk_.services().check_log().Flush()).ok());
  EXPECT_TRUE(absl::IsUnavailable(desk_.Check("college", college_ref_, id).status()));
}

}  // namespace
}  // namespace nwd::consent
