// What of this service's rows has had its time: the kinds of the retention table that a job enforces
// (common/retention/job.h). The table says for how long, this file from when. Figures are counted apart, and stay.
#pragma once

#include <vector>

#include "common/retention/job.h"

namespace nwd::outcome {

std::vector<retention::Kind> RetainedKinds();

}  // namespace nwd::outcome
