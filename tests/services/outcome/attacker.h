// Somebody who wants to know a suppressed figure, and has only what is printed, the rules, and time: tries every
// assignment of whole numbers that fits. Shares nothing with the code it attacks: no flows, only search.
#pragma once

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

namespace nwd::outcome {

class Attacker {
 public:
  // A number nobody printed the parts of; answers its place.
  int AddUnknown(int64_t low, int64_t high) {
    unknowns_.push_back({low, high});
    sums_of_.emplace_back();
    return static_cast<int>(unknowns_.size()) - 1;
  }

  // A printed figure: the sum of these unknowns lies within. Answers its place.
  int AddSum(std::vector<int> parts, int64_t low, int64_t high) {
    const int sum = static_cast<int>(sums_.size());
    for (const int part : parts) sums_of_[part].push_back(sum);
    sums_.push_back({std::move(parts), low, high});
    return sum;
  }

  // True where everything printed can be true with this sum at `value`.
  bool CanBe(int sum, int64_t value) {
    const auto kept = std::pair(sums_[sum].low, sums_[sum].high);
    if (value < kept.first || value > kept.second) return false;
    sums_[sum].low = sums_[sum].high = value;
    for (Sum& each : sums_) {
      each.least = each.most = 0;
      for (const int part : each.parts) {
        each.least += unknowns_[part].low;
        each.most += unknowns_[part].high;
      }
    }
    steps_ = 0;
    const bool can = Fits() && Search(0);
    std::tie(sums_[sum].low, sums_[sum].high) = kept;
    return can;
  }

  // Whether the search gave up before it was done: a test that sees this is too large.
  bool gave_up() const { return gave_up_; }

 private:
  static constexpr int64_t kStepsMax = 20'000'000;
  struct Unknown {
    int64_t low;
    int64_t high;
  };
  struct Sum {
    std::vector<int> parts;
    int64_t low;
    int64_t high;
    // What its parts can still add up to.
    int64_t least = 0;
    int64_t most = 0;
  };

  bool Fits() const {
    return std::all_of(sums_.begin(), sums_.end(),
                       [](const Sum& sum) { return sum.least <= sum.high && sum.most >= sum.low; });
  }

  bool Search(size_t next) {
    if (next == unknowns_.size()) return true;
    if (++steps_ > kStepsMax) {
      gave_up_ = true;
      return true;
    }
    const auto [low, high] = unknowns_[next];
    for (int64_t value = low; value <= high; ++value) {
      bool fits = true;
      for (const int sum : sums_of_[next]) {
        sums_[sum].least += value - low;
        sums_[sum].most -= high - value;
        fits &= sums_[sum].least <= sums_[sum].high && sums_[sum].most >= sums_[sum].low;
      }
      const bool found = fits && Search(next + 1);
      for (const int sum : sums_of_[next]) {
        sums_[sum].least -= value - low;
        sums_[sum].most += high - value;
      }
      if (found) return true;
    }
    return false;
  }

  std::vector<Unknown> unknowns_;
  std::vector<std::vector<int>> sums_of_;  // by unknown
  std::vector<Sum> sums_;
  int64_t steps_ = 0;
  bool gave_up_ = false;
};

}  // namespace nwd::outcome
