// What is kept of a mutation that was answered OK, and where. Two rows for each:
//
//   'I' id(16)                            → format(1 byte: 1) kept_until(8) body_hash(32) response(rest)
//   'J' kept_until(8) id(16)              → nothing; in the order of time, for sweeping
//
// id = first 16 bytes of HMAC-SHA256(key, "id" 0 caller 0 method 0 request_id 0); body_hash = HMAC-SHA256(key, "body" 0
// request bytes). kept_until is in microseconds since 1970, big-endian.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/crypto/limits.h"

namespace nwd::idempotency {

inline constexpr size_t kIdBytes = 16;

struct Row {
  uint64_t kept_until_micros = 0;
  std::string body_hash;  // kDigestSizeBytes long
  std::string response;   // as serialised
};

std::string RowKey(std::string_view id);
std::string TimeKey(uint64_t kept_until_micros, std::string_view id);
// Every TimeKey whose time is before `micros` sorts before this.
std::string TimeKeysEnd(uint64_t micros);
bool ReadTimeKey(std::string_view key, uint64_t* kept_until_micros, std::string_view* id);

std::string EncodeRow(const Row& row);
// Nothing where the bytes are no row.
std::optional<Row> DecodeRow(std::string_view bytes);

}  // namespace nwd::idempotency
