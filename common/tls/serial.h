// How a certificate's serial number is written everywhere in the project: lower-case hexadecimal, no leading zeros.
#pragma once

#include <string>
#include <string_view>

#include "common/tls/openssl_ptr.h"

namespace nwd::tls {

// Of a positive number, at most as long as X.509 allows.
inline constexpr size_t kSerialDigitsMax = 40;

std::string SerialText(const ASN1_INTEGER* serial);

// As people and other programs write it ("0A:1B", "0A1B", "a1b") to how we do; empty where it is no serial number.
std::string NormalisedSerial(std::string_view text);

}  // namespace nwd::tls
