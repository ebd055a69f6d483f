// A log as files (C2SP tlog-tiles): tiles of hashes, bundles of entries, and where each lies. What a path names never
// changes: a full tile is final, and a partial one is the beginning of it.
//
//   TilePath({.level = 0, .index = 1234067, .width = 8})      // "tile/0/x001/x234/067.p/8"
//   BundlePath({.index = 5})                                  // "tile/entries/005"
//
// Pure functions, thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/audit/tree.h"

namespace nwd::audit {

inline constexpr int kTileHeight = 8;                // levels of the tree in a tile
inline constexpr int kTileWidth = 1 << kTileHeight;  // hashes in a full tile, entries in a full bundle
inline constexpr int kTileLevelMax = 7;              // 64 levels of the tree; paths allow 63 levels of tiles
inline constexpr size_t kEntryBytesMax = 65535;

// Hashes of subtrees of 256^level leaves each, `width` of them from index · 256 on.
struct Tile {
  int level = 0;
  uint64_t index = 0;
  int width = kTileWidth;
  bool operator==(const Tile&) const = default;
};
// The entries from index · 256 on, `width` of them.
struct Bundle {
  uint64_t index = 0;
  int width = kTileWidth;
  bool operator==(const Bundle&) const = default;
};

std::string TilePath(const Tile& tile);
std::string BundlePath(const Bundle& bundle);
// Nothing where the path is not exactly what the two above write: each tile has one name.
std::optional<Tile> ParseTilePath(std::string_view path);
std::optional<Bundle> ParseBundlePath(std::string_view path);

// How many hashes the tile has in a log of `size` entries: 0 where it has none yet.
int WidthIn(uint64_t size, int level, uint64_t index);

// The tile that holds what the subtree's hash is made of: the hashes from `first` on, `count` of them.
struct InTile {
  int level;
  uint64_t index;
  int first;
  int count;
};
InTile TileOf(const Subtree& subtree);
// The hash of the subtree over `hashes`, as many as a power of two.
Hash HashOver(std::string_view hashes);
// The same over a part of a tile.
Hash HashOver(std::string_view tile, const InTile& part);
// Which hash of two tiles of one width is the first that differs; the width where none does.
int FirstOther(std::string_view a, std::string_view b);

// Adds an entry to a bundle: two bytes of its size, big-endian, and the entry.
void AddToBundle(std::string_view entry, std::string& bundle);
// The entries of a bundle, views into it. DATA_LOSS where it does not read, or there are not `width`.
absl::StatusOr<std::vector<std::string_view>> EntriesIn(std::string_view bundle, int width);
// The same of a bundle that may be the whole one, in a log that went on: its first `width`.
absl::StatusOr<std::vector<std::string_view>> FirstEntriesIn(std::string_view bundle, int width);

}  // namespace nwd::audit
