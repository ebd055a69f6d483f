// A consent that takes the place of another, by a renewal or a change. Called within a View or an Update; errors are the
// store's, or DATA_LOSS, and those that are said. No state.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "common/store/store.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent {

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
