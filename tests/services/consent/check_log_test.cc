#include "services/consent/check_log.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "common/async/block_on.h"
#include "common/audit/record.h"
#include "common/store_memory/memory_store.h"
#include "services/consent/limits.h"

namespace nwd::consent {
namespace {

const audit::Audit kAudit(std::string(32, 'k'));

// The `number`th check: its time tells it from the others.
LoggedCheck Check(int number = 0) {
  return {"access.checked", absl::UnixEpoch() + number * audit::kTimeBucket, ids::Uuid(), nullptr, storage::Deed()};
}

size_t Logged(store::MemoryStore& store) { return store.ReadFeed(store::Feed::kAudit, 0, 1'000'000)->size(); }

// A store whose disk takes its time: updates wait until they are let go.
class SlowStore final : public store::Store {
 public:
  explicit SlowStore(store::MemoryStore& disk) : disk_(disk) {}

  // Takes no more updates.
  void FailFromNowOn() { failing_ = true; }
  int Held() const { return static_cast<int>(held_.size()); }
  void LetGo() {
    std::vector<PendingUpdate*> held;
    held.swap(held_);
    for (PendingUpdate* update : held) {
      auto body = [&](store::Txn& txn) { return update->body(txn); };
      std::thread([&] { update->result = async::BlockOn(disk_.Update(body)); }).join();  // a committer's thread
      update->home->Resume(update->waiter);
    }
  }

  absl::StatusOr<std::vector<store::FeedEntry>> ReadFeed(store::Feed feed, store::Position after, int limit) override {
    return disk_.ReadFeed(feed, after, limit);
  }
  store::Position LastPosition(store::Feed feed) override { return disk_.LastPosition(feed); }
  async::Task<bool> WaitForFeed(store::Feed feed, store::Position after, absl::Time deadline) override {
    return disk_.WaitForFeed(feed, after, deadline);
  }
  async::Task<absl::Status> TrimFeed(store::Feed feed, store::Position through) override {
    return disk_.TrimFeed(feed, through);
  }
  absl::Status Health() const override { return disk_.Health(); }
  store::StoreFigures Figures() const override { return disk_.Figures(); }
  absl::Status Checkpoint(const std::string& folder) override { return disk_.Checkpoint(folder); }

 protected:
  absl::Status RunView(absl::FunctionRef<absl::Status(const store::Reader&)>) override {
    return absl::UnimplementedError("nothing is read here");
  }
  absl::Status Submit(PendingUpdate* update) override {
    if (failing_) return absl::UnavailableError("the disk has gone");
    held_.push_back(update);
    return absl::OkStatus();
  }

 private:
  store::MemoryStore& disk_;
  std::vector<PendingUpdate*> held_;
  bool failing_ = false;
};

// Flushes on one thread, that are under way at the same time.
class Flushes {
 public:
  explicit Flushes(CheckLog& log) : log_(log) {}

  // Runs `between` once `count` flushes have begun, and answers what they answered.
  std::vector<absl::Status> Run(int count, absl::AnyInvocable<void()> between) {
    executor_.Post([&] {
      for (int i = 0; i < count; ++i) async::Spawn(Flush(count));
      between();
    });
    executor_.Run();
    return answers_;
  }
  // Runs `work` after what is due now.
  void Later(absl::AnyInvocable<void()> work) { executor_.Post(std::move(work)); }
  int Answered() const { return static_cast<int>(answers_.size()); }

 private:
  async::Task<void> Flush(int count) {
    absl::Status answer = co_await log_.Flush();
    answers_.push_back(std::move(answer));
    if (Answered() == count) executor_.Stop();
  }

  CheckLog& log_;
  async::LocalExecutor executor_;
  std::vector<absl::Status> answers_;
};

TEST(CheckLog, AFlushThatFindsAnotherWritingWaitsForIt) {
  store::MemoryStore disk;
  SlowStore store(disk);
  CheckLog log(store, kAudit);
  ASSERT_TRUE(log.Add(Check()).ok());
  Flushes flushes(log);
  const auto answers = flushes.Run(2, [&] {
    EXPECT_EQ(store.Held(), 1) << "one writes at a time";
    EXPECT_EQ(flushes.Answered(), 0) << "nothing is durable yet";
    store.LetGo();
  });
  for (const absl::Status& answer : answers) EXPECT_TRUE(answer.ok()) << answer;
  EXPECT_EQ(Logged(disk), 1u);
  EXPECT_EQ(log.Waiting(), 0u);
}

TEST(CheckLog, AFlushThatWaitedForOneThatFailedFailsTooAndTheLogStaysClosed) {
  store::MemoryStore disk;
  SlowStore store(disk);
  {
    CheckLog log(store, kAudit);
    ASSERT_TRUE(log.Add(Check()).ok());
    disk.Break();
    Flushes flushes(log);
    const auto answers = flushes.Run(2, [&] {
      store.LetGo();
      flushes.Later([&] { flushes.Later([&] { store.LetGo(); }); });  // the second one's own try
    });
    for (const absl::Status& answer : answers) EXPECT_FALSE(answer.ok());
    EXPECT_TRUE(absl::IsUnavailable(log.Add(Check())));
    EXPECT_EQ(log.Waiting(), 1u);
    store.FailFromNowOn();
  }
}

TEST(CheckLog, WritesWhatWasAddedInOrder) {
  store::MemoryStore store;
  CheckLog log(store, kAudit);
  const int count = kCheckLogBatch * 2 + 7;
  for (int i = 0; i < count; ++i) ASSERT_TRUE(log.Add(Check(i)).ok());
  ASSERT_TRUE(async::BlockOn(log.Flush()).ok());
  const auto entries = *store.ReadFeed(store::Feed::kAudit, 0, count + 1);
  ASSERT_EQ(entries.size(), static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    const auto record = audit::DecodeRecord(entries[static_cast<size_t>(i)].bytes);
    ASSERT_TRUE(record.has_value());
    EXPECT_EQ(audit::DecodeEntry(record->entry)->time_bucket, Check(i).time);
  }
}

TEST(CheckLog, ShedsWhatItCannotHold) {
  store::MemoryStore store;
  CheckLog log(store, kAudit);
  for (size_t i = 0; i < kCheckLogWaitingMax; ++i) ASSERT_TRUE(log.Add(Check()).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(log.Add(Check())));
  ASSERT_TRUE(async::BlockOn(log.Flush()).ok());
  EXPECT_TRUE(log.Add(Check()).ok());
}

TEST(CheckLog, RefusesWhileTheStoreTakesNoWritesAndLosesNothing) {
  store::MemoryStore store;
  {
    CheckLog log(store, kAudit);
    ASSERT_TRUE(log.Add(Check()).ok());
    store.Break();
    EXPECT_FALSE(async::BlockOn(log.Flush()).ok());
    EXPECT_EQ(log.Waiting(), 1u);
    EXPECT_TRUE(absl::IsUnavailable(log.Add(Check())));
  }
}

TEST(CheckLog, WhatIsLeftAtTheEndIsWritten) {
  store::MemoryStore store;
  {
    CheckLog log(store, kAudit);
    ASSERT_TRUE(log.Add(Check()).ok());
  }
  EXPECT_EQ(Logged(store), 1u);
}

TEST(CheckLog, WritesByItselfUntilToldToStop) {
  store::MemoryStore store;
  CheckLog log(store, kAudit);
  rpc::Stop stop;
  std::thread background([&] { async::BlockOn(log.Run(stop)); });
  ASSERT_TRUE(log.Add(Check()).ok());
  EXPECT_TRUE(async::BlockOn(store.WaitForFeed(store::Feed::kAudit, 0, absl::Now() + absl::Seconds(10))));
  EXPECT_FALSE(log.Closing());
  stop.Request();
  background.join();
  EXPECT_TRUE(log.Closing());
}

}  // namespace
}  // namespace nwd::consent
