// The syntax of the names that people choose. Thread-safe.
#pragma once

#include <string_view>

namespace nwd::ids {

inline constexpr size_t kMaxSlugLength = 63;
inline constexpr size_t kMaxPractitionerLength = 64;

// An organisation's readable name in addresses and certificates: [a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?
bool IsSlug(std::string_view text);

// The opaque id of an adviser that an organisation sends along: [A-Za-z0-9_-]{1,64}
bool IsPractitioner(std::string_view text);

}  // namespace nwd::ids
