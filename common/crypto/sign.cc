#include "common/crypto/sign.h"

#include "common/base/check.h"
#include "common/crypto/algorithms.h"
#include "common/crypto/random.h"
#include "common/crypto/secret.h"

namespace nwd::crypto {
namespace {

const uint8_t* In(std::string_view bytes) { return reinterpret_cast<const uint8_t*>(bytes.data()); }

// KeyHandle is EVP_PKEY under a name that does not need OpenSSL's headers.
EVP_PKEY* Key(const KeyHandlePtr& handle) { return reinterpret_cast<EVP_PKEY*>(handle.get()); }
KeyHandlePtr Own(EVP_PKEY* key) { return KeyHandlePtr(reinterpret_cast<KeyHandle*>(key)); }

DigestContext NewContext() {
  DigestContext context(EVP_MD_CTX_new());
  NWD_CHECK(context != nullptr);
  return context;
}

}  // namespace

void KeyHandleDeleter::operator()(KeyHandle* handle) const { EVP_PKEY_free(reinterpret_cast<EVP_PKEY*>(handle)); }

std::optional<VerifyingKey> VerifyingKey::FromRaw(std::string_view raw) {
  if (raw.size() != kKeySizeBytes) return std::nullopt;
  KeyHandlePtr key = Own(EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, In(raw), raw.size()));
  NWD_CHECK(key != nullptr);
  return VerifyingKey(std::move(key), std::string(raw));
}

bool VerifyingKey::Verify(std::string_view message, std::string_view signature) const {
  const DigestContext context = NewContext();
  NWD_CHECK(EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, Key(key_), nullptr) == 1);
  return EVP_DigestVerify(context.get(), In(signature), signature.size(), In(message), message.size()) == 1;
}

SigningKey SigningKey::Generate() {
  std::string seed = RandomBytes(kKeySizeBytes);
  std::optional<SigningKey> key = FromRaw(seed);
  Wipe(seed.data(), seed.size());
  return *std::move(key);
}

std::optional<SigningKey> SigningKey::FromRaw(std::string_view seed) {
  if (seed.size() != kKeySizeBytes) return std::nullopt;
  KeyHandlePtr key = Own(EVP_PKEY_new_raw_private_key_ex(nullptr, "ED25519", nullptr, In(seed), seed.size()));
  NWD_CHECK(key != nullptr);
  std::string raw_public(kKeySizeBytes, '\0');
  size_t size_bytes = raw_public.size();
  NWD_CHECK(EVP_PKEY_get_raw_public_key(Key(key), reinterpret_cast<uint8_t*>(raw_public.data()), &size_bytes) == 1);
  return SigningKey(std::move(key), *VerifyingKey::FromRaw(raw_public));
}

std::string SigningKey::Sign(std::string_view message) const {
  const DigestContext context = NewContext();
  NWD_CHECK(EVP_DigestSignInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, Key(key_), nullptr) == 1);
  std::string signature(kSignatureSizeBytes, '\0');
  size_t size_bytes = signature.size();
  NWD_CHECK(EVP_DigestSign(context.get(), reinterpret_cast<uint8_t*>(signature.data()), &size_bytes, In(message),
                           message.size()) == 1);
  NWD_CHECK(size_bytes == kSignatureSizeBytes);
  return signature;
}

}  // namespace nwd::crypto
