#include "services/consent/one_time_codes.h"

#include "absl/strings/ascii.h"
#include "common/base/strings.h"
#include "common/crypto/random.h"
#include "services/consent/limits.h"

namespace nwd::consent {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr size_t kBitsOfDigit = 5;
constexpr size_t kDigitsOfGroup = 4;
constexpr char kBetweenGroups = '-';

// What was typed, as digits: nothing is left out but what does not matter, so that other texts stay other texts.
std::string DigitsIn(std::string_view typed) {
  std::string digits;
  for (const char letter : typed) {
    const char digit = absl::ascii_toupper(static_cast<unsigned char>(letter));
    if (digit == kBetweenGroups || digit == ' ') continue;
    const bool reads_as_one = digit == 'I' || digit == 'L';
    digits.push_back(reads_as_one ? '1' : digit == 'O' ? '0' : digit);
  }
  return digits;
}

}  // namespace

OneTimeCodes::OneTimeCodes(const crypto::HubKey& hub_key)
    : codes_(hub_key.Derive("consent/one-time-codes")), lookup_(hub_key.Derive("consent/one-time-codes/lookup")) {}

std::string OneTimeCodes::NewSeed() { return crypto::RandomBytes(kCodeSeedBytes); }

std::string OneTimeCodes::DigitsOf(std::string_view seed) const {
  static_assert(kCodeDigits * kBitsOfDigit <= 64);
  const std::string tag = codes_.ComputeString(seed);
  uint64_t bits = 0;
  for (size_t i = 0; i < sizeof(bits); ++i) bits = bits << 8 | static_cast<unsigned char>(tag[i]);
  std::string digits;
  for (size_t i = 0; i < kCodeDigits; ++i) {
    digits.push_back(kDigits[bits >> (64 - kBitsOfDigit)]);
    bits <<= kBitsOfDigit;
  }
  return digits;
}

std::string OneTimeCodes::CodeOf(std::string_view seed) const {
  const std::string digits = DigitsOf(seed);
  std::string shown;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && i % kDigitsOfGroup == 0) shown.push_back(kBetweenGroups);
    shown.push_back(digits[i]);
  }
  return shown;
}

bool OneTimeCodes::Matches(std::string_view seed, std::string_view typed) const {
  return crypto::ConstantTimeEqual(DigitsOf(seed), DigitsIn(typed));
}

std::string OneTimeCodes::HashOf(const ids::Uuid& channel_id, std::string_view typed) const {
  return lookup_.ComputeString(Cat(channel_id.bytes(), DigitsIn(typed))).substr(0, kCodeHashBytes);
}

}  // namespace nwd::consent
