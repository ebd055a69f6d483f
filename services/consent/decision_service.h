// ConsentService's decisions: what the person says when a consent is put to them, and what follows from it. Which
// decision is possible when is the table's to say (consent_states.h), whose it is to make ties.h's; what takes a given
// consent out of force is in_force_service.h's, what confirms one corroboration_service.h's.
//
// Handlers, on any of the server's queues, many at once; errors are those that the proto says.
#pragma once

#include <string_view>

#include "common/rpc/router.h"
#include "nwd/consent/v1/consent_service.pb.h"
#include "services/consent/consent_states.h"
#include "services/consent/named_consent.h"
#include "services/consent/parts.h"
#include "services/consent/receipts.h"

namespace nwd::consent {

class DecisionService {
 public:
  explicit DecisionService(const Parts& parts) : parts_(parts) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::RequestConsentResponse>> RequestConsent(rpc::Call& call,
                                                                         const v1::RequestConsentRequest& request);
  async::Task<absl::StatusOr<v1::RecordDecisionResponse>> RecordDecision(rpc::Call& call,
                                                                         const v1::RecordDecisionRequest& request);

 private:
  // Receipts that a decision will leave.
  struct Drafts {
    Draft decided;
    NamedConsent old;  // whose place is taken
    Draft superseded;  // of that one
  };
  struct Step {
    ConsentEvent event;
    std::string_view etag;
    const Drafts& drafts;
    std::vector<ids::Uuid>& told;  // filled: whom a notice was sent to
  };
  async::Task<absl::StatusOr<Drafts>> DrawUp(const rpc::Call& call, const NamedConsent& named,
                                             ConsentEvent event) const;
  // The transition itself: the table, the etag, the change, the receipt, the audit entry. Within a body.
  absl::Status Decide(store::Txn& txn, const rpc::Call& call, const NamedConsent& named, storage::Consent& consent,
                      const Step& step) const;

  const Parts& parts_;
};

}  // namespace nwd::consent
