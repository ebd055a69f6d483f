// How a receipt travels: its exact bytes, a signature over them (Ed25519, RFC 8032), and the key that made it. This is
// what GetReceipt answers, as JSON with bytes in base64: names as in the .proto ("key_id") or as protobuf's JSON has
// them ("keyId").
//
//   absl::StatusOr<Envelope> envelope = ParseEnvelope(file);      // INVALID_ARGUMENT where it is none
//   if (Check(*envelope, key) == Verdict::kGenuine) …             // `key`: the hub's, not what the envelope carries
//
// Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/crypto/key_file.h"
#include "common/crypto/sign.h"

namespace nwd::receipt {

// The key that signs a hub's receipts, from the hub's own. It signs nothing else.
crypto::SigningKey SigningKeyOf(const crypto::HubKey& hub_key);

// Names a key: the first 8 bytes of the SHA-256 of its 32 bytes, as 16 hexadecimal digits.
std::string KeyIdOf(const crypto::VerifyingKey& key);

// A public key as text: base64 of its 32 bytes. INVALID_ARGUMENT where it is none. White space around it is ignored.
std::string KeyText(const crypto::VerifyingKey& key);
absl::StatusOr<crypto::VerifyingKey> ParseKey(std::string_view text);

struct Envelope {
  std::string content;     // the receipt's bytes
  std::string signature;   // 64 bytes
  std::string key_id;      // whose signature it says it is
  std::string public_key;  // 32 bytes; what it says, no more
};

absl::StatusOr<Envelope> ParseEnvelope(std::string_view json);

// The key that an envelope carries; INVALID_ARGUMENT where that is none.
absl::StatusOr<crypto::VerifyingKey> CarriedKey(const Envelope& envelope);

enum class Verdict {
  kGenuine,
  kMislabelled,  // this key signed these bytes, and the envelope says of its key what is not so
  kOtherKey,     // it names another key: a receipt of another hub, or one that says so
  kForged,       // it names this key, and this key did not sign these bytes
};

// Whether `key` signed the content, and whether the envelope names and carries no other key than that one: who passes it
// on, or looks the key up by its name, would otherwise take another for the signer.
Verdict Check(const Envelope& envelope, const crypto::VerifyingKey& key);

}  // namespace nwd::receipt
