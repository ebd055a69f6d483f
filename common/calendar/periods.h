// What is asked alike of the times of anything that holds for a while: a consent, an authority, an agreement. Faults are
// reported all at once, under "terms.valid_from", "terms.valid_until" and "terms.review_on". Pure functions.
#pragma once

#include <string_view>

#include "absl/time/time.h"
#include "common/status/status.h"
#include "google/protobuf/timestamp.pb.h"

namespace nwd::calendar {

// From when to when. `from` is null where it is not said.
struct Period {
  const google::protobuf::Timestamp* from;
  const google::protobuf::Timestamp& until;
  absl::Duration longest;
  std::string_view longest_words;  // "ten years"
};
// Both are times, the end lies in the future and within `longest`, and comes after the beginning.
void CheckPeriod(const Period& period, absl::Time now, status::Violations& violations);

// The day of review, where there is one, comes no later than the end.
void CheckReview(std::string_view review_on, const google::protobuf::Timestamp& until, status::Violations& violations);

// Whether the day of review, where there is one, has come.
bool ReviewHasCome(std::string_view review_on, absl::Time now);

}  // namespace nwd::calendar
