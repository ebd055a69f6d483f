#include "common/replica/change_feed.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/replica/feed_start.h"
#include "common/replica/limits.h"

namespace nwd::replica {
namespace {

using common::v1::ReadChangesRequest;
using common::v1::ReadChangesResponse;

const std::string kFeedName = "changes";

// Adds entries up to what a message may hold, the first in any case; answers the position after them.
absl::StatusOr<store::Position> AddChanges(const std::vector<store::FeedEntry>& entries, store::Position after,
                                           ReadChangesResponse& response) {
  size_t size_bytes = 0;
  for (const store::FeedEntry& entry : entries) {
    size_bytes += entry.bytes.size();
    if (response.changes_size() > 0 && size_bytes > kResponseBytesMax) break;
    if (!response.add_changes()->ParseFromString(entry.bytes)) {
      return absl::DataLossError(Cat("the change at position ", entry.position, " does not parse"));
    }
    after = entry.position;
  }
  return after;
}

}  // namespace

async::Task<absl::StatusOr<ReadChangesResponse>> ChangeFeedService::ReadChanges(rpc::Call& call,
                                                                                const ReadChangesRequest& request) {
  const std::string reader = call.caller().IsService() ? call.caller().service : call.organisation_id();
  NWD_CO_ASSIGN_OR_RETURN(store::Position after,
                          co_await StartAfter(store_, tokens_, kFeedName, reader, request.cursor()));
  const int limit = request.limit() == 0 ? kChangesDefault : request.limit();
  const absl::Time until = absl::Now() + absl::Milliseconds(request.wait_ms());

  ReadChangesResponse response;
  while (true) {
    NWD_CO_ASSIGN_OR_RETURN(const std::vector<store::FeedEntry> entries, ReadEntries(store_, after, limit));
    NWD_CO_ASSIGN_OR_RETURN(after, AddChanges(entries, after, response));
    if (response.changes_size() > 0) break;
    NWD_CO_RETURN_IF_ERROR(call.CheckAlive());
    const absl::Time now = absl::Now();
    if (now >= until) break;
    const absl::Time look_again = std::min(std::min(until, now + kWaitSlice), call.deadline());
    co_await store_.WaitForFeed(store::Feed::kChanges, after, look_again);
  }
  response.set_next_cursor(tokens::SealCursor(tokens_, kFeedName, reader, after));
  co_return response;
}

}  // namespace nwd::replica
