// What of this service's rows has had its time, and what goes with each: the kinds of the retention table that a job
// enforces (common/retention/job.h). The table says for how long, this file from when.
//
// A person is not deleted by a job: what has seen nothing for its time is put before a hub administrator, as an erasure that
// was granted (erasure_service.h).
#pragma once

#include <vector>

#include "common/calendar/working_calendar.h"
#include "common/retention/job.h"
#include "services/consent/parts.h"

namespace nwd::consent {

// All that is given outlives them.
std::vector<retention::Kind> RetainedKinds(const Parts& parts, const calendar::WorkingCalendar& calendar);

}  // namespace nwd::consent
