#include "common/crypto/algorithms.h"

#include "common/base/check.h"

namespace nwd::crypto {
namespace {

template <typename Algorithm>
Algorithm* Present(Algorithm* algorithm) {
  NWD_CHECK(algorithm != nullptr);
  return algorithm;
}

}  // namespace

const EVP_CIPHER* Aes256Gcm() {
  static const EVP_CIPHER* const cipher = Present(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr));
  return cipher;
}

const EVP_CIPHER* Aes256Ecb() {
  static const EVP_CIPHER* const cipher = Present(EVP_CIPHER_fetch(nullptr, "AES-256-ECB", nullptr));
  return cipher;
}

const EVP_MD* Sha256Algorithm() {
  static const EVP_MD* const digest = Present(EVP_MD_fetch(nullptr, "SHA2-256", nullptr));
  return digest;
}

EVP_KDF* HkdfAlgorithm() {
  static EVP_KDF* const kdf = Present(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  return kdf;
}

}  // namespace nwd::crypto
