#include "common/audit/log_rows.h"

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/store/keys.h"

namespace nwd::audit::rows {
namespace {

constexpr char kTable = 'L', kState = 's', kTile = 't', kIndex = 'w';
constexpr char kForm = 1;          // of the values
constexpr size_t kLeafBytes = 16;  // of a leaf's hash, in the key of its index

store::KeyBuilder Key(char kind) {
  store::KeyBuilder key(kTable);
  key.Bytes({&kind, 1});
  return key;
}

std::string StateKey() { return Key(kState).Build(); }
std::string TileKey(uint32_t epoch, int level, uint64_t index) {
  return Key(kTile).Number(epoch).Number(static_cast<uint64_t>(level)).Number(index).Build();
}
std::string IndexKey(uint32_t epoch, const Hash& leaf) {
  return Key(kIndex).Number(epoch).Bytes(crypto::View(leaf).substr(0, kLeafBytes)).Build();
}

absl::Status Malformed(const char* what) {
  return absl::DataLossError(Cat("the audit log's ", what, " does not parse"));
}

}  // namespace

absl::StatusOr<std::optional<State>> FindState(const store::Reader& reader) {
  std::string bytes;
  NWD_ASSIGN_OR_RETURN(const bool found, reader.Get(StateKey(), &bytes));
  if (!found) return std::nullopt;
  store::KeyReader parts(bytes);
  State state;
  uint64_t epoch = 0;
  if (bytes.front() != kForm || !parts.Number(&epoch) || !parts.Number(&state.epoch.begin) ||
      !parts.Number(&state.size)) {
    return Malformed("state");
  }
  state.epoch.number = static_cast<uint32_t>(epoch);
  state.checkpoint = std::string(parts.Rest());
  return state;
}

void PutState(store::Txn& txn, const State& state) {
  txn.Put(StateKey(), store::KeyBuilder(kForm)
                          .Number(state.epoch.number)
                          .Number(state.epoch.begin)
                          .Number(state.size)
                          .Bytes(state.checkpoint)
                          .Build());
}

absl::StatusOr<bool> HasTiles(const store::Reader& reader) {
  bool any = false;
  NWD_RETURN_IF_ERROR(reader.Scan(store::PrefixRange(Key(kTile).Build()), store::Direction::kForward,
                                  [&](std::string_view, std::string_view) {
                                    any = true;
                                    return store::Visit::kStop;
                                  }));
  return any;
}

absl::StatusOr<std::optional<std::string>> FindTile(const store::Reader& reader, uint32_t epoch, int level,
                                                    uint64_t index) {
  std::string hashes;
  NWD_ASSIGN_OR_RETURN(const bool found, reader.Get(TileKey(epoch, level, index), &hashes));
  if (!found) return std::nullopt;
  if (hashes.size() % crypto::kDigestSizeBytes != 0) return Malformed("tile");
  return hashes;
}

void PutTile(store::Txn& txn, uint32_t epoch, int level, uint64_t index, std::string_view hashes) {
  txn.Put(TileKey(epoch, level, index), hashes);
}

absl::StatusOr<std::optional<uint64_t>> FindIndex(const store::Reader& reader, uint32_t epoch, const Hash& leaf) {
  std::string bytes;
  NWD_ASSIGN_OR_RETURN(const bool found, reader.Get(IndexKey(epoch, leaf), &bytes));
  if (!found) return std::nullopt;
  store::KeyReader parts(bytes);
  uint64_t index = 0;
  if (bytes.front() != kForm || !parts.Number(&index) || !parts.Done()) return Malformed("index");
  return index;
}

void PutIndex(store::Txn& txn, uint32_t epoch, const Hash& leaf, uint64_t index) {
  txn.Put(IndexKey(epoch, leaf), store::KeyBuilder(kForm).Number(index).Build());
}

}  // namespace nwd::audit::rows
