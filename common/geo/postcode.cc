#include "common/geo/postcode.h"

#include "absl/strings/ascii.h"

namespace nwd::geo {
namespace {

constexpr size_t kInwardChars = 3;
constexpr size_t kPostcodeCharsMax = 7;
constexpr std::string_view kNeverInward = "CIKMOV";

// Capitals without spaces; empty if there is anything else in it, or too much.
std::string Compact(std::string_view text) {
  std::string compact;
  for (const char c : text) {
    if (c == ' ') continue;
    if (!absl::ascii_isalnum(c) || compact.size() == kPostcodeCharsMax) return {};
    compact.push_back(absl::ascii_toupper(c));
  }
  return compact;
}

bool IsOutcode(std::string_view text) {
  std::string shape;
  for (const char c : text) shape.push_back(absl::ascii_isdigit(c) ? '9' : 'A');
  return shape == "A9" || shape == "A99" || shape == "A9A" || shape == "AA9" || shape == "AA99" || shape == "AA9A";
}

bool IsInward(std::string_view text) {
  const auto is_letter = [](char c) {
    return absl::ascii_isalpha(c) && kNeverInward.find(c) == std::string_view::npos;
  };
  return text.size() == kInwardChars && absl::ascii_isdigit(text[0]) && is_letter(text[1]) && is_letter(text[2]);
}

}  // namespace

std::optional<std::string> NormalisePostcode(std::string_view text) {
  std::string compact = Compact(text);
  if (compact.size() <= kInwardChars) return std::nullopt;
  const size_t outward_chars = compact.size() - kInwardChars;
  const std::string_view view = compact;
  if (!IsOutcode(view.substr(0, outward_chars)) || !IsInward(view.substr(outward_chars))) return std::nullopt;
  compact.insert(outward_chars, 1, ' ');
  return compact;
}

std::string_view OutcodeOf(std::string_view postcode) { return postcode.substr(0, postcode.find(' ')); }

std::optional<std::string> NormaliseOutcode(std::string_view text) {
  std::string compact = Compact(text);
  if (!IsOutcode(compact)) return std::nullopt;
  return compact;
}

}  // namespace nwd::geo
