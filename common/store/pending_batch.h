// Transactions on their way to one commit. An engine that commits in batches runs bodies here one after the other, each
// seeing the effects of those before it, then writes what has gathered and starts anew. A body that fails contributes
// nothing.
//
//   absl::Status result = batch.Run(body);
//   for (const auto& [key, write] : batch.Writes()) ...
//
// Not thread-safe: one committer owns it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/store/arena.h"
#include "common/store/merged_scan.h"
#include "common/store/overlay.h"
#include "common/store/store.h"

namespace nwd::store {

// What is committed already, as an engine shows it to the transactions of a batch.
class Committed {
 public:
  virtual ~Committed() = default;
  virtual absl::StatusOr<bool> Get(std::string_view key, std::string* value) const = 0;
  virtual std::unique_ptr<Cursor> Open(const Range& range, Direction direction) const = 0;
};

class PendingBatch {
 public:
  struct Appended {
    Feed feed;
    std::string_view bytes;
  };
  struct Trimmed {
    Feed feed;
    Position through;
  };

  // `committed` outlives the batch.
  explicit PendingBatch(const Committed& committed) : committed_(committed) {}
  PendingBatch(const PendingBatch&) = delete;
  PendingBatch& operator=(const PendingBatch&) = delete;

  // Runs `body` as the next transaction. An error it met while reading fails it even where it returned OK.
  absl::Status Run(absl::FunctionRef<absl::Status(Txn&)> body);
  // For an engine's own bodies: forgets a feed's entries through `through` when the transaction commits.
  static void Trim(Txn& txn, Feed feed, Position through);

  bool Empty() const { return writes_.Empty() && appends_.empty() && trims_.empty(); }
  // Memory held, including what failed bodies left behind.
  size_t Bytes() const { return arena_.UsedBytes(); }
  const Overlay::Map& Writes() const { return writes_.Writes(); }
  const std::vector<Appended>& Appends() const { return appends_; }
  const std::vector<Trimmed>& Trims() const { return trims_; }
  void Clear();

 private:
  class BodyTxn;

  const Committed& committed_;
  Arena arena_;
  Overlay writes_;
  std::vector<Appended> appends_;
  std::vector<Trimmed> trims_;
  Overlay body_writes_;  // of the body that runs
};

}  // namespace nwd::store
