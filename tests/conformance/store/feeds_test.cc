#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/numbers.h"
#include "common/base/strings.h"
#include "tests/conformance/store/engines.h"
#include "tests/testing/store_words.h"

namespace nwd::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Update;

class FeedsOf : public StoreTest {
 protected:
  absl::Status Append(Feed feed, std::vector<std::string> entries) {
    return Update(*store_, [&](Txn& txn) {
      for (const std::string& entry : entries) txn.Append(feed, entry);
      return absl::OkStatus();
    });
  }
  // "1:a 2:b", or the error.
  std::string Read(Feed feed, Position after, int limit = 100) {
    const auto entries = store_->ReadFeed(feed, after, limit);
    if (!entries.ok()) return std::string(absl::StatusCodeToString(entries.status().code()));
    std::string text;
    for (const FeedEntry& entry : *entries) text += Cat(text.empty() ? "" : " ", entry.position, ":", entry.bytes);
    return text;
  }
};
INSTANTIATE_TEST_SUITE_P(Engine, FeedsOf, ::testing::ValuesIn(Engines()), EngineName);

TEST_P(FeedsOf, AnEmptyStoreAreEmpty) {
  EXPECT_EQ(store_->LastPosition(Feed::kChanges), 0u);
  EXPECT_EQ(Read(Feed::kChanges, 0), "");
}

TEST_P(FeedsOf, AStoreNumberTheirEntriesFromOneInOrder) {
  ASSERT_TRUE(Append(Feed::kChanges, {"a", "b"}).ok());
  ASSERT_TRUE(Append(Feed::kChanges, {"c"}).ok());
  EXPECT_EQ(Read(Feed::kChanges, 0), "1:a 2:b 3:c");
  EXPECT_EQ(Read(Feed::kChanges, 1), "2:b 3:c");
  EXPECT_EQ(Read(Feed::kChanges, 3), "");
  EXPECT_EQ(Read(Feed::kChanges, 99), "");
  EXPECT_EQ(Read(Feed::kChanges, 0, 2), "1:a 2:b");
  EXPECT_EQ(Read(Feed::kChanges, 0, 0), "");
  EXPECT_EQ(store_->LastPosition(Feed::kChanges), 3u);
}

TEST_P(FeedsOf, AStoreAreApartFromEachOtherAndFromTheData) {
  ASSERT_TRUE(Append(Feed::kChanges, {"change"}).ok());
  ASSERT_TRUE(Append(Feed::kAudit, {"audit", std::string("\0\xff", 2)}).ok());
  EXPECT_EQ(Read(Feed::kChanges, 0), "1:change");
  EXPECT_EQ(Read(Feed::kAudit, 1), Cat("2:", std::string("\0\xff", 2)));
  EXPECT_THAT(testing::Scan(*store_, {"", ""}), IsEmpty());
}

TEST_P(FeedsOf, AStoreHoldNothingOfFailedTransactionsAndNoHoleForThem) {
  testing::RunTogether(90, [&](int i) -> async::Task<void> {
    auto body = [i](Txn& txn) -> absl::Status {
      txn.Append(Feed::kChanges, Cat(i));
      if (i % 3 == 0) return absl::AbortedError("every third");
      return absl::OkStatus();
    };
    (co_await store_->Update(body)).IgnoreError();
  });
  const auto entries = store_->ReadFeed(Feed::kChanges, 0, 100);
  ASSERT_EQ(entries->size(), 60u);
  for (size_t at = 0; at < entries->size(); ++at) {
    EXPECT_EQ((*entries)[at].position, at + 1);
    int number = 0;
    ASSERT_TRUE(absl::SimpleAtoi((*entries)[at].bytes, &number));
    EXPECT_NE(number % 3, 0);
  }
}

// The data says which number a transaction was; the feed must say the same.
TEST_P(FeedsOf, AStoreAreInTheOrderOfTheTransactions) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      testing::RunTogether(40, [&](int) -> async::Task<void> {
        auto body = [](Txn& txn) -> absl::Status {
          const size_t before = testing::Scan(txn, {"", ""}).size();
          txn.Put(Cat(absl::Dec(before, absl::kZeroPad5)), "");
          txn.Append(Feed::kChanges, Cat(before + 1));
          return absl::OkStatus();
        };
        EXPECT_TRUE((co_await store_->Update(body)).ok());
      });
    });
  }
  for (auto& thread : threads) thread.join();
  const auto entries = store_->ReadFeed(Feed::kChanges, 0, 1000);
  ASSERT_EQ(entries->size(), 120u);
  for (const FeedEntry& entry : *entries) EXPECT_EQ(entry.bytes, Cat(entry.position));
}

TEST_P(FeedsOf, AStoreWakeWhoWaitsForMore) {
  EXPECT_FALSE(async::BlockOn(store_->WaitForFeed(Feed::kChanges, 0, absl::Now() + absl::Milliseconds(5))));
  std::atomic<bool> woken{false};
  std::thread follower([&] {
    woken = async::BlockOn(store_->WaitForFeed(Feed::kChanges, 1, absl::InfiniteFuture()));
    EXPECT_EQ(Read(Feed::kChanges, 1), "2:second");
  });
  ASSERT_TRUE(Append(Feed::kAudit, {"another feed"}).ok());
  ASSERT_TRUE(Append(Feed::kChanges, {"first"}).ok());
  EXPECT_FALSE(woken);
  ASSERT_TRUE(Append(Feed::kChanges, {"second"}).ok());
  follower.join();
  EXPECT_TRUE(woken);
  EXPECT_TRUE(async::BlockOn(store_->WaitForFeed(Feed::kChanges, 1, absl::InfinitePast())));
}

TEST_P(FeedsOf, AStoreShowAFollowerEveryEntryOnce) {
  constexpr Position kEntries = 300;
  std::thread writer([&] {
    for (Position i = 1; i <= kEntries; ++i) EXPECT_TRUE(Append(Feed::kChanges, {Cat(i)}).ok());
  });
  auto follow = [&]() -> async::Task<void> {
    Position at = 0;
    while (at < kEntries) {
      EXPECT_TRUE(co_await store_->WaitForFeed(Feed::kChanges, at, absl::InfiniteFuture()));
      const auto entries = store_->ReadFeed(Feed::kChanges, at, 7);
      EXPECT_FALSE(entries->empty());
      for (const FeedEntry& entry : *entries) {
        EXPECT_EQ(entry.position, ++at);
        EXPECT_EQ(entry.bytes, Cat(at));
      }
    }
  };
  async::BlockOn(follow());
  writer.join();
}

TEST_P(FeedsOf, AStoreForgetWhatIsTrimmedAndGoOnCounting) {
  ASSERT_TRUE(Append(Feed::kChanges, {"a", "b", "c", "d"}).ok());
  ASSERT_TRUE(async::BlockOn(store_->TrimFeed(Feed::kChanges, 2)).ok());
  EXPECT_EQ(Read(Feed::kChanges, 0), "OUT_OF_RANGE");
  EXPECT_EQ(Read(Feed::kChanges, 1), "OUT_OF_RANGE");
  EXPECT_EQ(Read(Feed::kChanges, 2), "3:c 4:d");
  EXPECT_EQ(store_->Figures().change_entries, 2u);
  EXPECT_EQ(store_->Figures().audit_entries, 0u);
  ASSERT_TRUE(async::BlockOn(store_->TrimFeed(Feed::kChanges, 1)).ok()) << "trimming twice is no error";
  ASSERT_TRUE(async::BlockOn(store_->TrimFeed(Feed::kChanges, 1000)).ok()) << "nor is trimming what is not there yet";
  EXPECT_EQ(store_->LastPosition(Feed::kChanges), 4u);
  EXPECT_EQ(Read(Feed::kChanges, 3), "OUT_OF_RANGE");
  EXPECT_EQ(Read(Feed::kChanges, 4), "");
  ASSERT_TRUE(Append(Feed::kChanges, {"e"}).ok());
  EXPECT_EQ(Read(Feed::kChanges, 4), "5:e");
}

}  // namespace
}  // namespace nwd::store
