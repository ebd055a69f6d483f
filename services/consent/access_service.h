// AccessService: the decision, and for the referral service its grants and the release of a referral's text
// (referral_text.cc). A check is one look at the latest committed state: the one value of the basis that is cited, and
// the agreement it falls under, say all that a decision needs. Its audit entry follows within 100 ms (check_log.h).
//
// Handlers, on any of the server's queues, many at once; errors are those that the proto says.
#pragma once

#include <optional>

#include "common/rpc/router.h"
#include "nwd/consent/v1/access_service.pb.h"
#include "services/consent/basis.h"
#include "services/consent/grants.h"
#include "services/consent/parts.h"
#include "services/consent/ties.h"

namespace nwd::consent {

class AccessService {
 public:
  explicit AccessService(const Parts& parts) : parts_(parts) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::CheckAccessResponse>> CheckAccess(rpc::Call& call,
                                                                   const v1::CheckAccessRequest& request);
  async::Task<absl::StatusOr<v1::OpenReferralAccessResponse>> OpenReferralAccess(
      rpc::Call& call, const v1::OpenReferralAccessRequest& request);
  async::Task<absl::StatusOr<v1::CloseReferralAccessResponse>> CloseReferralAccess(
      rpc::Call& call, const v1::CloseReferralAccessRequest& request);
  async::Task<absl::StatusOr<v1::ReleaseReferralTextResponse>> ReleaseReferralText(
      rpc::Call& call, const v1::ReleaseReferralTextRequest& request);

 private:
  struct Asked {
    ids::Uuid person_id;
    Cited cited;
    std::optional<ties::Asker> held_by;  // whose the person must be, where one of our services asks by a reference
    Question question;
  };
  Asked Read(const rpc::Call& call, const v1::CheckAccessRequest& request,
             const access::OrganisationPtr& organisation) const;
  // Queues the check's audit entry; an error means that it must not be answered.
  absl::Status Log(const rpc::Call& call, const Asked& asked, CategoryMask permitted,
                   const person_keys::PersonKey& key) const;
  // Writes the grant and the consent where `effect` says that something changed, with the audit entry. Within a body.
  void Keep(store::Txn& txn, const rpc::Call& call, storage::Consent& consent, storage::Recipient& recipient,
            const ids::Uuid& referral_id, const storage::Grant& grant, grants::Effect effect,
            const person_keys::PersonKey& key) const;
  // What of the record the basis would permit, were the referral accepted; where that is anything, the first release
  // is kept. Within a body.
  absl::StatusOr<CategoryMask> ReleaseText(store::Txn& txn, const rpc::Call& call, const Asked& asked,
                                           const v1::ReleaseReferralTextRequest& request,
                                           const person_keys::PersonKey& key) const;

  const Parts& parts_;
};

}  // namespace nwd::consent
