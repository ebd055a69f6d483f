// Where a reader of Feed::kChanges goes on from.
//
//   NWD_CO_ASSIGN_OR_RETURN(Position after, co_await StartAfter(store, tokens, feed, reader, cursor));
//
// No cursor: before the oldest entry that is kept. A cursor that is older than what is kept, or that lies beyond the
// feed's end (the owner's store was restored from before it), is OUT_OF_RANGE, reason CURSOR_OUT_OF_RANGE: read a
// snapshot and start again without one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/store/store.h"
#include "common/tokens/tokens.h"

namespace nwd::replica {

// The arguments live until it answers.
async::Task<absl::StatusOr<store::Position>> StartAfter(store::Store& store, const tokens::Tokens& tokens,
                                                        const std::string& feed, const std::string& reader,
                                                        const std::string& cursor);

// The position before the oldest entry that is kept.
absl::StatusOr<store::Position> BeforeOldest(store::Store& store);

// Store::ReadFeed with the error above.
absl::StatusOr<std::vector<store::FeedEntry>> ReadEntries(store::Store& store, store::Position after, int limit);

}  // namespace nwd::replica
