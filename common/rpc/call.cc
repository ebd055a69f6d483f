#include "common/rpc/call.h"

#include "absl/time/clock.h"
#include "common/access/policy.h"
#include "common/base/macros.h"
#include "common/status/reasons.h"
#include "common/status/status.h"

namespace nwd::rpc {

void Call::SetFacts(Facts facts) {
  caller_ = std::move(facts.caller);
  practitioner_ = std::move(facts.practitioner);
  trace_id_ = std::move(facts.trace_id);
  deadline_ = facts.deadline;
}

absl::Status Call::CheckAlive() const {
  if (draining_ != nullptr && draining_->load(std::memory_order_acquire)) {
    return status::Error(absl::StatusCode::kUnavailable, reasons::kGoingDown,
                         "the service is going down; connect again and go on from your cursor");
  }
  if (cancelled_.load(std::memory_order_relaxed)) return absl::CancelledError("the caller has gone");
  if (absl::Now() >= deadline_) return absl::DeadlineExceededError("the caller's deadline has passed");
  return absl::OkStatus();
}

absl::Status Call::StillAdmitted() const {
  if (registry_ == nullptr) return absl::OkStatus();
  NWD_RETURN_IF_ERROR(access::AdmitCertificate(caller_, *registry_));
  if (caller_.kind != access::Caller::Kind::kOrganisation) return absl::OkStatus();
  access::Caller now = caller_;
  now.organisation = registry_->FindByIdentity(caller_.identity);
  if (now.OrganisationId() != caller_.OrganisationId()) {
    now.organisation = nullptr;
    now.kind = access::Caller::Kind::kUnknown;
  }
  NWD_RETURN_IF_ERROR(access::Admit(rule_, now));
  return access::AdmitSponsor(now, *registry_);
}

bool Call::TieProved() const {
  if (rule_.tie() == common::v1::TIE_NONE || caller_.IsService()) return true;
  return (proved_.load(std::memory_order_relaxed) & (1u << rule_.tie())) != 0;
}

}  // namespace nwd::rpc
