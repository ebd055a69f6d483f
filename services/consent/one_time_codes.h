// One-time codes that people read and type: "7KQM-3XWP-9TRD", 12 digits of Crockford's base32 (no I, L, O or U), 60
// random bits. A code is derived from a random seed under a key of the hub's, so that whoever asked for it can be
// answered it again while nothing that is kept shows it.
//
// As typed, letter case, spaces and hyphens do not matter, an O is the zero and an I or L the one it was read from.
// Thread-safe; no state.
#pragma once

#include <string>
#include <string_view>

#include "common/crypto/hmac.h"
#include "common/crypto/key_file.h"
#include "common/ids/uuid.h"

namespace nwd::consent {

class OneTimeCodes {
 public:
  explicit OneTimeCodes(const crypto::HubKey& hub_key);

  static std::string NewSeed();
  // As a person is shown it.
  std::string CodeOf(std::string_view seed) const;
  // Whether `typed` is the code of this seed, in a time that does not depend on where they differ.
  bool Matches(std::string_view seed, std::string_view typed) const;
  // By which a code is found that was typed in at a channel; another at any other channel. What can be no code gets one
  // too, which nothing is found by.
  std::string HashOf(const ids::Uuid& channel_id, std::string_view typed) const;

 private:
  std::string DigitsOf(std::string_view seed) const;

  const crypto::HmacKey codes_, lookup_;
};

}  // namespace nwd::consent
