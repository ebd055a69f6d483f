// The tree the plain way: by the recursive definition of RFC 6962, from all leaves in memory.
#pragma once

#include <string>
#include <vector>

#include "common/audit/tree.h"
#include "common/base/strings.h"

namespace nwd::audit {

class PlainTree {
 public:
  // Of the entries "entry 0", "entry 1" …
  explicit PlainTree(int size) {
    for (int i = 0; i < size; ++i) leaves_.push_back(crypto::Sha256({std::string_view("\0", 1), Cat("entry ", i)}));
  }

  const Hash& leaf(uint64_t index) const { return leaves_[index]; }

  Hash Root(uint64_t begin, uint64_t end) const {
    if (begin == end) return crypto::Sha256("");
    if (end - begin == 1) return leaves_[begin];
    uint64_t left = 1;
    while (left * 2 < end - begin) left *= 2;
    const Hash a = Root(begin, begin + left), b = Root(begin + left, end);
    return crypto::Sha256({"\x01", crypto::View(a), crypto::View(b)});
  }

  auto hash_of() const {
    return [this](const Subtree& subtree) -> absl::StatusOr<Hash> {
      return Root(subtree.index << subtree.level, (subtree.index + 1) << subtree.level);
    };
  }

 private:
  std::vector<Hash> leaves_;
};

}  // namespace nwd::audit
