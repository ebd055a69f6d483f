// The kinds of outcome and what each may carry: one table. Constant; the functions are pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "nwd/outcome/v1/outcome_service.pb.h"

namespace nwd::outcome {

struct OutcomeKindInfo {
  v1::OutcomeKind kind;
  // Paid work: pay and hours may be given.
  bool work;
  // A document (payslip, certificate, letter) can show it; how somebody feels, no document can.
  bool document;
  // Counts as a job start.
  bool job_start;
};

std::span<const OutcomeKindInfo> OutcomeKinds();

// What is wrong with a request beyond its fields' own rules; all of it at once. `first_made_on`: the day the first of
// the referrals that led to the outcome was made, YYYY-MM-DD; empty where it is not known.
absl::Status CheckOutcome(const v1::RecordOutcomeRequest& request, const std::string& first_made_on);

bool IsJobStart(v1::OutcomeKind kind);

// "JOB_START": as in the change feed. "outcome.job_start": as in a journey.
std::string KindName(v1::OutcomeKind kind);
std::string StepType(v1::OutcomeKind kind);

}  // namespace nwd::outcome
