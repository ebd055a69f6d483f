#include "common/rpc/formats.h"

#include <algorithm>
#include <charconv>

#include "common/calendar/written_days.h"
#include "common/identifiers/postcode.h"
#include "common/ids/names.h"
#include "common/ids/uuid.h"

namespace nwd::rpc {
namespace {

bool AllOf(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

// The prefix names the way of enciphering; then 128 bits in base32.
bool IsPersonRef(std::string_view text) {
  constexpr std::string_view kPrefix = "p1_";
  constexpr size_t kIdDigits = 26;
  return text.size() == kPrefix.size() + kIdDigits && text.substr(0, kPrefix.size()) == kPrefix &&
         AllOf(text.substr(kPrefix.size()), "abcdefghijklmnopqrstuvwxyz234567");
}

bool IsBorough(std::string_view text) {
  if (text.size() != 9 || text.substr(0, 7) != "E090000") return false;
  int number = 0;
  const auto [end, error] = std::from_chars(text.data() + 7, text.data() + 9, number);
  return error == std::errc() && end == text.data() + 9 && number >= 1 && number <= 33;
}

bool IsSpiffe(std::string_view text) {
  constexpr std::string_view kScheme = "spiffe://";
  if (text.substr(0, kScheme.size()) != kScheme) return false;
  const std::string_view rest = text.substr(kScheme.size());
  const size_t slash = rest.find('/');
  if (slash == std::string_view::npos || slash == 0) return false;
  constexpr std::string_view kOrg = "/org/";
  const std::string_view path = rest.substr(slash);
  return path.substr(0, kOrg.size()) == kOrg && ids::IsSlug(path.substr(kOrg.size()));
}

}  // namespace

std::string_view WrongFormat(common::v1::Format format, std::string_view value) {
  switch (format) {
    case common::v1::FORMAT_UUID:
      return ids::Uuid::Parse(value) ? "" : "is not a lower-case UUID";
    case common::v1::FORMAT_SLUG:
      return ids::IsSlug(value) ? "" : "is not a slug: lower-case letters, digits and inner hyphens, at most 63";
    case common::v1::FORMAT_DATE:
      return calendar::ParseDay(value) ? "" : "is not a day written YYYY-MM-DD";
    case common::v1::FORMAT_MONTH:
      return calendar::ParseMonth(value) ? "" : "is not a month written YYYY-MM";
    case common::v1::FORMAT_PERSON_REF:
      return IsPersonRef(value) ? "" : "is not a person reference: p1_ and 26 characters";
    case common::v1::FORMAT_POSTCODE:
      return identifiers::CheckPostcode(value).ok() ? "" : "is not a UK postcode";
    case common::v1::FORMAT_BOROUGH:
      return IsBorough(value) ? "" : "is not the code of a London borough, E09000001 to E09000033";
    case common::v1::FORMAT_HEX:
      return AllOf(value, "0123456789abcdef") ? "" : "is not lower-case hexadecimal";
    case common::v1::FORMAT_SPIFFE_ID:
      return IsSpiffe(value) ? "" : "is not of the form spiffe://<trust domain>/org/<slug>";
    default:
      return "";
  }
}

}  // namespace nwd::rpc
