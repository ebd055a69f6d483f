#include "services/consent/text_service.h"

#include "absl/strings/escaping.h"
#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/crypto/sha256.h"
#include "common/store/proto_value.h"
#include "services/consent/keys.h"
#include "services/consent/reasons.h"

namespace nwd::consent {

void TextService::Register(rpc::Router& router) {
  router.Unary(this, &TextService::CreateText);
  router.Unary(this, &TextService::GetText);
}

async::Task<absl::StatusOr<v1::CreateTextResponse>> TextService::CreateText(rpc::Call& call,
                                                                            const v1::CreateTextRequest& request) {
  const crypto::Digest digest = crypto::Sha256(request.text());
  auto effect = [&](store::Txn& txn) -> absl::StatusOr<v1::CreateTextResponse> {
    const std::string key = keys::Text(crypto::View(digest));
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::Text> kept, store::Find<storage::Text>(txn, key));
    if (!kept.has_value()) {
      storage::Text text;
      text.set_text(request.text());
      text.set_language(request.language());
      text.set_version(request.version());
      text.set_create_time_us(Micros(call.Now()));
      store::PutMessage(txn, key, text);
      parts_.audit.AppendPlain(txn, "text.created", call.Now(), DeedOf(call));
    }
    v1::CreateTextResponse response;
    response.set_text_sha256(std::string(absl::BytesToHexString(AbslView(crypto::View(digest)))));
    return response;
  };
  auto body = [&](store::Txn& txn) {
    auto once = [&] { return effect(txn); };
    return parts_.requests.Once<v1::CreateTextResponse>(txn, call, request, once);
  };
  co_return co_await parts_.store.Update(body, call.deadline());
}

async::Task<absl::StatusOr<v1::GetTextResponse>> TextService::GetText(rpc::Call&, const v1::GetTextRequest& request) {
  const std::string sha256 = absl::HexStringToBytes(request.text_sha256());
  auto body = [&](const store::Reader& reader) { return store::Find<storage::Text>(reader, keys::Text(sha256)); };
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<storage::Text> kept, co_await parts_.store.View(body));
  if (!kept.has_value()) {
    co_return status::Error(absl::StatusCode::kNotFound, reasons::kNoSuchText,
                            "no text has this name; CreateText keeps one", {{"text_sha256", request.text_sha256()}});
  }
  v1::GetTextResponse response;
  v1::ConsentText& text = *response.mutable_text();
  text.set_text_sha256(request.text_sha256());
  text.set_text(kept->text());
  text.set_language(kept->language());
  text.set_version(kept->version());
  *text.mutable_create_time() = MicrosToTimestamp(kept->create_time_us());
  co_return response;
}

}  // namespace nwd::consent
