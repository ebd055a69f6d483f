// The limits that every engine keeps.
#pragma once

#include <cstddef>

namespace nwd::store {

// What one update may write, keys, values and feed entries together: well above a 4 MiB message, well below what an
// engine holds in memory.
inline constexpr size_t kUpdateBytesMax = 8 << 20;

}  // namespace nwd::store
