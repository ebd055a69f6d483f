#include "services/consent/notice_bells.h"

namespace nwd::consent {

std::shared_ptr<async::Signal> NoticeBells::Of(const ids::Uuid& recipient_id) {
  absl::MutexLock lock(&mutex_);
  std::weak_ptr<async::Signal>& kept = bells_[recipient_id];
  std::shared_ptr<async::Signal> bell = kept.lock();
  if (bell == nullptr) {
    bell = std::make_shared<async::Signal>();
    kept = bell;
  }
  return bell;
}

void NoticeBells::Ring(const ids::Uuid& recipient_id) {
  std::shared_ptr<async::Signal> bell;
  {
    absl::MutexLock lock(&mutex_);
    const auto found = bells_.find(recipient_id);
    if (found == bells_.end()) return;
    bell = found->second.lock();
    if (bell == nullptr) bells_.erase(found);
  }
  if (bell != nullptr) bell->Notify();
}

}  // namespace nwd::consent
