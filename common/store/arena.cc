#include "common/store/arena.h"

#include <algorithm>
#include <cstring>

namespace nwd::store {

std::string_view Arena::Copy(std::string_view bytes) {
  if (bytes.empty()) return {};
  if (bytes.size() > left_) {
    left_ = std::max(bytes.size(), kBlockBytes);
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(left_));
    // Reset() keeps the first block and counts on its size.
    if (blocks_.size() == 1 && left_ != kBlockBytes) {
      blocks_.insert(blocks_.begin(), std::make_unique_for_overwrite<char[]>(kBlockBytes));
    }
    next_ = blocks_.back().get();
  }
  char* const start = next_;
  std::memcpy(start, bytes.data(), bytes.size());
  next_ += bytes.size();
  left_ -= bytes.size();
  used_bytes_ += bytes.size();
  return {start, bytes.size()};
}

void Arena::Reset() {
  used_bytes_ = 0;
  if (blocks_.empty()) return;
  blocks_.resize(1);
  next_ = blocks_.front().get();
  left_ = kBlockBytes;
}

}  // namespace nwd::store
