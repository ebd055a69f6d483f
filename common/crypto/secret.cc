#include "common/crypto/secret.h"

#include <openssl/crypto.h>

#include <cstring>

#include "common/base/check.h"

namespace nwd::crypto {

Secret::Secret(std::string_view bytes) {
  NWD_CHECK(bytes.size() == bytes_.size());
  std::memcpy(bytes_.data(), bytes.data(), bytes_.size());
}

Secret::Secret(Secret&& other) noexcept : bytes_(other.bytes_) { Wipe(other.bytes_.data(), other.bytes_.size()); }

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    bytes_ = other.bytes_;
    Wipe(other.bytes_.data(), other.bytes_.size());
  }
  return *this;
}

Secret::~Secret() { Wipe(bytes_.data(), bytes_.size()); }

void Wipe(void* data, size_t size_bytes) { OPENSSL_cleanse(data, size_bytes); }

}  // namespace nwd::crypto
