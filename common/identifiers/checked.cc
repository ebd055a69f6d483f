#include "common/identifiers/checked.h"

#include "absl/strings/ascii.h"

namespace nwd::identifiers {

std::string Compact(std::string_view text) {
  std::string compact;
  compact.reserve(text.size());
  for (const char c : text) {
    if (!absl::ascii_isspace(c)) compact.push_back(absl::ascii_toupper(c));
  }
  return compact;
}

}  // namespace nwd::identifiers
