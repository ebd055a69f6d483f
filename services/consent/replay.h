// Doing again, to data that came back from a backup, one thing that the off-host ledger has (taken_back.h); and the two
// ways in which something is put out of force that a backup cannot vouch for. What was done already is left as it is.
#pragma once

#include <cstdint>
#include <set>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/calendar/working_calendar.h"
#include "common/ids/uuid.h"
#include "common/ledger/ledger.h"
#include "services/consent/erasure_following.h"
#include "services/consent/parts.h"
#include "services/consent/taken_back.h"

namespace nwd::consent {

// Somebody, and their key; null where there is nobody of that id in the backup.
struct Whose {
  ids::Uuid person_id;
  person_keys::PersonKey key;
};
// Blocks.
absl::StatusOr<Whose> WhoseIs(const Parts& parts, const ids::Uuid& person_id);

// How much of what was changed.
struct Replayed {
  int64_t consents = 0, authorities = 0, restrictions = 0, erasures = 0;
};

// What it is done with.
struct Restoring {
  const Parts& parts;
  ErasureFollowing& following;
  const calendar::WorkingCalendar& calendar;
  // Whom the ledger says to be erased in the end: what is taken back before that is told by the erasure's notices.
  std::set<ids::Uuid> erased = {};
};

// Whoever is to be told is told. What is not in the backup cannot permit anything and is told of only, but for what closes
// what the backup has: a refusal rests the person's consents that name the same recipients until they are asked; a
// restriction gets a case in the place of its own, for who answers it to lift. Blocks.
absl::Status Replay(const Restoring& restoring, const ledger::Entry& entry, Replayed& replayed);

// An entry in the audit log of what a restore did, by the service itself; `deed` says to what. Sealed under the person's
// key, as all that names something of theirs. Within an Update.
void LogRestored(const Parts& parts, store::Txn& txn, std::string_view type, const Whose& whose, storage::Deed deed,
                 absl::Time when);

// Puts a consent in force to rest until the person says that they stand by it; one that rests already needs them from now
// on. Whether that changed anything. `notice` UNSPECIFIED: nobody is told. Within an Update.
absl::StatusOr<bool> RestUntilAsked(const Parts& parts, store::Txn& txn, const Whose& whose, storage::Consent& consent,
                                    v1::NoticeType notice, absl::Time when);

// False where the event cannot happen to the authority any more. Within an Update.
absl::StatusOr<bool> EndAgain(const Parts& parts, store::Txn& txn, const Whose& whose, storage::Authority& authority,
                              const EndedAgain& ended, absl::Time when);

}  // namespace nwd::consent
