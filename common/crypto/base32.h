// Bytes as text. RFC 4648 base32 in lower case and base64url, both without padding. One byte string has exactly one
// text: the decoders refuse capitals (base32), padding, white space, lengths that no encoding has, and left-over bits
// that are not 0, so that two different texts never mean the same reference or token.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nwd::crypto {

std::string Base32Encode(std::string_view bytes);
std::optional<std::string> Base32Decode(std::string_view text);

std::string Base64UrlEncode(std::string_view bytes);
std::optional<std::string> Base64UrlDecode(std::string_view text);

}  // namespace nwd::crypto
