// One call, as its handler sees it.
//
//   Task<absl::StatusOr<GetReferralResponse>> ReferralService::GetReferral(rpc::Call& call,
//                                                                           const GetReferralRequest& request) {
//     co_return co_await store_.View([&](const Reader& reader) -> absl::StatusOr<GetReferralResponse> {
//       NWD_ASSIGN_OR_RETURN(const Referral referral, referrals_.Get(reader, request.referral_id(), call.caller()));
//       call.ProveTie(common::v1::TIE_REFERRAL_PARTY);
//       ...
//     });
//   }
//
// A Call lives until its handler has finished. Used from the handler's queue; CheckAlive() and ProveTie() from
// anywhere.
#pragma once

#include <atomic>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/access/caller.h"
#include "common/base/clock.h"
#include "google/protobuf/descriptor.h"
#include "nwd/common/v1/access.pb.h"

namespace nwd::rpc {

class Call {
 public:
  Call(const google::protobuf::MethodDescriptor& method, const common::v1::AccessRule& rule, const Clock& clock)
      : method_(method), rule_(rule), clock_(clock) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  const google::protobuf::MethodDescriptor& method() const { return method_; }
  const common::v1::AccessRule& rule() const { return rule_; }
  absl::Time Now() const { return clock_.Now(); }

  // Who is calling. An organisation is active and has a role the method names; a service is one the method names.
  const access::Caller& caller() const { return caller_; }
  // The calling organisation's id; empty for a service.
  const std::string& organisation_id() const { return caller_.OrganisationId(); }
  // The adviser acting, as the organisation knows them; recorded, never grants anything. Empty where the call is not
  // about a person.
  const std::string& practitioner() const { return practitioner_; }
  // W3C trace context: 32 hexadecimal digits.
  const std::string& trace_id() const { return trace_id_; }

  // When the caller stops waiting. Pass it to store updates and outbound calls.
  absl::Time deadline() const { return deadline_; }
  // OK while the caller waits; else what to return: CANCELLED, DEADLINE_EXCEEDED, or for a stream of a service that is
  // going down UNAVAILABLE.
  absl::Status CheckAlive() const;
  // For streams: judges the caller again, as it is trusted now: its organisation, and that its identity is still one of
  // that organisation's. A stream asks before each batch.
  absl::Status StillAdmitted() const;

  // The handler has established that the caller has this tie to the object. A method that declares a tie and answers OK
  // without having proved it is stopped by the chain (INTERNAL), and so is a stream's first response: access that
  // nobody checked is not access. Calls from our own services need no tie. May be called from a store's body (that is,
  // on another thread while the handler waits), and again when a body runs again.
  void ProveTie(common::v1::Tie tie) { proved_.fetch_or(1u << tie, std::memory_order_relaxed); }
  bool TieProved() const;

  // For the chain and tests.
  struct Facts {
    access::Caller caller;
    std::string practitioner;
    std::string trace_id;
    absl::Time deadline = absl::InfiniteFuture();
  };
  void SetFacts(Facts facts);
  void SetRegistry(const access::Registry* registry) { registry_ = registry; }
  void Cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  // The service is going down: streams end.
  void SetDraining(const std::atomic<bool>* draining) { draining_ = draining; }

 private:
  const google::protobuf::MethodDescriptor& method_;
  const common::v1::AccessRule& rule_;
  const Clock& clock_;
  access::Caller caller_;
  std::string practitioner_;
  std::string trace_id_;
  absl::Time deadline_ = absl::InfiniteFuture();
  const access::Registry* registry_ = nullptr;
  const std::atomic<bool>* draining_ = nullptr;
  std::atomic<bool> cancelled_{false};
  std::atomic<uint32_t> proved_{0};
};

}  // namespace nwd::rpc
