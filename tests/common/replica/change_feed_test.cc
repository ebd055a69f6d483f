#include "common/replica/change_feed.h"

#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "common/ids/uuid.h"
#include "common/replica/limits.h"
#include "common/status/status.h"
#include "tests/common/replica/owner.h"

namespace nwd::replica {
namespace {

using common::v1::ReadChangesRequest;
using common::v1::ReadChangesResponse;

class ChangeFeedTest : public ::testing::Test {
 protected:
  void AppendOrganisations(int count) {
    for (int i = 0; i < count; ++i)
      owner_.AppendNow(OrganisationNamed(ids::Uuid::Random().ToString(), "org-" + std::to_string(i)));
  }
  absl::StatusOr<ReadChangesResponse> Read(const std::string& cursor, int limit = 0, int wait_ms = 0) {
    ReadChangesRequest request;
    request.set_cursor(cursor);
    request.set_limit(limit);
    request.set_wait_ms(wait_ms);
    return async::BlockOn(owner_.Read(request));
  }
  static std::vector<std::string> Slugs(const ReadChangesResponse& response) {
    std::vector<std::string> slugs;
    for (const Change& change : response.changes()) slugs.push_back(change.organisation().slug());
    return slugs;
  }

  Owner owner_;
};

TEST_F(ChangeFeedTest, GivesChangesInOrderAndTheCursorToGoOnFrom) {
  AppendOrganisations(5);
  const ReadChangesResponse first = Read("", 3).value();
  EXPECT_EQ(Slugs(first), (std::vector<std::string>{"org-0", "org-1", "org-2"}));
  const ReadChangesResponse second = Read(first.next_cursor(), 3).value();
  EXPECT_EQ(Slugs(second), (std::vector<std::string>{"org-3", "org-4"}));
  const ReadChangesResponse third = Read(second.next_cursor(), 3).value();
  EXPECT_TRUE(Slugs(third).empty());
  AppendOrganisations(1);
  EXPECT_EQ(Slugs(Read(third.next_cursor()).value()), (std::vector<std::string>{"org-0"}));
}

TEST_F(ChangeFeedTest, ACursorServesOnlyTheServiceItWasGivenTo) {
  AppendOrganisations(1);
  const std::string cursor = Read("").value().next_cursor();
  owner_.reader = "outcome";
  EXPECT_EQ(status::ReasonOf(Read(cursor).status()), "INVALID_TOKEN");
  EXPECT_EQ(Read("forged").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(ChangeFeedTest, ACursorOlderThanWhatIsKeptIsOutOfRangeAndNoCursorStartsAtTheOldestKept) {
  AppendOrganisations(10);
  const std::string old = Read("", 3).value().next_cursor();
  const std::string kept = Read("", 4).value().next_cursor();
  ASSERT_TRUE(async::BlockOn(owner_.store.TrimFeed(store::Feed::kChanges, 4)).ok());
  EXPECT_EQ(Read(old).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(Slugs(Read(kept, 1).value()), (std::vector<std::string>{"org-4"}));
  EXPECT_EQ(Slugs(Read("", 1).value()), (std::vector<std::string>{"org-4"}));
  ASSERT_TRUE(async::BlockOn(owner_.store.TrimFeed(store::Feed::kChanges, 10)).ok());
  EXPECT_TRUE(Slugs(Read("").value()).empty());
}

TEST_F(ChangeFeedTest, ACursorBeyondTheEndOfTheFeedIsOutOfRange) {
  AppendOrganisations(3);
  const std::string cursor = Read("").value().next_cursor();
  Owner restored;
  ReadChangesRequest request;
  request.set_cursor(cursor);
  EXPECT_EQ(async::BlockOn(restored.Read(request)).status().code(), absl::StatusCode::kOutOfRange);
}

TEST_F(ChangeFeedTest, AResponseStaysWithinAMessageHoweverLargeTheChanges) {
  Change large;
  for (int i = 0; i < 8; ++i) large.mutable_organisation()->add_identities(std::string(kResponseBytesMax / 8, 'i'));
  for (int i = 0; i < 3; ++i) owner_.AppendNow(large);
  const ReadChangesResponse first = Read("").value();
  EXPECT_EQ(first.changes_size(), 1);
  EXPECT_EQ(Read(first.next_cursor()).value().changes_size(), 1);
}

TEST_F(ChangeFeedTest, AReaderThatWaitsGetsTheChangeWhenItComes) {
  auto run = [&]() -> async::Task<absl::StatusOr<ReadChangesResponse>> {
    auto later = [&]() -> async::Task<void> {
      co_await async::SleepUntil(absl::Now() + absl::Milliseconds(20));
      const absl::Status appended = co_await owner_.Append(OrganisationNamed(ids::Uuid::Random().ToString(), "late"));
      EXPECT_TRUE(appended.ok());
    };
    async::Spawn(later());
    ReadChangesRequest request;
    request.set_wait_ms(20000);
    co_return co_await owner_.Read(request);
  };
  EXPECT_EQ(Slugs(async::BlockOn(run()).value()), (std::vector<std::string>{"late"}));
}

TEST_F(ChangeFeedTest, AWaitEndsAtItsTimeWithACursor) {
  const ReadChangesResponse response = Read("", 0, 5).value();
  EXPECT_EQ(response.changes_size(), 0);
  EXPECT_NE(response.next_cursor(), "");
}

TEST_F(ChangeFeedTest, AWaitEndsSoonAfterItsCallerLeft) {
  const auto* method =
      ReadChangesRequest::descriptor()->file()->FindServiceByName("ChangeService")->FindMethodByName("ReadChanges");
  const common::v1::AccessRule rule;
  rpc::Call call(*method, rule, SystemClock::Get());
  auto run = [&]() -> async::Task<absl::Status> {
    auto leave = [&]() -> async::Task<void> {
      co_await async::SleepUntil(absl::Now() + absl::Milliseconds(20));
      call.Cancel();
    };
    async::Spawn(leave());
    ReadChangesRequest request;
    request.set_wait_ms(20000);
    const absl::StatusOr<ReadChangesResponse> response = co_await owner_.service.ReadChanges(call, request);
    co_return response.status();
  };
  EXPECT_EQ(async::BlockOn(run()).code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace nwd::replica
