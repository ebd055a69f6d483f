// The right edge of a log's tree: all that adding an entry needs, and changes. A few kilobytes, copied to try what may
// fail. For one thread.
//
//   Frontier next = frontier;
//   for (const Hash& leaf : leaves) next.Add(leaf);
//   for (const Frontier::Changed& tile : next.TakeChanged()) …keep it…
//   const Hash root = next.Root();
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "common/audit/tiles.h"

namespace nwd::audit {

class Frontier {
 public:
  Frontier() = default;  // of a log without entries
  // Of a log of `size` entries, whose tiles `hashes_of` answers, from their beginning and at least as wide as asked.
  // DATA_LOSS where one is missing or too short.
  static absl::StatusOr<Frontier> Load(uint64_t size,
                                       absl::FunctionRef<absl::StatusOr<std::string>(const Tile&)> hashes_of);

  void Add(const Hash& leaf);
  uint64_t size() const { return size_; }
  Hash Root() const;

  // The tiles that were added to since this was asked last: whole ones, and the newest of each level.
  struct Changed {
    int level;
    uint64_t index;
    std::string hashes;
  };
  std::vector<Changed> TakeChanged();

 private:
  // The newest tile of a level, not full.
  struct Edge {
    uint64_t index = 0;
    std::string hashes;
    bool changed = false;
  };
  void AddAt(size_t level, const Hash& hash);

  uint64_t size_ = 0;
  std::vector<Edge> edges_;
  std::vector<Changed> full_;
};

}  // namespace nwd::audit
