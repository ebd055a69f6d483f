// Ed25519 signatures (RFC 8032): receipts, checkpoints. Signing is deterministic and costs some tens of microseconds.
// Thread-safe; move-only.
//
//   SigningKey key = SigningKey::Generate();
//   std::string signature = key.Sign(receipt);
//   bool genuine = key.verifying_key().Verify(receipt, signature);
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/crypto/limits.h"

namespace nwd::crypto {

// An OpenSSL key: named here, defined there, so that no caller includes OpenSSL.
struct KeyHandle;
struct KeyHandleDeleter {
  void operator()(KeyHandle* handle) const;
};
using KeyHandlePtr = std::unique_ptr<KeyHandle, KeyHandleDeleter>;

class VerifyingKey {
 public:
  // From the 32 raw bytes of a public key; nothing if they are not 32. (OpenSSL takes any 32 bytes: a string that is no
  // point of the curve verifies nothing.)
  static std::optional<VerifyingKey> FromRaw(std::string_view raw);

  // False for a signature of another message or key, and for one that is malformed.
  bool Verify(std::string_view message, std::string_view signature) const;

  // The 32 raw bytes.
  const std::string& raw() const { return raw_; }

 private:
  VerifyingKey(KeyHandlePtr key, std::string raw) : key_(std::move(key)), raw_(std::move(raw)) {}

  KeyHandlePtr key_;
  std::string raw_;
};

class SigningKey {
 public:
  static SigningKey Generate();

  // From the 32 raw bytes of a private key (RFC 8032's seed), for instance one that HubKey derived; nothing if they are
  // not 32.
  static std::optional<SigningKey> FromRaw(std::string_view seed);

  // 64 bytes.
  std::string Sign(std::string_view message) const;

  const VerifyingKey& verifying_key() const { return verifying_key_; }

 private:
  SigningKey(KeyHandlePtr key, VerifyingKey verifying_key)
      : key_(std::move(key)), verifying_key_(std::move(verifying_key)) {}

  KeyHandlePtr key_;
  VerifyingKey verifying_key_;
};

}  // namespace nwd::crypto
