#include "common/ids/names.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace nwd::ids {
namespace {

bool IsLowerOrDigit(char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c); }

}  // namespace

bool IsSlug(std::string_view text) {
  if (text.empty() || text.size() > kMaxSlugLength) return false;
  return IsLowerOrDigit(text.front()) && IsLowerOrDigit(text.back()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return IsLowerOrDigit(c) || c == '-'; });
}

bool IsPractitioner(std::string_view text) {
  if (text.empty() || text.size() > kMaxPractitionerLength) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return absl::ascii_isalnum(c) || c == '_' || c == '-'; });
}

}  // namespace nwd::ids
