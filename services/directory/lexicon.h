// Every word the catalogue has ever held, each with a small number, so that documents and indexes hold numbers. Words
// are never forgotten: a directory's vocabulary grows slowly, some 30 bytes a word.
//
// Thread-safe. Views of words live as long as the lexicon.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "common/base/strings.h"

namespace nwd::directory {

using WordId = uint32_t;

class Lexicon {
 public:
  WordId Intern(std::string_view word) {
    const absl::MutexLock lock(&mutex_);
    const auto found = ids_.find(AbslView(word));
    if (found != ids_.end()) return found->second;
    const std::string& kept = words_.emplace_back(word);
    return ids_.emplace(kept, static_cast<WordId>(words_.size() - 1)).first->second;
  }
  std::string_view Word(WordId id) const {
    const absl::MutexLock lock(&mutex_);
    return words_[id];
  }
  size_t size() const {
    const absl::MutexLock lock(&mutex_);
    return words_.size();
  }

 private:
  mutable absl::Mutex mutex_;
  std::deque<std::string> words_ ABSL_GUARDED_BY(mutex_);  // a deque: its strings stay where they are
  absl::flat_hash_map<absl::string_view, WordId> ids_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nwd::directory
