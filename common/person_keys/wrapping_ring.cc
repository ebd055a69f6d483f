#include "common/person_keys/wrapping_ring.h"

#include "common/base/check.h"
#include "common/crypto/hkdf.h"

namespace nwd::person_keys {
namespace {

constexpr char kCheckPurpose[] = "nwd wrapping key check";  // kept in stores: never changes

}  // namespace

WrappingRing::WrappingRing(const std::vector<crypto::WrappingKey>& keys) {
  NWD_CHECK(!keys.empty());
  for (const crypto::WrappingKey& key : keys) {
    keys_.emplace(key.number, Held{crypto::AeadKey(key.key), crypto::DeriveKey(key.key, kCheckPurpose)});
  }
}

const crypto::AeadKey* WrappingRing::Find(uint32_t number) const {
  const auto found = keys_.find(number);
  return found == keys_.end() ? nullptr : &found->second.key;
}

std::string WrappingRing::CheckOf(uint32_t number) const {
  const auto found = keys_.find(number);
  return found == keys_.end() ? "" : found->second.check;
}

}  // namespace nwd::person_keys
