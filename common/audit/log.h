// A service's audit log: the tree over what its transactions appended to Feed::kAudit, signed, for others to verify.
//
//   audit::Log log({.store = store, .hub = "hub.example", .service = "consent", .hub_key = hub_key,
//                   .looked_for = {"record.disclosed"}, .metrics = metrics});
//   NWD_RETURN_IF_ERROR(log.Load());
//   server.Background([&](rpc::Stop& stop) { return log.Run(stop); });
//   server.Background([&](rpc::Stop& stop) { return log.CheckOnce(stop); });
//   audit::ServeLog(http, log);                                           // log_pages.h
//
// Entries are given their positions in the order in which they were committed, by one integrator: Run. It takes in what
// is durable, keeps the tiles and a checkpoint over them in one transaction, and only then shows the checkpoint: what was
// signed is never more than what is on disk, after a crash too. What follows is in the log within kIntegrateEvery and the
// time that one transaction takes.
//
// Load checks the edge of the tree against the checkpoint; CheckOnce goes through the whole log of this epoch, away from the
// queues and beside Run: an entry that was altered, removed, inserted or moved on disk is named in the operator's log
// (audit.corrupt) and in a metric, and from then on nothing more is signed: not after a restart either, until CheckOnce has
// found the whole log to be what was signed. Then it goes through the epochs before, of which proofs are given still: what
// it finds there is said (audit.past_corrupt) and in the metric, and this epoch, which says nothing of those entries, goes
// on. Thread-safe but for Load, which comes first.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/async/task.h"
#include "common/async/worker_pool.h"
#include "common/audit/frontier.h"
#include "common/audit/log_rows.h"
#include "common/audit/note.h"
#include "common/audit/proof.h"
#include "common/audit/tiles.h"
#include "common/crypto/key_file.h"
#include "common/metrics/metrics.h"
#include "common/rpc/stop.h"
#include "common/store/store.h"

namespace nwd::audit {

inline constexpr absl::Duration kIntegrateEvery = absl::Milliseconds(250);  // at most; what is appended waits so long
inline constexpr int kIntegratedAtOnce = 4096;                              // entries of one transaction
inline constexpr absl::Duration kIntegrateAgainAfter = absl::Seconds(1);    // after a transaction that failed
// Between two looks at kIntegratedAtOnce entries, by the check at a start: it takes its time, and leaves the cores to calls.
inline constexpr absl::Duration kCheckPause = absl::Milliseconds(50);

class Log {
 public:
  struct Options {
    store::Store& store;
    std::string hub, service;  // of the origin: the hub's trust domain, "consent"
    const crypto::HubKey& hub_key;
    std::vector<std::string> looked_for;  // types of entries that ProofOf is asked for
    metrics::Registry& metrics;
  };
  explicit Log(Options options);
  ~Log();

  // Takes up what is kept; signs the empty log where nothing is. Blocks; before the server starts.
  absl::Status Load();
  async::Task<void> Run(rpc::Stop& stop);
  async::Task<void> CheckOnce(rpc::Stop& stop);

  // OK, or DATA_LOSS and what was found to be other than what was signed. Then the service goes on, and its log does not.
  absl::Status Health() const;
  // Whether an epoch is what was signed, as far as is known.
  bool IsSound(uint32_t epoch) const;
  // What is signed now.
  std::string checkpoint() const;
  uint64_t size() const;
  std::string origin() const { return OriginOf(options_.hub, options_.service, epoch_.number); }
  uint32_t epoch() const { return epoch_.number; }
  // The keys that sign, as verifiers name them, newest first.
  std::vector<std::string> VerifierTexts() const;

  // The note that this epoch's first entry cites; empty in the first epoch (epoch.h). Blocks.
  absl::StatusOr<std::string> Cited() const;

  // The epoch of this number, as far as it is signed: this one, or one before it as the backup had it; nothing where there
  // is none. Blocks.
  absl::StatusOr<std::optional<rows::State>> StateOf(uint32_t epoch) const;
  // The bytes of a tile or bundle of that epoch, as wide as asked; nothing where it has none of this width yet. Entries are
  // compared with the tile over them: DATA_LOSS, in place of what was not signed. Block.
  absl::StatusOr<std::optional<std::string>> ReadTile(const rows::State& of, const Tile& tile) const;
  absl::StatusOr<std::optional<std::string>> ReadBundle(const rows::State& of, const Bundle& bundle) const;
  // The same of the epoch that goes on.
  absl::StatusOr<std::optional<std::string>> ReadTile(const Tile& tile) const { return ReadTile(SignedState(), tile); }
  absl::StatusOr<std::optional<std::string>> ReadBundle(const Bundle& bundle) const {
    return ReadBundle(SignedState(), bundle);
  }
  // The bytes of the entries from this index on, `count` of them or as many as are signed, compared likewise.
  async::Task<absl::StatusOr<std::vector<std::string>>> ReadEntries(uint64_t index, int count) const;
  // Of an entry whose type is looked for, in whichever epoch; nothing where it is not signed yet. Within a View of the store; reads a tile for
  // each level of the tree.
  absl::StatusOr<std::optional<Proof>> ProofOf(const store::Reader& reader, const Hash& leaf) const;
  // Of whichever entry, where this is its leaf at this index, in whichever epoch; nothing where it is not. Likewise.
  absl::StatusOr<std::optional<Proof>> ProofAt(const store::Reader& reader, uint64_t index, const Hash& leaf) const;

  // Takes in what is durable and was not yet, up to kIntegratedAtOnce entries; how many. Run's step, for tests; blocks.
  absl::StatusOr<int> Integrate();
  // Goes through the whole log; DATA_LOSS names the first entry or tile that is not what was signed. Blocks for as long as
  // it takes, some seconds a million entries; with `stop`, by and by, beside other work. CANCELLED where that is set
  // meanwhile.
  absl::Status CheckWhole(const std::atomic<bool>* stop = nullptr) const;
  // The same of the epochs before this one, each against the checkpoint that it ended with; which is signed anew with the
  // keys that sign now, so that they may be taken out of the file by which it was signed.
  absl::Status CheckPast(const std::atomic<bool>* stop = nullptr) const;

 private:
  struct Signed {
    uint64_t size = 0;
    std::string checkpoint;
  };
  absl::Status Begin(const rows::Epoch& epoch);
  absl::Status TakeUp(const rows::State& state);
  // DATA_LOSS where the state's checkpoint was not signed here, or is not over this tree.
  absl::Status CheckSigned(const rows::State& state, const Frontier& tree) const;
  // What the entries of an epoch make; DATA_LOSS names the first that is not as the tiles have it.
  absl::StatusOr<Frontier> MadeOf(const rows::Epoch& epoch, uint64_t size, const std::atomic<bool>* stop) const;
  std::string Sign(const rows::Epoch& epoch, const Frontier& frontier) const;
  // From this index on, `count` of them or as many as there are; and of those that were signed, which must be there.
  absl::StatusOr<std::vector<store::FeedEntry>> EntriesFrom(const rows::Epoch& epoch, uint64_t index, int count) const;
  absl::StatusOr<std::vector<store::FeedEntry>> SignedEntries(const rows::Epoch& epoch, uint64_t index,
                                                              int count) const;
  // Of an epoch as far as it is signed; which has them.
  async::Task<absl::StatusOr<std::vector<std::string>>> CheckedEntries(rows::State of, uint64_t index, int count) const;
  rows::State SignedState() const;
  void Show(Signed now);
  void Corrupt(const absl::Status& why);
  // Keeps it, where it is that the log is not what was signed. Blocks.
  absl::Status KeepFault(absl::Status found) const;
  // CheckWhole; what is found is kept, and what was kept and is not found any more is put away. Blocks.
  absl::Status CheckAndKeep(const std::atomic<bool>& stop) const;

  const Options options_;
  const std::vector<crypto::SigningKey> keys_;  // newest first
  rows::Epoch epoch_;
  Frontier frontier_;  // of Run alone
  mutable absl::Mutex mutex_;
  Signed signed_ ABSL_GUARDED_BY(mutex_);
  absl::Status health_ ABSL_GUARDED_BY(mutex_);
  bool past_corrupt_ ABSL_GUARDED_BY(mutex_) = false;
  bool had_fault_ =
      false;  // found by a run before this one, and not at the edge: CheckOnce looks whether it is so still
  async::WorkerPool workers_;
  metrics::Registration figures_;
};

}  // namespace nwd::audit
