// ConsentService: drawing up consents, the person's decisions on them, and the texts they cite. Which decision is
// possible when is the table's to say (consent_states.h); what a withdrawal does is withdrawal.h's.
#pragma once

#include <string>

#include "common/rpc/router.h"
#include "nwd/consent/v1/consent_service.pb.h"
#include "services/consent/consent_states.h"
#include "services/consent/parts.h"

namespace nwd::consent {

class ConsentService {
 public:
  explicit ConsentService(const Parts& parts) : parts_(parts) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::CreateTextResponse>> CreateText(rpc::Call& call, const v1::CreateTextRequest& request);
  async::Task<absl::StatusOr<v1::GetTextResponse>> GetText(rpc::Call& call, const v1::GetTextRequest& request);
  async::Task<absl::StatusOr<v1::CreateConsentResponse>> CreateConsent(rpc::Call& call,
                                                                       const v1::CreateConsentRequest& request);
  async::Task<absl::StatusOr<v1::RequestConsentResponse>> RequestConsent(rpc::Call& call,
                                                                         const v1::RequestConsentRequest& request);
  async::Task<absl::StatusOr<v1::RecordDecisionResponse>> RecordDecision(rpc::Call& call,
                                                                         const v1::RecordDecisionRequest& request);
  async::Task<absl::StatusOr<v1::CorroborateConsentResponse>> CorroborateConsent(
      rpc::Call& call, const v1::CorroborateConsentRequest& request);
  async::Task<absl::StatusOr<v1::WithdrawConsentResponse>> WithdrawConsent(rpc::Call& call,
                                                                           const v1::WithdrawConsentRequest& request);
  async::Task<absl::StatusOr<v1::GetConsentResponse>> GetConsent(rpc::Call& call, const v1::GetConsentRequest& request);
  async::Task<absl::StatusOr<v1::ListConsentsResponse>> ListConsents(rpc::Call& call,
                                                                     const v1::ListConsentsRequest& request);

 private:
  // A consent named by a call, looked at before the transaction so that its person's key is at hand within it.
  struct Named {
    ids::Uuid consent_id;
    ids::Uuid person_id;  // nil where there is no such consent
    person_keys::PersonKey key;
  };
  async::Task<absl::StatusOr<Named>> Look(const std::string& consent_id);
  // Adds to `violations` each recipient that no directory knows, or that has left.
  async::Task<absl::Status> CheckRecipients(const v1::ConsentTerms& terms, status::Violations& violations);
  absl::Status CheckCited(const store::Reader& reader, const v1::ConsentTerms& terms, const ids::Uuid& person_id,
                          const ids::Uuid& organisation) const;
  // The transition itself: the table, the etag, the change, the audit entry. Within a body.
  absl::Status Decide(store::Txn& txn, const rpc::Call& call, const Named& named, storage::Consent& consent,
                      ConsentEvent event, std::string_view etag) const;

  const Parts& parts_;
};

}  // namespace nwd::consent
