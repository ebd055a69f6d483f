// Base64 as signed notes and proofs have it: for the same bytes one text, and no other is read. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nwd::audit {

std::string Base64(std::string_view bytes);
// Nothing where the text is not what Base64 writes.
std::optional<std::string> FromBase64(std::string_view text);

}  // namespace nwd::audit
