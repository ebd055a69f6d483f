#include "services/consent/emergency_decision.h"

#include "services/consent/emergency_states.h"

namespace nwd::consent {
namespace {

// Why it permits this organisation nothing at all; unspecified where it may permit something.
v1::DenialReason WholeReason(const storage::EmergencyAccess& access, const Question& question, absl::Time now) {
  const bool opener = access.organisation_id() == question.organisation_id.bytes();
  if (!opener || !question.safeguarding) return v1::DENIAL_REASON_NOT_RECIPIENT;
  if (access.close_time_us() != 0 || access.review_time_us() != 0) return v1::DENIAL_REASON_NOT_IN_FORCE;
  if (!InTime(access, now)) return v1::DENIAL_REASON_OUT_OF_TIME;
  if (question.purpose != common::v1::PURPOSE_SAFEGUARDING) return v1::DENIAL_REASON_OTHER_PURPOSE;
  if (question.mode != v1::SHARING_MODE_VIEW) return v1::DENIAL_REASON_OTHER_MODE;
  return v1::DENIAL_REASON_UNSPECIFIED;
}

}  // namespace

Decision Decide(const storage::EmergencyAccess& access, const Question& question, absl::Time now) {
  return Pass(question.categories, WholeReason(access, question, now),
              {{access.categories(), v1::DENIAL_REASON_NOT_COVERED}});
}

v1::Obligations EmergencyObligations() {
  v1::Obligations obligations;
  obligations.set_no_onward(true);
  return obligations;
}

}  // namespace nwd::consent
