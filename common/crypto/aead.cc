#include "common/crypto/aead.h"

#include "common/base/check.h"
#include "common/crypto/algorithms.h"
#include "common/crypto/random.h"

namespace nwd::crypto {
namespace {

const uint8_t* In(std::string_view bytes) { return reinterpret_cast<const uint8_t*>(bytes.data()); }

// One context a thread, bound to the cipher once: from then on a call sets key and nonce only.
EVP_CIPHER_CTX* ThreadContext() {
  thread_local const CipherContext context = [] {
    CipherContext created(EVP_CIPHER_CTX_new());
    NWD_CHECK(created != nullptr);
    NWD_CHECK(EVP_CipherInit_ex2(created.get(), Aes256Gcm(), nullptr, nullptr, 1, nullptr) == 1);
    return created;
  }();
  return context.get();
}

// Runs `bytes` through the cipher into `out`, or, with no `out`, takes them in as associated data.
void Feed(EVP_CIPHER_CTX* context, uint8_t* out, std::string_view bytes) {
  if (bytes.empty()) return;
  int written = 0;
  NWD_CHECK(EVP_CipherUpdate(context, out, &written, In(bytes), static_cast<int>(bytes.size())) == 1);
  NWD_CHECK(written == static_cast<int>(bytes.size()));
}

}  // namespace

std::string AeadKey::Seal(std::string_view plaintext, std::string_view associated_data) const {
  NWD_CHECK(plaintext.size() <= kMaxMessageBytes && associated_data.size() <= kMaxMessageBytes);
  std::string sealed(plaintext.size() + kSealOverheadBytes, '\0');
  auto* nonce = reinterpret_cast<uint8_t*>(sealed.data());
  uint8_t* ciphertext = nonce + kNonceSizeBytes;
  uint8_t* tag = ciphertext + plaintext.size();
  FillRandom({nonce, kNonceSizeBytes});

  EVP_CIPHER_CTX* context = ThreadContext();
  NWD_CHECK(EVP_EncryptInit_ex2(context, nullptr, key_.data(), nonce, nullptr) == 1);
  Feed(context, nullptr, associated_data);
  Feed(context, ciphertext, plaintext);
  int written = 0;
  NWD_CHECK(EVP_EncryptFinal_ex(context, tag, &written) == 1 && written == 0);
  NWD_CHECK(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTagSizeBytes, tag) == 1);
  return sealed;
}

absl::StatusOr<std::string> AeadKey::Open(std::string_view sealed, std::string_view associated_data) const {
  if (sealed.size() < kSealOverheadBytes || sealed.size() > kMaxMessageBytes) {
    return absl::DataLossError("sealed data has a length that sealing never gives: it was cut off or overwritten");
  }
  NWD_CHECK(associated_data.size() <= kMaxMessageBytes);
  const std::string_view ciphertext = sealed.substr(kNonceSizeBytes, sealed.size() - kSealOverheadBytes);
  std::string tag(sealed.substr(sealed.size() - kTagSizeBytes));
  std::string plaintext(ciphertext.size(), '\0');

  EVP_CIPHER_CTX* context = ThreadContext();
  NWD_CHECK(EVP_DecryptInit_ex2(context, nullptr, key_.data(), In(sealed), nullptr) == 1);
  NWD_CHECK(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTagSizeBytes, tag.data()) == 1);
  Feed(context, nullptr, associated_data);
  Feed(context, reinterpret_cast<uint8_t*>(plaintext.data()), ciphertext);
  int written = 0;
  uint8_t none[kBlockSizeBytes];
  if (EVP_DecryptFinal_ex(context, none, &written) != 1) {
    Wipe(plaintext.data(), plaintext.size());
    return absl::DataLossError(
        "sealed data does not open: it was changed, or sealed under another key or for another place");
  }
  return plaintext;
}

}  // namespace nwd::crypto
