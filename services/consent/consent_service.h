// ConsentService's consents themselves: drawing them up and looking at them. Their texts are text_service.h's, the
// person's decisions on them decision_service.h's.
//
// Handlers, on any of the server's queues, many at once; errors are those that the proto says.
#pragma once

#include "common/rpc/router.h"
#include "nwd/consent/v1/consent_service.pb.h"
#include "services/consent/held_person.h"
#include "services/consent/named_consent.h"
#include "services/consent/parts.h"

namespace nwd::consent {

class ConsentService {
 public:
  explicit ConsentService(const Parts& parts) : parts_(parts) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::CreateConsentResponse>> CreateConsent(rpc::Call& call,
                                                                       const v1::CreateConsentRequest& request);
  async::Task<absl::StatusOr<v1::GetConsentResponse>> GetConsent(rpc::Call& call, const v1::GetConsentRequest& request);
  async::Task<absl::StatusOr<v1::ListConsentsResponse>> ListConsents(rpc::Call& call,
                                                                     const v1::ListConsentsRequest& request);

 private:
  // A consent as it will be kept.
  struct Drawn {
    HeldWithKey person;
    storage::Consent consent;
    storage::SealedTerms terms;
  };
  static Drawn DrawUp(const rpc::Call& call, const v1::CreateConsentRequest& request, const HeldWithKey& person);
  // Within a body: what the terms cite, the limit, and the consent with all that goes with it.
  absl::StatusOr<v1::CreateConsentResponse> Add(store::Txn& txn, const rpc::Call& call, const v1::ConsentTerms& terms,
                                                const Drawn& drawn) const;
  absl::Status CheckCited(const store::Reader& reader, const v1::ConsentTerms& terms, const ids::Uuid& person_id,
                          const ids::Uuid& organisation) const;

  const Parts& parts_;
};

}  // namespace nwd::consent
