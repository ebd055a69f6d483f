// Consents that contradict each other, that are far too many, that name very many, or what is not there.
#include "services/consent/limits.h"
#include "tests/services/consent/desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT

constexpr int kRecipientsMax = 1000;  // ConsentTerms.recipient_organisation_ids

class ExtremeConsentsTest : public ::testing::Test {
 protected:
  ExtremeConsentsTest() {
    desk_.Add("lambeth", ORGANISATION_KIND_BOROUGH);
    desk_.Add("college", ORGANISATION_KIND_COLLEGE);
    ref_ = desk_.Register("lambeth", "Ada Lovelace", "AB123456C");
    college_ref_ = desk_.RefFor("college", ref_, "lambeth");
    desk_.Put("lambeth", ref_, desk_.Skills("bricklaying"));
  }
  absl::StatusOr<v1::CreateConsentResponse> Create(const v1::ConsentTerms& terms) {
    v1::CreateConsentRequest request;
    request.set_person_ref(ref_);
    *request.mutable_terms() = terms;
    request.set_request(true);
    return desk_.Ask(desk_.services().consent(), &ConsentService::CreateConsent, "lambeth", request);
  }
  void Refuse(const v1::ConsentTerms& terms) {
    desk_.Decide("lambeth", desk_.Draw("lambeth", ref_, terms), v1::CONSENT_STATE_REFUSED);
  }
  bool Permitted(const std::string& consent_id) {
    return desk_.Check("college", college_ref_, consent_id)->permitted();
  }
  // The same terms for one category alone.
  v1::ConsentTerms OnlySkills() {
    v1::ConsentTerms terms = desk_.Terms({"college"});
    terms.clear_categories();
    terms.add_categories()->set_category(CATEGORY_SKILLS);
    terms.mutable_categories(0)->set_necessity("to find work that fits");
    return terms;
  }
  Desk desk_;
  std::string ref_, college_ref_;
};

TEST_F(ExtremeConsentsTest, OfContradictoryOnesARefusalBeatsABroaderYesInEitherOrder) {
  const std::string before = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  ASSERT_TRUE(Permitted(before));
  Refuse(OnlySkills());
  EXPECT_EQ(desk_.Check("college", college_ref_, before)->denied_categories(0).reason(), v1::DENIAL_REASON_REFUSED);
  EXPECT_THAT(desk_.Read("college", college_ref_, before), Denied());
  const std::string after = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  EXPECT_FALSE(Permitted(after)) << "as broad as what was refused was not";
  EXPECT_TRUE(desk_.Check("college", college_ref_, after, {CATEGORY_GOALS})->permitted()) << "what was not refused";
  desk_.clock().Advance(absl::Seconds(1));
  EXPECT_TRUE(Permitted(desk_.Give("lambeth", ref_, OnlySkills()))) << "a yes as precise, and later";
}

TEST_F(ExtremeConsentsTest, TwoThatContradictEachOtherAreEachJudgedAlone) {
  v1::ConsentTerms no_end = desk_.Terms({"college"}), view_only = desk_.Terms({"college"});
  view_only.set_mode(v1::SHARING_MODE_VIEW);
  view_only.set_purpose(PURPOSE_REFERRAL);
  const std::string one = desk_.Give("lambeth", ref_, no_end), other = desk_.Give("lambeth", ref_, view_only);
  EXPECT_TRUE(Permitted(one));
  EXPECT_FALSE(Permitted(other)) << "for another purpose: nothing of the first fills the gap";
  ASSERT_TRUE(desk_.Withdraw("lambeth", one).ok());
  EXPECT_FALSE(Permitted(one)) << "nor of the second";
}

TEST_F(ExtremeConsentsTest, TenThousandForOnePersonStopAtTheLimitAndTheOthersGoOn) {
  const std::string first = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  constexpr int kCaptors = 2 * kConsentsPerPersonMax / kConsentsPerCaptorMax;
  int drawn = 1, refused = 0;
  for (int captor = 0; captor < kCaptors; ++captor) {
    const std::string slug = captor == 0 ? "lambeth" : Cat("captor-", captor);
    if (captor > 0) desk_.Add(slug);
    v1::CreateConsentRequest request;
    request.set_person_ref(captor == 0 ? ref_ : desk_.Register(slug, "Ada Lovelace", "AB123456C"));
    *request.mutable_terms() = desk_.Terms({"college"});
    for (int i = captor == 0 ? 1 : 0; i < 10'000 / kCaptors; ++i) {
      const auto created = desk_.Ask(desk_.services().consent(), &ConsentService::CreateConsent, slug, request);
      created.ok() ? ++drawn : ++refused;
      if (created.ok()) continue;
      ASSERT_THAT(created, Refused(absl::StatusCode::kFailedPrecondition, "LIMIT_REACHED"));
    }
  }
  EXPECT_EQ(drawn, kConsentsPerPersonMax);
  EXPECT_EQ(refused, 10'000 - kConsentsPerPersonMax);
  EXPECT_TRUE(Permitted(first));
  EXPECT_TRUE(desk_.Read("college", college_ref_, first).ok());
  EXPECT_TRUE(desk_.Withdraw("lambeth", first).ok()) << "a no has no limit";
  EXPECT_FALSE(Permitted(first));
}

TEST_F(ExtremeConsentsTest, AThousandRecipientsAreEachPermittedEachToldAndOneMoreIsRefused) {
  std::vector<std::string> recipients = {"college"};
  for (int i = 1; i < kRecipientsMax; ++i) {
    recipients.push_back(Cat("member-", i));
    desk_.Add(recipients.back());
  }
  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms(recipients));
  EXPECT_TRUE(Permitted(id));
  for (const std::string& reader : {recipients[1], recipients[500], recipients[999]}) {
    ASSERT_TRUE(desk_.Read(reader, desk_.RefFor(reader, ref_, "lambeth"), id).ok()) << reader;
  }
  const auto withdrawn = desk_.Withdraw("lambeth", id);
  ASSERT_TRUE(withdrawn.ok()) << withdrawn.status();
  EXPECT_EQ(withdrawn->notices(), 3) << "those who read";
  for (const std::string& reader : {recipients[0], recipients[1], recipients[999]}) {
    EXPECT_THAT(desk_.Read(reader, desk_.RefFor(reader, ref_, "lambeth"), id), Denied()) << reader;
  }

  desk_.Add("one-more");
  recipients.push_back("one-more");
  const auto too_many = Create(desk_.Terms(recipients));
  ASSERT_THAT(too_many, Invalid());
  EXPECT_THAT(FieldsOf(too_many.status()), ::testing::ElementsAre("terms.recipient_organisation_ids"));
}

TEST_F(ExtremeConsentsTest, UnknownCategoriesAreRefusedByNameWhereverTheyAreAskedFor) {
  v1::ConsentTerms terms = desk_.Terms({"college"});
  terms.mutable_categories(1)->set_category(static_cast<Category>(99));
  const auto created = Create(terms);
  ASSERT_THAT(created, Invalid());
  EXPECT_THAT(FieldsOf(created.status()), ::testing::ElementsAre("terms.categories[1].category"));

  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  const std::vector<Category> asked = {CATEGORY_SKILLS, static_cast<Category>(99)};
  const auto check = desk_.Check("college", college_ref_, id, asked);
  ASSERT_THAT(check, Invalid());
  EXPECT_THAT(FieldsOf(check.status()), ::testing::ElementsAre("categories[1]"));
  const auto read = desk_.Read("college", college_ref_, id, asked);
  ASSERT_THAT(read, Invalid());
  EXPECT_THAT(FieldsOf(read.status()), ::testing::ElementsAre("categories[1]"));
  EXPECT_EQ(desk_.Get("lambeth", id).uses(), 0) << "nothing was read";
}

}  // namespace
}  // namespace nwd::consent
