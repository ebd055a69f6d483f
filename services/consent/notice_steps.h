// What becomes of a notice that nobody answers: its recipient is reminded every kRemindEvery, kRemindersMax times, and once
// the answer is overdue it is put before the hub's administrators, where it stays until it is answered.
//
// Each notice that awaits an answer stands in an index by when something is next due (notice_schedule.h); Follow, called by
// the janitor, does what is due and moves it on. Called within a View or an Update; errors are the store's, or DATA_LOSS for what does not
// parse. No state.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "services/consent/notice_rows.h"
#include "services/consent/organisations.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent::notices {

struct Overdue {
  ids::Uuid recipient_id;
  storage::Notice notice;
  bool can_be_answered;  // notice_ties.h
};
struct Followed {
  std::vector<ids::Uuid> reminded;  // recipients, once for each reminder
  std::vector<Overdue> overdue;     // since now
  bool more = false;                // others are due
};
// Does what is due at `now` about kNoticesFollowedUpMax notices at most. Where several reminders fell due while nobody
// looked, one is sent. What somebody was to tell the person and can no longer (the person has left the channel) is followed
// no further.
absl::StatusOr<Followed> Follow(store::Txn& txn, const Organisations& organisations, absl::Time now);

struct OverduePage {
  std::vector<Overdue> listed;  // the longest overdue first
  std::string next;             // the key to go on with; empty on the last page
};
// Those that were put before the hub's administrators, from a key on; from the first where it is empty.
absl::StatusOr<OverduePage> ListOverdue(const store::Reader& reader, const Organisations& organisations,
                                        const std::string& from, int page_size);

}  // namespace nwd::consent::notices
