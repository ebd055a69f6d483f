// Debian's Abseil keeps its own string_view. These few words stand between it and the standard one, which the project
// uses everywhere: Cat() is absl::StrCat that also takes std::string_view.
//
//   return absl::NotFoundError(Cat("no service ", service_id));   // service_id: std::string_view
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace nwd {

inline absl::string_view AbslView(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view StdView(absl::string_view text) { return {text.data(), text.size()}; }

namespace internal {
template <class T>
decltype(auto) CatPart(const T& part) {
  if constexpr (std::is_same_v<T, std::string_view>) {
    return AbslView(part);
  } else {
    return (part);
  }
}
}  // namespace internal

template <class... Parts>
std::string Cat(const Parts&... parts) {
  return absl::StrCat(internal::CatPart(parts)...);
}

}  // namespace nwd
