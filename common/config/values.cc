#include "common/config/values.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace nwd::config {
namespace {

constexpr int kPortMax = 65535;
constexpr struct {
  char letter;
  int shift;
} kUnits[] = {{'T', 40}, {'G', 30}, {'M', 20}, {'K', 10}};

}  // namespace

std::string HostPort::ToString() const {
  return absl::StrContains(host, ':') ? absl::StrCat("[", host, "]:", port) : absl::StrCat(host, ":", port);
}

std::string Bytes::ToString() const {
  for (const auto& [letter, shift] : kUnits) {
    if (count > 0 && (count >> shift) << shift == count) return absl::StrCat(count >> shift, std::string(1, letter));
  }
  return absl::StrCat(count);
}

absl::StatusOr<HostPort> ParseHostPort(const std::string& text) {
  const absl::Status malformed =
      absl::InvalidArgumentError(absl::StrCat("'", text, "' is not host:port, such as 127.0.0.1:7102 or [::1]:7102"));
  const size_t colon = text.rfind(':');
  int port;
  if (colon == std::string::npos || !absl::SimpleAtoi(text.substr(colon + 1), &port) || port < 0 || port > kPortMax)
    return malformed;
  if (!absl::ascii_isdigit(static_cast<unsigned char>(text[colon + 1]))) return malformed;
  std::string host = text.substr(0, colon);
  if (absl::StartsWith(host, "[")) {
    if (host.size() < 4 || host.back() != ']') return malformed;
    host = host.substr(1, host.size() - 2);
  } else if (absl::StrContains(host, ':')) {
    return malformed;  // an IPv6 address without brackets: where does the port begin?
  }
  if (std::any_of(host.begin(), host.end(),
                  [](unsigned char c) { return c <= ' ' || c == '/' || c == '[' || c == ']'; }))
    return malformed;
  return HostPort{.host = host.empty() ? "::" : host, .port = port};
}

absl::StatusOr<Bytes> ParseBytes(const std::string& text) {
  const absl::Status malformed =
      absl::InvalidArgumentError(absl::StrCat("'", text, "' is not a size, such as 65536, 64K or 4M"));
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  uint64_t count;
  if (digits == 0 || !absl::SimpleAtoi(text.substr(0, digits), &count)) return malformed;
  std::string unit = absl::AsciiStrToUpper(text.substr(digits));
  if (unit.empty() || unit == "B") return Bytes{count};
  for (const auto& [letter, shift] : kUnits) {
    if (unit[0] != letter) continue;
    const std::string rest = unit.substr(1);
    if (!(rest.empty() || rest == "B" || rest == "IB") || (count << shift) >> shift != count) return malformed;
    return Bytes{count << shift};
  }
  return malformed;
}

absl::StatusOr<absl::Duration> ParseDuration(const std::string& text) {
  absl::Duration duration;
  if (!absl::ParseDuration(text, &duration) || duration < absl::ZeroDuration() ||
      duration == absl::InfiniteDuration()) {
    return absl::InvalidArgumentError(absl::StrCat("'", text, "' is not a duration, such as 250ms, 10s or 1h30m"));
  }
  return duration;
}

}  // namespace nwd::config
