#include "services/consent/receipt_service.h"

#include <utility>

#include "common/receipt/envelope.h"
#include "services/consent/named_consent.h"
#include "services/consent/reasons.h"
#include "services/consent/receipt_rows.h"
#include "services/consent/ties.h"

namespace nwd::consent {
namespace {

absl::Status NoReceipt() {
  return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kNoReceipt,
                       "nothing has been decided on this consent yet, so there is no receipt");
}

}  // namespace

ReceiptService::ReceiptService(const Parts& parts, crypto::SigningKey key)
    : parts_(parts), key_(std::move(key)), key_id_(receipt::KeyIdOf(key_.verifying_key())) {}

void ReceiptService::Register(rpc::Router& router) { router.Unary(this, &ReceiptService::GetReceipt); }

async::Task<absl::StatusOr<v1::GetReceiptResponse>> ReceiptService::GetReceipt(rpc::Call& call,
                                                                               const v1::GetReceiptRequest& request) {
  NWD_CO_ASSIGN_OR_RETURN(const NamedConsent named, co_await LookUp(parts_, request.consent_id()));
  const std::optional<int64_t> asked = consents::RevisionOf(request.decision_etag());
  auto body = [&](const store::Reader& reader) -> absl::StatusOr<v1::GetReceiptResponse> {
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::Consent> consent, consents::Find(reader, named.consent_id));
    NWD_RETURN_IF_ERROR(ties::Prove(reader, call, common::v1::TIE_CONSENT_PARTY, consent));
    if (named.key == nullptr) return status::Denied();
    std::optional<receipts::Kept> kept;
    if (request.decision_etag().empty() || asked.has_value()) {
      NWD_ASSIGN_OR_RETURN(kept, receipts::Find(reader, *named.key, named.consent_id, asked));
    }
    if (!kept.has_value() && request.decision_etag().empty()) return NoReceipt();
    if (!kept.has_value())
      return status::InvalidField("decision_etag", "is none that a decision on this consent answered");
    NWD_ASSIGN_OR_RETURN(const std::optional<int64_t> before,
                         receipts::Before(reader, named.consent_id, kept->revision));
    v1::GetReceiptResponse response;
    response.set_content(std::move(kept->content));
    response.set_etag(consents::EtagOf(kept->revision));
    if (before.has_value()) response.set_previous_etag(consents::EtagOf(*before));
    return response;
  };
  absl::StatusOr<v1::GetReceiptResponse> response = co_await parts_.store.View(body);
  if (!response.ok()) co_return Corrupt(parts_, "a receipt", response.status());
  response->set_signature(key_.Sign(response->content()));
  response->set_key_id(key_id_);
  response->set_public_key(key_.verifying_key().raw());
  co_return response;
}

}  // namespace nwd::consent
