// The order in which a queue runs what it is given.
#include "common/rpc/queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

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

TEST_F(QueueTest, NothingIsPutOffOnceItStops) {
  queue_.PostAt(absl::InfiniteFuture(), [this] { Call("timer"); });
  queue_.Stop();
  EXPECT_THAT(said_, ElementsAre("begin timer", "end timer"));
}

}  // namespace
}  // namespace nwd::rpc
