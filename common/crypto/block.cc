#include "common/crypto/block.h"

#include "common/base/check.h"
#include "common/crypto/algorithms.h"

namespace nwd::crypto {
namespace {

enum class Direction { kDecipher = 0, kEncipher = 1 };

// One context a thread and direction, bound to the cipher once; a call sets the key (expanding one costs less than
// copying a context that holds it) and runs one block.
template <Direction direction>
Block Run(const Secret& key, const Block& in) {
  thread_local const CipherContext context = [] {
    CipherContext created(EVP_CIPHER_CTX_new());
    NWD_CHECK(created != nullptr);
    NWD_CHECK(EVP_CipherInit_ex2(created.get(), Aes256Ecb(), nullptr, nullptr, static_cast<int>(direction), nullptr) ==
              1);
    NWD_CHECK(EVP_CIPHER_CTX_set_padding(created.get(), 0) == 1);
    return created;
  }();
  NWD_CHECK(EVP_CipherInit_ex2(context.get(), nullptr, key.data(), nullptr, -1, nullptr) == 1);
  Block out;
  int written = 0;
  NWD_CHECK(EVP_CipherUpdate(context.get(), out.data(), &written, in.data(), static_cast<int>(in.size())) == 1);
  NWD_CHECK(written == static_cast<int>(out.size()));
  return out;
}

}  // namespace

Block BlockCipher::Encipher(const Block& plain) const { return Run<Direction::kEncipher>(key_, plain); }
Block BlockCipher::Decipher(const Block& enciphered) const { return Run<Direction::kDecipher>(key_, enciphered); }

}  // namespace nwd::crypto
