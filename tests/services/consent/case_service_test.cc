// Cases of people's rights: who may open, see and answer them, what the hub can see was not done, and what is said of those
// that are overdue.
#include "services/consent/authority_acts.h"
#include "services/consent/janitor.h"
#include "services/consent/limits.h"
#include "services/consent/reasons.h"
#include "tests/services/consent/case_desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT
using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr absl::Duration kDay = absl::Hours(24);

TEST_F(CaseTest, AnAgencyOpensACaseAndAnswersItItself) {
  v1::OpenCaseRequest request = Opening(ref_, v1::CASE_KIND_RECTIFICATION);
  request.set_request("my name is spelt wrong");
  const auto opened = Open("lambeth", request);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->handler_organisation_id(), desk_.IdOf("lambeth"));
  const auto listed = Cases("lambeth");
  ASSERT_EQ(IdsOf(listed), std::vector<std::string>{opened->case_id()});
  const v1::Case& shown = listed->cases(0);
  EXPECT_EQ(shown.request(), "my name is spelt wrong");
  EXPECT_EQ(shown.person_ref(), ref_);
  EXPECT_EQ(shown.state(), v1::CASE_STATE_OPEN);
  EXPECT_EQ(FromTimestamp(shown.due_time()), FromTimestamp(opened->due_time()));
  EXPECT_THAT(IdsOf(Cases("college")), IsEmpty());
  EXPECT_THAT(IdsOf(Cases("college", college_ref_)), IsEmpty()) << "another's, of a person that it holds too";
}

TEST_F(CaseTest, ItsClockBeganWhenThePersonAsked) {
  v1::OpenCaseRequest request = Opening(ref_, v1::CASE_KIND_ACCESS);
  *request.mutable_receive_time() = ToTimestamp(desk_.clock().Now() - 20 * kDay);
  const auto opened = Open("lambeth", request);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_LT(FromTimestamp(opened->due_time()), desk_.clock().Now() + 12 * kDay);
  *request.mutable_receive_time() = ToTimestamp(desk_.clock().Now() - 366 * kDay);
  EXPECT_TRUE(absl::IsInvalidArgument(Open("lambeth", request).status()));
  *request.mutable_receive_time() = ToTimestamp(desk_.clock().Now() + kDay);
  EXPECT_TRUE(absl::IsInvalidArgument(Open("lambeth", request).status()));
}

TEST_F(CaseTest, WhoHasNoTieToThePersonOpensNothingAndLearnsNothing) {
  const std::string others_ref = desk_.RefFor("stranger", ref_, "lambeth");
  for (const std::string& ref : {others_ref, ref_}) {
    EXPECT_TRUE(absl::IsPermissionDenied(Open("stranger", Opening(ref, v1::CASE_KIND_ACCESS)).status()));
    EXPECT_TRUE(absl::IsPermissionDenied(Open("other-app", Opening(ref, v1::CASE_KIND_ACCESS)).status()));
    EXPECT_TRUE(absl::IsPermissionDenied(Cases("stranger", ref).status()));
  }
}

TEST_F(CaseTest, ACaseIsOnlyItsAnswerersToMove) {
  const v1::OpenCaseResponse opened = Opened("lambeth", ref_, v1::CASE_KIND_ACCESS);
  const std::string& id = opened.case_id();
  for (const char* who : {"college", "stranger", "app"}) {
    EXPECT_TRUE(absl::IsPermissionDenied(Advance(who, id, opened.etag(), v1::CASE_ACTION_EXTEND).status())) << who;
    EXPECT_TRUE(absl::IsPermissionDenied(Close(who, id, opened.etag(), v1::CASE_OUTCOME_REFUSED).status())) << who;
  }
  const std::string nobodys = ids::Uuid::Random().ToString();
  EXPECT_TRUE(absl::IsPermissionDenied(Advance("lambeth", nobodys, "r1", v1::CASE_ACTION_EXTEND).status()));
}

TEST_F(CaseTest, AChannelAsksWhoThePersonTurnsTo) {
  const v1::OpenCaseResponse first = Opened("app", app_ref_, v1::CASE_KIND_COMPLAINT);
  EXPECT_EQ(first.handler_organisation_id(), desk_.IdOf("lambeth")) << "who registered her first";
  v1::SetMainContactRequest contact;
  contact.set_person_ref(college_ref_);
  ASSERT_TRUE(desk_.Ask(desk_.services().main_contact(), &MainContactService::SetMainContact, "college", contact).ok());
  const v1::OpenCaseResponse second = Opened("app", app_ref_, v1::CASE_KIND_COMPLAINT);
  EXPECT_EQ(second.handler_organisation_id(), desk_.IdOf("college")) << "her main contact";
  v1::OpenCaseRequest named = Opening(app_ref_, v1::CASE_KIND_COMPLAINT);
  named.set_handler_organisation_id(desk_.IdOf("lambeth"));
  EXPECT_EQ(Open("app", named)->handler_organisation_id(), desk_.IdOf("lambeth"));
  named.set_handler_organisation_id(desk_.IdOf("stranger"));
  EXPECT_TRUE(absl::IsInvalidArgument(Open("app", named).status())) << "it does not hold her";

  EXPECT_THAT(IdsOf(Cases("college")), ElementsAre(second.case_id()));
  const auto seen = Cases("app", app_ref_);
  EXPECT_EQ(IdsOf(seen).size(), 3u) << "her channel sees who answers what";
  EXPECT_EQ(seen->cases(0).person_ref(), app_ref_);
  EXPECT_THAT(IdsOf(Cases("app")), IsEmpty()) << "it answers none of them";
}

TEST_F(CaseTest, AChannelItselfAnswersAccessAlone) {
  EXPECT_EQ(Opened("app", app_ref_, v1::CASE_KIND_ACCESS).handler_organisation_id(), desk_.IdOf("app"));
  v1::OpenCaseRequest request = Opening(app_ref_, v1::CASE_KIND_COMPLAINT);
  request.set_handler_organisation_id(desk_.IdOf("app"));
  EXPECT_TRUE(absl::IsInvalidArgument(Open("app", request).status()));
  request = Opening(ref_, v1::CASE_KIND_ACCESS);
  request.set_handler_organisation_id(desk_.IdOf("college"));
  EXPECT_TRUE(absl::IsInvalidArgument(Open("lambeth", request).status())) << "an agency answers itself";
}

TEST_F(CaseTest, WhoLeftTheChannelIsNobodyToIt) {
  const v1::OpenCaseResponse opened = Opened("app", app_ref_, v1::CASE_KIND_ACCESS);
  ASSERT_EQ(IdsOf(Cases("app")).size(), 1u);
  ASSERT_TRUE(desk_.EndEnrolment("app", app_ref_, "").ok());
  EXPECT_THAT(IdsOf(Cases("app")), IsEmpty());
  EXPECT_TRUE(absl::IsPermissionDenied(Cases("app", app_ref_).status()));
  EXPECT_TRUE(
      absl::IsPermissionDenied(Close("app", opened.case_id(), opened.etag(), v1::CASE_OUTCOME_WITHDRAWN).status()));
  ASSERT_EQ(IdsOf(Cases("lambeth")), std::vector<std::string>{opened.case_id()}) << "somebody has to answer it";
  const v1::Case handed_over = Cases("lambeth")->cases(0);
  EXPECT_EQ(handed_over.due_time().seconds(), opened.due_time().seconds()) << "by the same day";
  EXPECT_TRUE(Close("lambeth", opened.case_id(), handed_over.etag(), v1::CASE_OUTCOME_WITHDRAWN).ok());
}

TEST_F(CaseTest, AllThatIsWrongWithOneIsSaidAtOnce) {
  v1::OpenCaseRequest request = Opening(ref_, v1::CASE_KIND_COMPLAINT);
  request.clear_request();
  request.set_authority_id(ids::Uuid::Random().ToString());
  request.add_categories(CATEGORY_SKILLS);
  request.add_categories(CATEGORY_SKILLS);
  EXPECT_THAT(FieldsOf(Open("lambeth", request).status()),
              UnorderedElementsAre("request", "authority_id", "categories[1]"));
  request = Opening(ref_, v1::CASE_KIND_RESTRICTION);
  request.clear_categories();
  EXPECT_THAT(FieldsOf(Open("lambeth", request).status()), ElementsAre("categories"));
  request = Opening(ref_, v1::CASE_KIND_OBJECTION);
  request.add_categories(CATEGORY_SKILLS);
  EXPECT_THAT(FieldsOf(Open("lambeth", request).status()), UnorderedElementsAre("authority_id", "categories"));
  request.clear_categories();
  request.set_authority_id(ids::Uuid::Random().ToString());
  EXPECT_THAT(FieldsOf(Open("lambeth", request).status()), ElementsAre("authority_id")) << "nobody's authority";
  EXPECT_THAT(IdsOf(Cases("lambeth")), IsEmpty()) << "nothing was kept";

  const v1::OpenCaseResponse opened = Opened("lambeth", ref_, v1::CASE_KIND_COMPLAINT);
  v1::CloseCaseRequest close = Closing(opened.case_id(), opened.etag(), v1::CASE_OUTCOME_FULFILLED);
  close.set_refusal(v1::CASE_REFUSAL_EXEMPT);
  close.clear_answer();
  EXPECT_THAT(FieldsOf(Close("lambeth", close).status()), UnorderedElementsAre("refusal", "answer"));
}

TEST_F(CaseTest, WhatTheHubSeesWasNotDoneIsNotFulfilled) {
  const v1::OpenCaseResponse access = Opened("lambeth", ref_, v1::CASE_KIND_ACCESS);
  const v1::OpenCaseResponse erasure = Opened("lambeth", ref_, v1::CASE_KIND_ERASURE);
  v1::OpenCaseRequest request = Opening(ref_, v1::CASE_KIND_RECTIFICATION);
  request.add_categories(CATEGORY_SKILLS);
  desk_.clock().Advance(kDay);
  const auto rectification = Open("lambeth", request);
  for (const v1::OpenCaseResponse& one : {access, erasure, *rectification}) {
    EXPECT_THAT(Close("lambeth", one.case_id(), one.etag(), v1::CASE_OUTCOME_FULFILLED),
                Refused(StatusCode::kFailedPrecondition, reasons::kNotDoneYet));
    EXPECT_TRUE(Cases("lambeth")->cases(0).answer().empty()) << "nothing was kept of it";
  }
  desk_.clock().Advance(kDay);
  desk_.Put("lambeth", ref_, desk_.Skills("stonemasonry"));
  EXPECT_THAT(Close("lambeth", rectification->case_id(), rectification->etag(), v1::CASE_OUTCOME_FULFILLED),
              Refused(StatusCode::kFailedPrecondition, reasons::kNotDoneYet))
      << "nobody who read the wrong version was told";
  v1::PutRecordRequest correction;
  correction.set_person_ref(ref_);
  *correction.mutable_section() = desk_.Skills("masonry");
  correction.set_corrects(true);
  ASSERT_TRUE(desk_.Ask(desk_.services().record(), &RecordService::PutRecord, "lambeth", correction).ok());
  desk_.Put("lambeth", ref_, desk_.Skills("masonry, and poetry"));
  EXPECT_TRUE(Close("lambeth", rectification->case_id(), rectification->etag(), v1::CASE_OUTCOME_FULFILLED).ok());
  EXPECT_TRUE(Close("lambeth", access.case_id(), access.etag(), v1::CASE_OUTCOME_REFUSED).ok());
}

TEST_F(CaseTest, ThePersonTakesBackThroughTheirChannelWhatTheyAskedFor) {
  const v1::OpenCaseResponse opened = Opened("app", app_ref_, v1::CASE_KIND_ERASURE);
  ASSERT_EQ(opened.handler_organisation_id(), desk_.IdOf("lambeth"));
  EXPECT_TRUE(
      absl::IsPermissionDenied(Close("app", opened.case_id(), opened.etag(), v1::CASE_OUTCOME_REFUSED).status()))
      << "what comes of it is for who answers to say";
  EXPECT_TRUE(absl::IsPermissionDenied(
      Close("other-app", opened.case_id(), opened.etag(), v1::CASE_OUTCOME_WITHDRAWN).status()));
  EXPECT_TRUE(
      absl::IsPermissionDenied(Close("college", opened.case_id(), opened.etag(), v1::CASE_OUTCOME_WITHDRAWN).status()));
  ASSERT_TRUE(Close("app", opened.case_id(), opened.etag(), v1::CASE_OUTCOME_WITHDRAWN).ok());
  EXPECT_EQ(Cases("lambeth")->cases(0).outcome(), v1::CASE_OUTCOME_WITHDRAWN);
}

TEST_F(CaseTest, ARetryIsTheSameCaseAndAStaleEtagChangesNothing) {
  v1::OpenCaseRequest request = Opening(ref_, v1::CASE_KIND_ACCESS);
  request.set_request_id(ids::Uuid::Random().ToString());
  const auto first = Open("lambeth", request), again = Open("lambeth", request);
  EXPECT_EQ(first->case_id(), again->case_id());
  EXPECT_EQ(IdsOf(Cases("lambeth")).size(), 1u);
  ASSERT_TRUE(Advance("lambeth", first->case_id(), first->etag(), v1::CASE_ACTION_EXTEND).ok());
  EXPECT_TRUE(
      absl::IsAborted(Advance("lambeth", first->case_id(), first->etag(), v1::CASE_ACTION_ASK_CLARIFICATION).status()));
  EXPECT_EQ(Cases("lambeth")->cases(0).state(), v1::CASE_STATE_OPEN);
}

TEST_F(CaseTest, TheListBeginsWithWhatIsDueSoonestAndEndsWithWhatIsClosed) {
  const auto id = [](const v1::OpenCaseResponse& opened) { return opened.case_id(); };
  const v1::OpenCaseResponse late = Opened("lambeth", ref_, v1::CASE_KIND_ACCESS);
  v1::OpenCaseRequest earlier = Opening(ref_, v1::CASE_KIND_ACCESS);
  *earlier.mutable_receive_time() = ToTimestamp(desk_.clock().Now() - 10 * kDay);
  const v1::OpenCaseResponse soon = *Open("lambeth", earlier);
  const v1::OpenCaseResponse still = Opened("lambeth", ref_, v1::CASE_KIND_ACCESS);
  ASSERT_TRUE(Advance("lambeth", id(still), still.etag(), v1::CASE_ACTION_ASK_IDENTITY).ok());
  const v1::OpenCaseResponse done = Opened("lambeth", ref_, v1::CASE_KIND_COMPLAINT);
  ASSERT_TRUE(Close("lambeth", id(done), done.etag(), v1::CASE_OUTCOME_FULFILLED).ok());
  const v1::OpenCaseResponse done_later = Opened("lambeth", ref_, v1::CASE_KIND_COMPLAINT);
  desk_.clock().Advance(absl::Seconds(1));
  ASSERT_TRUE(Close("lambeth", id(done_later), done_later.etag(), v1::CASE_OUTCOME_WITHDRAWN).ok());
  EXPECT_THAT(IdsOf(Cases("lambeth")), ElementsAre(id(soon), id(late), id(still), id(done_later), id(done)));
  EXPECT_THAT(IdsOf(Cases("lambeth", "", true)), ElementsAre(id(soon), id(late), id(still)));

  std::vector<std::string> paged;
  v1::ListCasesRequest request;
  request.set_page_size(2);
  do {
    const auto page = desk_.Ask(desk_.services().cases(), &CaseService::ListCases, "lambeth", request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const v1::Case& one : page->cases()) paged.push_back(one.case_id());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(paged, IdsOf(Cases("lambeth")));
}

TEST_F(CaseTest, AnOverdueCaseIsBeforeTheHubsAdministratorsWithoutThePerson) {
  const v1::OpenCaseResponse opened = Opened("lambeth", ref_, v1::CASE_KIND_ACCESS);
  const auto overdue = [&] {
    const auto listed =
        desk_.Ask(desk_.services().cases(), &CaseService::ListOverdueCases, "hub", v1::ListOverdueCasesRequest());
    EXPECT_TRUE(listed.ok()) << listed.status();
    return *listed;
  };
  const auto counted = [&] {
    EXPECT_TRUE(async::BlockOn(desk_.services().janitor().CountOverdueCases()).ok());
    return desk_.metrics().Text();
  };
  EXPECT_THAT(overdue().cases(), IsEmpty());
  EXPECT_THAT(counted(), ::testing::HasSubstr("nwd_consent_cases_overdue 0"));
  desk_.clock().Set(FromTimestamp(opened.due_time()));
  ASSERT_EQ(overdue().cases_size(), 1);
  EXPECT_EQ(overdue().cases(0).case_id(), opened.case_id());
  EXPECT_EQ(overdue().cases(0).handler_organisation_id(), desk_.IdOf("lambeth"));
  EXPECT_THAT(overdue().DebugString(), ::testing::Not(::testing::HasSubstr("p1_")));
  EXPECT_TRUE(Cases("lambeth")->cases(0).overdue());
  EXPECT_THAT(counted(), ::testing::HasSubstr("nwd_consent_cases_overdue 1"));
  ASSERT_TRUE(Close("lambeth", opened.case_id(), opened.etag(), v1::CASE_OUTCOME_REFUSED).ok());
  EXPECT_THAT(overdue().cases(), IsEmpty());
}

TEST_F(CaseTest, OneOrganisationCannotUseUpAllThatCanBeKept) {
  for (int i = 0; i < kCasesPerOpenerMax; ++i) Opened("lambeth", ref_, v1::CASE_KIND_COMPLAINT);
  EXPECT_THAT(Open("lambeth", Opening(ref_, v1::CASE_KIND_ACCESS)),
              Refused(StatusCode::kFailedPrecondition, reasons::kLimitReached));
  EXPECT_TRUE(Open("college", Opening(college_ref_, v1::CASE_KIND_ACCESS)).ok());
}

TEST_F(CaseTest, WhatThePersonAskedIsSealedAndWhoActedIsAudited) {
  v1::OpenCaseRequest request = Opening(ref_, v1::CASE_KIND_COMPLAINT);
  request.set_request("a planted complaint about planted people");
  const auto opened = Open("lambeth", request);
  ASSERT_TRUE(Close("lambeth", opened->case_id(), opened->etag(), v1::CASE_OUTCOME_FULFILLED).ok());
  EXPECT_EQ(desk_.Audited("case.opened"), 1);
  EXPECT_EQ(desk_.Audited("case.closed"), 1);
  auto search = [&](const store::Reader& reader) {
    return reader.Scan({"", ""}, store::Direction::kForward, [&](std::string_view, std::string_view value) {
      EXPECT_EQ(value.find("planted"), std::string_view::npos);
      EXPECT_EQ(value.find("we wrote to you"), std::string_view::npos);
      return store::Visit::kContinue;
    });
  };
  EXPECT_TRUE(async::BlockOn(desk_.store().View(search)).ok());
}

}  // namespace
}  // namespace nwd::consent
