#include "tests/linearizability/answers.h"

#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "common/base/strings.h"

namespace nwd::linearizability {

namespace v1 = consent::v1;

Said Meaning(Act act, const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return Said::kYes;
    case absl::StatusCode::kFailedPrecondition:  // WRONG_STATE, NOT_IN_FORCE, OVERTAKEN
      return RowOf(act).may_refuse ? Said::kNo : Said::kSurprise;
    case absl::StatusCode::kAborted:  // STALE_ETAG
      return act == Act::kResume ? Said::kNo : Said::kSurprise;
    case absl::StatusCode::kPermissionDenied:
      return act == Act::kRead ? Said::kNo : Said::kSurprise;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
      return Said::kUnknown;
    default:
      return Said::kSurprise;
  }
}

void Say(const v1::Consent& seen, Operation& operation) {
  operation.rank = RevisionOf(seen.etag());
  switch (seen.state()) {
    case v1::CONSENT_STATE_GIVEN:
      operation.outcome = Outcome::kYes;
      break;
    case v1::CONSENT_STATE_SUSPENDED:
      operation.outcome = Outcome::kSuspended;
      break;
    case v1::CONSENT_STATE_WITHDRAWN:
      operation.outcome = Outcome::kEnded;
      break;
    default:
      operation.outcome = Outcome::kNo;
  }
}

int64_t RevisionOf(const std::string& etag) {
  int64_t revision = 0;
  return absl::SimpleAtoi(absl::StripPrefix(etag, "r"), &revision) ? revision : 0;
}

std::string EtagOf(int64_t revision) { return Cat("r", revision); }

}  // namespace nwd::linearizability
