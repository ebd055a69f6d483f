#include "common/ids/uuid.h"

#include <cstring>

#include "common/crypto/random.h"

namespace nwd::ids {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

constexpr bool IsHyphenPlace(size_t place) { return place == 8 || place == 13 || place == 18 || place == 23; }

// -1 for what is not a lower-case hexadecimal digit.
constexpr int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

Uuid Uuid::Random() {
  Uuid id;
  crypto::FillRandom({id.bytes_.data(), id.bytes_.size()});
  id.bytes_[6] = static_cast<uint8_t>((id.bytes_[6] & 0x0f) | 0x40);  // version 4
  id.bytes_[8] = static_cast<uint8_t>((id.bytes_[8] & 0x3f) | 0x80);  // RFC 9562's variant
  return id;
}

std::optional<Uuid> Uuid::Parse(std::string_view text) {
  if (text.size() != kTextLength) return std::nullopt;
  Uuid id;
  size_t place = 0;
  for (uint8_t& byte : id.bytes_) {
    if (IsHyphenPlace(place) && text[place++] != '-') return std::nullopt;
    const int high = HexValue(text[place++]);
    const int low = HexValue(text[place++]);
    if (high < 0 || low < 0) return std::nullopt;
    byte = static_cast<uint8_t>(high << 4 | low);
  }
  return id;
}

std::optional<Uuid> Uuid::FromBytes(std::string_view bytes) {
  if (bytes.size() != kSizeBytes) return std::nullopt;
  Uuid id;
  std::memcpy(id.bytes_.data(), bytes.data(), kSizeBytes);
  return id;
}

std::string Uuid::ToString() const {
  std::string text(kTextLength, '-');
  size_t place = 0;
  for (const uint8_t byte : bytes_) {
    if (IsHyphenPlace(place)) ++place;
    text[place++] = kHexDigits[byte >> 4];
    text[place++] = kHexDigits[byte & 0x0f];
  }
  return text;
}

}  // namespace nwd::ids
