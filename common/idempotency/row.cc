#include "common/idempotency/row.h"

#include "common/base/check.h"
#include "common/store/keys.h"

namespace nwd::idempotency {
namespace {

constexpr char kRowTable = 'I';
constexpr char kTimeTable = 'J';
constexpr char kFormat = 1;

}  // namespace

std::string RowKey(std::string_view id) { return store::KeyBuilder(kRowTable).Bytes(id).Build(); }

std::string TimeKey(uint64_t kept_until_micros, std::string_view id) {
  return store::KeyBuilder(kTimeTable).Number(kept_until_micros).Bytes(id).Build();
}

std::string TimeKeysEnd(uint64_t micros) { return store::KeyBuilder(kTimeTable).Number(micros).Build(); }

bool ReadTimeKey(std::string_view key, uint64_t* kept_until_micros, std::string_view* id) {
  store::KeyReader reader(key);
  return reader.Number(kept_until_micros) && reader.Bytes(kIdBytes, id) && reader.Done();
}

std::string EncodeRow(const Row& row) {
  NWD_CHECK(row.body_hash.size() == crypto::kDigestSizeBytes);
  return store::KeyBuilder(kFormat).Number(row.kept_until_micros).Bytes(row.body_hash).Bytes(row.response).Build();
}

std::optional<Row> DecodeRow(std::string_view bytes) {
  if (bytes.empty() || bytes[0] != kFormat) return std::nullopt;
  store::KeyReader reader(bytes);
  Row row;
  std::string_view body_hash;
  if (!reader.Number(&row.kept_until_micros) || !reader.Bytes(crypto::kDigestSizeBytes, &body_hash))
    return std::nullopt;
  row.body_hash = body_hash;
  row.response = bytes.substr(1 + sizeof(uint64_t) + crypto::kDigestSizeBytes);
  return row;
}

}  // namespace nwd::idempotency
