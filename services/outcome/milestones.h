// How far a referral has come, for figures: a state reached says which milestones are behind it. Once reached, a
// milestone stays. Constant tables and pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "services/outcome/indicators.h"

namespace nwd::outcome {

// Bits, stored in ReferralRow.milestones.
enum Milestone : uint32_t {
  kSent = 1u << 0,
  kAcknowledged = 1u << 1,
  kAccepted = 1u << 2,
  kDeclined = 1u << 3,
  kStarted = 1u << 4,
  kCompleted = 1u << 5,
  kClosed = 1u << 6,
};

struct MilestoneInfo {
  Milestone milestone;
  Counter counter;
};

// Every milestone with the counter it adds to.
std::span<const MilestoneInfo> Milestones();

// What a referral that enters `state` ("ACCEPTED") has reached at least; 0 where the state says nothing.
uint32_t MilestonesOf(std::string_view state);

}  // namespace nwd::outcome
