#include "common/http/readiness.h"

#include <utility>

namespace nwd::http {

void Readiness::Set(std::string_view reason) {
  absl::MutexLock lock(&mutex_);
  const bool was_ready = reasons_.empty();
  reasons_.emplace(reason);
  Tell(was_ready);
}

void Readiness::Clear(std::string_view reason) {
  absl::MutexLock lock(&mutex_);
  const bool was_ready = reasons_.empty();
  if (const auto found = reasons_.find(reason); found != reasons_.end()) reasons_.erase(found);
  Tell(was_ready);
}

bool Readiness::ready() const {
  absl::MutexLock lock(&mutex_);
  return reasons_.empty();
}

std::vector<std::string> Readiness::reasons() const {
  absl::MutexLock lock(&mutex_);
  return {reasons_.begin(), reasons_.end()};
}

void Readiness::Watch(std::function<void(bool)> changed) {
  absl::MutexLock lock(&mutex_);
  changed(reasons_.empty());
  watchers_.push_back(std::move(changed));
}

void Readiness::Tell(bool was_ready) {
  if (was_ready == reasons_.empty()) return;
  for (const auto& watcher : watchers_) watcher(reasons_.empty());
}

}  // namespace nwd::http
