#include "services/consent/consent_service.h"

#include "services/consent/limits.h"
#include "tests/services/consent/desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT

class ConsentServiceTest : public ::testing::Test {
 protected:
  ConsentServiceTest() {
    desk_.Add("lambeth", ORGANISATION_KIND_BOROUGH);
    desk_.Add("college", ORGANISATION_KIND_COLLEGE);
    desk_.Add("stranger");
    ref_ = desk_.Register("lambeth", "Ada Lovelace");
  }
  absl::StatusOr<v1::CreateConsentResponse> Create(const std::string& who, const v1::ConsentTerms& terms) {
    v1::CreateConsentRequest request;
    request.set_person_ref(ref_);
    *request.mutable_terms() = terms;
    return desk_.Ask(desk_.services().consent(), &ConsentService::CreateConsent, who, request);
  }
  absl::StatusOr<v1::RecordDecisionResponse> Decide(const std::string& who, const std::string& id,
                                                    const std::string& etag, v1::ConsentState decision) {
    v1::RecordDecisionRequest request;
    request.set_consent_id(id);
    request.set_etag(etag);
    request.set_decision(decision);
    return desk_.Ask(desk_.services().consent(), &ConsentService::RecordDecision, who, request);
  }
  absl::StatusOr<v1::CorroborateConsentResponse> Corroborate(const std::string& who, const std::string& id) {
    v1::CorroborateConsentRequest request;
    request.set_consent_id(id);
    return desk_.Ask(desk_.services().consent(), &ConsentService::CorroborateConsent, who, request);
  }
  Desk desk_;
  std::string ref_;
};

TEST_F(ConsentServiceTest, ADraftIsPutToThePersonAndGiven) {
  const auto drawn = Create("lambeth", desk_.Terms({"college"}));
  ASSERT_TRUE(drawn.ok()) << drawn.status();
  EXPECT_EQ(drawn->state(), v1::CONSENT_STATE_DRAFT);
  v1::RequestConsentRequest request;
  request.set_consent_id(drawn->consent_id());
  request.set_etag(drawn->etag());
  const auto requested = desk_.Ask(desk_.services().consent(), &ConsentService::RequestConsent, "lambeth", request);
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

TEST_F(ConsentServiceTest, ARecipientSeesItUnderItsOwnReferenceAndNotWhoCapturedIt) {
  v1::ConsentTerms terms = desk_.Terms({"college"});
  terms.mutable_representative()->set_name("Byron");
  terms.mutable_representative()->set_authority("parent");
  const std::string id = desk_.Give("lambeth", ref_, terms);
  const v1::Consent shown = desk_.Get("college", id);
  EXPECT_EQ(shown.person_ref(), desk_.RefFor("college", ref_, "lambeth"));
  EXPECT_EQ(shown.practitioner(), "");
  EXPECT_EQ(shown.terms().representative().name(), "");
  EXPECT_EQ(shown.terms().representative().authority(), "parent");
  EXPECT_EQ(desk_.Get("lambeth", id).terms().representative().name(), "Byron");
}

TEST_F(ConsentServiceTest, WhoIsNeitherCaptorNorRecipientLearnsNothing) {
  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  v1::GetConsentRequest request;
  request.set_consent_id(id);
  const auto there = desk_.Ask(desk_.services().consent(), &ConsentService::GetConsent, "stranger", request);
  request.set_consent_id(ids::Uuid::Random().ToString());
  const auto nowhere = desk_.Ask(desk_.services().consent(), &ConsentService::GetConsent, "stranger", request);
  EXPECT_THAT(there, Denied());
  EXPECT_EQ(there.status(), nowhere.status());
  EXPECT_THAT(desk_.Withdraw("stranger", id), Denied());
  EXPECT_THAT(Decide("college", id, "r2", v1::CONSENT_STATE_REFUSED), Denied());
}

TEST_F(ConsentServiceTest, OnlyAHolderDrawsOneUp) {
  v1::CreateConsentRequest request;
  request.set_person_ref(desk_.RefFor("college", ref_, "lambeth"));
  *request.mutable_terms() = desk_.Terms({"college"});
  EXPECT_THAT(desk_.Ask(desk_.services().consent(), &ConsentService::CreateConsent, "college", request), Denied());
}

TEST_F(ConsentServiceTest, EveryFaultOfTheTermsIsNamedAtOnce) {
  v1::ConsentTerms terms = desk_.Terms({"college", "college"});
  *terms.add_categories() = terms.categories(0);
  terms.add_recipient_organisation_ids(ids::Uuid::Random().ToString());
  ToProto(desk_.clock().Now() - absl::Hours(1), terms.mutable_valid_until());
  terms.set_text_sha256("abcd");
  terms.mutable_representative()->set_name("Byron");
  terms.mutable_representative()->set_authority("deputy");
  terms.mutable_representative()->set_authority_ends_on("2020-01-01");
  const auto response = Create("lambeth", terms);
  ASSERT_THAT(response, Invalid());
  EXPECT_THAT(FieldsOf(response.status()),
              ::testing::UnorderedElementsAre("terms.categories[3].category", "terms.recipient_organisation_ids[1]",
                                              "terms.recipient_organisation_ids[2]", "terms.valid_until",
                                              "terms.text_sha256", "terms.representative.authority_ends_on"));
  EXPECT_EQ(WireTextOf(response.status()).find("Byron"), std::string::npos);
}

TEST_F(ConsentServiceTest, ARecipientUnknownHereIsAskedOfTheDirectory) {
  desk_.AddToDirectoryOnly("newcomer");
  EXPECT_TRUE(Create("lambeth", desk_.Terms({"newcomer"})).ok());
  EXPECT_EQ(desk_.asked(), 1);
}

TEST_F(ConsentServiceTest, ATextThatWasNeverKeptCannotBeCited) {
  v1::ConsentTerms terms = desk_.Terms({"college"});
  terms.set_text_sha256(std::string(64, '0'));
  EXPECT_THAT(Create("lambeth", terms), Invalid());
}

TEST_F(ConsentServiceTest, AStaleEtagChangesNothing) {
  const std::string id = desk_.Draw("lambeth", ref_, desk_.Terms({"college"}));
  EXPECT_THAT(Decide("lambeth", id, "r9", v1::CONSENT_STATE_GIVEN), Refused(absl::StatusCode::kAborted, "STALE_ETAG"));
  EXPECT_EQ(desk_.Get("lambeth", id).state(), v1::CONSENT_STATE_REQUESTED);
}

TEST_F(ConsentServiceTest, ADecisionOutOfPlaceIsRefused) {
  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  EXPECT_THAT(Decide("lambeth", id, desk_.Get("lambeth", id).etag(), v1::CONSENT_STATE_GIVEN),
              Refused(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"));
  EXPECT_THAT(Decide("lambeth", id, "r2", v1::CONSENT_STATE_WITHDRAWN), Invalid());
}

TEST_F(ConsentServiceTest, NobodyDecidesAfterItHasLapsed) {
  const std::string id = desk_.Draw("lambeth", ref_, desk_.Terms({"college"}));
  desk_.clock().Advance(absl::Hours(24 * 91));
  EXPECT_EQ(desk_.Get("lambeth", id).state(), v1::CONSENT_STATE_LAPSED);
  EXPECT_THAT(Decide("lambeth", id, "r1", v1::CONSENT_STATE_GIVEN),
              Refused(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"));
}

TEST_F(ConsentServiceTest, ARepresentativePastTheirAuthorityCannotAgree) {
  v1::ConsentTerms terms = desk_.Terms({"college"});
  terms.mutable_representative()->set_name("Byron");
  terms.mutable_representative()->set_authority("parent");
  terms.mutable_representative()->set_authority_ends_on("2026-03-10");
  const std::string id = desk_.Draw("lambeth", ref_, terms);
  desk_.clock().Advance(absl::Hours(24 * 20));
  EXPECT_THAT(Decide("lambeth", id, "r1", v1::CONSENT_STATE_GIVEN),
              Refused(absl::StatusCode::kFailedPrecondition, "AUTHORITY_ENDED"));
  EXPECT_TRUE(Decide("lambeth", id, "r1", v1::CONSENT_STATE_REFUSED).ok());
}

TEST_F(ConsentServiceTest, ARenewalEndsWhatItRenews) {
  const std::string old = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  v1::ConsentTerms terms = desk_.Terms({"college"});
  terms.set_supersedes_consent_id(old);
  const std::string renewed = desk_.Draw("lambeth", ref_, terms);
  EXPECT_EQ(desk_.Get("lambeth", old).state(), v1::CONSENT_STATE_GIVEN);
  desk_.Decide("lambeth", renewed, v1::CONSENT_STATE_GIVEN);
  EXPECT_EQ(desk_.Get("lambeth", old).state(), v1::CONSENT_STATE_SUPERSEDED);
}

TEST_F(ConsentServiceTest, AnothersConsentCannotBeSuperseded) {
  const std::string other = desk_.Register("stranger", "Grace Hopper");
  const std::string theirs = desk_.Give("stranger", other, desk_.Terms({"stranger"}));
  v1::ConsentTerms terms = desk_.Terms({"college"});
  terms.set_supersedes_consent_id(theirs);
  EXPECT_THAT(Create("lambeth", terms), Invalid());
}

TEST_F(ConsentServiceTest, ListsTheCallersConsentsNewestFirstPageByPage) {
  std::vector<std::string> drawn;
  for (int i = 0; i < 5; ++i) {
    drawn.insert(drawn.begin(), desk_.Draw("lambeth", ref_, desk_.Terms({"college"})));
    desk_.clock().Advance(absl::Seconds(1));
  }
  v1::ListConsentsRequest request;
  request.set_person_ref(ref_);
  request.set_page_size(2);
  std::vector<std::string> listed;
  do {
    const auto page = desk_.Ask(desk_.services().consent(), &ConsentService::ListConsents, "lambeth", request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const v1::Consent& consent : page->consents()) listed.push_back(consent.consent_id());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(listed, drawn);
  request.set_page_token("forged");
  EXPECT_THAT(desk_.Ask(desk_.services().consent(), &ConsentService::ListConsents, "lambeth", request),
              Refused(absl::StatusCode::kInvalidArgument, "INVALID_TOKEN"));
}

TEST_F(ConsentServiceTest, ARefusalClosesABroaderConsent) {
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

TEST_F(ConsentServiceTest, OnlyWhoseDataItCoversCorroborates) {
  const std::string college_ref = desk_.Register("college", "Ada Lovelace");
  const std::string id = desk_.Give("college", college_ref, desk_.Terms({"college"}));
  EXPECT_FALSE(desk_.Get("college", id).corroborated());
  EXPECT_THAT(Corroborate("college", id), Denied());
  EXPECT_THAT(Corroborate("stranger", id), Denied());
}

TEST_F(ConsentServiceTest, ThereIsALimitToTheConsentsOfOnePerson) {
  const v1::ConsentTerms terms = desk_.Terms({"college"});
  for (int i = 0; i < kConsentsPerPersonMax; ++i) ASSERT_TRUE(Create("lambeth", terms).ok());
  EXPECT_THAT(Create("lambeth", terms), Refused(absl::StatusCode::kFailedPrecondition, "LIMIT_REACHED"));
}

TEST_F(ConsentServiceTest, TheSameTextHasOneName) {
  v1::CreateTextRequest request;
  request.set_text("Same words.");
  request.set_language("en");
  request.set_version("1");
  const auto first = desk_.Ask(desk_.services().consent(), &ConsentService::CreateText, "lambeth", request);
  const auto second = desk_.Ask(desk_.services().consent(), &ConsentService::CreateText, "college", request);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->text_sha256(), second->text_sha256());
  v1::GetTextRequest get;
  get.set_text_sha256(first->text_sha256());
  EXPECT_EQ(desk_.Ask(desk_.services().consent(), &ConsentService::GetText, "stranger", get)->text().text(),
            "Same words.");
  get.set_text_sha256(std::string(64, '0'));
  EXPECT_THAT(desk_.Ask(desk_.services().consent(), &ConsentService::GetText, "stranger", get),
              Refused(absl::StatusCode::kNotFound, "NO_SUCH_TEXT"));
}

}  // namespace
}  // namespace nwd::consent
