// OpenSSL's algorithms, fetched once for the process and kept: a fetch by name on every call would cost more than the
// work. Private to common/crypto: only its .cc files include this. Thread-safe. The handles live until the process
// ends, so that a thread which still seals while static objects are destroyed finds them. Each call aborts if OpenSSL
// lacks the algorithm.
#pragma once

#include <openssl/evp.h>
#include <openssl/kdf.h>

#include <memory>

namespace nwd::crypto {

const EVP_CIPHER* Aes256Gcm();
const EVP_CIPHER* Aes256Ecb();
const EVP_MD* Sha256Algorithm();
EVP_KDF* HkdfAlgorithm();

// Frees any of OpenSSL's objects that this library holds.
struct OpenSslDeleter {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(EVP_KDF_CTX* context) const { EVP_KDF_CTX_free(context); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, OpenSslDeleter>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, OpenSslDeleter>;
using KdfContext = std::unique_ptr<EVP_KDF_CTX, OpenSslDeleter>;

}  // namespace nwd::crypto
