#include "services/outcome/milestones.h"

#include <algorithm>
#include <array>

namespace nwd::outcome {
namespace {

constexpr std::array kMilestones = std::to_array<MilestoneInfo>({
    {kSent, Counter::kReferralsSent},
    {kAcknowledged, Counter::kReferralsAcknowledged},
    {kAccepted, Counter::kReferralsAccepted},
    {kDeclined, Counter::kReferralsDeclined},
    {kStarted, Counter::kReferralsStarted},
    {kCompleted, Counter::kReferralsCompleted},
    {kClosed, Counter::kReferralsClosed},
});

struct StateInfo {
  std::string_view state;
  uint32_t reached;
};

constexpr uint32_t kTaken = kSent | kAcknowledged | kAccepted;

// DRAFT and ENTERED_IN_ERROR say nothing. WITHDRAWN, CANCELLED_BY_PERSON and EXPIRED can come of states that reached
// more or less: they add nothing. A cancelled draft was never sent.
constexpr std::array kStates = std::to_array<StateInfo>({
    {"SENT", kSent},
    {"RECEIVED", kSent | kAcknowledged},
    {"INFO_REQUESTED", kSent | kAcknowledged},
    {"ACCEPTED", kTaken},
    {"WAITLISTED", kTaken},
    {"IN_PROGRESS", kTaken | kStarted},
    {"ON_HOLD", kTaken | kStarted},
    {"COMPLETED", kTaken | kStarted | kCompleted},
    {"ENDED_EARLY", kTaken | kStarted},
    {"NOT_STARTED", kTaken},
    {"DECLINED", kSent | kAcknowledged | kDeclined},
    {"REDIRECTED", kSent | kAcknowledged},
    {"CLOSED", kSent | kAcknowledged | kClosed},
});

}  // namespace

std::span<const MilestoneInfo> Milestones() { return kMilestones; }

uint32_t MilestonesOf(std::string_view state) {
  const auto found = std::ranges::find(kStates, state, &StateInfo::state);
  return found == kStates.end() ? 0 : found->reached;
}

}  // namespace nwd::outcome
