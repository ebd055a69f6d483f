#include "services/consent/version_service.h"

#include "services/consent/keys.h"
#include "services/consent/limits.h"
#include "tests/services/consent/desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT

constexpr char kNino[] = "AB123456C";

class VersionServiceTest : public ::testing::Test {
 protected:
  VersionServiceTest() {
    desk_.Add("lambeth", ORGANISATION_KIND_BOROUGH);
    desk_.Add("college", ORGANISATION_KIND_COLLEGE);
    ref_ = desk_.Register("lambeth", "Ada Lovelace", kNino);
  }
  absl::StatusOr<v1::ListVersionsResponse> List(const std::string& who, const std::string& ref, int page_size = 0,
                                                const std::string& page_token = "") {
    v1::ListVersionsRequest request;
    request.set_person_ref(ref);
    request.set_category(CATEGORY_SKILLS);
    request.set_page_size(page_size);
    request.set_page_token(page_token);
    return desk_.Ask(desk_.services().version(), &VersionService::ListVersions, who, request);
  }
  // "bricklaying 1", as they come, over all pages.
  std::vector<std::string> All(const std::string& who, const std::string& ref, int page_size) {
    std::vector<std::string> all;
    std::string token;
    do {
      const auto page = List(who, ref, page_size, token);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return all;
      for (const v1::RecordEntry& entry : page->versions()) {
        all.push_back(Cat(entry.section().skills().skills(0), " ", entry.version()));
      }
      token = page->next_page_token();
    } while (!token.empty());
    return all;
  }
  Desk desk_;
  std::string ref_;
};

TEST_F(VersionServiceTest, ListsTheCallersOwnVersionsNewestFirstWithContent) {
  EXPECT_THAT(All("lambeth", ref_, 0), ::testing::IsEmpty());
  for (const char* skill : {"roofing", "welding", "bricklaying"}) {
    desk_.Put("lambeth", ref_, desk_.Skills(skill));
    desk_.clock().Advance(absl::Hours(24));
  }
  EXPECT_THAT(All("lambeth", ref_, 0), ::testing::ElementsAre("bricklaying 3", "welding 2", "roofing 1"));
  const auto page = List("lambeth", ref_);
  ASSERT_EQ(page->versions_size(), 3);
  EXPECT_EQ(page->versions(0).as_of(), "2026-03-04");
  EXPECT_EQ(page->versions(2).as_of(), "2026-03-02");
  EXPECT_EQ(page->versions(0).source_organisation_id(), desk_.IdOf("lambeth"));
  EXPECT_EQ(page->versions(0).category(), CATEGORY_SKILLS);
  EXPECT_GT(page->versions(0).create_time().seconds(), page->versions(1).create_time().seconds());
}

TEST_F(VersionServiceTest, ShowsNothingThatOthersPutIn) {
  const std::string college_ref = desk_.Register("college", "Ada Lovelace", kNino);
  desk_.Put("lambeth", ref_, desk_.Skills("bricklaying"));
  desk_.Put("college", college_ref, desk_.Skills("welding"));
  EXPECT_THAT(All("lambeth", ref_, 0), ::testing::ElementsAre("bricklaying 1"));
  EXPECT_THAT(All("college", college_ref, 0), ::testing::ElementsAre("welding 1"));
}

TEST_F(VersionServiceTest, WhoDoesNotHoldThePersonIsToldWhatAnyoneIs) {
  desk_.Put("lambeth", ref_, desk_.Skills("bricklaying"));
  const auto told = List("college", desk_.RefFor("college", ref_, "lambeth"));
  EXPECT_THAT(told, Denied());
  const auto nobody = List("college", desk_.services().references().ReferenceOf(
                                          *ids::Uuid::Parse(desk_.IdOf("college")), ids::Uuid::Random()));
  EXPECT_EQ(told.status(), nobody.status());
  ASSERT_TRUE(
      async::BlockOn(desk_.services().person_keys().Destroy(*ids::Uuid::Parse(desk_.PersonId("lambeth", ref_)))).ok());
  EXPECT_THAT(List("lambeth", ref_), Denied()) << "of who was erased there is nothing";
}

TEST_F(VersionServiceTest, WalksPageByPageWhileNewOnesCome) {
  for (int i = 1; i <= 5; ++i) desk_.Put("lambeth", ref_, desk_.Skills(Cat("skill ", i)));
  EXPECT_THAT(All("lambeth", ref_, 2),
              ::testing::ElementsAre("skill 5 5", "skill 4 4", "skill 3 3", "skill 2 2", "skill 1 1"));
  const auto first = List("lambeth", ref_, 2);
  desk_.Put("lambeth", ref_, desk_.Skills("skill 6"));
  const auto second = List("lambeth", ref_, 2, first->next_page_token());
  ASSERT_TRUE(second.ok()) << second.status();
  ASSERT_EQ(second->versions_size(), 2);
  EXPECT_EQ(second->versions(0).version(), 3) << "each once, however many come before them";
  EXPECT_THAT(List("lambeth", ref_, 2, "forged"), Refused(absl::StatusCode::kInvalidArgument, "INVALID_TOKEN"));
}

TEST_F(VersionServiceTest, APageOfLargeSectionsIsShort) {
  v1::RecordSection large;
  for (int i = 0; i < 100; ++i) large.mutable_skills()->add_skills(std::string(200, 'x'));
  const int fit = static_cast<int>(kVersionsPageBytesMax / large.ByteSizeLong());
  for (int i = 0; i < fit + 10; ++i) desk_.Put("lambeth", ref_, large);
  const auto page = List("lambeth", ref_, 500);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_LE(page->versions_size(), fit);
  EXPECT_GT(page->versions_size(), fit - 5);
  EXPECT_FALSE(page->next_page_token().empty());
  EXPECT_EQ(static_cast<int>(All("lambeth", ref_, 500).size()), fit + 10);
}

TEST_F(VersionServiceTest, EachLookIsInTheAuditLog) {
  desk_.Put("lambeth", ref_, desk_.Skills("bricklaying"));
  ASSERT_TRUE(List("lambeth", ref_).ok());
  EXPECT_EQ(desk_.Audited("record.versions-listed"), 1);
}

TEST_F(VersionServiceTest, AVersionPutInAnothersPlaceIsDataLoss) {
  desk_.Put("lambeth", ref_, desk_.Skills("roofing"));
  desk_.Put("lambeth", ref_, desk_.Skills("welding"));
  desk_.Put("lambeth", ref_, desk_.Skills("bricklaying"));
  const ids::Uuid person = *ids::Uuid::Parse(desk_.PersonId("lambeth", ref_));
  const ids::Uuid source = *ids::Uuid::Parse(desk_.IdOf("lambeth"));
  auto swap = [&](store::Txn& txn) {
    std::string one, two;
    const std::string key_one = keys::RecordVersion(person, CATEGORY_SKILLS, source, 1);
    const std::string key_two = keys::RecordVersion(person, CATEGORY_SKILLS, source, 2);
    EXPECT_TRUE(*txn.Get(key_one, &one) && *txn.Get(key_two, &two));
    storage::RecordVersion first, second;
    EXPECT_TRUE(first.ParseFromString(one) && second.ParseFromString(two));
    std::swap(*first.mutable_sealed(), *second.mutable_sealed());
    txn.Put(key_one, first.SerializeAsString());
    txn.Put(key_two, second.SerializeAsString());
    return absl::OkStatus();
  };
  ASSERT_TRUE(async::BlockOn(desk_.store().Update(swap)).ok());
  EXPECT_TRUE(absl::IsDataLoss(List("lambeth", ref_).status()));
}

}  // namespace
}  // namespace nwd::consent
