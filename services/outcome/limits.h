// The limits of the outcome service.
#pragma once

#include "absl/time/time.h"

namespace nwd::outcome {

// Changes of this service's own feed applied in one transaction.
inline constexpr int kOwnChangesAtOnce = 100;
// How long to wait for the next before looking whether to stop.
inline constexpr absl::Duration kOwnChangesWait = absl::Seconds(1);
inline constexpr absl::Duration kOwnChangesRetry = absl::Seconds(1);

// Outcomes one referral can have: more is a mistake of a program.
inline constexpr int kOutcomesPerReferralMax = 500;

// An outcome may lie this many days before the first of the referrals that led to it: people are seen, and their
// referral is written up some days later.
inline constexpr int kWrittenUpWithinDays = 7;

// Steps of an erased person taken out in one transaction.
inline constexpr int kForgottenAtOnce = 200;

// Threads that rewrite the files of keys after an erasure, and who may wait for them.
inline constexpr int kForgetThreads = 1;
inline constexpr int kForgetWaitingMax = 4;

// Releases computed at the same time, and waiting to be.
inline constexpr int kReleaseThreads = 1;
inline constexpr int kReleasesWaitingMax = 4;
// A release is set against this many before it: five years of months.
inline constexpr int kReleasesComparedMax = 60;
// A release reaches back this many years.
inline constexpr int kReleaseYearsMax = 20;

}  // namespace nwd::outcome
