// The keys that people's keys are wrapped under, by their numbers (common/crypto/key_file.h): new ones under the newest,
// while every older one still opens. A value: it never changes, and is shared by all who use it at once.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/crypto/aead.h"
#include "common/crypto/key_file.h"

namespace nwd::person_keys {

class WrappingRing {
 public:
  // At least one.
  explicit WrappingRing(const std::vector<crypto::WrappingKey>& keys);
  // The root's alone.
  explicit WrappingRing(std::string_view key) : WrappingRing({{crypto::kRootNumber, std::string(key)}}) {}

  uint32_t newest() const { return keys_.rbegin()->first; }
  // Null where there is none of this number.
  const crypto::AeadKey* Find(uint32_t number) const;
  // 32 bytes that only the same key of this number gives, and that say nothing of it; empty where there is none.
  std::string CheckOf(uint32_t number) const;

 private:
  struct Held {
    crypto::AeadKey key;
    std::string check;
  };
  std::map<uint32_t, Held> keys_;
};

}  // namespace nwd::person_keys
