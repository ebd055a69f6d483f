// Bytes that live until all are forgotten at once. Copying into it costs no allocation once it has grown to its usual
// size. Not thread-safe.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace nwd::store {

class Arena {
 public:
  // A copy of `bytes` that lives until Reset().
  std::string_view Copy(std::string_view bytes);
  // Bytes copied since the last Reset().
  size_t UsedBytes() const { return used_bytes_; }
  // Forgets everything; keeps one block for the next use.
  void Reset();

 private:
  static constexpr size_t kBlockBytes = 64 << 10;

  std::vector<std::unique_ptr<char[]>> blocks_;  // the first, where there is one, is kBlockBytes long
  char* next_ = nullptr;
  size_t left_ = 0;
  size_t used_bytes_ = 0;
};

}  // namespace nwd::store
