// What happens when a consent goes out of force before its time, all within one transaction: its state, its grants, the
// notices to those who read under it, the change feed. After that transaction nothing permits on it. An end closes its
// grants; a suspension keeps them, so that what was open is open again once it is resumed.
//
// A no reaches back: those who read under the consents that this one took the place of, back to the first, are told too,
// each about the consent they read under. An invalidation says nothing of those: they were good.
//
// Called within an Update: by the calls that take a consent out of force, and by those that draw up, request or give a
// consent in another's place. Errors are the store's, or DATA_LOSS.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "services/consent/consent_states.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent {

// Takes the consent out of force by `event`, which must be possible in its state (checked by the caller). `notice`
// UNSPECIFIED: nobody is told. Answers which recipients were sent a notice; once it is durable, the bells of all are to be
// rung.
struct ToldOfEnd {
  std::vector<ids::Uuid> readers;  // who had read under it
  // By an invalidation: who had read under other consents, perhaps of others, which a refusal closes again. Not the
  // caller's to know of.
  std::vector<ids::Uuid> others;
};
absl::StatusOr<ToldOfEnd> TakeOutOfForce(store::Txn& txn, storage::Consent& consent, ConsentEvent event,
                                         v1::NoticeType notice, absl::Time now);

// FAILED_PRECONDITION, ALREADY_SUPERSEDED, where the consent that this one cites lost its place to another: a consent has
// one successor, and only that one goes on from it. What ended in any other way can be cited as often as it is asked anew.
// NOT_JOINED where it was drawn up while two people were taken for one, and the consent cited is the other's.
absl::Status CheckPlaceIsFree(const store::Reader& reader, const storage::Consent& consent);

// The consent whose place this one took; nothing where it took none. Only what ended by the very decision that gave
// this one was superseded by it: one that ended before took no other with it. And only of the same person: of two who were
// split since it is the other's affair.
absl::StatusOr<std::optional<storage::Consent>> Superseded(const store::Reader& reader,
                                                           const storage::Consent& consent);

}  // namespace nwd::consent
