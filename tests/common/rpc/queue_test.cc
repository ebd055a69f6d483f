// The order in which a queue runs what it is given.
#include "common/rpc/queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/synchronization/blocking_counter.h"
#include "common/async/task.h"

namespace nwd::rpc {
namespace {

using ::testing::ElementsAre;

class QueueTest : public ::testing::Test {
 protected:
  QueueTest() { queue_.Start(); }

  // Says when it begins and, put off to the round's end, when it ends.
  async::internal::Detached Call(std::string name) {
    said_.push_back("begin " + name);
    co_await queue_.EndOfRound();
    said_.push_back("end " + name);
  }

  // As a call does: its handler is put off, and then its answer. Another may come in the meantime.
  async::internal::Detached CallInSteps(std::string name, std::string then = "") {
    said_.push_back("begin " + name);
    co_await queue_.EndOfRound();
    said_.push_back("handle " + name);
    if (!then.empty()) queue_.Post([this, then] { CallInSteps(then); });
    co_await queue_.EndOfRound();
    said_.push_back("answer " + name);
    answered_.DecrementCount();
  }

  absl::BlockingCounter answered_{3};
  Queue queue_{std::make_unique<grpc::CompletionQueue>()};
  std::vector<std::string> said_;  // the queue's thread's until Stop
};

TEST_F(QueueTest, WhatIsPutOffComesAfterWhatIsReady) {
  queue_.Post([this] {
    Call("a");
    Call("b");
  });
  queue_.Stop();
  EXPECT_THAT(said_, ElementsAre("begin a", "begin b", "end a", "end b"));
}

TEST_F(QueueTest, ARoundEndsInStepsWhichAllTakeTogetherBeforeTheNextBegins) {
  queue_.Post([this] {
    CallInSteps("a", "c");
    CallInSteps("b");
  });
  answered_.Wait();
  queue_.Stop();
  EXPECT_THAT(said_, ElementsAre("begin a", "begin b", "handle a", "handle b", "answer a", "answer b", "begin c",
                                 "handle c", "answer c"));
}

TEST_F(QueueTest, NothingIsPutOffOnceItStops) {
  queue_.PostAt(absl::InfiniteFuture(), [this] { Call("timer"); });
  queue_.Stop();
  EXPECT_THAT(said_, ElementsAre("begin timer", "end timer"));
}

}  // namespace
}  // namespace nwd::rpc
