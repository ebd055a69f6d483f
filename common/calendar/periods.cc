#include "common/calendar/periods.h"

#include <optional>

#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/calendar/london.h"
#include "common/calendar/written_days.h"

namespace nwd::calendar {

void CheckPeriod(const Period& period, absl::Time now, status::Violations& violations) {
  const bool from_is_time = period.from == nullptr || IsTimestamp(*period.from);
  if (!from_is_time) violations.Add("terms.valid_from", "is no time");
  if (!IsTimestamp(period.until)) {
    violations.Add("terms.valid_until", "is no time");
    return;
  }
  const absl::Time until = FromTimestamp(period.until);
  if (until <= now) violations.Add("terms.valid_until", "must lie in the future");
  if (until > now + period.longest) violations.Add("terms.valid_until", Cat("must lie within ", period.longest_words));
  if (period.from != nullptr && from_is_time && FromTimestamp(*period.from) >= until) {
    violations.Add("terms.valid_from", "must come before valid_until");
  }
}

void CheckReview(std::string_view review_on, const google::protobuf::Timestamp& until, status::Violations& violations) {
  const std::optional<absl::CivilDay> day = ParseDay(review_on);
  if (day && IsTimestamp(until) && *day > DayOf(FromTimestamp(until))) {
    violations.Add("terms.review_on", "must not come after the day of valid_until");
  }
}

bool ReviewHasCome(std::string_view review_on, absl::Time now) {
  const std::optional<absl::CivilDay> day = ParseDay(review_on);
  return day.has_value() && DayOf(now) >= *day;
}

}  // namespace nwd::calendar
