// ConsentService's calls that take a given consent out of force, for now or for good, and put it back. Which is possible
// when is the table's to say (consent_states.h); what follows, withdrawal.h's.
//
// A no is taken from whoever may bring it, at any revision and, for an end, however late; a yes (ResumeConsent) builds
// on what the captor has seen, and rests on the person's word where the person's word may have stopped it. What comes
// through a resident channel is the person's word; it does not undo what the captor stopped by itself.
//
// Handlers, on any of the server's queues, many at once; errors are those that the proto says.
#pragma once

#include <vector>

#include "common/rpc/router.h"
#include "nwd/consent/v1/consent_service.pb.h"
#include "services/consent/named_consent.h"
#include "services/consent/parts.h"
#include "services/consent/receipts.h"
#include "services/consent/withdrawal.h"

namespace nwd::consent {

class InForceService {
 public:
  explicit InForceService(const Parts& parts) : parts_(parts) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::SuspendConsentResponse>> SuspendConsent(rpc::Call& call,
                                                                         const v1::SuspendConsentRequest& request);
  async::Task<absl::StatusOr<v1::ResumeConsentResponse>> ResumeConsent(rpc::Call& call,
                                                                       const v1::ResumeConsentRequest& request);
  async::Task<absl::StatusOr<v1::WithdrawConsentResponse>> WithdrawConsent(rpc::Call& call,
                                                                           const v1::WithdrawConsentRequest& request);
  async::Task<absl::StatusOr<v1::RevokeConsentResponse>> RevokeConsent(rpc::Call& call,
                                                                       const v1::RevokeConsentRequest& request);
  async::Task<absl::StatusOr<v1::InvalidateConsentResponse>> InvalidateConsent(
      rpc::Call& call, const v1::InvalidateConsentRequest& request);

 private:
  // A way out of force, and what goes with it.
  struct WayOut;
  // One that is being taken.
  struct Taken {
    const WayOut& way;
    int reason;       // the number of the call's own enum; 0 where it has none
    Draft receipt{};  // of it; empty where the terms do not open: a no is not refused for that
  };
  static const WayOut kSuspension, kWithdrawal, kRevocation, kInvalidation;

  template <class Response, class Request>
  async::Task<absl::StatusOr<Response>> TakeOut(rpc::Call& call, const Request& request, Taken taken);
  // Within a body: answers whether the consent went out of force by this; `told` is filled with who was sent a notice.
  absl::StatusOr<bool> Apply(store::Txn& txn, const rpc::Call& call, const NamedConsent& named,
                             storage::Consent& consent, const Taken& taken, ToldOfEnd& told) const;
  absl::Status Resume(store::Txn& txn, const rpc::Call& call, const NamedConsent& named, storage::Consent& consent,
                      const v1::ResumeConsentRequest& request, const Draft& receipt) const;

  const Parts& parts_;
};

}  // namespace nwd::consent
