// Test vectors are published in hexadecimal; these read and write it.
#pragma once

#include <string>
#include <string_view>

#include "absl/strings/escaping.h"

namespace nwd::crypto {

inline std::string FromHex(const std::string& text) { return absl::HexStringToBytes(text); }
inline std::string ToHex(std::string_view bytes) { return absl::BytesToHexString(std::string(bytes)); }

}  // namespace nwd::crypto
