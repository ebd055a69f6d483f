#include "common/audit/log_rows.h"

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/store/keys.h"

namespace nwd::audit::rows {
namespace {

constexpr char kTable = 'L', kState = 's', kTile = 't', kIndex = 'w', kPast = 'e', kCited = 'c', kCarried = 'n',
               kFault = 'f';
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

absl::StatusOr<State> ParseState(std::string_view bytes) {
  store::KeyReader parts(bytes);
  State state;
  uint64_t epoch = 0;
  if (bytes.empty() || bytes.front() != kForm || !parts.Number(&epoch) || !parts.Number(&state.epoch.begin) ||
      !parts.Number(&state.size)) {
    return Malformed("state");
  }
  state.epoch.number = static_cast<uint32_t>(epoch);
  state.checkpoint = std::string(parts.Rest());
  return state;
}

std::string ValueOf(const State& state) {
  return store::KeyBuilder(kForm)
      .Number(state.epoch.number)
      .Number(state.epoch.begin)
      .Number(state.size)
      .Bytes(state.checkpoint)
      .Build();
}

}  // namespace

absl::StatusOr<std::optional<State>> FindState(const store::Reader& reader) {
  std::string bytes;
  NWD_ASSIGN_OR_RETURN(const bool found, reader.Get(StateKey(), &bytes));
  if (!found) return std::nullopt;
  return ParseState(bytes);
}

void PutState(store::Txn& txn, const State& state) { txn.Put(StateKey(), ValueOf(state)); }

void PutPast(store::Txn& txn, const State& state) {
  txn.Put(Key(kPast).Descending(state.epoch.number).Build(), ValueOf(state));
}

absl::StatusOr<std::vector<State>> FindPast(const store::Reader& reader) {
  std::vector<State> past;
  absl::Status parsed;
  NWD_RETURN_IF_ERROR(reader.Scan(store::PrefixRange(Key(kPast).Build()), store::Direction::kForward,
                                  [&](std::string_view, std::string_view value) {
                                    absl::StatusOr<State> state = ParseState(value);
                                    parsed = state.status();
                                    if (!parsed.ok()) return store::Visit::kStop;
                                    past.push_back(*std::move(state));
                                    return store::Visit::kContinue;
                                  }));
  NWD_RETURN_IF_ERROR(parsed);
  return past;
}

void PutCited(store::Txn& txn, std::string_view note) { txn.Put(Key(kCited).Build(), note); }

absl::StatusOr<std::string> FindCited(const store::Reader& reader) {
  std::string note;
  NWD_RETURN_IF_ERROR(reader.Get(Key(kCited).Build(), &note).status());
  return note;
}

void PutFault(store::Txn& txn, std::string_view what) {
  if (what.empty()) return txn.Delete(Key(kFault).Build());
  txn.Put(Key(kFault).Build(), what);
}

absl::StatusOr<std::string> FindFault(const store::Reader& reader) {
  std::string what;
  NWD_RETURN_IF_ERROR(reader.Get(Key(kFault).Build(), &what).status());
  return what;
}

absl::StatusOr<std::optional<Carried>> FindCarried(const store::Reader& reader) {
  std::string bytes;
  NWD_ASSIGN_OR_RETURN(const bool found, reader.Get(Key(kCarried).Build(), &bytes));
  if (!found) return std::nullopt;
  store::KeyReader parts(bytes);
  Carried carried{};
  if (bytes.empty() || bytes.front() != kForm || !parts.Number(&carried.after) || !parts.Number(&carried.through)) {
    return Malformed("list of entries to take over");
  }
  return carried;
}

void PutCarried(store::Txn& txn, const Carried& carried) {
  if (carried.after >= carried.through) return txn.Delete(Key(kCarried).Build());
  txn.Put(Key(kCarried).Build(), store::KeyBuilder(kForm).Number(carried.after).Number(carried.through).Build());
}

absl::StatusOr<bool> HasTiles(const store::Reader& reader, uint32_t epoch) {
  bool any = false;
  NWD_RETURN_IF_ERROR(reader.Scan(store::PrefixRange(Key(kTile).Number(epoch).Build()), store::Direction::kForward,
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

absl::StatusOr<std::string> SignedTile(const store::Reader& reader, uint32_t epoch, const Tile& tile) {
  NWD_ASSIGN_OR_RETURN(std::optional<std::string> hashes, FindTile(reader, epoch, tile.level, tile.index));
  const size_t bytes = tile.width * crypto::kDigestSizeBytes;
  if (!hashes.has_value() || hashes->size() < bytes) {
    return absl::DataLossError(Cat(TilePath(tile), " of the audit log is not there"));
  }
  hashes->resize(bytes);
  return *std::move(hashes);
}

void PutTile(store::Txn& txn, uint32_t epoch, int level, uint64_t index, std::string_view hashes) {
  txn.Put(TileKey(epoch, level, index), hashes);
}

absl::StatusOr<Record> RecordAt(const store::FeedEntry& entry, uint64_t index) {
  const std::optional<Record> record = DecodeRecord(entry.bytes);
  if (!record.has_value()) return absl::DataLossError(Cat("entry ", index, " of the audit log does not read"));
  return *record;
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
