// A 32-byte key in memory that is overwritten before its memory is given back. Move-only: a moved-from secret is wiped.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "common/crypto/limits.h"

namespace nwd::crypto {

class Secret {
 public:
  // `bytes` must be exactly kKeySizeBytes long; the process stops otherwise (a key of another length is a bug, not an
  // input).
  explicit Secret(std::string_view bytes);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  const uint8_t* data() const { return bytes_.data(); }
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()}; }

 private:
  std::array<uint8_t, kKeySizeBytes> bytes_;
};

// Overwrites memory in a way the compiler may not leave out.
void Wipe(void* data, size_t size_bytes);

}  // namespace nwd::crypto
