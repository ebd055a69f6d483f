#include "services/outcome/outcome_kinds.h"

#include <algorithm>
#include <array>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"
#include "common/base/check.h"
#include "common/base/strings.h"
#include "common/calendar/written_days.h"
#include "common/status/status.h"
#include "services/outcome/limits.h"

namespace nwd::outcome {
namespace {

constexpr std::array kKinds = std::to_array<OutcomeKindInfo>({
    // kind                                          work   document job start
    {v1::OUTCOME_KIND_JOB_START, true, true, true},
    {v1::OUTCOME_KIND_JOB_SUSTAINED_13_WEEKS, true, true, false},
    {v1::OUTCOME_KIND_JOB_SUSTAINED_26_WEEKS, true, true, false},
    {v1::OUTCOME_KIND_JOB_SUSTAINED_52_WEEKS, true, true, false},
    {v1::OUTCOME_KIND_APPRENTICESHIP_START, true, true, false},
    {v1::OUTCOME_KIND_APPRENTICESHIP_COMPLETION, true, true, false},
    {v1::OUTCOME_KIND_SELF_EMPLOYMENT, true, true, false},
    {v1::OUTCOME_KIND_IN_WORK_PROGRESSION, true, true, false},
    {v1::OUTCOME_KIND_TRAINING_START, false, true, false},
    {v1::OUTCOME_KIND_TRAINING_COMPLETION, false, true, false},
    {v1::OUTCOME_KIND_QUALIFICATION, false, true, false},
    {v1::OUTCOME_KIND_VOLUNTEERING, false, true, false},
    {v1::OUTCOME_KIND_WORK_PLACEMENT, false, true, false},
    {v1::OUTCOME_KIND_INTERVIEW, false, true, false},
    {v1::OUTCOME_KIND_CV, false, true, false},
    {v1::OUTCOME_KIND_HEALTH_SUPPORT, false, true, false},
    {v1::OUTCOME_KIND_MENTAL_HEALTH_SUPPORT, false, true, false},
    {v1::OUTCOME_KIND_HOUSING_SUPPORT, false, true, false},
    {v1::OUTCOME_KIND_DEBT_SUPPORT, false, true, false},
    {v1::OUTCOME_KIND_CHILDCARE_SUPPORT, false, true, false},
    {v1::OUTCOME_KIND_WELLBEING, false, false, false},
    {v1::OUTCOME_KIND_CONFIDENCE, false, false, false},
});

const OutcomeKindInfo* Find(v1::OutcomeKind kind) {
  const auto found = std::ranges::find(kKinds, kind, &OutcomeKindInfo::kind);
  return found == kKinds.end() ? nullptr : &*found;
}

}  // namespace

std::span<const OutcomeKindInfo> OutcomeKinds() { return kKinds; }

absl::Status CheckOutcome(const v1::RecordOutcomeRequest& request, const std::string& first_made_on) {
  status::Violations violations;
  const OutcomeKindInfo* info = Find(request.kind());
  const std::optional<absl::CivilDay> day = calendar::ParseDay(request.occurred_on());
  const std::optional<absl::CivilDay> made = calendar::ParseDay(first_made_on);
  if (day && made && *day < *made - kWrittenUpWithinDays) {
    violations.Add("occurred_on",
                   Cat("lies more than ", kWrittenUpWithinDays, " days before the referral that led to it was made"));
  }
  if (info == nullptr) {
    violations.Add("kind", "must be a kind of outcome");
    return violations.ToStatus();
  }
  if (!info->work && request.hourly_pay_pence() != 0) {
    violations.Add("hourly_pay_pence", "is for paid work, which this kind is not: leave it 0");
  }
  if (!info->work && request.weekly_hours() != 0) {
    violations.Add("weekly_hours", "is for paid work, which this kind is not: leave it 0");
  }
  if (!info->document && request.evidence() == v1::EVIDENCE_DOCUMENT_SEEN) {
    violations.Add("evidence", "no document shows this kind: use EVIDENCE_PERSON_SAID or EVIDENCE_CONFIRMED");
  }
  return violations.ToStatus();
}

bool IsJobStart(v1::OutcomeKind kind) {
  const OutcomeKindInfo* info = Find(kind);
  return info != nullptr && info->job_start;
}

std::string KindName(v1::OutcomeKind kind) {
  return std::string(absl::StripPrefix(v1::OutcomeKind_Name(kind), "OUTCOME_KIND_"));
}

std::string StepType(v1::OutcomeKind kind) { return Cat("outcome.", absl::AsciiStrToLower(KindName(kind))); }

}  // namespace nwd::outcome
