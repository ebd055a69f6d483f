// A scan over an engine's entries with pending writes laid over them.
#pragma once

#include <span>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "common/store/overlay.h"
#include "common/store/store.h"

namespace nwd::store {

// An engine's entries within a range, one after the other in the direction it was opened with. Views live until Next().
class Cursor {
 public:
  virtual ~Cursor() = default;
  virtual bool Valid() const = 0;
  virtual std::string_view Key() const = 0;
  virtual std::string_view Value() const = 0;
  virtual void Next() = 0;
  // Why the cursor ended, where that was not the end of the range.
  virtual absl::Status Health() const = 0;
};

// Visits the entries of `range` as they stand once `layers` are applied to `base`; later layers win. The visitor may
// write to the layers: whether the scan still meets what it wrote ahead of itself is not defined, all else is met once.
absl::Status MergedScan(Cursor& base, std::span<const Overlay* const> layers, const Range& range, Direction direction,
                        absl::FunctionRef<Visit(std::string_view key, std::string_view value)> visit);

}  // namespace nwd::store
