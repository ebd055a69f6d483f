#include "common/crypto/hmac.h"

#include <openssl/crypto.h>

#include <cstring>

#include "common/base/check.h"
#include "common/crypto/algorithms.h"
#include "common/crypto/secret.h"

namespace nwd::crypto {
namespace {

constexpr size_t kHashBlockBytes = 64;  // SHA-256's
constexpr uint8_t kInnerPad = 0x36;     // RFC 2104
constexpr uint8_t kOuterPad = 0x5c;

using Block = std::array<uint8_t, kHashBlockBytes>;

std::string_view ViewOf(const Block& block) { return {reinterpret_cast<const char*>(block.data()), block.size()}; }

// The key as one block; a longer one by its hash.
Block BlockOf(std::string_view key) {
  Block block{};
  if (key.size() > block.size()) {
    const Digest digest = Sha256(key);
    std::memcpy(block.data(), digest.data(), digest.size());
  } else if (!key.empty()) {
    std::memcpy(block.data(), key.data(), key.size());
  }
  return block;
}

// In place: what held a key is wiped by whoever made it.
void Xor(Block& block, uint8_t pad) {
  for (uint8_t& byte : block) byte ^= pad;
}

// A hash that has taken in the key xor `pad`, one block, and nothing else.
DigestContext StartingState(const Block& key, uint8_t pad) {
  Block block = key;
  Xor(block, pad);
  DigestContext state(EVP_MD_CTX_new());
  NWD_CHECK(state != nullptr);
  NWD_CHECK(EVP_DigestInit_ex2(state.get(), Sha256Algorithm(), nullptr) == 1);
  NWD_CHECK(EVP_DigestUpdate(state.get(), block.data(), block.size()) == 1);
  Wipe(block.data(), block.size());
  return state;
}

// Goes on from `state`, which is only read and so may be shared between threads.
Digest Finish(const EVP_MD_CTX* state, std::string_view message) {
  thread_local const DigestContext context(EVP_MD_CTX_new());
  NWD_CHECK(EVP_MD_CTX_copy_ex(context.get(), state) == 1);
  NWD_CHECK(EVP_DigestUpdate(context.get(), message.data(), message.size()) == 1);
  Digest digest;
  NWD_CHECK(EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1);
  return digest;
}

}  // namespace

// OpenSSL overwrites a digest context's state when it frees it.
struct HmacKey::States {
  DigestContext inner;
  DigestContext outer;
};

HmacKey::HmacKey(std::string_view key) {
  Block block = BlockOf(key);
  states_.reset(new States{StartingState(block, kInnerPad), StartingState(block, kOuterPad)});
  Wipe(block.data(), block.size());
}

HmacKey::HmacKey(HmacKey&&) noexcept = default;
HmacKey& HmacKey::operator=(HmacKey&&) noexcept = default;
HmacKey::~HmacKey() = default;

Digest HmacKey::Compute(std::string_view message) const {
  NWD_CHECK(states_ != nullptr);
  return Finish(states_->outer.get(), View(Finish(states_->inner.get(), message)));
}

std::string HmacKey::ComputeString(std::string_view message) const { return std::string(View(Compute(message))); }

bool HmacKey::Verify(std::string_view message, std::string_view tag) const {
  return ConstantTimeEqual(View(Compute(message)), tag);
}

Digest HmacSha256(std::string_view key, std::string_view message) {
  Block block = BlockOf(key);
  Xor(block, kInnerPad);
  const Digest hashed = Sha256({ViewOf(block), message});
  Xor(block, kInnerPad ^ kOuterPad);  // takes the inner pad off and puts the outer on
  const Digest digest = Sha256({ViewOf(block), View(hashed)});
  Wipe(block.data(), block.size());
  return digest;
}

bool ConstantTimeEqual(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace nwd::crypto
