#include "common/receipt/envelope.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "common/base/check.h"
#include "common/base/strings.h"
#include "common/crypto/sha256.h"

namespace nwd::receipt {
namespace {

using nlohmann::json;

constexpr std::string_view kSigningPurpose = "consent/receipt-signing";
constexpr size_t kKeyIdBytes = 8;

std::optional<std::string> Base64(std::string_view text) {
  std::string bytes;
  if (!absl::Base64Unescape(AbslView(text), &bytes)) return std::nullopt;
  return bytes;
}

std::optional<std::string> TextAt(const json& object, const char* name, const char* json_name) {
  for (const char* key : {name, json_name}) {
    const auto found = object.find(key);
    if (found != object.end() && found->is_string()) return found->get<std::string>();
  }
  return std::nullopt;
}

}  // namespace

crypto::SigningKey SigningKeyOf(const crypto::HubKey& hub_key) {
  std::optional<crypto::SigningKey> key = crypto::SigningKey::FromRaw(hub_key.Derive(kSigningPurpose));
  NWD_CHECK(key.has_value());
  return *std::move(key);
}

std::string KeyIdOf(const crypto::VerifyingKey& key) {
  const crypto::Digest digest = crypto::Sha256(key.raw());
  return absl::BytesToHexString(AbslView(crypto::View(digest).substr(0, kKeyIdBytes)));
}

std::string KeyText(const crypto::VerifyingKey& key) { return absl::Base64Escape(key.raw()); }

absl::StatusOr<crypto::VerifyingKey> ParseKey(std::string_view text) {
  const std::optional<std::string> raw = Base64(StdView(absl::StripAsciiWhitespace(AbslView(text))));
  std::optional<crypto::VerifyingKey> key = raw ? crypto::VerifyingKey::FromRaw(*raw) : std::nullopt;
  if (!key)
    return absl::InvalidArgumentError("is no public key: the base64 of 32 bytes, as `nwd consent key` prints it");
  return *std::move(key);
}

absl::StatusOr<Envelope> ParseEnvelope(std::string_view text) {
  const json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return absl::InvalidArgumentError("is no whole JSON object, as GetReceipt answers");
  const auto content = TextAt(object, "content", "content"), signature = TextAt(object, "signature", "signature");
  const auto key_id = TextAt(object, "key_id", "keyId"), public_key = TextAt(object, "public_key", "publicKey");
  if (!content || !signature || !key_id || !public_key) {
    return absl::InvalidArgumentError(
        "lacks one of content, signature, key_id and public_key, which GetReceipt answers");
  }
  const auto content_bytes = Base64(*content), signature_bytes = Base64(*signature), key_bytes = Base64(*public_key);
  if (!content_bytes || !signature_bytes || !key_bytes) {
    return absl::InvalidArgumentError("has a content, signature or public_key that is no base64");
  }
  return Envelope{*content_bytes, *signature_bytes, *key_id, *key_bytes};
}

absl::StatusOr<crypto::VerifyingKey> CarriedKey(const Envelope& envelope) {
  std::optional<crypto::VerifyingKey> key = crypto::VerifyingKey::FromRaw(envelope.public_key);
  if (!key) return absl::InvalidArgumentError("carries a public_key that is no key of 32 bytes");
  return *std::move(key);
}

Verdict Check(const Envelope& envelope, const crypto::VerifyingKey& key) {
  const bool names_it = envelope.key_id == KeyIdOf(key);
  if (!key.Verify(envelope.content, envelope.signature)) return names_it ? Verdict::kForged : Verdict::kOtherKey;
  return names_it && envelope.public_key == key.raw() ? Verdict::kGenuine : Verdict::kMislabelled;
}

}  // namespace nwd::receipt
