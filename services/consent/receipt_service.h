// ConsentService's receipts: the stored bytes, and the hub's signature over them.
//
// Handlers, on any of the server's queues, many at once; errors are those that the proto says.
#pragma once

#include "common/crypto/sign.h"
#include "common/rpc/router.h"
#include "nwd/consent/v1/consent_service.pb.h"
#include "services/consent/parts.h"

namespace nwd::consent {

class ReceiptService {
 public:
  // `key`: the one that signs the hub's receipts, and nothing else (common/receipt/envelope.h).
  ReceiptService(const Parts& parts, crypto::SigningKey key);
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::GetReceiptResponse>> GetReceipt(rpc::Call& call, const v1::GetReceiptRequest& request);

 private:
  const Parts& parts_;
  const crypto::SigningKey key_;
  const std::string key_id_;
};

}  // namespace nwd::consent
