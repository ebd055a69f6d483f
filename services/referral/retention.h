// What of this service's rows has had its time, and what goes with each: the kinds of the retention table that a job
// enforces (common/retention/job.h). The table says for how long, this file from when.
#pragma once

#include <vector>

#include "common/retention/job.h"

namespace nwd::referral {

std::vector<retention::Kind> RetainedKinds();

}  // namespace nwd::referral
