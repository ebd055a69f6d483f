// Asking an owner about things it may not know, without strangers making us hammer it: many who ask about the same
// thing at once share one question, and what the owner did not know is remembered for kUnknownRemembered, at most
// kUnknownMax things at once.
//
//   auto fetch = [&]() -> async::Task<absl::StatusOr<bool>> { return Fetch(id); };   // true: it exists, and is kept
//   absl::Status asked = co_await asks.Ask(id, fetch);
//
// OK says that the question was answered, either way; an error is the fetch's. Thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/async/signal.h"
#include "common/async/task.h"

namespace nwd::replica {

class AskOnce {
 public:
  using Fetch = absl::FunctionRef<async::Task<absl::StatusOr<bool>>()>;

  async::Task<absl::Status> Ask(const std::string& what, Fetch fetch);

 private:
  struct Question {
    async::Signal answered;
    std::optional<absl::Status> answer;  // under the mutex
  };

  // Whether asking again is pointless for now, or too much is remembered to take on anything new.
  bool Unknown(const std::string& what, absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Answer(const std::string& what, Question& question, const absl::StatusOr<bool>& found);

  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, absl::Time> unknown_until_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, std::shared_ptr<Question>> open_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nwd::replica
