#include "common/replica/follower.h"

#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "common/ids/uuid.h"
#include "common/replica/keys.h"
#include "common/replica/limits.h"
#include "tests/common/replica/owner.h"

namespace nwd::replica {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);

class FollowerTest : public ::testing::Test {
 protected:
  std::unique_ptr<Follower> NewFollower() {
    auto follower = std::make_unique<Follower>(
        store_, owner_.Reading(), "directory",
        [this](store::Txn& txn, const Change& change) {
          if (!refusal_.ok()) return refusal_;
          txn.Put("x" + change.organisation().slug(), "here");
          return absl::OkStatus();
        },
        clock_);
    follower->OnApplied([this](const std::vector<Change>& changes) -> async::Task<void> {
      applied_ += static_cast<int>(changes.size());
      progress_.Notify();
      co_return;
    });
    return follower;
  }

  // Runs a follower beside `script` and stops it when the script has ended.
  template <class Script>
  void With(Follower& follower, Script& script) {
    auto run = [&]() -> async::Task<void> {
      rpc::Stop stop;
      async::Signal ended;
      auto follow = [&]() -> async::Task<void> {
        co_await follower.Run(stop);
        ended.Notify();
      };
      async::Spawn(follow());
      co_await script();
      stop.Request();
      const bool stopped = co_await ended.WaitPast(0, absl::Now() + kPatience);
      EXPECT_TRUE(stopped);
    };
    async::BlockOn(run());
  }

  // Waits until `done`, looked at whenever changes were applied and now and then besides.
  template <class Done>
  async::Task<void> Until(Done& done) {
    const absl::Time patience = absl::Now() + kPatience;
    while (!done()) {
      const uint64_t seen = progress_.Count();
      if (done()) co_return;
      co_await progress_.WaitPast(seen, absl::Now() + absl::Milliseconds(5));
      NWD_CHECK(absl::Now() < patience);
    }
  }

  void AppendToOwner(const std::string& slug) {
    owner_.AppendNow(OrganisationNamed(ids::Uuid::Random().ToString(), slug));
  }

  Owner owner_;
  store::MemoryStore store_;
  ManualClock clock_{absl::FromUnixSeconds(1'700'000'000)};
  absl::Status refusal_;
  async::Signal progress_;
  int applied_ = 0;
};

TEST_F(FollowerTest, BringsWhatIsThereAndWhatComes) {
  for (int i = 0; i < 3; ++i) AppendToOwner("before-" + std::to_string(i));
  const auto follower = NewFollower();
  EXPECT_FALSE(follower->CaughtUp());
  auto script = [&]() -> async::Task<void> {
    auto three = [&] { return applied_ == 3; };
    co_await Until(three);
    const absl::Status appended = co_await owner_.Append(OrganisationNamed(ids::Uuid::Random().ToString(), "after"));
    EXPECT_TRUE(appended.ok());
    auto four = [&] { return applied_ == 4; };
    co_await Until(four);
  };
  With(*follower, script);
  EXPECT_EQ(testing::Get(store_, "xbefore-2"), "here");
  EXPECT_EQ(testing::Get(store_, "xafter"), "here");
  EXPECT_TRUE(follower->CaughtUp());
  clock_.Advance(absl::Seconds(3));
  EXPECT_DOUBLE_EQ(follower->LagSeconds(), 3.0);
}

TEST_F(FollowerTest, MoreThanABatchComesWholeAndInOrder) {
  for (int i = 0; i < kFollowBatch * 2 + 1; ++i) AppendToOwner("org-" + std::to_string(i));
  const auto follower = NewFollower();
  auto script = [&]() -> async::Task<void> {
    auto all = [&] { return applied_ == kFollowBatch * 2 + 1; };
    co_await Until(all);
  };
  With(*follower, script);
  EXPECT_EQ(testing::Scan(store_, {"x", "y"}).size(), static_cast<size_t>(kFollowBatch * 2 + 1));
}

TEST_F(FollowerTest, GoesOnAfterARestartWhereItStopped) {
  AppendToOwner("one");
  auto caught = [&] { return applied_ == 1; };
  auto script = [&]() -> async::Task<void> { co_await Until(caught); };
  With(*NewFollower(), script);
  AppendToOwner("two");
  applied_ = 0;
  With(*NewFollower(), script);
  EXPECT_EQ(applied_, 1);
  EXPECT_EQ(testing::Get(store_, "xtwo"), "here");
}

TEST_F(FollowerTest, WhileTheOwnerIsDownItTriesAgainAndThenCatchesUp) {
  AppendToOwner("one");
  owner_.failure = absl::UnavailableError("down");
  const auto follower = NewFollower();
  auto script = [&]() -> async::Task<void> {
    auto tried_twice = [&] { return owner_.reads >= 2; };
    co_await Until(tried_twice);
    EXPECT_FALSE(follower->CaughtUp());
    owner_.failure = absl::OkStatus();
    auto one = [&] { return applied_ == 1; };
    co_await Until(one);
  };
  With(*follower, script);
  EXPECT_TRUE(follower->CaughtUp());
}

TEST_F(FollowerTest, ABatchThatCannotBeAppliedLeavesNothingAndIsTriedAgain) {
  AppendToOwner("one");
  refusal_ = absl::DataLossError("not now");
  const auto follower = NewFollower();
  auto script = [&]() -> async::Task<void> {
    auto tried_twice = [&] { return owner_.reads >= 2; };
    co_await Until(tried_twice);
    EXPECT_TRUE(testing::Scan(store_, {}).empty());
    refusal_ = absl::OkStatus();
    auto one = [&] { return applied_ == 1; };
    co_await Until(one);
  };
  With(*follower, script);
}

TEST_F(FollowerTest, ACursorThatIsTooOldOrOfAnotherKeyStartsAgainFromTheOldestKept) {
  AppendToOwner("one");
  auto caught = [&] { return applied_ == 1; };
  auto script = [&]() -> async::Task<void> { co_await Until(caught); };
  With(*NewFollower(), script);
  const std::string cursor = testing::Get(store_, CursorKey("directory"));

  for (const char* slug : {"two", "three"}) AppendToOwner(slug);
  ASSERT_TRUE(async::BlockOn(owner_.store.TrimFeed(store::Feed::kChanges, 2)).ok());
  applied_ = 0;
  With(*NewFollower(), script);
  EXPECT_EQ(testing::Get(store_, "xthree"), "here");

  ASSERT_TRUE(testing::Put(store_, CursorKey("directory"), "sealed-under-a-key-that-is-gone").ok());
  applied_ = 0;
  With(*NewFollower(), script);
  EXPECT_NE(testing::Get(store_, CursorKey("directory")), "sealed-under-a-key-that-is-gone");
}

}  // namespace
}  // namespace nwd::replica
