#include "common/crypto/base32.h"

#include <array>
#include <cstdint>

namespace nwd::crypto {
namespace {

constexpr std::string_view kBase32Letters = "abcdefghijklmnopqrstuvwxyz234567";
constexpr std::string_view kBase64UrlLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr int8_t kNoLetter = -1;

// Letter → value, for any byte.
constexpr std::array<int8_t, 256> Reverse(std::string_view letters) {
  std::array<int8_t, 256> values{};
  values.fill(kNoLetter);
  for (size_t i = 0; i < letters.size(); ++i) values[static_cast<uint8_t>(letters[i])] = static_cast<int8_t>(i);
  return values;
}
constexpr std::array<int8_t, 256> kBase32Values = Reverse(kBase32Letters);
constexpr std::array<int8_t, 256> kBase64UrlValues = Reverse(kBase64UrlLetters);

template <int bits_per_letter>
std::string Encode(std::string_view bytes, std::string_view letters) {
  constexpr uint32_t kMask = (1u << bits_per_letter) - 1;
  std::string text;
  text.reserve((bytes.size() * 8 + bits_per_letter - 1) / bits_per_letter);
  uint32_t pending = 0;
  int pending_bits = 0;
  for (const char byte : bytes) {
    pending = (pending << 8) | static_cast<uint8_t>(byte);
    pending_bits += 8;
    while (pending_bits >= bits_per_letter) {
      pending_bits -= bits_per_letter;
      text.push_back(letters[(pending >> pending_bits) & kMask]);
    }
  }
  if (pending_bits > 0) text.push_back(letters[(pending << (bits_per_letter - pending_bits)) & kMask]);
  return text;
}

template <int bits_per_letter>
std::optional<std::string> Decode(std::string_view text, const std::array<int8_t, 256>& values) {
  std::string bytes;
  bytes.reserve(text.size() * bits_per_letter / 8);
  uint32_t pending = 0;
  int pending_bits = 0;
  for (const char letter : text) {
    const int8_t value = values[static_cast<uint8_t>(letter)];
    if (value == kNoLetter) return std::nullopt;
    pending = (pending << bits_per_letter) | static_cast<uint32_t>(value);
    pending_bits += bits_per_letter;
    if (pending_bits >= 8) {
      pending_bits -= 8;
      bytes.push_back(static_cast<char>(pending >> pending_bits));
    }
    pending &= (1u << pending_bits) - 1;
  }
  // A whole letter left over is a length that no encoding has; a bit left over that is not 0 is a second text for the
  // same bytes.
  if (pending_bits >= bits_per_letter || pending != 0) return std::nullopt;
  return bytes;
}

}  // namespace

std::string Base32Encode(std::string_view bytes) { return Encode<5>(bytes, kBase32Letters); }
std::optional<std::string> Base32Decode(std::string_view text) { return Decode<5>(text, kBase32Values); }
std::string Base64UrlEncode(std::string_view bytes) { return Encode<6>(bytes, kBase64UrlLetters); }
std::optional<std::string> Base64UrlDecode(std::string_view text) { return Decode<6>(text, kBase64UrlValues); }

}  // namespace nwd::crypto
