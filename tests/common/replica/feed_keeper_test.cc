#include "common/replica/feed_keeper.h"

#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "common/ids/uuid.h"
#include "common/replica/keys.h"
#include "tests/common/replica/owner.h"
#include "tests/common/replica/restating.h"

namespace nwd::replica {
namespace {

using common::v1::OrganisationChange;
using common::v1::OrganisationState;

constexpr OrganisationState kActive = common::v1::ORGANISATION_STATE_ACTIVE;
constexpr OrganisationState kSuspended = common::v1::ORGANISATION_STATE_SUSPENDED;
constexpr OrganisationState kLeft = common::v1::ORGANISATION_STATE_LEFT;
constexpr absl::Duration kDay = absl::Hours(24);

// A service with a table of organisations, 'o' slug, and a feed that tells of them.
class FeedKeeperTest : public ::testing::Test {
 protected:
  FeedKeeperTest() { Keep(keeper_); }

  static std::vector<RestatedTable> Tables() {
    auto tell = [](const store::Reader&, const OrganisationChange& row) -> absl::StatusOr<std::optional<Change>> {
      if (row.slug() == "damaged") return absl::DataLossError("damaged");
      if (row.slug() == "unseen") return std::nullopt;
      Change change;
      *change.mutable_organisation() = row;
      return change;
    };
    return {Restated<OrganisationChange>("o", tell)};
  }

  void Set(const std::string& slug, OrganisationState state) {
    Change change = OrganisationNamed(ids::Uuid().ToString(), slug);
    change.mutable_organisation()->set_state(state);
    auto body = [&](store::Txn& txn) -> absl::Status {
      store::PutMessage(txn, "o" + slug, change.organisation());
      txn.Append(store::Feed::kChanges, change.SerializeAsString());
      return absl::OkStatus();
    };
    ASSERT_TRUE(async::BlockOn(owner_.store.Update(body)).ok());
  }
  static std::string Numbered(int i) { return "org-" + std::to_string(i); }
  void SetMany(int count, OrganisationState state) {
    for (int i = 0; i < count; ++i) Set(Numbered(i), state);
  }

  // Moves the clock on by a whole number of kFeedKept, a day and a look of the keeper at a time.
  void Pass(int kept_times) {
    for (absl::Duration gone; gone < kept_times * kFeedKept; gone += kDay) {
      clock_.Advance(kDay);
      Keep(keeper_);
    }
  }

  // A follower's own store.
  struct Replica {
    store::MemoryStore store;
    int applied = 0;
    int restated = 0;

    testing::Entries Rows() { return testing::Scan(store, {"x", "y"}); }
  };
  // Follows until the replica is level with the owner.
  void Follow(Replica& replica) {
    auto apply = [](store::Txn& txn, const Change& change) {
      txn.Put("x" + change.organisation().slug(), OrganisationState_Name(change.organisation().state()));
      return absl::OkStatus();
    };
    Follower follower(replica.store, owner_.Reading(), "owner", apply, clock_);
    follower.OnApplied([&](const std::vector<Change>& changes) -> async::Task<void> {
      for (const Change& change : changes) ++(change.restated() ? replica.restated : replica.applied);
      co_return;
    });
    auto run = [&]() -> async::Task<void> {
      rpc::Stop stop;
      async::Signal ended;
      auto follow = [&]() -> async::Task<void> {
        co_await follower.Run(stop);
        ended.Notify();
      };
      async::Spawn(follow());
      while (!follower.CaughtUp()) co_await async::SleepUntil(absl::Now() + absl::Milliseconds(1));
      stop.Request();
      co_await ended.WaitPast(0, absl::InfiniteFuture());
    };
    async::BlockOn(run());
  }
  bool Keeps(store::Position after) { return owner_.store.ReadFeed(store::Feed::kChanges, after, 1).ok(); }
  store::Position Last() { return owner_.store.LastPosition(store::Feed::kChanges); }

  Owner owner_;
  ManualClock clock_{absl::FromUnixSeconds(1'700'000'000)};
  FeedKeeper keeper_{owner_.store, clock_, Tables()};
};

TEST_F(FeedKeeperTest, AChangeIsKeptForNinetyDaysAtLeastAndTwiceThatAtMost) {
  Pass(1);
  clock_.Advance(kFeedKept - absl::Seconds(1));
  Keep(keeper_);
  Set("brent", kActive);  // on the eve of a round
  clock_.Advance(absl::Seconds(1));
  Keep(keeper_);
  clock_.Advance(kFeedKept - absl::Seconds(1));
  Keep(keeper_);
  EXPECT_TRUE(Keeps(0));
  clock_.Advance(absl::Seconds(1));
  Keep(keeper_);
  EXPECT_FALSE(Keeps(0));

  Set("camden", kActive);  // just after one
  const store::Position before_camden = Last() - 1;
  Pass(1);
  EXPECT_TRUE(Keeps(before_camden));
  Pass(1);
  EXPECT_FALSE(Keeps(before_camden));
}

TEST_F(FeedKeeperTest, ANewcomerEndsAsOneWhoFollowedAllAlong) {
  constexpr int kMany = 3 * kRestatedAtOnce + 7;  // several transactions
  Replica all_along;
  SetMany(kMany, kActive);
  Follow(all_along);
  Set(Numbered(3), kSuspended);
  Set(Numbered(4), kSuspended);
  Pass(1);
  Set(Numbered(4), kActive);
  Set("late", kActive);
  Set(Numbered(5), kLeft);
  Follow(all_along);
  for (int round = 0; round < 3; ++round) {
    SCOPED_TRACE(round);
    Pass(1);
    Follow(all_along);
    Replica newcomer;
    Follow(newcomer);
    EXPECT_EQ(newcomer.Rows().size(), static_cast<size_t>(kMany + 1));
    EXPECT_EQ(newcomer.Rows(), all_along.Rows());
  }
  EXPECT_FALSE(Keeps(0));
  EXPECT_EQ(all_along.applied, kMany + 5) << "nothing happened more than once";
}

TEST_F(FeedKeeperTest, WhatDoesNotChangeIsInTheFeedTwiceAtMost) {
  constexpr int kMany = kRestatedAtOnce;  // exactly a transaction's worth
  SetMany(kMany, kActive);
  Pass(6);
  EXPECT_EQ(owner_.store.Figures().change_entries, static_cast<uint64_t>(2 * kMany));
}

TEST_F(FeedKeeperTest, WhatChangesDuringARoundIsToldAsItIsAfterwards) {
  SetMany(2 * kRestatedAtOnce, kActive);
  clock_.Advance(kFeedKept);
  ASSERT_TRUE(async::BlockOn(keeper_.Step()).value());  // begun
  ASSERT_TRUE(async::BlockOn(keeper_.Step()).value());  // the first half restated
  Set(Numbered(0), kSuspended);                         // of the first half
  Set(Numbered(99), kSuspended);                        // of the second
  Set("a-new-one", kActive);                            // before where the round is
  Keep(keeper_);
  Pass(1);
  Replica newcomer;
  Follow(newcomer);
  EXPECT_EQ(testing::Get(newcomer.store, "x" + Numbered(0)), "ORGANISATION_STATE_SUSPENDED");
  EXPECT_EQ(testing::Get(newcomer.store, "x" + Numbered(99)), "ORGANISATION_STATE_SUSPENDED");
  EXPECT_EQ(testing::Get(newcomer.store, "xa-new-one"), "ORGANISATION_STATE_ACTIVE");
}

TEST_F(FeedKeeperTest, ARoundThatWasCutOffGoesOnAndNothingIsForgottenBeforeItIsWhole) {
  constexpr int kMany = 2 * kRestatedAtOnce + 1;
  SetMany(kMany, kActive);
  clock_.Advance(kFeedKept);
  Keep(keeper_);
  const store::Position first_round = Last() - kMany;
  clock_.Advance(kFeedKept);
  ASSERT_TRUE(async::BlockOn(keeper_.Step()).value());
  ASSERT_TRUE(async::BlockOn(keeper_.Step()).value());
  EXPECT_EQ(Last(), first_round + kMany + kRestatedAtOnce);

  clock_.Advance(10 * kFeedKept);  // down for years
  FeedKeeper restarted(owner_.store, clock_, Tables());
  ASSERT_TRUE(async::BlockOn(restarted.Step()).value());
  EXPECT_TRUE(Keeps(first_round)) << "the second round is not whole, so the first is needed";
  ASSERT_FALSE(async::BlockOn(restarted.Step()).value());
  EXPECT_EQ(Last(), first_round + 2 * kMany) << "each once, and no more";
  Keep(restarted);
  EXPECT_FALSE(Keeps(first_round));
  EXPECT_TRUE(Keeps(first_round + kMany));
}

TEST_F(FeedKeeperTest, ARowThatCannotBeReadStopsTheRoundAndLosesNothing) {
  SetMany(3, kActive);
  clock_.Advance(kFeedKept);
  Keep(keeper_);
  Set("damaged", kActive);
  const store::Position last = Last();
  clock_.Advance(kFeedKept);
  ASSERT_TRUE(async::BlockOn(keeper_.Step()).value());
  for (int i = 0; i < 3; ++i) {
    clock_.Advance(kFeedKept);
    EXPECT_EQ(async::BlockOn(keeper_.Step()).status().code(), absl::StatusCode::kDataLoss);
  }
  EXPECT_EQ(Last(), last);
  EXPECT_TRUE(Keeps(last - 4)) << "the first round is kept";
}

TEST_F(FeedKeeperTest, WhatThereIsNothingToTellOfIsPassedOver) {
  Set("unseen", kActive);
  Set("zoo", kActive);
  const std::vector<Change> restated = Restate(owner_.store, clock_, Tables());
  ASSERT_EQ(restated.size(), 1u);
  EXPECT_EQ(restated[0].organisation().slug(), "zoo");
}

TEST_F(FeedKeeperTest, AFollowerThatWasAwayForLongerThanIsKeptStartsAgainByItselfAndEndsLevel) {
  Replica away, all_along;
  SetMany(5, kActive);
  Follow(away);
  Follow(all_along);
  Set(Numbered(1), kLeft);
  Set("new", kActive);
  Pass(1);
  Follow(all_along);
  Pass(1);
  Follow(all_along);
  common::v1::ReadChangesRequest request;
  request.set_cursor(testing::Get(away.store, CursorKey("owner")));
  EXPECT_EQ(async::BlockOn(owner_.Read(request)).status().code(), absl::StatusCode::kOutOfRange);
  Follow(away);
  EXPECT_EQ(away.Rows(), all_along.Rows());
  EXPECT_EQ(testing::Get(away.store, "x" + Numbered(1)), "ORGANISATION_STATE_LEFT");
}

TEST_F(FeedKeeperTest, RunDoesWhatIsDueAndStops) {
  SetMany(kRestatedAtOnce + 1, kActive);
  clock_.Advance(kFeedKept);
  auto run = [&]() -> async::Task<void> {
    rpc::Stop stop;
    async::Signal ended;
    auto keep = [&]() -> async::Task<void> {
      co_await keeper_.Run(stop);
      ended.Notify();
    };
    async::Spawn(keep());
    const bool restated =
        co_await owner_.store.WaitForFeed(store::Feed::kChanges, Last(), absl::Now() + absl::Seconds(20));
    EXPECT_TRUE(restated);
    stop.Request();
    const bool stopped = co_await ended.WaitPast(0, absl::Now() + absl::Seconds(20));
    EXPECT_TRUE(stopped);
  };
  async::BlockOn(run());
}

}  // namespace
}  // namespace nwd::replica
