#include "services/consent/decision_service.h"

#include "services/consent/limits.h"
#include "tests/services/consent/desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT

absl::Time At(const char* text) {
  absl::Time time;
  std::string error;
  NWD_CHECK(absl::ParseTime(absl::RFC3339_full, text, &time, &error));
  return time;
}

class DecisionServiceTest : public ::testing::Test {
 protected:
  DecisionServiceTest() {
    desk_.Add("lambeth", ORGANISATION_KIND_BOROUGH);
    desk_.Add("college", ORGANISATION_KIND_COLLEGE);
    desk_.Add("stranger");
    ref_ = desk_.Register("lambeth", "Ada Lovelace");
    college_ref_ = desk_.RefFor("college", ref_, "lambeth");
  }
  absl::StatusOr<v1::RecordDecisionResponse> Decide(const std::string& who, const std::string& id,
                                                    const std::string& etag, v1::ConsentState decision) {
    v1::RecordDecisionRequest request;
    request.set_consent_id(id);
    request.set_etag(etag);
    request.set_decision(decision);
    return desk_.Ask(desk_.services().decision(), &DecisionService::RecordDecision, who, request);
  }
  absl::StatusOr<v1::GetConsentResponse> Get(const std::string& who, const std::string& id) {
    v1::GetConsentRequest request;
    request.set_consent_id(id);
    return desk_.Ask(desk_.services().consent(), &ConsentService::GetConsent, who, request);
  }
  Desk desk_;
  std::string ref_, college_ref_;
};

TEST_F(DecisionServiceTest, WhoIsAskedToVouchForAConsentReadsItsTermsAndNobodyElseDoes) {
  const std::string lambeth_ref = desk_.Register("lambeth", "Ben Sample", "AB123456C");
  desk_.Put("lambeth", lambeth_ref, desk_.Skills("bricklaying"));
  // The college captured it for itself; of what it covers Lambeth has put in something.
  const std::string college_ref = desk_.Register("college", "Ben Sample", "AB123456C");
  const std::string id = desk_.Give("college", college_ref, desk_.Terms({"college"}));
  const auto seen = Get("lambeth", id);
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(seen->consent().person_ref(), lambeth_ref) << "its own reference, not the captor's";
  EXPECT_EQ(seen->consent().terms().recipient_organisation_ids(0), desk_.IdOf("college"));
  EXPECT_FALSE(seen->consent().corroborated());
  EXPECT_EQ(seen->consent().practitioner(), "");
  EXPECT_EQ(desk_.Audited("consent.read-to-vouch"), 1);
  ASSERT_TRUE(Get("college", id).ok());
  EXPECT_THAT(Get("stranger", id), Denied());
  EXPECT_EQ(desk_.Audited("consent.read-to-vouch"), 1) << "a party's look, and one that is refused, are no such read";
}

TEST_F(DecisionServiceTest, WhoIsAskedToVouchReadsOnlyWhileThatIsToBeDone) {
  desk_.Put("lambeth", desk_.Register("lambeth", "Ben Sample", "AB123456C"), desk_.Skills("bricklaying"));
  const std::string college_ref = desk_.Register("college", "Ben Sample", "AB123456C");
  v1::CreateConsentRequest create;
  create.set_person_ref(college_ref);
  *create.mutable_terms() = desk_.Terms({"college"});
  const auto draft = desk_.Ask(desk_.services().consent(), &ConsentService::CreateConsent, "college", create);
  ASSERT_TRUE(draft.ok()) << draft.status();
  EXPECT_THAT(Get("lambeth", draft->consent_id()), Denied()) << "nobody's business yet";

  const std::string vouched = desk_.Give("college", college_ref, desk_.Terms({"college"}));
  ASSERT_TRUE(Get("lambeth", vouched).ok());
  ASSERT_TRUE(desk_.Corroborate("lambeth", vouched).ok());
  EXPECT_THAT(Get("lambeth", vouched), Denied()) << "it has vouched for all it put in";

  const std::string withdrawn = desk_.Give("college", college_ref, desk_.Terms({"college"}));
  ASSERT_TRUE(desk_.Withdraw("college", withdrawn).ok());
  EXPECT_THAT(Get("lambeth", withdrawn), Denied());
  const std::string expired = desk_.Give("college", college_ref, desk_.Terms({"college"}));
  desk_.clock().Advance(absl::Hours(24 * 100));
  EXPECT_THAT(Get("lambeth", expired), Denied());
}

TEST_F(DecisionServiceTest, AConsentNobodyNeedVouchForIsItsPartiesBusinessAlone) {
  desk_.Put("lambeth", desk_.Register("lambeth", "Ben Sample", "AB123456C"), desk_.Skills("bricklaying"));
  const std::string stranger_ref = desk_.Register("stranger", "Ben Sample", "AB123456C");
  const std::string id = desk_.Give("stranger", stranger_ref, desk_.Terms({"college"}));
  EXPECT_THAT(Get("lambeth", id), Denied());
}

TEST_F(DecisionServiceTest, ADraftIsPutToThePersonAndGiven) {
  v1::CreateConsentRequest create;
  create.set_person_ref(ref_);
  *create.mutable_terms() = desk_.Terms({"college"});
  const auto drawn = desk_.Ask(desk_.services().consent(), &ConsentService::CreateConsent, "lambeth", create);
  ASSERT_TRUE(drawn.ok()) << drawn.status();
  EXPECT_EQ(drawn->state(), v1::CONSENT_STATE_DRAFT);
  v1::RequestConsentRequest request;
  request.set_consent_id(drawn->consent_id());
  request.set_etag(drawn->etag());
  const auto requested = desk_.Ask(desk_.services().decision(), &DecisionService::RequestConsent, "lambeth", request);
  ASSERT_TRUE(requested.ok()) << requested.status();
  EXPECT_EQ(requested->state(), v1::CONSENT_STATE_REQUESTED);
  const auto given = Decide("lambeth", drawn->consent_id(), requested->etag(), v1::CONSENT_STATE_GIVEN);
  ASSERT_TRUE(given.ok()) << given.status();
  EXPECT_EQ(given->state(), v1::CONSENT_STATE_GIVEN);

  const v1::Consent shown = desk_.Get("lambeth", drawn->consent_id());
  EXPECT_EQ(shown.person_ref(), ref_);
  EXPECT_EQ(shown.etag(), given->etag());
  EXPECT_EQ(shown.practitioner(), "practitioner-of-lambeth");
  EXPECT_TRUE(shown.corroborated());
  EXPECT_TRUE(shown.has_decide_time());
  std::vector<std::string> states;
  for (const Change& change : desk_.Changes()) {
    if (change.has_consent()) states.push_back(change.consent().state());
  }
  EXPECT_THAT(states, ::testing::ElementsAre("DRAFT", "REQUESTED", "GIVEN"));
}

TEST_F(DecisionServiceTest, AStaleEtagChangesNothing) {
  const std::string id = desk_.Draw("lambeth", ref_, desk_.Terms({"college"}));
  EXPECT_THAT(Decide("lambeth", id, "r9", v1::CONSENT_STATE_GIVEN), Refused(absl::StatusCode::kAborted, "STALE_ETAG"));
  EXPECT_EQ(desk_.Get("lambeth", id).state(), v1::CONSENT_STATE_REQUESTED);
}

TEST_F(DecisionServiceTest, ADecisionOutOfPlaceIsRefused) {
  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  EXPECT_THAT(Decide("lambeth", id, desk_.Get("lambeth", id).etag(), v1::CONSENT_STATE_GIVEN),
              Refused(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"));
  EXPECT_THAT(Decide("lambeth", id, "r2", v1::CONSENT_STATE_WITHDRAWN), Invalid());
}

TEST_F(DecisionServiceTest, NobodyDecidesAfterItHasLapsed) {
  const std::string id = desk_.Draw("lambeth", ref_, desk_.Terms({"college"}));
  desk_.clock().Advance(absl::Hours(24 * 91));
  EXPECT_EQ(desk_.Get("lambeth", id).state(), v1::CONSENT_STATE_LAPSED);
  EXPECT_THAT(Decide("lambeth", id, "r1", v1::CONSENT_STATE_GIVEN),
              Refused(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"));
}

TEST_F(DecisionServiceTest, ARepresentativePastTheirAuthorityCannotAgree) {
  v1::ConsentTerms terms = desk_.Terms({"college"});
  Desk::ActAsParent(terms, "2026-03-10");
  const std::string id = desk_.Draw("lambeth", ref_, terms);
  desk_.clock().Advance(absl::Hours(24 * 20));
  EXPECT_THAT(Decide("lambeth", id, "r1", v1::CONSENT_STATE_GIVEN),
              Refused(absl::StatusCode::kFailedPrecondition, "AUTHORITY_ENDED"));
  EXPECT_TRUE(Decide("lambeth", id, "r1", v1::CONSENT_STATE_REFUSED).ok());
}

TEST_F(DecisionServiceTest, ARenewalEndsWhatItRenews) {
  const std::string old = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  v1::ConsentTerms terms = desk_.Terms({"college"});
  terms.set_supersedes_consent_id(old);
  const std::string renewed = desk_.Draw("lambeth", ref_, terms);
  EXPECT_EQ(desk_.Get("lambeth", old).state(), v1::CONSENT_STATE_GIVEN);
  desk_.Decide("lambeth", renewed, v1::CONSENT_STATE_GIVEN);
  EXPECT_EQ(desk_.Get("lambeth", old).state(), v1::CONSENT_STATE_SUPERSEDED);
}

TEST_F(DecisionServiceTest, ARefusalClosesABroaderConsent) {
  const std::string broad = desk_.Give("lambeth", ref_, desk_.Terms({"college", "stranger"}));
  const std::string college_ref = desk_.RefFor("college", ref_, "lambeth");
  EXPECT_TRUE(desk_.Check("college", college_ref, broad)->permitted());
  desk_.clock().Advance(absl::Seconds(1));
  v1::ConsentTerms narrow = desk_.Terms({"college"});
  narrow.mutable_categories()->DeleteSubrange(1, 2);
  desk_.Decide("lambeth", desk_.Draw("lambeth", ref_, narrow), v1::CONSENT_STATE_REFUSED);
  const auto check = desk_.Check("college", college_ref, broad, {CATEGORY_SKILLS, CATEGORY_GOALS});
  ASSERT_TRUE(check.ok());
  EXPECT_THAT(check->permitted_categories(), ::testing::ElementsAre(CATEGORY_GOALS));
  EXPECT_EQ(check->denied_categories(0).reason(), v1::DENIAL_REASON_REFUSED);
  EXPECT_TRUE(desk_.Check("stranger", desk_.RefFor("stranger", ref_, "lambeth"), broad)->permitted());
}

TEST_F(DecisionServiceTest, OnlyWhoseDataItCoversCorroborates) {
  const std::string college_ref = desk_.Register("college", "Ada Lovelace");
  const std::string id = desk_.Give("college", college_ref, desk_.Terms({"college"}));
  EXPECT_FALSE(desk_.Get("college", id).corroborated());
  EXPECT_THAT(desk_.Corroborate("college", id), Denied());
  EXPECT_THAT(desk_.Corroborate("stranger", id), Denied());
}

TEST_F(DecisionServiceTest, WhoCorroboratesVouchesForTheCategoriesItPutInAndNoOthers) {
  using common::v1::CATEGORY_GOALS;
  using common::v1::CATEGORY_SKILLS;
  desk_.Put("lambeth", desk_.Register("lambeth", "Ben Sample", "AB123456C"), desk_.Skills("bricklaying"));
  const std::string college_ref = desk_.Register("college", "Ben Sample", "AB123456C");
  const std::string id = desk_.Give("college", college_ref, desk_.Terms({"college"}));
  ASSERT_TRUE(desk_.Corroborate("lambeth", id).ok());
  const auto check = desk_.Check("college", college_ref, id, {CATEGORY_SKILLS, CATEGORY_GOALS});
  ASSERT_TRUE(check.ok()) << check.status();
  ASSERT_EQ(check->permitted_categories_size(), 1);
  EXPECT_EQ(check->permitted_categories(0), CATEGORY_SKILLS);
  ASSERT_EQ(check->denied_categories_size(), 1);
  EXPECT_EQ(check->denied_categories(0).reason(), v1::DENIAL_REASON_NOT_CORROBORATED);
}

TEST_F(DecisionServiceTest, OnlyTheCaptorDecides) {
  const std::string id = desk_.Draw("lambeth", ref_, desk_.Terms({"college"}));
  EXPECT_THAT(Decide("college", id, "r1", v1::CONSENT_STATE_GIVEN), Denied());
  EXPECT_THAT(Decide("stranger", id, "r1", v1::CONSENT_STATE_GIVEN), Denied());
}

TEST_F(DecisionServiceTest, ARefusalLeavesALaterYesThatIsAsPreciseOpen) {
  const std::string yes = desk_.Draw("lambeth", ref_, desk_.Terms({"college"}));
  desk_.Decide("lambeth", desk_.Draw("lambeth", ref_, desk_.Terms({"college"})), v1::CONSENT_STATE_REFUSED);
  desk_.clock().Advance(absl::Seconds(1));
  desk_.Decide("lambeth", yes, v1::CONSENT_STATE_GIVEN);
  EXPECT_TRUE(desk_.Check("college", college_ref_, yes)->permitted());
}

TEST_F(DecisionServiceTest, ARefusalClosesALaterYesThatIsBroader) {
  const std::string broad = desk_.Draw("lambeth", ref_, desk_.Terms({"college", "stranger"}));
  desk_.Decide("lambeth", desk_.Draw("lambeth", ref_, desk_.Terms({"college"})), v1::CONSENT_STATE_REFUSED);
  desk_.clock().Advance(absl::Seconds(1));
  desk_.Decide("lambeth", broad, v1::CONSENT_STATE_GIVEN);
  EXPECT_EQ(desk_.Check("college", college_ref_, broad)->denied_categories(0).reason(), v1::DENIAL_REASON_REFUSED);
  EXPECT_TRUE(desk_.Check("stranger", desk_.RefFor("stranger", ref_, "lambeth"), broad)->permitted());
}

TEST_F(DecisionServiceTest, WhoFollowsLearnsWhatARenewalTookThePlaceOf) {
  const std::string old = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  v1::ConsentTerms terms = desk_.Terms({"college"});
  terms.set_supersedes_consent_id(old);
  const std::string renewed = desk_.Give("lambeth", ref_, terms);
  const std::vector<Change> changes = desk_.Changes();
  ASSERT_GE(changes.size(), 2u);
  const ConsentChange& ended = changes[changes.size() - 2].consent();
  EXPECT_EQ(ended.consent_id(), old);
  EXPECT_EQ(ended.state(), "SUPERSEDED");
  EXPECT_EQ(ended.supersedes_consent_id(), "");
  const ConsentChange& given = changes.back().consent();
  EXPECT_EQ(given.consent_id(), renewed);
  EXPECT_EQ(given.state(), "GIVEN");
  EXPECT_EQ(given.supersedes_consent_id(), old);
}

TEST_F(DecisionServiceTest, ARenewalOfWhatIsWithdrawnTakesNoPlace) {
  const std::string old = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  v1::ConsentTerms terms = desk_.Terms({"college"});
  terms.set_supersedes_consent_id(old);
  const std::string renewed = desk_.Draw("lambeth", ref_, terms);
  ASSERT_TRUE(desk_.Withdraw("lambeth", old).ok());
  desk_.Decide("lambeth", renewed, v1::CONSENT_STATE_GIVEN);
  EXPECT_EQ(desk_.Changes().back().consent().supersedes_consent_id(), "");
  EXPECT_EQ(desk_.Get("lambeth", old).state(), v1::CONSENT_STATE_WITHDRAWN);
}

TEST_F(DecisionServiceTest, AnAuthorityEndsWhenItsDayIsOverInLondon) {
  v1::ConsentTerms terms = desk_.Terms({"college"});
  *terms.mutable_valid_until() = ToTimestamp(At("2026-09-01T00:00:00Z"));
  Desk::ActAsParent(terms, "2026-07-01");
  const std::string in_time = desk_.Draw("lambeth", ref_, terms);
  const std::string late = desk_.Draw("lambeth", ref_, terms);
  desk_.clock().Advance(At("2026-07-01T22:59:59Z") - desk_.clock().Now());
  EXPECT_TRUE(Decide("lambeth", in_time, "r1", v1::CONSENT_STATE_GIVEN).ok());
  desk_.clock().Advance(absl::Seconds(1));
  EXPECT_THAT(Decide("lambeth", late, "r1", v1::CONSENT_STATE_GIVEN),
              Refused(absl::StatusCode::kFailedPrecondition, "AUTHORITY_ENDED"));
}

TEST_F(DecisionServiceTest, ARetryWithItsRequestIdDecidesOnce) {
  const std::string id = desk_.Draw("lambeth", ref_, desk_.Terms({"college"}));
  v1::RecordDecisionRequest request;
  request.set_request_id(ids::Uuid::Random().ToString());
  request.set_consent_id(id);
  request.set_etag("r1");
  request.set_decision(v1::CONSENT_STATE_GIVEN);
  const auto first = desk_.Ask(desk_.services().decision(), &DecisionService::RecordDecision, "lambeth", request);
  const auto again = desk_.Ask(desk_.services().decision(), &DecisionService::RecordDecision, "lambeth", request);
  ASSERT_TRUE(first.ok() && again.ok()) << first.status() << again.status();
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  request.set_decision(v1::CONSENT_STATE_REFUSED);
  EXPECT_THAT(desk_.Ask(desk_.services().decision(), &DecisionService::RecordDecision, "lambeth", request),
              Refused(absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED"));
  EXPECT_EQ(desk_.Audited("consent.decided"), 1);
}

TEST_F(DecisionServiceTest, WhatTimeHasEndedIsAnnouncedOnce) {
  const std::string given = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  const std::string undecided = desk_.Draw("lambeth", ref_, desk_.Terms({"college"}));
  ASSERT_TRUE(desk_.Withdraw("lambeth", desk_.Give("lambeth", ref_, desk_.Terms({"college"}))).ok());
  const size_t before = desk_.Changes().size();
  desk_.clock().Advance(absl::Hours(24 * 90) - absl::Seconds(1));
  ASSERT_TRUE(async::BlockOn(desk_.services().janitor().AnnounceEnded()).ok());
  EXPECT_EQ(desk_.Changes().size(), before) << "not before its time";
  desk_.clock().Advance(absl::Seconds(1));
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(async::BlockOn(desk_.services().janitor().AnnounceEnded()).ok());
  std::vector<std::string> announced;
  const std::vector<Change> changes = desk_.Changes();
  for (size_t i = before; i < changes.size(); ++i) {
    announced.push_back(Cat(changes[i].consent().consent_id(), " ", changes[i].consent().state()));
  }
  EXPECT_THAT(announced, ::testing::UnorderedElementsAre(Cat(given, " EXPIRED"), Cat(undecided, " LAPSED")));
}

TEST_F(DecisionServiceTest, ManyThatEndTogetherAreAllAnnounced) {
  const v1::ConsentTerms terms = desk_.Terms({"college"});
  std::string ref;
  for (size_t i = 0; i < 2 * kEndsAnnouncedMax + 1; ++i) {
    const char letter = static_cast<char>('a' + i / kConsentsPerCaptorMax);
    if (i % kConsentsPerCaptorMax == 0) ref = desk_.Register("lambeth", Cat("Person ", std::string(3, letter)));
    desk_.Draw("lambeth", ref, terms);
  }
  const size_t before = desk_.Changes().size();
  desk_.clock().Advance(absl::Hours(24 * 91));
  ASSERT_TRUE(async::BlockOn(desk_.services().janitor().AnnounceEnded()).ok());
  EXPECT_EQ(desk_.Changes().size(), before + 2 * kEndsAnnouncedMax + 1);
}

}  // namespace
}  // namespace nwd::consent
