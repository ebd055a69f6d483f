// Building and reading ordered keys: of a store's rows in each service's keys.h, and in the one file of a common
// library that keeps rows of its own. A key is a one-byte table tag followed by parts: fixed bytes as they are,
// integers big-endian, text ended by a zero byte (text parts hold no zero byte), so that byte order is the order of the
// parts. Table tags in capitals belong to common libraries: 'I' 'J' idempotency, 'O' outbox, 'P' 'W' person keys (in
// a store of their own), 'R' replicas, 'T' the time reached (program), 'L' the audit log, 'K' retention. A service uses the others.
//
// The same parts, under a first byte that says what they are, serve as small values (idempotency, outbox, person keys),
// as the associated data of a sealed record (audit) and as a cursor's payload (tokens).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/check.h"

namespace nwd::store {

class KeyBuilder {
 public:
  explicit KeyBuilder(char table) : key_(1, table) {}
  KeyBuilder& Bytes(std::string_view fixed) {
    key_.append(fixed);
    return *this;
  }
  KeyBuilder& Text(std::string_view text) {
    NWD_CHECK(text.find('\0') == std::string_view::npos);
    key_.append(text);
    key_.push_back('\0');
    return *this;
  }
  KeyBuilder& Number(uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8) key_.push_back(static_cast<char>(value >> shift));
    return *this;
  }
  // Newest first: larger numbers sort earlier.
  KeyBuilder& Descending(uint64_t value) { return Number(~value); }
  // Takes the key out; the builder is used up.
  std::string Build() { return std::move(key_); }

 private:
  std::string key_;
};

// Reads the parts of a key in the order they were built. Each returns false where the key is too short.
class KeyReader {
 public:
  explicit KeyReader(std::string_view key) : rest_(key.empty() ? key : key.substr(1)) {}
  bool Bytes(size_t size, std::string_view* out) {
    if (rest_.size() < size) return false;
    *out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
  }
  bool Text(std::string_view* out) {
    const size_t end = rest_.find('\0');
    if (end == std::string_view::npos) return false;
    *out = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return true;
  }
  bool Number(uint64_t* out) {
    std::string_view bytes;
    if (!Bytes(8, &bytes)) return false;
    *out = 0;
    for (const char byte : bytes) *out = *out << 8 | static_cast<uint8_t>(byte);
    return true;
  }
  bool Descending(uint64_t* out) {
    if (!Number(out)) return false;
    *out = ~*out;
    return true;
  }
  std::string_view Rest() const { return rest_; }
  bool Done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace nwd::store
