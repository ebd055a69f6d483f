#include "common/rpc/formats.h"

#include <algorithm>
#include <charconv>

#include "common/calendar/written_days.h"
#include "common/identifiers/contact.h"
#include "common/identifiers/person_number.h"
#include "common/identifiers/postcode.h"
#include "common/ids/names.h"
#include "common/ids/uuid.h"
#include "common/rpc/language_tag.h"
#include "common/rpc/limits.h"
#include "common/text/controls.h"
#include "common/text/letters.h"

namespace nwd::rpc {
namespace {

bool AllOf(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

std::string_view WrongYear(absl::civil_year_t year) {
  static_assert(kYearMin == 1900 && kYearMax == 2199);
  return year >= kYearMin && year <= kYearMax ? "" : "is not between the years 1900 and 2199";
}

std::string_view WrongDay(std::string_view text) {
  const auto day = calendar::ParseDay(text);
  return day ? WrongYear(day->year()) : "is not a day written YYYY-MM-DD";
}

std::string_view WrongMonth(std::string_view text) {
  const auto month = calendar::ParseMonth(text);
  return month ? WrongYear(month->year()) : "is not a month written YYYY-MM";
}

bool IsCountry(std::string_view text) { return text.size() == 2 && AllOf(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"); }

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

// A name stands in one line, and shows as it is kept.
std::string_view WrongName(std::string_view text) {
  if (text::HasLineBreak(text) || text::HasDirection(text)) {
    return "holds a line break, a tab or a character that changes the direction of writing";
  }
  return text::HasLetter(text) ? "" : "needs at least one letter";
}

}  // namespace

std::string_view WrongFormat(common::v1::Format format, std::string_view value) {
  switch (format) {
    case common::v1::FORMAT_UUID:
      return ids::Uuid::Parse(value) ? "" : "is not a lower-case UUID";
    case common::v1::FORMAT_SLUG:
      return ids::IsSlug(value) ? "" : "is not a slug: lower-case letters, digits and inner hyphens, at most 63";
    case common::v1::FORMAT_DATE:
      return WrongDay(value);
    case common::v1::FORMAT_MONTH:
      return WrongMonth(value);
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
    case common::v1::FORMAT_LANGUAGE:
      return IsLanguageTag(value) ? "" : "is not a language tag of RFC 5646, such as \"en\" or \"pt-BR\"";
    case common::v1::FORMAT_NAME:
      return WrongName(value);
    case common::v1::FORMAT_EMAIL:
      return identifiers::CheckEmail(value).reason;
    case common::v1::FORMAT_COUNTRY:
      return IsCountry(value) ? "" : "is not a country of two capital letters, such as \"GB\"";
    case common::v1::FORMAT_NINO:
      return identifiers::CheckNino(value).reason;
    case common::v1::FORMAT_NHS_NUMBER:
      return identifiers::CheckNhsNumber(value).reason;
    case common::v1::FORMAT_ULN:
      return identifiers::CheckUln(value).reason;
    default:
      return "";
  }
}

}  // namespace nwd::rpc
