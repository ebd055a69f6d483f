#include "common/audit/frontier.h"

#include <utility>

#include "common/base/check.h"
#include "common/base/macros.h"
#include "common/base/strings.h"

namespace nwd::audit {

absl::StatusOr<Frontier> Frontier::Load(uint64_t size,
                                        absl::FunctionRef<absl::StatusOr<std::string>(const Tile&)> hashes_of) {
  Frontier frontier;
  frontier.size_ = size;
  for (int level = 0; level <= kTileLevelMax && size >> (level * kTileHeight) > 0; ++level) {
    Edge& edge = frontier.edges_.emplace_back();
    const uint64_t hashes = size >> (level * kTileHeight);
    edge.index = hashes / kTileWidth;
    const int width = static_cast<int>(hashes % kTileWidth);
    if (width == 0) continue;
    const Tile tile{level, edge.index, width};
    NWD_ASSIGN_OR_RETURN(edge.hashes, hashes_of(tile));
    const size_t bytes = static_cast<size_t>(width) * crypto::kDigestSizeBytes;
    if (edge.hashes.size() < bytes) return absl::DataLossError(Cat(TilePath(tile), " is too short"));
    edge.hashes.resize(bytes);
  }
  return frontier;
}

void Frontier::Add(const Hash& leaf) {
  AddAt(0, leaf);
  ++size_;
}

void Frontier::AddAt(size_t level, const Hash& hash) {
  if (edges_.size() == level) edges_.emplace_back();
  Edge& edge = edges_[level];
  edge.hashes.append(crypto::View(hash));
  edge.changed = true;
  if (edge.hashes.size() < kTileWidth * crypto::kDigestSizeBytes) return;
  const Hash above = HashOver(edge.hashes);
  full_.push_back({static_cast<int>(level), edge.index, std::move(edge.hashes)});
  edge = {.index = edge.index + 1, .hashes = {}, .changed = false};
  AddAt(level + 1, above);
}

// Each subtree of which the root is made lies at the end of its level's newest tile.
Hash Frontier::Root() const {
  const absl::StatusOr<Hash> root = RootOf(size_, [this](const Subtree& subtree) -> absl::StatusOr<Hash> {
    const InTile place = TileOf(subtree);
    const Edge& edge = edges_[place.level];
    NWD_CHECK(place.index == edge.index);
    return HashOver(edge.hashes, place);
  });
  NWD_CHECK(root.ok());
  return *root;
}

std::vector<Frontier::Changed> Frontier::TakeChanged() {
  std::vector<Changed> changed = std::exchange(full_, {});
  for (size_t level = 0; level < edges_.size(); ++level) {
    Edge& edge = edges_[level];
    if (std::exchange(edge.changed, false)) changed.push_back({static_cast<int>(level), edge.index, edge.hashes});
  }
  return changed;
}

}  // namespace nwd::audit
