// A set of dense document numbers, a bit each. Without a lock: any number of threads read one that no thread changes.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace nwd::directory {

using DocumentNumber = uint32_t;

class Bitmap {
 public:
  Bitmap() = default;
  explicit Bitmap(size_t documents) : words_((documents + 63) / 64) {}

  bool Has(DocumentNumber document) const { return words_[document / 64] >> (document % 64) & 1; }
  void Set(DocumentNumber document) { words_[document / 64] |= uint64_t{1} << (document % 64); }
  void Clear() { std::fill(words_.begin(), words_.end(), 0); }
  void And(const Bitmap& other) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
  }
  void Or(const Bitmap& other) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  }
  size_t Count() const {
    size_t count = 0;
    for (const uint64_t word : words_) count += std::popcount(word);
    return count;
  }
  template <class Take>
  void ForEach(Take take) const {
    for (size_t i = 0; i < words_.size(); ++i) {
      for (uint64_t rest = words_[i]; rest != 0; rest &= rest - 1)
        take(static_cast<DocumentNumber>(i * 64 + std::countr_zero(rest)));
    }
  }
  // The same, of those from `first` to `last` (excluded).
  template <class Take>
  void ForEachIn(DocumentNumber first, DocumentNumber last, Take take) const {
    for (size_t i = first / 64; i * 64 < last; ++i) {
      uint64_t rest = words_[i];
      if (i == first / 64) rest &= ~uint64_t{0} << (first % 64);
      if (last - i * 64 < 64) rest &= ~(~uint64_t{0} << (last % 64));
      for (; rest != 0; rest &= rest - 1) take(static_cast<DocumentNumber>(i * 64 + std::countr_zero(rest)));
    }
  }
  std::vector<uint64_t>& words() { return words_; }
  bool empty() const { return words_.empty(); }

 private:
  std::vector<uint64_t> words_;
};

}  // namespace nwd::directory
