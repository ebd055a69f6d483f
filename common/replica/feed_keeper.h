// Keeps a service's own feed of changes from growing for ever, while a follower that starts from nothing still ends
// with the right state: every kFeedKept it restates how everything stands that the feed tells of, and forgets what lies
// before the last time it did.
//
//   FeedKeeper keeper(store, clock, RestatedTables());
//   server.Background([&](rpc::Stop& stop) { return keeper.Run(stop); });
//
// A round notes where the feed ends, then walks the tables and appends each thing as it stands, marked
// Change.restated: kRestatedAtOnce rows a transaction, which reads and appends together, so that what is restated is
// never older than what the feed said before. What changes meanwhile has a change of its own. So from that place on the
// feed tells of everything; kFeedKept later, when the next round begins, what lies before it is forgotten. A feed
// reaches back between kFeedKept and twice that, and holds a thing that does not change at most twice.
//
// How far a round came is written with what it appended: one that was cut off goes on, and nothing is forgotten before
// the round is whole. What fails is logged and tried again kFeedLookPause later. One coroutine calls Run, or Step.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/base/clock.h"
#include "common/base/macros.h"
#include "common/rpc/stop.h"
#include "common/store/proto_value.h"
#include "common/store/store.h"
#include "nwd/common/v1/change_service.pb.h"

namespace nwd::replica {

using common::v1::Change;

// Rows of a service that its feed restates.
struct RestatedTable {
  store::Range rows;
  // How the thing stands whose row this is; nothing where there is nothing to tell. Within a body of the store.
  std::function<absl::StatusOr<std::optional<Change>>(const store::Reader&, std::string_view key,
                                                      std::string_view value)>
      restate;
};

// The rows under `prefix`, each a Row: restate(reader, row) → StatusOr<optional<Change>>.
template <class Row, class Restate>
RestatedTable Restated(std::string_view prefix, Restate restate) {
  auto parse_first = [restate](const store::Reader& reader, std::string_view key,
                               std::string_view value) -> absl::StatusOr<std::optional<Change>> {
    NWD_ASSIGN_OR_RETURN(const Row row, store::ParseValue<Row>(key, value));
    return restate(reader, row);
  };
  return {store::PrefixRange(prefix), std::move(parse_first)};
}

class FeedKeeper {
 public:
  // `tables`: at least one; none overlaps another. Store and clock outlive it.
  FeedKeeper(store::Store& store, const Clock& clock, std::vector<RestatedTable> tables);

  async::Task<void> Run(rpc::Stop& stop);
  // Does what is due, a transaction's worth; true where more is to be done at once.
  async::Task<absl::StatusOr<bool>> Step();

 private:
  struct Round;

  static absl::StatusOr<std::optional<Round>> ReadRound(const store::Reader& reader);
  async::Task<absl::StatusOr<bool>> Begin(store::Position before, const std::string& next);
  async::Task<absl::StatusOr<bool>> GoOn(const Round& round);
  async::Task<absl::Status> Forget(store::Position through);
  absl::StatusOr<std::string> Restate(store::Txn& txn, const std::string& from) const;

  store::Store& store_;
  const Clock& clock_;
  std::vector<RestatedTable> tables_;  // in the order of their keys
};

}  // namespace nwd::replica
