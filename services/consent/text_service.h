// ConsentService's texts: what people are asked to agree to, kept exactly, named by its hash, and in which languages.
// Each organisation has its own: who keeps a text answers for its language, its version and its translations.
//
// Handlers, on any of the server's queues, many at once; errors are those that the proto says.
#pragma once

#include "common/rpc/router.h"
#include "nwd/consent/v1/consent_service.pb.h"
#include "services/consent/parts.h"

namespace nwd::consent {

class TextService {
 public:
  explicit TextService(const Parts& parts) : parts_(parts) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::CreateTextResponse>> CreateText(rpc::Call& call, const v1::CreateTextRequest& request);
  async::Task<absl::StatusOr<v1::GetTextResponse>> GetText(rpc::Call& call, const v1::GetTextRequest& request);

 private:
  const Parts& parts_;
};

}  // namespace nwd::consent
