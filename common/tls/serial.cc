#include "common/tls/serial.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace nwd::tls {

std::string SerialText(const ASN1_INTEGER* serial) {
  const BignumPtr number(ASN1_INTEGER_to_BN(serial, nullptr));
  char* hex = number == nullptr ? nullptr : BN_bn2hex(number.get());
  std::string text = hex == nullptr ? "" : absl::AsciiStrToLower(hex);
  OPENSSL_free(hex);
  const size_t first = text.find_first_not_of('0');
  return first == std::string::npos ? "0" : text.substr(first);
}

std::string NormalisedSerial(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c != ':') digits.push_back(absl::ascii_tolower(static_cast<unsigned char>(c)));
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  const bool good = digits.size() <= kSerialDigitsMax &&
                    std::all_of(digits.begin(), digits.end(), [](unsigned char c) { return absl::ascii_isxdigit(c); });
  return good ? digits : "";
}

}  // namespace nwd::tls
