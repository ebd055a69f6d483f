// A log's tree in the store of the service whose entries it is over, under the table tag 'L'. Called within a View or an
// Update; errors are the store's, or DATA_LOSS for what does not parse. No state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/audit/note.h"
#include "common/audit/record.h"
#include "common/audit/tiles.h"
#include "common/audit/tree.h"
#include "common/store/store.h"

namespace nwd::audit::rows {

// A log goes on under a new epoch after a restore: its entries are those of the feed after `begin`.
struct Epoch {
  uint32_t number = kFirstEpoch;
  store::Position begin = 0;
  bool operator==(const Epoch&) const = default;
};

// How far the log is: what was signed last, and over how many entries.
struct State {
  Epoch epoch;
  uint64_t size = 0;
  std::string checkpoint;  // a signed note; empty before the first
};
absl::StatusOr<std::optional<State>> FindState(const store::Reader& reader);
void PutState(store::Txn& txn, const State& state);

// An epoch that ended with a restore, as it stood in the backup; newest first.
void PutPast(store::Txn& txn, const State& state);
absl::StatusOr<std::vector<State>> FindPast(const store::Reader& reader);
// The note that the epoch's first entry cites; empty where it cites none.
void PutCited(store::Txn& txn, std::string_view note);
absl::StatusOr<std::string> FindCited(const store::Reader& reader);

// What was found to be other than was signed; empty where nothing was. Kept, so that a service that starts again signs
// nothing over it.
void PutFault(store::Txn& txn, std::string_view what);
absl::StatusOr<std::string> FindFault(const store::Reader& reader);

// What a new epoch has still to take over: entries of the feed after `after`, the last of which is `through`.
struct Carried {
  store::Position after, through;
};
// Nothing where all of it is taken over.
absl::StatusOr<std::optional<Carried>> FindCarried(const store::Reader& reader);
void PutCarried(store::Txn& txn, const Carried& carried);

// Whether the epoch has any tile.
absl::StatusOr<bool> HasTiles(const store::Reader& reader, uint32_t epoch);
// A tile's hashes, as many as there are.
absl::StatusOr<std::optional<std::string>> FindTile(const store::Reader& reader, uint32_t epoch, int level,
                                                    uint64_t index);
// A tile as far as it was signed; DATA_LOSS where it is not there, or narrower.
absl::StatusOr<std::string> SignedTile(const store::Reader& reader, uint32_t epoch, const Tile& tile);
void PutTile(store::Txn& txn, uint32_t epoch, int level, uint64_t index, std::string_view hashes);

// What an entry of the feed holds, which is at this index of its log; a view of it. DATA_LOSS where it does not read.
absl::StatusOr<Record> RecordAt(const store::FeedEntry& entry, uint64_t index);

// Where in the log an entry is, of those that are looked for by their leaf's hash.
absl::StatusOr<std::optional<uint64_t>> FindIndex(const store::Reader& reader, uint32_t epoch, const Hash& leaf);
void PutIndex(store::Txn& txn, uint32_t epoch, const Hash& leaf, uint64_t index);

}  // namespace nwd::audit::rows
