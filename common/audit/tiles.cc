#include "common/audit/tiles.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "common/base/check.h"
#include "common/base/macros.h"
#include "common/base/strings.h"

namespace nwd::audit {
namespace {

constexpr std::string_view kTiles = "tile/", kBundles = "tile/entries/", kPartial = ".p/";
constexpr uint64_t kGroup = 1000;  // a path has three digits of a number at a time

// "x001/x234/067".
std::string NumberPath(uint64_t number) {
  std::string path = absl::StrFormat("%03d", number % kGroup);
  for (number /= kGroup; number > 0; number /= kGroup) path = absl::StrFormat("x%03d/%s", number % kGroup, path);
  return path;
}

std::string WithWidth(std::string path, int width) {
  if (width < kTileWidth) path += Cat(kPartial, width);
  return path;
}

// Whether the digits alone make a number that is written back as they are is the caller's to compare.
std::optional<uint64_t> NumberIn(std::string_view path) {
  std::string digits;
  for (const char c : path) {
    if (c != 'x' && c != '/') digits.push_back(c);
  }
  uint64_t number = 0;
  if (!absl::SimpleAtoi(digits, &number)) return std::nullopt;
  return number;
}

// "067" or "067.p/8": the number and the width.
struct Numbered {
  uint64_t index;
  int width;
};
std::optional<Numbered> ParseNumbered(std::string_view path) {
  Numbered parsed{0, kTileWidth};
  if (const size_t at = path.find(kPartial); at != std::string_view::npos) {
    if (!absl::SimpleAtoi(AbslView(path.substr(at + kPartial.size())), &parsed.width)) return std::nullopt;
    if (parsed.width < 1 || parsed.width >= kTileWidth) return std::nullopt;
    path = path.substr(0, at);
  }
  const std::optional<uint64_t> index = NumberIn(path);
  if (!index.has_value()) return std::nullopt;
  parsed.index = *index;
  return parsed;
}

absl::StatusOr<std::vector<std::string_view>> AllEntriesIn(std::string_view bundle) {
  std::vector<std::string_view> entries;
  while (!bundle.empty()) {
    if (bundle.size() < 2) return absl::DataLossError("a bundle of entries ends within an entry's size");
    const size_t size = static_cast<size_t>(static_cast<uint8_t>(bundle[0])) << 8 | static_cast<uint8_t>(bundle[1]);
    bundle.remove_prefix(2);
    if (bundle.size() < size) return absl::DataLossError("a bundle of entries ends within an entry");
    entries.push_back(bundle.substr(0, size));
    bundle.remove_prefix(size);
  }
  return entries;
}

}  // namespace

std::string TilePath(const Tile& tile) {
  return WithWidth(Cat(kTiles, tile.level, "/", NumberPath(tile.index)), tile.width);
}

std::string BundlePath(const Bundle& bundle) {
  return WithWidth(Cat(kBundles, NumberPath(bundle.index)), bundle.width);
}

std::optional<Tile> ParseTilePath(std::string_view path) {
  if (path.size() < kTiles.size() + 2 || path.substr(0, kTiles.size()) != kTiles) return std::nullopt;
  const int level = path[kTiles.size()] - '0';
  if (level < 0 || level > kTileLevelMax || path[kTiles.size() + 1] != '/') return std::nullopt;
  const std::optional<Numbered> numbered = ParseNumbered(path.substr(kTiles.size() + 2));
  if (!numbered.has_value()) return std::nullopt;
  const Tile tile{level, numbered->index, numbered->width};
  return TilePath(tile) == path ? std::optional(tile) : std::nullopt;
}

std::optional<Bundle> ParseBundlePath(std::string_view path) {
  if (path.substr(0, kBundles.size()) != kBundles) return std::nullopt;
  const std::optional<Numbered> numbered = ParseNumbered(path.substr(kBundles.size()));
  if (!numbered.has_value()) return std::nullopt;
  const Bundle bundle{numbered->index, numbered->width};
  return BundlePath(bundle) == path ? std::optional(bundle) : std::nullopt;
}

int WidthIn(uint64_t size, int level, uint64_t index) {
  const uint64_t hashes = level * kTileHeight >= 64 ? 0 : size >> (level * kTileHeight);
  if (index > hashes / kTileWidth) return 0;
  return static_cast<int>(std::min<uint64_t>(kTileWidth, hashes - index * kTileWidth));
}

InTile TileOf(const Subtree& subtree) {
  const int height = subtree.level % kTileHeight, per_tile = kTileHeight - height;
  const uint64_t tile = subtree.index >> per_tile;
  const int first = static_cast<int>((subtree.index - (tile << per_tile)) << height);
  return {subtree.level / kTileHeight, tile, first, 1 << height};
}

Hash HashOver(std::string_view hashes) {
  constexpr size_t kSize = crypto::kDigestSizeBytes;
  size_t count = hashes.size() / kSize;
  NWD_CHECK(count * kSize == hashes.size() && std::has_single_bit(count));
  std::vector<Hash> level(count);
  for (size_t i = 0; i < count; ++i) std::memcpy(level[i].data(), hashes.data() + i * kSize, kSize);
  for (; count > 1; count /= 2) {
    for (size_t i = 0; i < count / 2; ++i) level[i] = NodeHash(level[2 * i], level[2 * i + 1]);
  }
  return level[0];
}

Hash HashOver(std::string_view tile, const InTile& part) {
  return HashOver(tile.substr(part.first * crypto::kDigestSizeBytes, part.count * crypto::kDigestSizeBytes));
}

int FirstOther(std::string_view a, std::string_view b) {
  const auto at = std::mismatch(a.begin(), a.end(), b.begin()).first - a.begin();
  return static_cast<int>(at / static_cast<std::ptrdiff_t>(crypto::kDigestSizeBytes));
}

void AddToBundle(std::string_view entry, std::string& bundle) {
  NWD_CHECK(entry.size() <= kEntryBytesMax);
  bundle.push_back(static_cast<char>(entry.size() >> 8));
  bundle.push_back(static_cast<char>(entry.size()));
  bundle.append(entry);
}

absl::StatusOr<std::vector<std::string_view>> EntriesIn(std::string_view bundle, int width) {
  NWD_ASSIGN_OR_RETURN(std::vector<std::string_view> entries, AllEntriesIn(bundle));
  if (std::ssize(entries) == width) return entries;
  return absl::DataLossError(Cat("a bundle has ", entries.size(), " entries where there should be ", width));
}

absl::StatusOr<std::vector<std::string_view>> FirstEntriesIn(std::string_view bundle, int width) {
  NWD_ASSIGN_OR_RETURN(std::vector<std::string_view> entries, AllEntriesIn(bundle));
  if (entries.size() != kTileWidth) return EntriesIn(bundle, width);
  entries.resize(width);
  return entries;
}

}  // namespace nwd::audit
