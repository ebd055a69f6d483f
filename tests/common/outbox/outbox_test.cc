#include "common/outbox/outbox.h"

#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "common/store_memory/memory_store.h"
#include "tests/testing/store_words.h"

namespace nwd::outbox {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);

class OutboxTest : public ::testing::Test {
 protected:
  void SetUp() override { outbox_ = NewOutbox(); }
  std::unique_ptr<Outbox> NewOutbox() {
    auto outbox = std::make_unique<Outbox>(store_, clock_);
    outbox->Handle("send", [this](const Delivery& delivery) { return Send(delivery); });
    return outbox;
  }
  // What the entries are delivered to.
  async::Task<absl::Status> Send(const Delivery& delivery) {
    const std::string& payload = delivery.payload;
    tried_.push_back(payload);
    traces_.push_back(delivery.trace_id);
    deadlines_.push_back(delivery.deadline);
    progress_.Notify();
    co_await async::SleepUntil(absl::Now());
    const auto failing = failing_.find(payload);
    if (failing != failing_.end()) co_return failing->second;
    if (!down_.ok()) co_return down_;
    sent_.push_back(payload);
    progress_.Notify();
    co_return absl::OkStatus();
  }
  EntryId Add(const std::string& group, const std::string& payload, const std::string& kind = "send") {
    EntryId id;
    NWD_CHECK(testing::Update(store_, [&](store::Txn& txn) {
                id = outbox_->Add(txn, kind, group, payload, trace_id_);
                return absl::OkStatus();
              }).ok());
    return id;
  }
  absl::Status Deliver(const EntryId& id) { return async::BlockOn(outbox_->Deliver(id, absl::Now() + kPatience)); }
  size_t Waiting() { return testing::Scan(store_, store::PrefixRange("Ow")).size(); }
  size_t Aside() { return testing::Scan(store_, store::PrefixRange("Ox")).size(); }

  async::Task<size_t> CountWaiting() {
    auto body = [](const store::Reader& reader) -> absl::StatusOr<size_t> {
      return testing::Scan(reader, store::PrefixRange("Ow")).size();
    };
    const absl::StatusOr<size_t> count = co_await store_.View(body);
    NWD_CHECK(count.ok());
    co_return *count;
  }

  // Runs the outbox until `done`, looked at at every try and now and then besides.
  template <class Done>
  void RunUntil(Done done) {
    auto run = [&]() -> async::Task<void> {
      rpc::Stop stop;
      async::Signal ended;
      auto work = [&]() -> async::Task<void> {
        co_await outbox_->Run(stop);
        ended.Notify();
      };
      async::Spawn(work());
      const absl::Time patience = absl::Now() + kPatience;
      while (true) {
        waiting_ = co_await CountWaiting();
        if (done()) break;
        co_await progress_.WaitPast(progress_.Count(), absl::Now() + absl::Milliseconds(5));
        NWD_CHECK(absl::Now() < patience);
      }
      stop.Request();
      co_await ended.WaitPast(0, absl::InfiniteFuture());
    };
    async::BlockOn(run());
  }

  store::MemoryStore store_;
  ManualClock clock_{absl::Now()};
  std::map<std::string, absl::Status> failing_;
  absl::Status down_;
  std::string trace_id_;
  size_t waiting_ = 0;  // entries, as RunUntil last saw
  std::vector<absl::Time> deadlines_;
  std::vector<std::string> tried_;
  std::vector<std::string> traces_;
  std::vector<std::string> sent_;
  async::Signal progress_;
  std::unique_ptr<Outbox> outbox_;
};

using Texts = std::vector<std::string>;

TEST_F(OutboxTest, AHandlerLearnsUntilWhenSomebodyWaits) {
  const absl::Time until = absl::Now() + kPatience;
  ASSERT_TRUE(async::BlockOn(outbox_->Deliver(Add("r1", "open"), until)).ok());
  EXPECT_EQ(deadlines_, (std::vector<absl::Time>{until}));
  Add("r2", "open");
  RunUntil([&] { return deadlines_.size() == 2; });
  EXPECT_EQ(deadlines_[1], absl::InfiniteFuture()) << "nobody waits for what is done in the background";
}

TEST_F(OutboxTest, AnEntryIsDeliveredUnderTheTraceOfItsCallAlsoByALaterProcess) {
  trace_id_ = "4bf92f3577b34da6a3ce929d0e0e4736";
  const EntryId id = Add("group", "traced");
  outbox_ = NewOutbox();
  EXPECT_TRUE(Deliver(id).ok());
  EXPECT_EQ(traces_, Texts{trace_id_});
}

TEST_F(OutboxTest, DeliverSendsAtOnceAndOnceOnly) {
  const EntryId id = Add("g", "a");
  EXPECT_TRUE(Deliver(id).ok());
  EXPECT_TRUE(Deliver(id).ok());
  EXPECT_EQ(sent_, Texts{"a"});
  RunUntil([&] { return waiting_ == 0; });
  EXPECT_TRUE(Deliver(id).ok());
  EXPECT_EQ(sent_, Texts{"a"});
  EXPECT_EQ(Aside(), 0u);
}

TEST_F(OutboxTest, ATransactionThatFailsSendsNothing) {
  EntryId id;
  const absl::Status failed = testing::Update(store_, [&](store::Txn& txn) {
    id = outbox_->Add(txn, "send", "g", "a");
    return absl::AbortedError("no");
  });
  EXPECT_EQ(failed.code(), absl::StatusCode::kAborted);
  Add("g", "b");
  RunUntil([&] { return !sent_.empty(); });
  EXPECT_EQ(sent_, Texts{"b"});
}

TEST_F(OutboxTest, WhatComesBeforeItInItsGroupGoesFirst) {
  Add("g", "a");
  Add("other", "x");
  Add("g", "b");
  const EntryId third = Add("g", "c");
  Add("g", "d");
  EXPECT_TRUE(Deliver(third).ok());
  EXPECT_EQ(sent_, (Texts{"a", "b", "c"}));
  RunUntil([&] { return sent_.size() == 5; });
}

TEST_F(OutboxTest, AFailureIsAnsweredAndTriedAgainUntilItIsDone) {
  down_ = absl::UnavailableError("down");
  const EntryId id = Add("g", "a");
  Add("g", "b");
  EXPECT_EQ(Deliver(id), down_);
  EXPECT_EQ(tried_, Texts{"a"}) << "what follows it waits";
  EXPECT_EQ(outbox_->figures().failures, 1);
  EXPECT_EQ(outbox_->figures().waiting, 1);
  RunUntil([&] {
    if (tried_.size() == 3) down_ = absl::OkStatus();
    return sent_.size() == 2;
  });
  EXPECT_EQ(sent_, (Texts{"a", "b"}));
  EXPECT_EQ(outbox_->figures().set_aside, 0);
}

TEST_F(OutboxTest, AFinalErrorIsAnsweredTheEntrySetAsideAndTheNextGoesOn) {
  failing_["a"] = absl::FailedPreconditionError("never");
  const EntryId id = Add("g", "a");
  const EntryId next = Add("g", "b");
  EXPECT_EQ(Deliver(id), failing_["a"]);
  EXPECT_EQ(Deliver(id).code(), absl::StatusCode::kFailedPrecondition) << "still, however often one asks";
  EXPECT_TRUE(Deliver(next).ok());
  EXPECT_EQ(tried_, (Texts{"a", "b"}));
  EXPECT_EQ(Aside(), 1u);
  EXPECT_EQ(outbox_->figures().set_aside, 1);
}

TEST_F(OutboxTest, AnEntryOfAKindThatNothingHandlesIsSetAside) {
  EXPECT_EQ(Deliver(Add("g", "a", "unheard of")).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Aside(), 1u);
}

TEST_F(OutboxTest, WhatNobodyDeliversRunFinds) {
  Add("g", "a");
  RunUntil([&] { return sent_.size() == 1 && waiting_ == 0; });
  EXPECT_EQ(sent_, Texts{"a"});
}

TEST_F(OutboxTest, AfterARestartWhatWaitedIsDelivered) {
  for (int i = 0; i < 250; ++i) Add("g" + std::to_string(i), "a" + std::to_string(i));
  Add("g0", "second");
  outbox_ = NewOutbox();
  RunUntil([&] { return sent_.size() == 251 && waiting_ == 0; });
  const auto first = std::find(sent_.begin(), sent_.end(), "a0");
  const auto second = std::find(sent_.begin(), sent_.end(), "second");
  EXPECT_LT(first, second);
}

TEST_F(OutboxTest, AGroupThatFailsDoesNotHoldUpTheOthers) {
  failing_["stuck"] = absl::UnavailableError("down");
  Add("a", "stuck");
  Add("b", "fine");
  RunUntil([&] { return !sent_.empty(); });
  EXPECT_EQ(sent_, Texts{"fine"});
}

TEST_F(OutboxTest, ManyWhoDeliverAtOnceSendEachEntryOnceInOrder) {
  std::vector<EntryId> ids;
  Texts expected;
  for (int i = 0; i < 50; ++i) {
    expected.push_back(std::to_string(i));
    ids.push_back(Add("g", expected.back()));
  }
  testing::RunTogether(50, [&](int i) -> async::Task<void> {
    const absl::Status delivered = co_await outbox_->Deliver(ids[49 - i], absl::Now() + kPatience);
    EXPECT_TRUE(delivered.ok());
  });
  EXPECT_EQ(sent_, expected);
}

TEST_F(OutboxTest, AFailedStoreIsAnErrorAndNothingIsLost) {
  failing_["a"] = absl::InvalidArgumentError("never");
  const EntryId id = Add("g", "a");
  store_.Break();
  EXPECT_EQ(Deliver(id).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Waiting(), 1u);
}

}  // namespace
}  // namespace nwd::outbox
