#include "services/consent/disclosure_service.h"

#include "tests/services/consent/desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT

class DisclosureServiceTest : public ::testing::Test {
 protected:
  DisclosureServiceTest() {
    desk_.Add("lambeth", ORGANISATION_KIND_BOROUGH);
    desk_.Add("college", ORGANISATION_KIND_COLLEGE);
    desk_.Add("vcs");
    desk_.Add("bystander");
    desk_.Add("auditor", ORGANISATION_KIND_OTHER, {ROLE_AUDITOR});
    ref_ = desk_.Register("lambeth", "Ada Lovelace", "AB123456C");
    desk_.Put("lambeth", ref_, desk_.Skills("bricklaying"));
    consent_ = desk_.Give("lambeth", ref_, desk_.Terms({"college", "vcs"}));
  }
  void Read(const std::string& who) {
    desk_.clock().Advance(absl::Minutes(1));
    EXPECT_TRUE(desk_.Read(who, desk_.RefFor(who, ref_, "lambeth"), consent_).ok());
  }
  absl::StatusOr<v1::ListDisclosuresResponse> List(const std::string& who, const v1::ListDisclosuresRequest& request) {
    return desk_.Ask(desk_.services().disclosure(), &DisclosureService::ListDisclosures, who, request);
  }
  v1::ListDisclosuresRequest OfPerson(const std::string& ref) {
    v1::ListDisclosuresRequest request;
    request.set_person_ref(ref);
    return request;
  }
  Desk desk_;
  std::string ref_, consent_;
};

TEST_F(DisclosureServiceTest, TheSourceSeesEveryReleaseOfWhatItPutInNewestFirst) {
  Read("college");
  Read("vcs");
  const auto listed = List("lambeth", OfPerson(ref_));
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->disclosures_size(), 2);
  EXPECT_EQ(listed->disclosures(0).recipient_organisation_id(), desk_.IdOf("vcs"));
  EXPECT_EQ(listed->disclosures(1).recipient_organisation_id(), desk_.IdOf("college"));
  EXPECT_EQ(listed->disclosures(0).person_ref(), ref_);
  EXPECT_EQ(listed->disclosures(0).consent_id(), consent_);
  EXPECT_THAT(listed->disclosures(0).categories(), ::testing::ElementsAre(CATEGORY_SKILLS));
}

TEST_F(DisclosureServiceTest, AnotherHolderSeesNoneThatDoNotConcernIt) {
  Read("college");
  const std::string theirs = desk_.Register("bystander", "Ada Lovelace", "AB123456C");
  EXPECT_EQ(List("bystander", OfPerson(theirs))->disclosures_size(), 0);
  EXPECT_THAT(List("college", OfPerson(desk_.RefFor("college", ref_, "lambeth"))), Denied())
      << "a recipient is no holder";
}

TEST_F(DisclosureServiceTest, NamesNoCategoryOfWhichNothingLeft) {
  const std::string own = desk_.Register("college", "Ada Lovelace", "AB123456C");
  desk_.Put("college", own, desk_.Skills("welding"));
  const std::string minted = desk_.Give("college", own, desk_.Terms({"college"}));
  ASSERT_EQ(desk_.Read("college", own, minted, {CATEGORY_SKILLS, CATEGORY_GOALS})->entries_size(), 1);
  const auto listed = List("college", OfPerson(own));
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->disclosures_size(), 1);
  EXPECT_THAT(listed->disclosures(0).categories(), ::testing::ElementsAre(CATEGORY_SKILLS));
}

// Else the list says that a refuge's address went out.
TEST_F(DisclosureServiceTest, NamesNoSectionThatWasPermittedAndHeldBack) {
  desk_.Put("lambeth", ref_, desk_.Contact("07700 900123", /*confidential=*/true));
  const std::string consent = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  const std::string theirs = desk_.RefFor("college", ref_, "lambeth");
  ASSERT_EQ(desk_.Read("college", theirs, consent, {CATEGORY_SKILLS, CATEGORY_CONTACT})->entries_size(), 1);
  ASSERT_EQ(desk_.Read("college", theirs, consent, {CATEGORY_CONTACT})->entries_size(), 0);
  v1::ListDisclosuresRequest by_recipient;
  by_recipient.set_recipient_organisation_id(desk_.IdOf("college"));
  const auto listed = List("auditor", by_recipient);
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->disclosures_size(), 2);
  std::vector<std::vector<int>> released;
  for (const v1::Disclosure& disclosure : listed->disclosures()) {
    released.emplace_back(disclosure.categories().begin(), disclosure.categories().end());
  }
  EXPECT_THAT(released, ::testing::UnorderedElementsAre(::testing::ElementsAre(CATEGORY_SKILLS), ::testing::IsEmpty()));
}

TEST_F(DisclosureServiceTest, AnAuditorListsByRecipientAndTime) {
  Read("college");
  const absl::Time first = desk_.clock().Now();
  Read("college");
  const absl::Time second = desk_.clock().Now();
  Read("vcs");
  v1::ListDisclosuresRequest request;
  EXPECT_THAT(List("auditor", request), Invalid());
  request.set_recipient_organisation_id(desk_.IdOf("college"));
  const auto all = List("auditor", request);
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_EQ(all->disclosures_size(), 2);
  EXPECT_EQ(all->disclosures(0).person_ref(), "");
  *request.mutable_start_time() = ToTimestamp(second);
  EXPECT_EQ(List("auditor", request)->disclosures_size(), 1);
  *request.mutable_start_time() = ToTimestamp(first);
  *request.mutable_end_time() = ToTimestamp(second);
  const auto between = List("auditor", request);
  ASSERT_EQ(between->disclosures_size(), 1);
  EXPECT_EQ(FromTimestamp(between->disclosures(0).disclose_time()), first);
  EXPECT_EQ(desk_.Audited("disclosures.listed"), 3);
}

TEST_F(DisclosureServiceTest, AnAuditorNamesNoPersonAndAnAgencyMust) {
  EXPECT_THAT(List("auditor", OfPerson(ref_)), Denied());
  v1::ListDisclosuresRequest request;
  EXPECT_THAT(FieldsOf(List("lambeth", request).status()), ::testing::ElementsAre("person_ref"));
  *request.mutable_start_time() = ToTimestamp(desk_.clock().Now());
  *request.mutable_end_time() = request.start_time();
  EXPECT_THAT(FieldsOf(List("lambeth", request).status()), ::testing::UnorderedElementsAre("person_ref", "end_time"));
  EXPECT_THAT(FieldsOf(List("auditor", request).status()),
              ::testing::UnorderedElementsAre("recipient_organisation_id", "end_time"));
}

TEST_F(DisclosureServiceTest, PagesFollowOneAnother) {
  for (int i = 0; i < 5; ++i) Read("college");
  v1::ListDisclosuresRequest request = OfPerson(ref_);
  request.set_page_size(2);
  int pages = 0, listed = 0;
  do {
    const auto page = List("lambeth", request);
    ASSERT_TRUE(page.ok()) << page.status();
    ++pages;
    listed += page->disclosures_size();
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(listed, 5);
}

TEST_F(DisclosureServiceTest, ThatAPageFollowsTellsOfNoRowThatIsNotShown) {
  const std::string own = desk_.Register("college", "Ada Lovelace", "AB123456C");
  desk_.Put("college", own, desk_.Skills("welding"));
  const std::string minted = desk_.Give("college", own, desk_.Terms({"college"}));
  ASSERT_TRUE(desk_.Read("college", own, minted).ok());  // none of lambeth's business
  Read("vcs");
  v1::ListDisclosuresRequest request = OfPerson(ref_);
  request.set_page_size(1);
  const auto page = List("lambeth", request);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->disclosures_size(), 1);
  EXPECT_EQ(page->next_page_token(), "") << "the older one is hidden";
}

}  // namespace
}  // namespace nwd::consent
