#include "common/identifiers/contact.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"

namespace nwd::identifiers {
namespace {

constexpr std::string_view kPhoneReason =
    "a UK telephone number has 10 or 11 digits and begins with 0 or +44, such as 020 7946 0018";
constexpr std::string_view kEmailReason = "an e-mail address looks like name@example.org";

constexpr std::string_view kPhonePunctuation = "()-./";

// By what a number begins with after the leading 0: how many digits follow that 0. The first that fits decides.
struct Range {
  std::string_view prefix;
  size_t digits_min;
  size_t digits_max;
};
constexpr std::array<Range, 8> kRanges = {{
    {"1", 9, 10},    // areas
    {"2", 10, 10},   // areas; London is 20
    {"3", 10, 10},   // charged as an area
    {"5", 10, 10},   // companies
    {"7", 10, 10},   // mobiles
    {"800", 7, 10},  // free; the oldest are short
    {"8", 10, 10},   // special rates
    {"9", 10, 10},   // premium
}};

constexpr size_t kMaxEmailLength = 254;  // RFC 5321
constexpr size_t kMaxLocalLength = 64;   // what stands before the @
constexpr size_t kMaxLabelLength = 63;   // between two dots of a domain

bool IsBadLabel(std::string_view label) {
  return label.empty() || label.size() > kMaxLabelLength || label.front() == '-' || label.back() == '-';
}

// Letters of any script stand in a domain, so bytes outside ASCII pass.
bool MayStandInDomain(char c) { return !absl::ascii_isascii(c) || absl::ascii_isalnum(c) || c == '-' || c == '.'; }

bool MayStandInLocalPart(char c) { return !absl::ascii_iscntrl(c) && !absl::ascii_isspace(c) && c != '<' && c != '>'; }

bool IsDomain(std::string_view domain) {
  if (!std::all_of(domain.begin(), domain.end(), MayStandInDomain)) return false;
  size_t labels = 0;
  while (true) {
    const size_t dot = domain.find('.');
    if (IsBadLabel(domain.substr(0, dot))) return false;
    ++labels;
    if (dot == std::string_view::npos) return labels >= 2;
    domain.remove_prefix(dot + 1);
  }
}

bool IsLocalPart(std::string_view local) {
  return !local.empty() && local.size() <= kMaxLocalLength && local.front() != '.' && local.back() != '.' &&
         local.find("..") == std::string_view::npos && std::all_of(local.begin(), local.end(), MayStandInLocalPart);
}

}  // namespace

Checked CheckPhone(std::string_view text) {
  std::string digits = Compact(text);
  std::erase_if(digits, [](char c) { return kPhonePunctuation.find(c) != std::string_view::npos; });
  // What follows the country code, or the 0 that stands for it; "+44 (0)20 …" carries both.
  std::string_view national = digits;
  bool from_abroad = false;
  for (const std::string_view country : {"+44", "0044"}) {
    if (from_abroad || !national.starts_with(country)) continue;
    national.remove_prefix(country.size());
    from_abroad = true;
  }
  if (national.starts_with('0')) {
    national.remove_prefix(1);
  } else if (!from_abroad) {
    return Checked::Bad(kPhoneReason);
  }
  if (!std::all_of(national.begin(), national.end(), IsDigit)) return Checked::Bad(kPhoneReason);
  for (const Range& range : kRanges) {
    if (!national.starts_with(range.prefix)) continue;
    if (national.size() < range.digits_min || national.size() > range.digits_max) break;
    return Checked::Ok("+44" + std::string(national));
  }
  return Checked::Bad(kPhoneReason);
}

Checked CheckEmail(std::string_view text) {
  while (!text.empty() && absl::ascii_isspace(text.front())) text.remove_prefix(1);
  while (!text.empty() && absl::ascii_isspace(text.back())) text.remove_suffix(1);
  const size_t at = text.find('@');
  if (text.size() > kMaxEmailLength || at == std::string_view::npos) return Checked::Bad(kEmailReason);
  std::string email(text);
  std::transform(email.begin() + static_cast<std::ptrdiff_t>(at), email.end(),
                 email.begin() + static_cast<std::ptrdiff_t>(at), absl::ascii_tolower);
  if (!IsLocalPart(std::string_view(email).substr(0, at)) || !IsDomain(std::string_view(email).substr(at + 1))) {
    return Checked::Bad(kEmailReason);
  }
  return Checked::Ok(std::move(email));
}

}  // namespace nwd::identifiers
