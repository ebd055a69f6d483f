#include "services/consent/grants.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace nwd::consent::grants {
namespace {

TEST(Grants, OpenAndClose) {
  std::optional<storage::Grant> grant;
  EXPECT_EQ(Open(grant, 3, 1), Effect::kOpened);
  EXPECT_TRUE(grant->open());
  EXPECT_EQ(Close(grant, 5, 2), Effect::kClosed);
  EXPECT_FALSE(grant->open());
}

TEST(Grants, OpeningWhatIsOpenAndClosingWhatIsClosedChangeNothing) {
  std::optional<storage::Grant> grant;
  Open(grant, 3, 1);
  EXPECT_EQ(Open(grant, 3, 2), Effect::kKept);
  Close(grant, 5, 3);
  EXPECT_EQ(Close(grant, 5, 4), Effect::kKept);
}

TEST(Grants, ACloseThatComesFirstKeepsALateOpenOut) {
  std::optional<storage::Grant> grant;
  EXPECT_EQ(Close(grant, 5, 1), Effect::kKept);
  EXPECT_EQ(Open(grant, 3, 2), Effect::kLate);
  EXPECT_FALSE(grant->open());
}

TEST(Grants, AReopenedReferralOpensAgain) {
  std::optional<storage::Grant> grant;
  Open(grant, 3, 1);
  Close(grant, 5, 2);
  EXPECT_EQ(Open(grant, 3, 3), Effect::kLate);
  EXPECT_EQ(Open(grant, 9, 4), Effect::kOpened);
}

TEST(Grants, ACloseThatWasOvertakenChangesNothing) {
  std::optional<storage::Grant> grant;
  Open(grant, 3, 1);
  Close(grant, 5, 2);
  Open(grant, 9, 3);
  EXPECT_EQ(Close(grant, 5, 4), Effect::kKept);
  EXPECT_TRUE(grant->open());
}

// Whatever the order in which the messages come, and however often, the last event decides.
TEST(Grants, EveryOrderOfMessagesEndsAlike) {
  struct Event {
    bool open;
    int64_t sequence;
  };
  std::vector<int> order = {0, 1, 2, 3};
  const Event events[] = {{true, 3}, {false, 5}, {true, 9}, {false, 11}};
  do {
    std::optional<storage::Grant> grant;
    for (int round = 0; round < 2; ++round) {
      for (const int i : order) {
        events[i].open ? Open(grant, events[i].sequence, 1) : Close(grant, events[i].sequence, 1);
      }
    }
    EXPECT_FALSE(grant->open());
    EXPECT_EQ(grant->sequence(), 11);
  } while (std::next_permutation(order.begin(), order.end()));
}

}  // namespace
}  // namespace nwd::consent::grants
