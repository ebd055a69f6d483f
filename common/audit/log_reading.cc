// What Log gives to others: pages, entries, proofs.
#include <algorithm>
#include <utility>

#include "common/async/block_on.h"
#include "common/audit/log.h"
#include "common/audit/record.h"
#include "common/base/macros.h"
#include "common/base/strings.h"

namespace nwd::audit {
namespace {

// The hash of a subtree of a log of `size`, out of its tile.
absl::StatusOr<Hash> HashIn(const store::Reader& reader, uint32_t epoch, uint64_t size, const Subtree& subtree) {
  const InTile place = TileOf(subtree);
  const Tile tile{place.level, place.index, WidthIn(size, place.level, place.index)};
  NWD_ASSIGN_OR_RETURN(const std::string hashes, rows::SignedTile(reader, epoch, tile));
  return HashOver(hashes, place);
}

// Of the entry at this index of one epoch, over what was signed of it.
absl::StatusOr<Proof> ProofIn(const store::Reader& reader, const rows::State& state, uint64_t index) {
  Proof proof{index, {}, state.checkpoint};
  NWD_ASSIGN_OR_RETURN(proof.path, InclusionProof(index, state.size, [&](const Subtree& subtree) {
                         return HashIn(reader, state.epoch.number, state.size, subtree);
                       }));
  return proof;
}

// The proof in the first epoch, newest first, in which `find` (const rows::State& → StatusOr<optional<index>>) finds the
// entry.
template <class Find>
absl::StatusOr<std::optional<Proof>> ProofOfAnyEpoch(const store::Reader& reader, Find find) {
  // As the snapshot has it: what was taken in since is not in its tiles.
  NWD_ASSIGN_OR_RETURN(const std::optional<rows::State> now, rows::FindState(reader));
  if (!now.has_value()) return std::nullopt;
  std::vector<rows::State> epochs{*now};
  if (now->epoch != rows::Epoch()) {
    NWD_ASSIGN_OR_RETURN(const std::vector<rows::State> past, rows::FindPast(reader));
    epochs.insert(epochs.end(), past.begin(), past.end());
  }
  for (const rows::State& epoch : epochs) {
    NWD_ASSIGN_OR_RETURN(const std::optional<uint64_t> index, find(epoch));
    if (index.has_value() && *index < epoch.size) return ProofIn(reader, epoch, *index);
  }
  return std::nullopt;
}

// What these of an epoch say, compared with the tiles over them. DATA_LOSS names the first that was not signed.
absl::StatusOr<std::vector<std::string>> CheckEntries(const store::Reader& reader, const rows::State& of,
                                                      uint64_t index, const std::vector<store::FeedEntry>& kept) {
  std::vector<std::string> entries;
  std::string tile;
  for (const store::FeedEntry& entry : kept) {
    const uint64_t at = index + entries.size();
    const auto place = static_cast<size_t>(at % kTileWidth) * crypto::kDigestSizeBytes;
    if (tile.empty() || place == 0) {
      const uint64_t over = at / kTileWidth;
      NWD_ASSIGN_OR_RETURN(tile, rows::SignedTile(reader, of.epoch.number, {0, over, WidthIn(of.size, 0, over)}));
    }
    NWD_ASSIGN_OR_RETURN(const Record record, rows::RecordAt(entry, at));
    if (crypto::View(LeafHash(record.entry)) != std::string_view(tile).substr(place, crypto::kDigestSizeBytes)) {
      return absl::DataLossError(Cat("entry ", at, " of the audit log is not what was signed"));
    }
    entries.emplace_back(record.entry);
  }
  return entries;
}

}  // namespace

absl::StatusOr<std::optional<rows::State>> Log::StateOf(uint32_t epoch) const {
  if (epoch == epoch_.number) return SignedState();
  const auto find = [](const store::Reader& reader) { return rows::FindPast(reader); };
  NWD_ASSIGN_OR_RETURN(std::vector<rows::State> past, async::BlockOn(options_.store.View(find)));
  for (rows::State& state : past) {
    if (state.epoch.number == epoch) return std::move(state);
  }
  return std::nullopt;
}

absl::StatusOr<std::optional<std::string>> Log::ReadTile(const rows::State& of, const Tile& tile) const {
  if (tile.width > WidthIn(of.size, tile.level, tile.index)) return std::nullopt;
  const auto read = [&](const store::Reader& reader) { return rows::SignedTile(reader, of.epoch.number, tile); };
  return async::BlockOn(options_.store.View(read));
}

absl::StatusOr<std::optional<std::string>> Log::ReadBundle(const rows::State& of, const Bundle& bundle) const {
  if (bundle.width > WidthIn(of.size, 0, bundle.index)) return std::nullopt;
  NWD_ASSIGN_OR_RETURN(const std::vector<std::string> entries,
                       async::BlockOn(CheckedEntries(of, bundle.index * kTileWidth, bundle.width)));
  std::string bytes;
  for (const std::string& entry : entries) AddToBundle(entry, bytes);
  return bytes;
}

async::Task<absl::StatusOr<std::vector<std::string>>> Log::ReadEntries(uint64_t index, int count) const {
  const rows::State now = SignedState();
  if (index >= now.size) co_return std::vector<std::string>();
  const int there = static_cast<int>(std::min<uint64_t>(count, now.size - index));
  co_return co_await CheckedEntries(now, index, there);
}

async::Task<absl::StatusOr<std::vector<std::string>>> Log::CheckedEntries(rows::State of, uint64_t index,
                                                                          int count) const {
  NWD_CO_ASSIGN_OR_RETURN(const std::vector<store::FeedEntry> kept, SignedEntries(of.epoch, index, count));
  const auto check = [&](const store::Reader& reader) { return CheckEntries(reader, of, index, kept); };
  co_return co_await options_.store.View(check);
}

absl::StatusOr<std::optional<Proof>> Log::ProofOf(const store::Reader& reader, const Hash& leaf) const {
  return ProofOfAnyEpoch(reader, [&](const rows::State& in) { return rows::FindIndex(reader, in.epoch.number, leaf); });
}

absl::StatusOr<std::optional<Proof>> Log::ProofAt(const store::Reader& reader, uint64_t index, const Hash& leaf) const {
  return ProofOfAnyEpoch(reader, [&](const rows::State& in) -> absl::StatusOr<std::optional<uint64_t>> {
    if (index >= in.size) return std::nullopt;
    NWD_ASSIGN_OR_RETURN(const Hash signed_leaf,
                         HashIn(reader, in.epoch.number, in.size, {.level = 0, .index = index}));
    return signed_leaf == leaf ? std::optional(index) : std::nullopt;
  });
}

absl::StatusOr<std::string> Log::Cited() const {
  return async::BlockOn(options_.store.View([](const store::Reader& reader) { return rows::FindCited(reader); }));
}

}  // namespace nwd::audit
