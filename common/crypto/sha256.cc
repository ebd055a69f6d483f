#include "common/crypto/sha256.h"

#include "common/base/check.h"
#include "common/crypto/algorithms.h"

namespace nwd::crypto {

Digest Sha256(std::string_view bytes) { return Sha256({bytes}); }

Digest Sha256(std::initializer_list<std::string_view> parts) {
  thread_local const DigestContext context(EVP_MD_CTX_new());
  NWD_CHECK(context != nullptr);
  NWD_CHECK(EVP_DigestInit_ex2(context.get(), Sha256Algorithm(), nullptr) == 1);
  for (const std::string_view part : parts) NWD_CHECK(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1);
  Digest digest;
  NWD_CHECK(EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1);
  return digest;
}

}  // namespace nwd::crypto
