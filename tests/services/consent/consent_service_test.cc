#include "services/consent/consent_service.h"

#include "services/consent/limits.h"
#include "tests/services/consent/desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT

constexpr char kNino[] = "AB123456C";

class ConsentServiceTest : public ::testing::Test {
 protected:
  ConsentServiceTest() {
    desk_.Add("lambeth", ORGANISATION_KIND_BOROUGH);
    desk_.Add("college", ORGANISATION_KIND_COLLEGE);
    desk_.Add("stranger");
    ref_ = desk_.Register("lambeth", "Ada Lovelace", kNino);
  }
  absl::StatusOr<v1::CreateConsentResponse> Create(const std::string& who, const v1::ConsentTerms& terms,
                                                   const std::string& request_id = "") {
    v1::CreateConsentRequest request;
    request.set_request_id(request_id);
    request.set_person_ref(ref_);
    *request.mutable_terms() = terms;
    return desk_.Ask(desk_.services().consent(), &ConsentService::CreateConsent, who, request);
  }
  Desk desk_;
  std::string ref_;
};

TEST_F(ConsentServiceTest, ARecipientSeesItUnderItsOwnReferenceAndNotWhoCapturedIt) {
  v1::ConsentTerms terms = desk_.Terms({"college"});
  Desk::ActAsParent(terms);
  const std::string id = desk_.Give("lambeth", ref_, terms);
  const v1::Consent shown = desk_.Get("college", id);
  EXPECT_EQ(shown.person_ref(), desk_.RefFor("college", ref_, "lambeth"));
  EXPECT_EQ(shown.practitioner(), "");
  EXPECT_EQ(shown.terms().representative().name(), "");
  EXPECT_EQ(shown.terms().representative().evidence(), "");
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
  *terms.mutable_valid_until() = ToTimestamp(desk_.clock().Now() - absl::Hours(1));
  terms.set_text_sha256("abcd");
  Desk::ActAsParent(terms, "2020-01-01");
  terms.mutable_representative()->set_kind(v1::REPRESENTATIVE_KIND_DEPUTY);
  const auto response = Create("lambeth", terms);
  ASSERT_THAT(response, Invalid());
  EXPECT_THAT(FieldsOf(response.status()),
              ::testing::UnorderedElementsAre("terms.categories[3].category", "terms.recipient_organisation_ids[1]",
                                              "terms.recipient_organisation_ids[2]", "terms.valid_until",
                                              "terms.text_sha256", "terms.representative.evidence_sha256",
                                              "terms.representative.authority_ends_on"));
  EXPECT_EQ(WireTextOf(response.status()).find("Byron"), std::string::npos);
}

TEST_F(ConsentServiceTest, ARecipientUnknownHereIsAskedOfTheDirectory) {
  desk_.AddToDirectoryOnly("newcomer");
  EXPECT_TRUE(Create("lambeth", desk_.Terms({"newcomer"})).ok());
  EXPECT_EQ(desk_.asked(), 1);
}

TEST_F(ConsentServiceTest, LanguagesAreTagsAndNamesHaveLetters) {
  v1::ConsentTerms terms = desk_.Terms({"college"});
  terms.set_language("Polish please");
  Desk::ActAsParent(terms);
  terms.mutable_representative()->set_name("12345");
  EXPECT_THAT(FieldsOf(Create("lambeth", terms).status()),
              ::testing::UnorderedElementsAre("terms.language", "terms.representative.name"));
  terms.set_language("EN");  // a tag's case means nothing
  terms.mutable_representative()->set_name("李");
  EXPECT_TRUE(Create("lambeth", terms).ok());
}

TEST_F(ConsentServiceTest, ARepresentativeDecidesWithinTheirScopeOnly) {
  v1::ConsentTerms terms = desk_.Terms({"college"});
  Desk::ActAsParent(terms);
  terms.mutable_representative()->add_purposes(PURPOSE_SKILLS_TRAINING);
  for (const Category category : {CATEGORY_SKILLS, CATEGORY_GOALS}) {
    terms.mutable_representative()->add_categories(category);
  }
  EXPECT_THAT(FieldsOf(Create("lambeth", terms).status()),
              ::testing::UnorderedElementsAre("terms.purpose", "terms.categories[1].category"));
  terms.mutable_representative()->add_purposes(terms.purpose());
  terms.mutable_representative()->add_categories(CATEGORY_CONTACT);
  EXPECT_TRUE(Create("lambeth", terms).ok());
}

TEST_F(ConsentServiceTest, AKindThatRestsOnADocumentNamesTheDocument) {
  v1::ConsentTerms terms = desk_.Terms({"college"});
  Desk::ActAsParent(terms);
  for (const auto kind : {v1::REPRESENTATIVE_KIND_GUARDIAN, v1::REPRESENTATIVE_KIND_DEPUTY,
                          v1::REPRESENTATIVE_KIND_ATTORNEY, v1::REPRESENTATIVE_KIND_APPOINTEE}) {
    terms.mutable_representative()->set_kind(kind);
    terms.mutable_representative()->clear_evidence_sha256();
    EXPECT_THAT(FieldsOf(Create("lambeth", terms).status()),
                ::testing::ElementsAre("terms.representative.evidence_sha256"));
    terms.mutable_representative()->set_evidence_sha256("ab");
    EXPECT_THAT(FieldsOf(Create("lambeth", terms).status()),
                ::testing::ElementsAre("terms.representative.evidence_sha256"));
    terms.mutable_representative()->set_evidence_sha256(std::string(64, 'a'));
    EXPECT_TRUE(Create("lambeth", terms).ok()) << v1::RepresentativeKind_Name(kind);
  }
  terms.mutable_representative()->clear_evidence();
  terms.mutable_representative()->set_kind(v1::REPRESENTATIVE_KIND_UNSPECIFIED);
  EXPECT_THAT(FieldsOf(Create("lambeth", terms).status()),
              ::testing::UnorderedElementsAre("terms.representative.evidence", "terms.representative.kind"));
}

TEST_F(ConsentServiceTest, AReviewIsDueFromItsDayOnAndEndsNothing) {
  v1::ConsentTerms terms = desk_.Terms({"college"});
  terms.set_review_on("2026-04-01");
  const std::string id = desk_.Give("lambeth", ref_, terms);
  absl::Time day;
  ASSERT_TRUE(absl::ParseTime(absl::RFC3339_full, "2026-03-31T22:59:59Z", &day, nullptr));
  desk_.clock().Advance(day - desk_.clock().Now());
  EXPECT_FALSE(desk_.Get("lambeth", id).review_due());
  desk_.clock().Advance(absl::Seconds(1));  // midnight of summer time
  EXPECT_TRUE(desk_.Get("lambeth", id).review_due());
  EXPECT_EQ(desk_.Get("college", id).terms().review_on(), "2026-04-01");
  EXPECT_TRUE(desk_.Check("college", desk_.RefFor("college", ref_, "lambeth"), id)->permitted());
  ASSERT_TRUE(desk_.Withdraw("lambeth", id).ok());
  EXPECT_FALSE(desk_.Get("lambeth", id).review_due()) << "it is over";
}

TEST_F(ConsentServiceTest, AReviewIsDueOnceTheRepresentativesAuthorityHasEnded) {
  v1::ConsentTerms terms = desk_.Terms({"college"});
  Desk::ActAsParent(terms, "2026-03-03");
  const std::string id = desk_.Give("lambeth", ref_, terms);
  EXPECT_FALSE(desk_.Get("lambeth", id).review_due());
  desk_.clock().Advance(absl::Hours(24 * 2));
  EXPECT_TRUE(desk_.Get("lambeth", id).review_due());
}

TEST_F(ConsentServiceTest, AReviewLiesAheadAndBeforeTheEnd) {
  v1::ConsentTerms terms = desk_.Terms({"college"});
  for (const char* day : {"2026-03-01", "2027-01-01"}) {
    terms.set_review_on(day);
    EXPECT_THAT(FieldsOf(Create("lambeth", terms).status()), ::testing::ElementsAre("terms.review_on")) << day;
  }
  terms.set_review_on("2026-03-02");
  EXPECT_TRUE(Create("lambeth", terms).ok());
}

TEST_F(ConsentServiceTest, ATextThatWasNeverKeptCannotBeCited) {
  v1::ConsentTerms terms = desk_.Terms({"college"});
  terms.set_text_sha256(std::string(64, '0'));
  EXPECT_THAT(Create("lambeth", terms), Invalid());
}

TEST_F(ConsentServiceTest, AConsentIsInTheLanguageOfItsText) {
  v1::ConsentTerms terms = desk_.Terms({"college"});
  terms.set_language("pl");
  EXPECT_THAT(FieldsOf(Create("lambeth", terms).status()), ::testing::ElementsAre("terms.language"));
  v1::CreateTextRequest translation;
  translation.set_text("Chcemy przekazać, co nam Państwo powiedzieli.");
  translation.set_language("pl");
  translation.set_version("2026-03");
  translation.set_translation_of_sha256(terms.text_sha256());
  const auto kept = desk_.Ask(desk_.services().text(), &TextService::CreateText, "lambeth", translation);
  ASSERT_TRUE(kept.ok()) << kept.status();
  terms.set_text_sha256(kept->text_sha256());
  EXPECT_TRUE(Create("lambeth", terms).ok());
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
  EXPECT_THAT(
      FieldsOf(desk_.Ask(desk_.services().consent(), &ConsentService::ListConsents, "lambeth", request).status()),
      ::testing::ElementsAre("page_token"));
}

TEST_F(ConsentServiceTest, OneOrganisationCannotUseUpThePersonsConsents) {
  ref_ = desk_.Register("lambeth", "Ada Lovelace", "AB123456C");
  const v1::ConsentTerms terms = desk_.Terms({"college"});
  for (int i = 0; i < kConsentsPerCaptorMax; ++i) ASSERT_TRUE(Create("lambeth", terms).ok());
  const auto refused = Create("lambeth", terms);
  EXPECT_THAT(refused, Refused(absl::StatusCode::kFailedPrecondition, "LIMIT_REACHED"));
  desk_.Register("lambeth", "Ada Lovelace", "AB123456C");
  EXPECT_THAT(Create("lambeth", terms), Refused(absl::StatusCode::kFailedPrecondition, "LIMIT_REACHED"))
      << "registering the person anew gives no new share";
  desk_.Add("clinic", ORGANISATION_KIND_HEALTH);
  const std::string clinics = desk_.Register("clinic", "Ada Lovelace", "AB123456C");
  ASSERT_EQ(desk_.PersonId("clinic", clinics), desk_.PersonId("lambeth", ref_));
  desk_.Give("clinic", clinics, desk_.Terms({"college"}));
}

TEST_F(ConsentServiceTest, WhoIsMerelyNamedInAConsentCannotSupersedeIt) {
  const std::string lambeths = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  v1::CreateConsentRequest request;
  request.set_person_ref(desk_.Register("college", "Ada Lovelace", kNino));
  *request.mutable_terms() = desk_.Terms({"college"});
  request.mutable_terms()->set_supersedes_consent_id(lambeths);
  const auto named = desk_.Ask(desk_.services().consent(), &ConsentService::CreateConsent, "college", request);
  request.mutable_terms()->set_supersedes_consent_id(ids::Uuid::Random().ToString());
  const auto nowhere = desk_.Ask(desk_.services().consent(), &ConsentService::CreateConsent, "college", request);
  EXPECT_THAT(FieldsOf(named.status()), ::testing::ElementsAre("terms.supersedes_consent_id"));
  EXPECT_EQ(named.status(), nowhere.status());
}

TEST_F(ConsentServiceTest, WhoHoldsAnErasedPersonIsToldNoMoreThanWhoDoesNot) {
  const v1::ConsentTerms terms = desk_.Terms({"college"});
  ASSERT_TRUE(
      async::BlockOn(desk_.services().person_keys().Destroy(*ids::Uuid::Parse(desk_.PersonId("lambeth", ref_)))).ok());
  const auto erased = Create("lambeth", terms);
  EXPECT_THAT(erased, Denied());
  EXPECT_EQ(erased.status(), Create("stranger", terms).status());
}

TEST_F(ConsentServiceTest, ARetryWithItsRequestIdDrawsUpOne) {
  v1::ConsentTerms terms = desk_.Terms({"college"});
  const std::string request_id = ids::Uuid::Random().ToString();
  const auto first = Create("lambeth", terms, request_id);
  const auto again = Create("lambeth", terms, request_id);
  ASSERT_TRUE(first.ok() && again.ok()) << first.status() << again.status();
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  EXPECT_EQ(desk_.Audited("consent.created"), 1);
  terms.set_retention_days(31);
  EXPECT_THAT(Create("lambeth", terms, request_id), Refused(absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED"));
  EXPECT_EQ(desk_.Audited("consent.created"), 1);
}

}  // namespace
}  // namespace nwd::consent
