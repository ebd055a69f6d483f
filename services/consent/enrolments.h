// Who enrolled with which resident channel, in the store. An enrolment lies under the id it was made for, and holds for
// everybody who is that person (joins.h). What a channel may do for the person is ties.h's to say.
//
//   NWD_ASSIGN_OR_RETURN(const bool acts, enrolments::ActsFor(reader, person_id, channel_id));
//
// One that ended is kept as such: the channel still knows its own reference, and ends what it ended once more; and who
// made its codes is not forgotten when it begins anew, since whoever was let in first may still be there. Called within
// a View or an Update; errors are the store's, or DATA_LOSS for what does not parse. No state.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent::enrolments {

// The person is enrolled with the channel, under whichever of their ids.
absl::StatusOr<bool> ActsFor(const store::Reader& reader, const ids::Uuid& person_id, const ids::Uuid& channel_id);
// The channels that the person is enrolled with, each once.
absl::StatusOr<std::vector<ids::Uuid>> ChannelsOf(const store::Reader& reader, const ids::Uuid& person_id);
// The same under this id of theirs alone.
absl::StatusOr<std::vector<ids::Uuid>> ChannelsUnder(const store::Reader& reader, const ids::Uuid& person_id);
// All that ever were under this id of theirs, with those that ended.
struct Enrolled {
  ids::Uuid channel_id;
  storage::Enrolment row;
};
absl::StatusOr<std::vector<Enrolled>> AllUnder(const store::Reader& reader, const ids::Uuid& person_id);
// Whether the organisation made a code with which the person, under whichever of their ids, ever enrolled with the
// channel; true of any where the makers came to be kEnrolmentMakersMax: those after them are not kept.
absl::StatusOr<bool> WasMadeBy(const store::Reader& reader, const ids::Uuid& person_id, const ids::Uuid& channel_id,
                               const ids::Uuid& organisation_id);

// That of this very id, whether or not it lasts; nothing where there never was one.
absl::StatusOr<std::optional<storage::Enrolment>> Find(const store::Reader& reader, const ids::Uuid& person_id,
                                                       const ids::Uuid& channel_id);
bool Lasts(const std::optional<storage::Enrolment>& enrolment);

// By a code that `organisation_id` made.
absl::Status Enrol(store::Txn& txn, const ids::Uuid& person_id, const ids::Uuid& channel_id,
                   const ids::Uuid& organisation_id, absl::Time now);
// Under all ids of the person; answers whether there was any.
absl::StatusOr<bool> End(store::Txn& txn, const ids::Uuid& person_id, const ids::Uuid& channel_id, absl::Time now);

}  // namespace nwd::consent::enrolments
