// The list of emergency accesses, and the reviews that are overdue.
#include "common/audit/record.h"
#include "common/crypto/key_file.h"
#include "common/log/capture.h"
#include "services/consent/emergency_service.h"
#include "services/consent/limits.h"
#include "tests/services/consent/emergency_desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT
using ::testing::HasSubstr;

class EmergencyListTest : public EmergencyTest {
 protected:
  // The latest audit entry of a list, of those that are durable now: nothing that waits is flushed. The detail opens
  // with the service's own key.
  storage::Deed LastListed() {
    const crypto::AeadKey key(
        crypto::HubKey::FromEnvironment("TEST", std::string(43, 'A') + "=")->Derive("consent/audit"));
    storage::Deed deed;
    for (const store::FeedEntry& entry : desk_.Entries(store::Feed::kAudit)) {
      const auto record = audit::DecodeRecord(entry.bytes);
      if (!record.has_value() || audit::DecodeEntry(record->entry)->type != "emergencies.listed") continue;
      const auto detail = audit::OpenDetail(key, *record);
      EXPECT_TRUE(detail.ok()) << detail.status();
      if (detail.ok()) {
        EXPECT_TRUE(deed.ParseFromString(detail->detail));
      }
    }
    return deed;
  }
  static std::string BytesOf(const std::string& id) { return std::string(IdIn(id).bytes()); }
};

TEST_F(EmergencyListTest, ListsTheNewestFirstPageByPage) {
  std::vector<std::string> newest_first;
  for (int i = 0; i < 5; ++i) {
    newest_first.insert(newest_first.begin(), Opened());
    desk_.clock().Advance(absl::Minutes(1));
  }
  v1::ListEmergencyAccessesRequest request;
  request.set_page_size(2);
  std::vector<std::string> listed;
  int pages = 0;
  do {
    const auto page = List("auditor", request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const auto& access : page->emergency_accesses()) listed.push_back(access.emergency_access_id());
    request.set_page_token(page->next_page_token());
    ++pages;
  } while (!request.page_token().empty());
  EXPECT_EQ(listed, newest_first);
  EXPECT_EQ(pages, 3);
  request.set_page_token("forged");
  EXPECT_THAT(List("auditor", request), Refused(absl::StatusCode::kInvalidArgument, "INVALID_TOKEN"));
  EXPECT_EQ(desk_.Audited("emergencies.listed"), 3);
}

TEST_F(EmergencyListTest, WhatIsShownIsNamedInTheAuditLogBeforeTheAnswer) {
  const std::string older = Opened();
  desk_.clock().Advance(absl::Minutes(1));
  const std::string newer = Opened();
  v1::ListEmergencyAccessesRequest request;
  request.set_page_size(1);
  ASSERT_TRUE(List("board", request).ok());
  EXPECT_THAT(LastListed().emergency_access_ids_shown(), ::testing::ElementsAre(BytesOf(newer)));
  EXPECT_EQ(LastListed().organisation_id(), BytesOf(desk_.IdOf("board")));
  ASSERT_TRUE(List("board").ok());
  EXPECT_THAT(LastListed().emergency_access_ids_shown(), ::testing::ElementsAre(BytesOf(newer), BytesOf(older)));
}

TEST_F(EmergencyListTest, APageIsOfFiftyAtMost) {
  for (int i = 0; i <= kEmergenciesShownMax; ++i) ASSERT_TRUE(Close("crisis", Opened()).ok());
  v1::ListEmergencyAccessesRequest request;
  request.set_page_size(500);
  const auto page = List("auditor", request);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->emergency_accesses_size(), kEmergenciesShownMax);
  EXPECT_NE(page->next_page_token(), "");
}

TEST_F(EmergencyListTest, ListsThoseThatAwaitAReviewWhereAskedTo) {
  const std::string open = Opened(), closed = Opened(), reviewed = Opened();
  ASSERT_TRUE(Close("crisis", closed).ok());
  ASSERT_TRUE(Close("crisis", reviewed).ok());
  ASSERT_TRUE(Review("board", Reviewing(reviewed)).ok());
  v1::ListEmergencyAccessesRequest request;
  request.set_awaiting_review_only(true);
  const auto waiting = List("board", request);
  ASSERT_EQ(waiting->emergency_accesses_size(), 1);
  EXPECT_EQ(waiting->emergency_accesses(0).emergency_access_id(), closed);
  desk_.clock().Advance(kEmergencyLasts);
  EXPECT_EQ(List("board", request)->emergency_accesses_size(), 2) << "the other's time is over";
}

TEST_F(EmergencyListTest, ThePersonIsShownToWhoHoldsThemAlone) {
  const std::string id = Opened();
  EXPECT_EQ(Get(id, "crisis").person_ref(), ref_);
  EXPECT_EQ(Get(id, "board").person_ref(), "");
  EXPECT_EQ(Get(id, "auditor").person_ref(), "");
  EXPECT_EQ(Get(id, "other-crisis").person_ref(), "");
  const std::string theirs = desk_.Register("other-crisis", "Ada Lovelace", "AB123456C");
  EXPECT_EQ(Get(id, "other-crisis").person_ref(), theirs);
}

TEST_F(EmergencyListTest, OfSomebodyErasedNothingThatWasWrittenIsLeftAndItIsReviewedAllTheSame) {
  const std::string id = Opened();
  const ids::Uuid person = *ids::Uuid::Parse(desk_.PersonId("crisis", ref_));
  ASSERT_TRUE(async::BlockOn(desk_.services().person_keys().Destroy(person)).ok());
  EXPECT_EQ(Get(id).reason(), "");
  EXPECT_EQ(Get(id).practitioner(), "");
  EXPECT_TRUE(Close("crisis", id).ok());
  EXPECT_TRUE(Review("board", Reviewing(id)).ok());
  EXPECT_EQ(Get(id).finding(), v1::REVIEW_FINDING_JUSTIFIED);
  EXPECT_EQ(Get(id).review_note(), "");
}

TEST_F(EmergencyListTest, WordsThatDoNotOpenAreSaidToBeDamagedAndHideNothingElse) {
  const std::string id = Opened();
  auto damage = [&](store::Txn& txn) -> absl::Status {
    NWD_ASSIGN_OR_RETURN(auto access, emergencies::Find(txn, *ids::Uuid::Parse(id)));
    storage::EmergencyAccess damaged = *access;
    damaged.mutable_sealed_words()->back() ^= 1;
    emergencies::Replace(txn, *access, damaged);
    return absl::OkStatus();
  };
  ASSERT_TRUE(async::BlockOn(desk_.store().Update(damage)).ok());
  const std::string good = Opened();
  EXPECT_EQ(Get(good).reason(), kReason);
  EXPECT_EQ(Get(id).reason(), "");
  EXPECT_THAT(desk_.metrics().Text(), HasSubstr("nwd_consent_corruptions_total 2"));
  EXPECT_TRUE(Close("crisis", id).ok()) << "it is never too late to close";
}

TEST_F(EmergencyListTest, OverdueReviewsAreCountedAndSaidOnceInTheLog) {
  const auto count = [&] {
    EXPECT_TRUE(async::BlockOn(desk_.services().janitor().CountOverdueReviews()).ok());
    const std::string text = desk_.metrics().Text();
    const std::string name = "\nnwd_consent_emergency_reviews_overdue ";
    const size_t at = text.find(name);
    EXPECT_NE(at, std::string::npos) << text;
    return std::stoi(text.substr(at + name.size()));
  };
  log::Capture capture;
  const std::string first = Opened(), second = Opened();
  ASSERT_TRUE(Close("crisis", first).ok());
  EXPECT_EQ(count(), 0);
  desk_.clock().Advance(kEmergencyReviewDue - absl::Seconds(1));
  EXPECT_EQ(count(), 0);
  desk_.clock().Advance(absl::Seconds(1));
  EXPECT_EQ(count(), 1) << "the one that was closed";
  EXPECT_EQ(count(), 1);
  desk_.clock().Advance(kEmergencyLasts);
  EXPECT_EQ(count(), 2);
  ASSERT_TRUE(Review("board", Reviewing(first)).ok());
  ASSERT_TRUE(Review("board", Reviewing(second)).ok());
  EXPECT_EQ(count(), 0);

  std::vector<std::string> said;
  for (const std::string& line : capture.Lines()) {
    if (line.find("emergency_reviews_overdue") != std::string::npos) said.push_back(line);
  }
  ASSERT_EQ(said.size(), 2u) << "once each";
  EXPECT_THAT(said[1], HasSubstr("\"newly\":1,\"overdue\":2"));
  for (const std::string& line : said) {
    EXPECT_EQ(line.find(kReason), std::string::npos);
    EXPECT_EQ(line.find(ref_), std::string::npos);
  }
}

}  // namespace
}  // namespace nwd::consent
