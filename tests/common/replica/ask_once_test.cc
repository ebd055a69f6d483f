#include "common/replica/ask_once.h"

#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "common/async/block_on.h"
#include "common/replica/limits.h"
#include "tests/testing/store_words.h"

namespace nwd::replica {
namespace {

class AskOnceTest : public ::testing::Test {
 protected:
  async::Task<absl::StatusOr<bool>> Fetch() {
    ++fetches_;
    co_await async::SleepUntil(absl::Now() + absl::Milliseconds(1));
    co_return answer_;
  }
  async::Task<absl::Status> Ask(std::string what) {
    auto fetch = [&] { return Fetch(); };
    co_return co_await asks_.Ask(what, fetch);
  }

  AskOnce asks_;
  absl::StatusOr<bool> answer_ = true;
  int fetches_ = 0;
};

TEST_F(AskOnceTest, ManyWhoAskTheSameAtOnceShareOneQuestion) {
  int answered = 0;
  testing::RunTogether(50, [&](int) -> async::Task<void> {
    const absl::Status asked = co_await Ask("brent");
    answered += asked.ok();
  });
  EXPECT_EQ(answered, 50);
  EXPECT_EQ(fetches_, 1);
}

TEST_F(AskOnceTest, WhatIsUnknownIsNotAskedAgainSoSoon) {
  answer_ = false;
  EXPECT_TRUE(async::BlockOn(Ask("stranger")).ok());
  EXPECT_TRUE(async::BlockOn(Ask("stranger")).ok());
  EXPECT_EQ(fetches_, 1);
  EXPECT_TRUE(async::BlockOn(Ask("another")).ok());
  EXPECT_EQ(fetches_, 2);
}

TEST_F(AskOnceTest, AnErrorIsPassedOnAndAskedAgain) {
  answer_ = absl::UnavailableError("down");
  EXPECT_EQ(async::BlockOn(Ask("brent")).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(async::BlockOn(Ask("brent")).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(fetches_, 2);
}

TEST_F(AskOnceTest, StrangersWithoutEndAskABoundedNumberOfQuestions) {
  answer_ = false;
  testing::RunTogether(static_cast<int>(kUnknownMax) + 500, [&](int i) -> async::Task<void> {
    const absl::Status asked = co_await Ask("stranger-" + std::to_string(i));
    EXPECT_TRUE(asked.ok());
  });
  EXPECT_EQ(fetches_, static_cast<int>(kUnknownMax));
}

}  // namespace
}  // namespace nwd::replica
