// After the reply to a withdrawal nothing permits: one by one, and with everybody at once.
#include "services/consent/withdrawal.h"

#include <atomic>
#include <thread>

#include "tests/services/consent/desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT

class WithdrawalTest : public ::testing::Test {
 protected:
  WithdrawalTest() {
    desk_.Add("lambeth", ORGANISATION_KIND_BOROUGH);
    desk_.Add("college", ORGANISATION_KIND_COLLEGE);
    ref_ = desk_.Register("lambeth", "Ada Lovelace");
    college_ref_ = desk_.RefFor("college", ref_, "lambeth");
    desk_.Put("lambeth", ref_, desk_.Skills("bricklaying"));
  }
  Desk desk_;
  std::string ref_, college_ref_;
};

TEST_F(WithdrawalTest, TheVeryNextReadIsRefused) {
  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  ASSERT_TRUE(desk_.Read("college", college_ref_, id).ok());
  const auto withdrawn = desk_.Withdraw("lambeth", id);
  ASSERT_TRUE(withdrawn.ok()) << withdrawn.status();
  EXPECT_EQ(withdrawn->state(), v1::CONSENT_STATE_WITHDRAWN);
  EXPECT_EQ(withdrawn->notices(), 1);
  EXPECT_THAT(desk_.Read("college", college_ref_, id), Denied());
  EXPECT_EQ(desk_.Check("college", college_ref_, id)->denied_categories(0).reason(), v1::DENIAL_REASON_NOT_IN_FORCE);
}

TEST_F(WithdrawalTest, AnyPartyMayRecordItAndAgainChangesNothing) {
  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  const auto first = desk_.Withdraw("college", id);
  const auto second = desk_.Withdraw("lambeth", id);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->etag(), second->etag());
  EXPECT_EQ(second->notices(), 0);
  EXPECT_EQ(desk_.Audited("consent.withdrawn"), 1);
}

TEST_F(WithdrawalTest, AnExpiredConsentCanStillBeWithdrawnSoThatRecipientsAreTold) {
  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  ASSERT_TRUE(desk_.Read("college", college_ref_, id).ok());
  desk_.clock().Advance(absl::Hours(24 * 100));
  EXPECT_EQ(desk_.Get("lambeth", id).state(), v1::CONSENT_STATE_EXPIRED);
  EXPECT_EQ(desk_.Withdraw("lambeth", id)->notices(), 1);
}

TEST_F(WithdrawalTest, WhatWasNeverGivenCannotBeWithdrawn) {
  const std::string id = desk_.Draw("lambeth", ref_, desk_.Terms({"college"}));
  EXPECT_THAT(desk_.Withdraw("lambeth", id), Refused(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"));
}

TEST_F(WithdrawalTest, OneWithdrawnConsentLeavesTheOthers) {
  const std::string one = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  const std::string two = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  ASSERT_TRUE(desk_.Withdraw("lambeth", one).ok());
  EXPECT_FALSE(desk_.Check("college", college_ref_, one)->permitted()) << "no silent fall-back to the other";
  EXPECT_TRUE(desk_.Check("college", college_ref_, two)->permitted());
}

TEST_F(WithdrawalTest, NoCallThatBeganAfterTheReplyIsPermitted) {
  constexpr int kRounds = 30;
  constexpr int kReaders = 3;
  for (int round = 0; round < kRounds; ++round) {
    const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
    std::atomic<bool> withdrawn{false}, stop{false};
    std::atomic<int> permitted_before{0}, permitted_after{0};
    std::vector<std::thread> readers;
    for (int i = 0; i < kReaders; ++i) {
      readers.emplace_back([&, i] {
        while (!stop.load()) {
          const bool began_after = withdrawn.load();
          const bool permitted = i == 0 ? desk_.Read("college", college_ref_, id).ok()
                                        : desk_.Check("college", college_ref_, id)->permitted();
          if (permitted) (began_after ? permitted_after : permitted_before).fetch_add(1);
        }
      });
    }
    while (permitted_before.load() < 5) std::this_thread::yield();
    ASSERT_TRUE(desk_.Withdraw("lambeth", id).ok());
    withdrawn.store(true);
    for (int i = 0; i < 5; ++i) EXPECT_FALSE(desk_.Check("college", college_ref_, id)->permitted());
    stop.store(true);
    for (std::thread& reader : readers) reader.join();
    ASSERT_EQ(permitted_after.load(), 0);
  }
}

}  // namespace
}  // namespace nwd::consent
