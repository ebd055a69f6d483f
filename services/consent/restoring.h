// What is done to data that came back from a backup, before anybody is answered out of it.
//
// With the off-host ledger: what was taken back, refused, ended, restricted and erased since the backup is so again, in the
// order in which it happened, and whoever is to be told is told (replay.h). A consent that rested and was resumed since rests; that can be resumed again.
// Without: every consent in force rests until the person says that they stand by it, and every authority has ended: the
// person may have objected, or another organisation overturned it. Either way what has a limited number of uses and is in
// force rests or is used up: how often it was used is not known.
//
// Repeated after a crash it does no harm. Blocks; before the server starts.
#pragma once

#include "absl/status/status.h"
#include "common/ledger/ledger.h"
#include "services/consent/replay.h"

namespace nwd::consent {

// `ledger` null: there is none. `after`: what the backup has of the change feed.
absl::Status Restore(Restoring restoring, const ledger::Ledger* ledger, store::Position after);

}  // namespace nwd::consent
