#include "services/consent/notice_bells.h"

#include <gtest/gtest.h>

#include <thread>

#include "common/async/block_on.h"

namespace nwd::consent {
namespace {

const ids::Uuid kCollege = *ids::Uuid::Parse("11111111-1111-1111-1111-111111111111");
const ids::Uuid kCharity = *ids::Uuid::Parse("22222222-2222-2222-2222-222222222222");

TEST(NoticeBells, WakeTheRecipientsWatchersAndNobodyElses) {
  NoticeBells bells;
  const auto one = bells.Of(kCollege), other = bells.Of(kCollege), charity = bells.Of(kCharity);
  std::thread watcher([&] { EXPECT_TRUE(async::BlockOn(one->WaitPast(0, absl::Now() + absl::Seconds(10)))); });
  bells.Ring(kCollege);
  watcher.join();
  EXPECT_EQ(other->Count(), 1u);
  EXPECT_EQ(charity->Count(), 0u);
}

TEST(NoticeBells, RingForNobodyWhoHasLeft) {
  NoticeBells bells;
  bells.Ring(kCollege);
  bells.Of(kCollege);
  bells.Ring(kCollege);
  EXPECT_EQ(bells.Of(kCollege)->Count(), 0u);
}

}  // namespace
}  // namespace nwd::consent
