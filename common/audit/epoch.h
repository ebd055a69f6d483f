// A new epoch of an audit log: how it goes on after its store was restored from a backup, without contradicting what was
// signed since the backup was made. Entries that only the lost store had are vouched for by the checkpoint published last,
// which somebody outside has kept; the first entry of the new epoch cites it:
//
//   type        kEpochBegan (record.h)
//   commitment  CitationOf (note.h): SHA-256 of the cited checkpoint's three lines, as they were signed; of nothing where none was kept
//
// So whoever holds that checkpoint can tell, with nothing of ours, that this log follows that one. Its note is served as
// /audit/cited. Proofs over the epochs before are still given, over what the backup held of them.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/audit/audit.h"
#include "common/store/store.h"

namespace nwd::audit {

struct NewEpoch {
  uint32_t number;    // greater than that of every epoch before, of the lost store too
  std::string cited;  // the note of the checkpoint published last; empty where nobody kept one
};

// The number of the epoch that the store's log is in; 1 where it has none yet.
absl::StatusOr<uint32_t> EpochOf(store::Store& store);

// The number of one that begins at `now`: seconds since 2026 began, so that it is greater than of any that began before.
uint32_t EpochNumberAt(absl::Time now);

// Begins it, durably; before the log is loaded. Entries that were durable in the backup and not signed yet follow the
// citation. Repeated after a crash, it goes on where it was; of an epoch that was begun and is whole it does nothing.
// INVALID_ARGUMENT where `cited` is no checkpoint's note. Blocks.
absl::Status BeginEpoch(store::Store& store, const Audit& audit, const NewEpoch& epoch, absl::Time now);

}  // namespace nwd::audit
