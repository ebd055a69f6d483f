#include "common/audit/audit.h"

#include <gtest/gtest.h>

#include "common/audit/record.h"
#include "common/store_memory/memory_store.h"
#include "nwd/common/v1/change_service.pb.h"
#include "tests/testing/store_words.h"

namespace nwd::audit {
namespace {

const std::string kServiceKey(32, 's');

common::v1::ConsentChange DetailMessage() {
  common::v1::ConsentChange detail;
  detail.set_consent_id("a-consent");
  detail.set_state("WITHDRAWN");
  return detail;
}

class AuditTest : public ::testing::Test {
 protected:
  std::vector<store::FeedEntry> Feed() { return store_.ReadFeed(store::Feed::kAudit, 0, 10).value(); }

  store::MemoryStore store_;
  const Audit audit_{kServiceKey};
  const absl::Time now_ = absl::FromUnixSeconds(1'772'442'907);
};

TEST_F(AuditTest, AnEntryAboutAPersonOpensUnderTheirKeyToTheDetail) {
  const ids::Uuid person = ids::Uuid::Random();
  const crypto::AeadKey person_key(std::string(32, 'p'));
  ASSERT_TRUE(testing::Update(store_, [&](store::Txn& txn) {
                audit_.Append(txn, "consent.withdrawn", now_, person, person_key, DetailMessage());
                return absl::OkStatus();
              }).ok());

  ASSERT_EQ(Feed().size(), 1u);
  const std::string bytes = Feed()[0].bytes;
  const Record record = DecodeRecord(bytes).value();
  EXPECT_EQ(record.person_id, person);
  const Entry entry = DecodeEntry(record.entry).value();
  EXPECT_EQ(entry.type, "consent.withdrawn");
  EXPECT_EQ(entry.time_bucket, absl::FromUnixSeconds(1'772'442'600));
  const absl::StatusOr<Detail> opened = OpenDetail(person_key, record);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->detail, DetailMessage().SerializeAsString());
  EXPECT_EQ(record.entry.find("a-consent"), std::string::npos);
  EXPECT_EQ(bytes.find("a-consent"), std::string::npos);
}

TEST_F(AuditTest, AnEntryAboutNobodyOpensUnderTheServicesKey) {
  ASSERT_TRUE(testing::Update(store_, [&](store::Txn& txn) {
                audit_.AppendPlain(txn, "organisation.suspended", now_, DetailMessage());
                return absl::OkStatus();
              }).ok());
  const std::string bytes = Feed().at(0).bytes;
  const Record record = DecodeRecord(bytes).value();
  EXPECT_TRUE(record.person_id.is_nil());
  EXPECT_TRUE(OpenDetail(crypto::AeadKey(kServiceKey), record).ok());
}

TEST_F(AuditTest, TheSameDetailTwiceGivesTwoCommitments) {
  const crypto::AeadKey key(std::string(32, 'p'));
  const ids::Uuid person = ids::Uuid::Random();
  std::vector<std::string> entries;
  ASSERT_TRUE(testing::Update(store_, [&](store::Txn& txn) {
                entries.clear();
                for (int i = 0; i < 2; ++i)
                  entries.push_back(audit_.Append(txn, "a.b", now_, person, key, DetailMessage()));
                return absl::OkStatus();
              }).ok());
  EXPECT_NE(entries[0], entries[1]);
  const std::string second = Feed()[1].bytes;
  EXPECT_EQ(DecodeRecord(second).value().entry, entries[1]) << "what is answered is what was appended";
}

}  // namespace
}  // namespace nwd::audit
