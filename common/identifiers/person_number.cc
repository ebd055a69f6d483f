#include "common/identifiers/person_number.h"

#include <algorithm>
#include <array>

namespace nwd::identifiers {
namespace {

constexpr size_t kNinoLength = 9;
constexpr std::string_view kNeverInNinoPrefix = "DFIQUV";
constexpr std::array<std::string_view, 7> kUnusedNinoPrefixes = {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"};

constexpr std::string_view kNinoShape =
    "a National Insurance number is two letters, six digits and a letter from A to D";
constexpr std::string_view kNinoPrefix = "no National Insurance number begins with these two letters";
constexpr std::string_view kNhsShape = "an NHS number is ten digits";
constexpr std::string_view kNhsCheck =
    "the last digit does not fit the other nine: an NHS number's does; compare it with the letter or card";
constexpr std::string_view kUlnShape = "a ULN is ten digits of which the first is not 0";
constexpr std::string_view kUlnCheck =
    "the last digit does not fit the other nine: a ULN's does; compare it with the learning record";

constexpr size_t kNumberLength = 10;
constexpr int kModulus = 11;

bool IsTenDigits(std::string_view text) {
  return text.size() == kNumberLength && std::all_of(text.begin(), text.end(), IsDigit);
}

bool IsCapital(char c) { return c >= 'A' && c <= 'Z'; }

// The first nine digits weighted 10, 9, … 2.
int WeightedSum(std::string_view digits) {
  int sum = 0;
  for (size_t i = 0; i + 1 < kNumberLength; ++i) sum += (digits[i] - '0') * static_cast<int>(kNumberLength - i);
  return sum;
}

}  // namespace

Checked CheckNino(std::string_view text) {
  std::string nino = Compact(text);
  const bool shaped = nino.size() == kNinoLength && IsCapital(nino[0]) && IsCapital(nino[1]) &&
                      std::all_of(nino.begin() + 2, nino.begin() + 8, IsDigit) && nino[8] >= 'A' && nino[8] <= 'D';
  if (!shaped) return Checked::Bad(kNinoShape);
  const std::string_view prefix = std::string_view(nino).substr(0, 2);
  const bool unused =
      prefix.find_first_of(kNeverInNinoPrefix) != std::string_view::npos || prefix[1] == 'O' ||
      std::find(kUnusedNinoPrefixes.begin(), kUnusedNinoPrefixes.end(), prefix) != kUnusedNinoPrefixes.end();
  if (unused) return Checked::Bad(kNinoPrefix);
  return Checked::Ok(std::move(nino));
}

Checked CheckNhsNumber(std::string_view text) {
  std::string number = Compact(text);
  if (!IsTenDigits(number)) return Checked::Bad(kNhsShape);
  const int expected = kModulus - WeightedSum(number) % kModulus;  // 1 to 11; 11 is written 0, and 10 cannot be written
  if (expected == 10 || expected % kModulus != number.back() - '0') return Checked::Bad(kNhsCheck);
  return Checked::Ok(std::move(number));
}

Checked CheckUln(std::string_view text) {
  std::string number = Compact(text);
  if (!IsTenDigits(number) || number.front() == '0') return Checked::Bad(kUlnShape);
  if ((WeightedSum(number) + number.back() - '0') % kModulus != kModulus - 1) return Checked::Bad(kUlnCheck);
  return Checked::Ok(std::move(number));
}

}  // namespace nwd::identifiers
