#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <filesystem>
#include <thread>

#include "absl/synchronization/notification.h"
#include "common/base/strings.h"
#include "common/status/status.h"
#include "common/store_rocksdb/limits.h"
#include "common/store_rocksdb/rocks_store.h"
#include "tests/testing/store_words.h"
#include "tests/testing/temp_folder.h"

namespace nwd::store {
namespace {

using testing::Get;
using testing::Put;
using testing::RunTogether;

class CommitterTest : public ::testing::Test {
 protected:
  void SetUp() override { Open(); }
  void Open() {
    store_.reset();
    auto opened = RocksStore::Open({.folder = folder_ / "store"});
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }

  testing::TempFolder folder_;
  std::unique_ptr<Store> store_;
};

// Holds the committer inside a body until released: no service does this, it is how the test fills the queue.
class Holder {
 public:
  explicit Holder(Store& store)
      : thread_([&store, this] {
          testing::Update(store, [this](Txn&) {
            held_.Notify();
            release_.WaitForNotification();
            return absl::OkStatus();
          }).IgnoreError();
        }) {
    held_.WaitForNotification();
  }
  void Release() { release_.Notify(); }
  ~Holder() { thread_.join(); }

 private:
  absl::Notification held_, release_;
  std::thread thread_;
};

TEST_F(CommitterTest, MakesOneWriteOfWhatWaits) {
  const uint64_t before = store_->Figures().batches;
  {
    Holder holder(*store_);
    int submitted = 0;
    RunTogether(100, [&](int i) -> async::Task<void> {
      auto body = [i](Txn& txn) {
        txn.Put(Cat("key-", i), "1");
        return absl::OkStatus();
      };
      if (++submitted == 100) holder.Release();
      EXPECT_TRUE((co_await store_->Update(body)).ok());
    });
  }
  // The last to come may find that the committer has taken the others.
  EXPECT_LE(store_->Figures().batches - before, 2u);
  EXPECT_EQ(store_->Figures().updates_committed, 101u);
  EXPECT_EQ(store_->Figures().sync.count, store_->Figures().batches);
}

TEST_F(CommitterTest, RefusesWhatFindsTheQueueFullAndDropsWhatWaitedTooLong) {
  constexpr int kAsked = static_cast<int>(rocks::kWaitingUpdatesMax) + 10;
  int refused = 0, expired = 0;
  {
    Holder holder(*store_);
    const absl::Time deadline = absl::Now() + absl::Milliseconds(1);
    RunTogether(kAsked, [&](int) -> async::Task<void> {
      auto body = [](Txn& txn) {
        txn.Put("key", "1");
        return absl::OkStatus();
      };
      const absl::Status result = co_await store_->Update(body, deadline);
      if (status::ReasonOf(result) == "OVERLOADED" && ++refused == 10) {
        absl::SleepFor(deadline - absl::Now());
        holder.Release();
      }
      expired += absl::IsDeadlineExceeded(result);
    });
  }
  EXPECT_EQ(refused, 10);
  EXPECT_EQ(expired, static_cast<int>(rocks::kWaitingUpdatesMax));
  EXPECT_EQ(Get(*store_, "key"), "(none)");
  const StoreFigures figures = store_->Figures();
  EXPECT_EQ(figures.updates_refused, 10u);
  EXPECT_EQ(figures.updates_expired, rocks::kWaitingUpdatesMax);
}

TEST_F(CommitterTest, SplitsWhatIsTooMuchForOneBatch) {
  const std::string large(rocks::kBatchBytesMax / 2, 'x');
  RunTogether(8, [&](int i) -> async::Task<void> {
    auto body = [&, i](Txn& txn) {
      txn.Put(Cat("key-", i), large);
      return absl::OkStatus();
    };
    EXPECT_TRUE((co_await store_->Update(body)).ok());
  });
  EXPECT_GE(store_->Figures().batches, 4u);
  for (int i = 0; i < 8; ++i) EXPECT_EQ(Get(*store_, Cat("key-", i)).size(), large.size());
}

// No file may grow any more: what a full disk is like.
class FullDisk {
 public:
  FullDisk() {
    signal(SIGXFSZ, SIG_IGN);
    NWD_CHECK(getrlimit(RLIMIT_FSIZE, &before_) == 0);
    rlimit none = before_;
    none.rlim_cur = 0;
    NWD_CHECK(setrlimit(RLIMIT_FSIZE, &none) == 0);
  }
  ~FullDisk() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST_F(CommitterTest, OnlyReadsOnceAWriteHasFailedUntilItIsOpenedAnew) {
  ASSERT_TRUE(Put(*store_, "before", "1").ok());
  {
    FullDisk full;
    const absl::Status failed = Put(*store_, "during", "1");
    EXPECT_TRUE(absl::IsUnavailable(failed)) << failed;
  }
  EXPECT_TRUE(absl::IsUnavailable(store_->Health())) << store_->Health();
  EXPECT_TRUE(absl::IsUnavailable(Put(*store_, "after", "1"))) << "it does not guess, even with room on the disk again";
  EXPECT_EQ(Get(*store_, "before"), "1");
  EXPECT_EQ(Get(*store_, "during"), "(none)");
  EXPECT_GE(store_->Figures().updates_refused, 1u);

  Open();
  EXPECT_TRUE(store_->Health().ok());
  EXPECT_EQ(Get(*store_, "before"), "1");
  EXPECT_TRUE(Put(*store_, "after", "1").ok());
}

TEST_F(CommitterTest, TrimsInSeveralTransactionsWhatIsTooMuchForOne) {
  constexpr uint64_t kEntries = rocks::kTrimEntriesPerUpdateMax * 2 + 5;
  ASSERT_TRUE(testing::Update(*store_, [](Txn& txn) {
                for (uint64_t i = 0; i < kEntries; ++i) txn.Append(Feed::kAudit, "entry");
                return absl::OkStatus();
              }).ok());
  const uint64_t before = store_->Figures().batches;
  ASSERT_TRUE(async::BlockOn(store_->TrimFeed(Feed::kAudit, kEntries - 1)).ok());
  EXPECT_EQ(store_->Figures().batches - before, 3u);
  const auto left = store_->ReadFeed(Feed::kAudit, kEntries - 1, 10);
  ASSERT_TRUE(left.ok()) << left.status();
  EXPECT_EQ(left->size(), 1u);
}

}  // namespace
}  // namespace nwd::store
