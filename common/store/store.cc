#include "common/store/store.h"

namespace nwd::store {

Range PrefixRange(std::string_view prefix) {
  Range range{std::string(prefix), std::string(prefix)};
  // The first key after every key with this prefix: the prefix with its last byte raised, dropping bytes that cannot
  // be.
  while (!range.end.empty() && static_cast<uint8_t>(range.end.back()) == 0xFF) range.end.pop_back();
  if (!range.end.empty()) range.end.back() = static_cast<char>(static_cast<uint8_t>(range.end.back()) + 1);
  return range;
}

}  // namespace nwd::store
