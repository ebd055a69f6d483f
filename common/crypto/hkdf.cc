#include "common/crypto/hkdf.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <array>

#include "common/base/check.h"
#include "common/crypto/algorithms.h"
#include "common/crypto/limits.h"

namespace nwd::crypto {
namespace {

// OpenSSL's parameters are not const, though it only reads these; an empty string must still have an address.
OSSL_PARAM BytesParam(const char* name, std::string_view bytes) {
  const char* data = bytes.empty() ? "" : bytes.data();
  return OSSL_PARAM_construct_octet_string(name, const_cast<char*>(data), bytes.size());
}

}  // namespace

std::string Hkdf(std::string_view root, std::string_view salt, std::string_view info, size_t size_bytes) {
  NWD_CHECK(size_bytes <= 255 * kDigestSizeBytes);
  const KdfContext context(EVP_KDF_CTX_new(HkdfAlgorithm()));
  NWD_CHECK(context != nullptr);
  char digest_name[] = "SHA2-256";
  const std::array<OSSL_PARAM, 5> params = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest_name, 0),
      BytesParam(OSSL_KDF_PARAM_KEY, root),
      BytesParam(OSSL_KDF_PARAM_SALT, salt),
      BytesParam(OSSL_KDF_PARAM_INFO, info),
      OSSL_PARAM_construct_end(),
  };
  std::string derived(size_bytes, '\0');
  NWD_CHECK(EVP_KDF_derive(context.get(), reinterpret_cast<uint8_t*>(derived.data()), derived.size(), params.data()) ==
            1);
  return derived;
}

std::string DeriveKey(std::string_view root, std::string_view info) { return Hkdf(root, "", info, kKeySizeBytes); }

}  // namespace nwd::crypto
