#include "common/identifiers/postcode.h"

#include <algorithm>
#include <array>

namespace nwd::identifiers {
namespace {

constexpr std::string_view kReason = "a UK postcode looks like HA9 7BH, E1 6AN or EC1A 1BB";
constexpr std::string_view kOutcodeReason = "the first half of a UK postcode looks like HA9, E1 or EC1A";

// Each position takes characters of one class.
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kFirst = "ABCDEFGHIJKLMNOPRSTUWYZ";   // no Q V X
constexpr std::string_view kSecond = "ABCDEFGHKLMNOPQRSTUVWXY";  // no I J Z
constexpr std::string_view kThird = "ABCDEFGHJKPSTUW";           // closes A9A
constexpr std::string_view kFourth = "ABEHMNPRVWXY";             // closes AA9A
constexpr std::string_view kInward = "ABDEFGHJLNPQRSTUWXYZ";     // no C I K M O V
constexpr size_t kInwardLength = 3;

// The shapes of the outward part, longest last.
struct Shape {
  size_t length;
  std::array<std::string_view, 4> classes;
};
constexpr std::array<Shape, 6> kShapes = {{
    {2, {kFirst, kDigits}},                    // E1
    {3, {kFirst, kDigits, kDigits}},           // E17
    {3, {kFirst, kSecond, kDigits}},           // HA9
    {3, {kFirst, kDigits, kThird}},            // W1A
    {4, {kFirst, kSecond, kDigits, kDigits}},  // SW19
    {4, {kFirst, kSecond, kDigits, kFourth}},  // EC1A
}};
constexpr std::string_view kGirobank = "GIR0AA";  // the one postcode of no shape

bool Contains(std::string_view letters, char c) { return letters.find(c) != std::string_view::npos; }

bool Fits(std::string_view outward, const Shape& shape) {
  if (outward.size() != shape.length) return false;
  return std::equal(outward.begin(), outward.end(), shape.classes.begin(),
                    [](char c, std::string_view letters) { return Contains(letters, c); });
}

bool IsOutward(std::string_view compact) {
  return std::any_of(kShapes.begin(), kShapes.end(), [&](const Shape& shape) { return Fits(compact, shape); });
}

bool IsWellFormed(std::string_view compact) {
  if (compact == kGirobank) return true;
  if (compact.size() <= kInwardLength) return false;
  const std::string_view outward = compact.substr(0, compact.size() - kInwardLength);
  const std::string_view inward = compact.substr(outward.size());
  return Contains(kDigits, inward[0]) && Contains(kInward, inward[1]) && Contains(kInward, inward[2]) &&
         IsOutward(outward);
}

}  // namespace

Checked CheckPostcode(std::string_view text) {
  std::string postcode = Compact(text);
  if (!IsWellFormed(postcode)) return Checked::Bad(kReason);
  postcode.insert(postcode.size() - kInwardLength, 1, ' ');
  return Checked::Ok(std::move(postcode));
}

Checked CheckOutcode(std::string_view text) {
  std::string outcode = Compact(text);
  if (!IsOutward(outcode)) return Checked::Bad(kOutcodeReason);
  return Checked::Ok(std::move(outcode));
}

std::string_view Outcode(std::string_view postcode) { return postcode.substr(0, postcode.find(' ')); }

}  // namespace nwd::identifiers
