// Random bytes for keys, nonces and ids, from OpenSSL's generator. Thread-safe; no locks on the common path: each
// thread draws ahead into a small buffer, hands bytes out once and overwrites them, so that 16 bytes cost some tens of
// nanoseconds. A forked child never repeats what its parent drew ahead. The process stops if the machine cannot give
// randomness.
#pragma once

#include <cstdint>
#include <string>

#include "absl/types/span.h"

namespace nwd::crypto {

void FillRandom(absl::Span<uint8_t> out);

std::string RandomBytes(size_t size_bytes);

}  // namespace nwd::crypto
