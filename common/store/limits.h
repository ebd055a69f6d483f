// The limits that every engine keeps.
#pragma once

#include <cstddef>

namespace nwd::store {

// What one update may write, keys, values and feed entries together: well above a 4 MiB message, well below what an
// engine holds in memory.
inline constexpr size_t kUpdateBytesMax = 8 << 20;
// A key: so that there are bytes which come after every key, and a scan to the last key has an upper bound too.
inline constexpr size_t kKeyBytesMax = 4096;

}  // namespace nwd::store
