#include "common/audit/base64.h"

#include "absl/strings/escaping.h"
#include "common/base/strings.h"

namespace nwd::audit {

std::string Base64(std::string_view bytes) { return absl::Base64Escape(AbslView(bytes)); }

std::optional<std::string> FromBase64(std::string_view text) {
  std::string bytes;
  if (!absl::Base64Unescape(AbslView(text), &bytes) || Base64(bytes) != text) return std::nullopt;
  return bytes;
}

}  // namespace nwd::audit
