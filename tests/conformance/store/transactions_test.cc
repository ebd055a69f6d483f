#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/numbers.h"
#include "common/base/strings.h"
#include "common/store/limits.h"
#include "tests/conformance/store/engines.h"
#include "tests/testing/store_words.h"

namespace nwd::store {
namespace {

using testing::Get;
using testing::Put;
using testing::RunTogether;
using testing::Update;
using testing::View;

class Transactions : public StoreTest {};
INSTANTIATE_TEST_SUITE_P(Engine, Transactions, ::testing::ValuesIn(Engines()), EngineName);

int Number(const Reader& reader, std::string_view key) {
  int value = 0;
  std::string bytes;
  if (reader.Get(key, &bytes).value() && !absl::SimpleAtoi(bytes, &value)) return -1;
  return value;
}

TEST_P(Transactions, AreSeenOnceTheyAreAcknowledged) {
  EXPECT_EQ(Get(*store_, "key"), "(none)");
  ASSERT_TRUE(Put(*store_, "key", "value").ok());
  EXPECT_EQ(Get(*store_, "key"), "value");
}

TEST_P(Transactions, SeeTheirOwnWrites) {
  ASSERT_TRUE(Put(*store_, "old", "before").ok());
  const auto seen = Update(*store_, [](Txn& txn) -> absl::StatusOr<std::string> {
    txn.Put("old", "after");
    txn.Put("new", "1");
    txn.Put("gone", "1");
    txn.Delete("gone");
    return Cat(Get(txn, "old"), " ", Get(txn, "new"), " ", Get(txn, "gone"));
  });
  EXPECT_EQ(*seen, "after 1 (none)");
}

TEST_P(Transactions, GiveBackWhatTheBodyReturned) {
  const auto number = Update(*store_, [](Txn&) -> absl::StatusOr<int> { return 7; });
  EXPECT_EQ(*number, 7);
  const auto error = Update(*store_, [](Txn&) -> absl::StatusOr<int> { return absl::AbortedError("stale"); });
  EXPECT_EQ(error.status(), absl::AbortedError("stale"));
}

TEST_P(Transactions, HaveNoEffectAtAllWhenTheBodyFails) {
  ASSERT_TRUE(Put(*store_, "kept", "1").ok());
  const absl::Status failed = Update(*store_, [](Txn& txn) -> absl::Status {
    txn.Put("new", "1");
    txn.Delete("kept");
    txn.Append(Feed::kChanges, "never");
    return absl::FailedPreconditionError("no");
  });
  EXPECT_EQ(failed, absl::FailedPreconditionError("no"));
  EXPECT_EQ(Get(*store_, "new"), "(none)");
  EXPECT_EQ(Get(*store_, "kept"), "1");
  EXPECT_EQ(store_->LastPosition(Feed::kChanges), 0u);
}

TEST_P(Transactions, FailingAmongOthersLeaveThemWhole) {
  RunTogether(60, [&](int i) -> async::Task<void> {
    auto body = [i](Txn& txn) -> absl::Status {
      txn.Put(Cat("key-", i), "1");
      txn.Put("last", Cat(i));
      if (i % 3 == 0) return absl::AbortedError("every third");
      return absl::OkStatus();
    };
    const absl::Status result = co_await store_->Update(body);
    EXPECT_EQ(result.ok(), i % 3 != 0) << result;
  });
  for (int i = 0; i < 60; ++i) EXPECT_EQ(Get(*store_, Cat("key-", i)), i % 3 == 0 ? "(none)" : "1") << i;
  EXPECT_EQ(Get(*store_, "last"), "59");
}

TEST_P(Transactions, AreSerializableWhenManyCountTogether) {
  constexpr int kThreads = 4;
  constexpr int kEach = 100;
  constexpr int kTogether = 10;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      RunTogether(kTogether, [&](int) -> async::Task<void> {
        auto increment = [](Txn& txn) -> absl::Status {
          txn.Put("count", Cat(Number(txn, "count") + 1));
          return absl::OkStatus();
        };
        for (int i = 0; i < kEach / kTogether; ++i) EXPECT_TRUE((co_await store_->Update(increment)).ok());
      });
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(Get(*store_, "count"), Cat(kThreads * kEach));
}

// Two advisers on call, each may leave only while the other stays: together they must not both leave.
TEST_P(Transactions, DoNotSkewWhatTheyDecideOnEachOthersReads) {
  for (int round = 0; round < 20; ++round) {
    ASSERT_TRUE(Put(*store_, "on-call/a", "1").ok());
    ASSERT_TRUE(Put(*store_, "on-call/b", "1").ok());
    auto leave = [&](const std::string& mine) {
      return Update(*store_, [&](Txn& txn) -> absl::Status {
        if (testing::Scan(txn, PrefixRange("on-call/")).size() < 2)
          return absl::FailedPreconditionError("the last one");
        txn.Delete(mine);
        return absl::OkStatus();
      });
    };
    std::thread first([&] { leave("on-call/a").IgnoreError(); });
    std::thread second([&] { leave("on-call/b").IgnoreError(); });
    first.join();
    second.join();
    EXPECT_EQ(testing::Scan(*store_, PrefixRange("on-call/")).size(), 1u);
  }
}

TEST_P(Transactions, NeverShowAViewHalfOfAnother) {
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (int i = 1; i <= 200; ++i) {
      EXPECT_TRUE(Update(*store_, [i](Txn& txn) {
                    txn.Put("left", Cat(i));
                    txn.Put("right", Cat(i));
                    return absl::OkStatus();
                  }).ok());
    }
    done = true;
  });
  while (!done) {
    const auto pair = View(*store_, [](const Reader& reader) -> absl::StatusOr<std::pair<std::string, std::string>> {
      return std::pair(Get(reader, "left"), Get(reader, "right"));
    });
    EXPECT_EQ(pair->first, pair->second);
  }
  writer.join();
}

TEST_P(Transactions, LeaveTheSameEffectHoweverOftenTheBodyRuns) {
  int runs = 0;
  const auto result = Update(*store_, [&](Txn& txn) -> absl::StatusOr<int> {
    ++runs;
    txn.Put("count", Cat(Number(txn, "count") + 1));
    txn.Append(Feed::kChanges, "once");
    return Number(txn, "count");
  });
  EXPECT_GE(runs, 1);
  EXPECT_EQ(*result, 1);
  EXPECT_EQ(Get(*store_, "count"), "1");
  EXPECT_EQ(store_->LastPosition(Feed::kChanges), 1u);
}

TEST_P(Transactions, PastTheirDeadlineDoNothing) {
  bool ran = false;
  const absl::Status result = Update(
      *store_,
      [&](Txn& txn) {
        ran = true;
        txn.Put("key", "1");
        return absl::OkStatus();
      },
      absl::Now() - absl::Milliseconds(1));
  EXPECT_TRUE(absl::IsDeadlineExceeded(result)) << result;
  EXPECT_FALSE(ran);
  EXPECT_EQ(Get(*store_, "key"), "(none)");
}

TEST_P(Transactions, WithinTheirDeadlineRun) {
  EXPECT_TRUE(Update(
                  *store_, [](Txn&) { return absl::OkStatus(); }, absl::Now() + absl::Minutes(1))
                  .ok());
}

TEST_P(Transactions, ResumeOnTheCallersThread) {
  std::thread::id after;
  auto task = [&]() -> async::Task<void> {
    auto body = [](Txn& txn) {
      txn.Put("key", "1");
      return absl::OkStatus();
    };
    EXPECT_TRUE((co_await store_->Update(body)).ok());
    after = std::this_thread::get_id();
  };
  async::BlockOn(task());
  EXPECT_EQ(after, std::this_thread::get_id());
}

TEST_P(Transactions, KeepValuesOfAnySize) {
  const std::string large(4 << 20, 'x');
  ASSERT_TRUE(Put(*store_, "large", large).ok());
  ASSERT_TRUE(Put(*store_, "empty", "").ok());
  EXPECT_EQ(Get(*store_, "large"), large);
  EXPECT_EQ(Get(*store_, "empty"), "");
}

TEST_P(Transactions, LargerThanTheLimitAreRefusedWhole) {
  const std::string piece(kUpdateBytesMax / 4, 'x');
  const absl::Status refused = Update(*store_, [&](Txn& txn) {
    for (int i = 0; i < 5; ++i) txn.Put(Cat("piece-", i), piece);
    return absl::OkStatus();
  });
  EXPECT_TRUE(absl::IsInvalidArgument(refused)) << refused;
  EXPECT_EQ(Get(*store_, "piece-0"), "(none)");
  EXPECT_TRUE(Put(*store_, "small", "1").ok());
}

TEST_P(Transactions, WithAKeyLongerThanTheLimitAreRefusedWhole) {
  const std::string longest(kKeyBytesMax, '\xff');
  ASSERT_TRUE(Put(*store_, longest, "1").ok());
  const Range everything;
  EXPECT_EQ(testing::Scan(*store_, everything).size(), 1u);
  EXPECT_EQ(testing::Scan(*store_, everything, Direction::kBackward).size(), 1u);
  const absl::Status refused = Update(*store_, [&](Txn& txn) {
    txn.Put("small", "1");
    txn.Put(longest + "x", "1");
    return absl::OkStatus();
  });
  EXPECT_TRUE(absl::IsInvalidArgument(refused)) << refused;
  EXPECT_EQ(Get(*store_, "small"), "(none)");
}

TEST_P(Transactions, TakeAnyBytesAsKeys) {
  const std::string zero("\0", 1), zeros("\0\0", 2), high("\xff", 1),
      mixed(
          "a\0\xff"
          "b",
          4);
  for (const auto& key : {zero, zeros, high, mixed}) ASSERT_TRUE(Put(*store_, key, Cat("value of ", key)).ok());
  for (const auto& key : {zero, zeros, high, mixed}) EXPECT_EQ(Get(*store_, key), Cat("value of ", key));
}

TEST_P(Transactions, CountInTheFigures) {
  ASSERT_TRUE(Put(*store_, "key", "1").ok());
  ASSERT_FALSE(Update(*store_, [](Txn&) { return absl::AbortedError("no"); }).ok());
  const StoreFigures figures = store_->Figures();
  EXPECT_EQ(figures.updates_committed, 1u);
  EXPECT_EQ(figures.updates_failed, 1u);
  EXPECT_EQ(figures.batches, 1u);
  EXPECT_EQ(figures.waiting_updates, 0u);
  EXPECT_TRUE(store_->Health().ok());
}

}  // namespace
}  // namespace nwd::store
