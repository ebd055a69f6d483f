#include "common/replica/feed_start.h"

#include "absl/time/clock.h"
#include "common/base/macros.h"
#include "common/replica/limits.h"
#include "common/status/reasons.h"
#include "common/status/status.h"

namespace nwd::replica {
namespace {

using store::Feed;
using store::Position;

absl::Status CursorOutOfRange() {
  return status::Error(
      absl::StatusCode::kOutOfRange, reasons::kCursorOutOfRange,
      "the feed no longer has what follows this cursor; read the resources anew and start again without a cursor");
}

}  // namespace

// The store tells only whether a position is still readable, so it is looked for by halving: some tens of reads of one
// entry, where a feed has been trimmed and a reader starts at its beginning.
absl::StatusOr<Position> BeforeOldest(store::Store& store) {
  Position too_old = 0;
  Position readable = store.LastPosition(Feed::kChanges);
  const absl::Status from_the_first = store.ReadFeed(Feed::kChanges, 0, 1).status();
  if (from_the_first.ok()) return Position{0};
  if (!absl::IsOutOfRange(from_the_first)) return from_the_first;
  while (readable - too_old > 1) {
    const Position middle = too_old + (readable - too_old) / 2;
    const absl::Status read = store.ReadFeed(Feed::kChanges, middle, 1).status();
    if (!read.ok() && !absl::IsOutOfRange(read)) return read;
    (read.ok() ? readable : too_old) = middle;
  }
  return readable;
}

async::Task<absl::StatusOr<Position>> StartAfter(store::Store& store, const tokens::Tokens& tokens,
                                                 const std::string& feed, const std::string& reader,
                                                 const std::string& cursor) {
  if (cursor.empty()) co_return BeforeOldest(store);
  NWD_CO_ASSIGN_OR_RETURN(const Position after, tokens::OpenCursor(tokens, feed, reader, cursor));
  // What was read is durable, but the feed's end may be announced an instant after it can be read.
  if (after > store.LastPosition(Feed::kChanges)) {
    const bool reached = co_await store.WaitForFeed(Feed::kChanges, after - 1, absl::Now() + kWaitSlice);
    if (!reached) co_return CursorOutOfRange();
  }
  co_return after;
}

absl::StatusOr<std::vector<store::FeedEntry>> ReadEntries(store::Store& store, Position after, int limit) {
  absl::StatusOr<std::vector<store::FeedEntry>> entries = store.ReadFeed(Feed::kChanges, after, limit);
  if (absl::IsOutOfRange(entries.status())) return CursorOutOfRange();
  return entries;
}

}  // namespace nwd::replica
