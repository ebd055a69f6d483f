#include "services/consent/references.h"

#include <cstring>

#include "common/base/check.h"
#include "common/base/strings.h"
#include "common/crypto/base32.h"
#include "common/crypto/hkdf.h"
#include "services/consent/limits.h"

namespace nwd::consent {
namespace {

constexpr std::string_view kPrefix = "p1_";

crypto::Block BlockOf(std::string_view bytes) {
  crypto::Block block;
  NWD_CHECK(bytes.size() == block.size());
  std::memcpy(block.data(), bytes.data(), block.size());
  return block;
}

std::string_view View(const crypto::Block& block) {
  return {reinterpret_cast<const char*>(block.data()), block.size()};
}

}  // namespace

References::References(const crypto::HubKey& hub_key) : root_(hub_key.Derive("consent/reference-root")) {}

std::string References::ReferenceOf(const ids::Uuid& organisation_id, const ids::Uuid& person_id) const {
  std::string reference(kPrefix);
  reference += crypto::Base32Encode(View(CipherOf(organisation_id)->Encipher(BlockOf(person_id.bytes()))));
  return reference;
}

std::optional<ids::Uuid> References::PersonOf(const ids::Uuid& organisation_id, std::string_view person_ref) const {
  if (!person_ref.starts_with(kPrefix)) return std::nullopt;
  const std::optional<std::string> enciphered = crypto::Base32Decode(person_ref.substr(kPrefix.size()));
  if (!enciphered.has_value() || enciphered->size() != crypto::kBlockSizeBytes) return std::nullopt;
  return ids::Uuid::FromBytes(View(CipherOf(organisation_id)->Decipher(BlockOf(*enciphered))));
}

References::CipherPtr References::CipherOf(const ids::Uuid& organisation_id) const {
  {
    absl::ReaderMutexLock lock(&mutex_);
    const auto found = ciphers_.find(organisation_id);
    if (found != ciphers_.end()) return found->second;
  }
  auto cipher = std::make_shared<const crypto::BlockCipher>(
      crypto::DeriveKey(root_.view(), Cat("organisation/", organisation_id.ToString())));
  absl::MutexLock lock(&mutex_);
  if (ciphers_.size() >= static_cast<size_t>(kReferencesCachedMax)) ciphers_.clear();
  return ciphers_.emplace(organisation_id, std::move(cipher)).first->second;
}

}  // namespace nwd::consent
