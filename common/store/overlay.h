// Writes that are not in the engine yet, in key order: what a transaction or a batch of them will change. Keys and
// values are views into an arena that outlives the overlay's content. Not thread-safe.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/container/btree_map.h"

namespace nwd::store {

class Overlay {
 public:
  // What will stand under a key; a deletion hides what the engine holds.
  struct Write {
    std::string_view value;
    bool deleted = false;
  };
  using Map = absl::btree_map<std::string_view, Write>;

  void Set(std::string_view key, Write write) {
    writes_.insert_or_assign(key, write);
    ++version_;
  }
  // Null where this overlay says nothing about the key.
  const Write* Find(std::string_view key) const {
    if (writes_.empty()) return nullptr;
    const auto found = writes_.find(key);
    return found == writes_.end() ? nullptr : &found->second;
  }
  // Takes over the writes of a later overlay.
  void Absorb(const Overlay& later) {
    for (const auto& [key, write] : later.writes_) writes_.insert_or_assign(key, write);
    ++version_;
  }
  void Clear() {
    writes_.clear();
    ++version_;
  }

  bool Empty() const { return writes_.empty(); }
  const Map& Writes() const { return writes_; }
  // Changes with every change: a cursor that sees another version finds its place anew.
  uint64_t Version() const { return version_; }

 private:
  Map writes_;
  uint64_t version_ = 0;
};

}  // namespace nwd::store
