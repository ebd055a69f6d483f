// Where somebody reads a log: where a service serves it, or a copy of its pages in a folder. What comes from there is not
// trusted; it is compared with what was signed.
//
//   std::unique_ptr<LogSource> source = OpenLog("http://127.0.0.1:9102/audit");
//   absl::StatusOr<std::string> checkpoint = source->Get("checkpoint");
//
// For one thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "common/audit/tiles.h"

namespace nwd::audit {

inline constexpr size_t kPageBytesMax = 17 << 20;  // 256 entries of 64 KiB
inline constexpr long kPageSeconds = 30;           // to be had in

class LogSource {
 public:
  virtual ~LogSource() = default;
  // A page by its path: "checkpoint", "tile/0/000". NOT_FOUND where there is none; UNAVAILABLE where it cannot be had.
  virtual absl::StatusOr<std::string> Get(const std::string& path) = 0;
};

// `from`: an http or https address that the pages' paths follow, or a folder. NOT_FOUND where it is neither.
absl::StatusOr<std::unique_ptr<LogSource>> OpenLog(const std::string& from);

// Subtrees' hashes of a log of `size` entries, out of its tiles, each of which is read once. DATA_LOSS where a tile is not
// there or has another length.
class TileReader {
 public:
  TileReader(LogSource& source, uint64_t size) : source_(source), size_(size) {}
  // A tile as wide as it is in this log.
  absl::StatusOr<std::string> Read(int level, uint64_t index);
  absl::StatusOr<Hash> HashOf(const Subtree& subtree);

 private:
  LogSource& source_;
  const uint64_t size_;
  std::map<std::pair<int, uint64_t>, std::string> tiles_;
};

// The pages of one epoch, which in a later one than the first are in a folder of its number. For as long as the source lives.
class EpochPages final : public LogSource {
 public:
  EpochPages(LogSource& source, std::string_view origin);
  absl::StatusOr<std::string> Get(const std::string& path) override { return source_.Get(prefix_ + path); }

 private:
  LogSource& source_;
  std::string prefix_;
};

// A bundle's bytes, or of its whole, where that has taken its place by now. DATA_LOSS where it is not there.
absl::StatusOr<std::string> GetBundle(LogSource& source, const Bundle& bundle);
// A page that may be there partly, where its whole has taken its place by now: the first `width` of it.
absl::StatusOr<std::string> GetTile(LogSource& source, const Tile& tile);

}  // namespace nwd::audit
