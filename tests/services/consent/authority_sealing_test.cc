// What of an authority lies under the person's key: its words, who wrote them, and why it ended.
#include "services/consent/authority_rows.h"
#include "services/consent/keys.h"
#include "tests/services/consent/authority_desk.h"

namespace nwd::consent {
namespace {

class AuthoritySealingTest : public AuthorityTest {};

TEST_F(AuthoritySealingTest, WhatIsSaidInWordsIsKeptUnderThePersonsKey) {
  v1::AuthorityTerms terms = Terms();
  terms.set_grounds("planted grounds");
  terms.set_statutory_gateway("planted gateway");
  terms.mutable_categories(0)->set_necessity("planted necessity");
  terms.set_special_category_condition(v1::SPECIAL_CATEGORY_CONDITION_SUBSTANTIAL_PUBLIC_INTEREST);
  terms.set_condition_detail("planted paragraph");
  const std::string id = Active(terms);
  ASSERT_TRUE(Read(id).ok());
  ASSERT_TRUE(Overturn("trust", id).ok());
  std::vector<std::string> all;
  const auto scan = [&](const store::Reader& reader) {
    return reader.Scan({"", ""}, store::Direction::kForward, [&](std::string_view key, std::string_view value) {
      all.emplace_back(Cat(key, value));
      return store::Visit::kContinue;
    });
  };
  ASSERT_TRUE(async::BlockOn(desk_.store().View(scan)).ok());
  for (const store::Feed feed : {store::Feed::kChanges, store::Feed::kAudit}) {
    for (store::FeedEntry& entry : desk_.Entries(feed)) all.push_back(std::move(entry.bytes));
  }
  for (const std::string& bytes : all) {
    for (const char* planted : {"planted", "practitioner-of"}) EXPECT_EQ(bytes.find(planted), std::string::npos);
  }
  ASSERT_EQ(Get(id).terms().grounds(), "planted grounds");
  const ids::Uuid person_id = IdIn(desk_.PersonId("lambeth", ref_));
  ASSERT_TRUE(async::BlockOn(desk_.services().person_keys().Destroy(person_id)).ok());
  EXPECT_THAT(List("lambeth", ref_), Denied()) << "with the key they are gone";
}

TEST_F(AuthoritySealingTest, WhyOneEndedOrWasOverturnedIsKeptUnderThePersonsKey) {
  const std::string ended = Active(), overturned = Active(), both = Active();
  ASSERT_TRUE(End("lambeth", ended).ok());
  ASSERT_TRUE(Overturn("trust", overturned, v1::OVERTURN_REASON_MISUSE).ok());
  ASSERT_TRUE(End("lambeth", both).ok());
  ASSERT_TRUE(Overturn("trust", both, v1::OVERTURN_REASON_NOT_NECESSARY).ok());
  EXPECT_EQ(Get(ended).end_reason(), v1::END_REASON_NO_LONGER_NEEDED);
  EXPECT_EQ(Get(overturned).overturn_reason(), v1::OVERTURN_REASON_MISUSE);
  EXPECT_EQ(Get(both).end_reason(), v1::END_REASON_NO_LONGER_NEEDED) << "one does not take the other's place";
  EXPECT_EQ(Get(both).overturn_reason(), v1::OVERTURN_REASON_NOT_NECESSARY);
  EXPECT_EQ(Get(both).terms().grounds(), Terms().grounds());

  // What lies in the clear is the same, whatever the reason was.
  const auto in_the_clear = [&](v1::OverturnReason reason) {
    const ids::Uuid id = IdIn([&] {
      const std::string active = Active();
      EXPECT_TRUE(Overturn("trust", active, reason).ok());
      return active;
    }());
    const auto find = [&](const store::Reader& reader) { return authorities::Find(reader, id); };
    storage::Authority row = **async::BlockOn(desk_.store().View(find));
    row.clear_authority_id();
    return row.SerializeAsString();
  };
  EXPECT_EQ(in_the_clear(v1::OVERTURN_REASON_MISUSE), in_the_clear(v1::OVERTURN_REASON_NOT_LAWFUL));
}

TEST_F(AuthoritySealingTest, WithoutThePersonsKeyItStillEndsAndNoReasonIsKept) {
  const std::string id = Active();
  const ids::Uuid person_id = IdIn(desk_.PersonId("lambeth", ref_));
  ASSERT_TRUE(async::BlockOn(desk_.services().person_keys().Destroy(person_id)).ok());
  const auto terms = [&] {
    std::string value;
    const auto get = [&](const store::Reader& reader) { return reader.Get(keys::Terms(IdIn(id)), &value).status(); };
    EXPECT_TRUE(async::BlockOn(desk_.store().View(get)).ok());
    return value;
  };
  const std::string before = terms();
  EXPECT_TRUE(End("lambeth", id).ok());
  EXPECT_TRUE(Overturn("trust", id).ok());
  EXPECT_EQ(terms(), before);
}

TEST_F(AuthoritySealingTest, TermsOfAnotherAuthorityAreNotShown) {
  const ids::Uuid id = IdIn(Asserted()), other = IdIn(Asserted());
  const auto swap = [&](store::Txn& txn) -> absl::Status {
    std::string value;
    NWD_RETURN_IF_ERROR(txn.Get(keys::Terms(other), &value).status());
    txn.Put(keys::Terms(id), value);
    return absl::OkStatus();
  };
  ASSERT_TRUE(async::BlockOn(desk_.store().Update(swap)).ok());
  EXPECT_EQ(List("lambeth", ref_).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace nwd::consent
