#include "common/replica/ask_once.h"

#include "absl/time/clock.h"
#include "common/replica/limits.h"

namespace nwd::replica {

bool AskOnce::Unknown(const std::string& what, absl::Time now) {
  const auto found = unknown_until_.find(what);
  if (found != unknown_until_.end() && found->second > now) return true;
  if (unknown_until_.size() + open_.size() < kUnknownMax) return false;
  absl::erase_if(unknown_until_, [&](const auto& entry) { return entry.second <= now; });
  return unknown_until_.size() + open_.size() >= kUnknownMax;
}

void AskOnce::Answer(const std::string& what, Question& question, const absl::StatusOr<bool>& found) {
  {
    absl::MutexLock lock(&mutex_);
    question.answer = found.status();
    open_.erase(what);
    if (found.ok()) {
      *found ? (void)unknown_until_.erase(what) : (void)(unknown_until_[what] = absl::Now() + kUnknownRemembered);
    }
  }
  question.answered.Notify();
}

async::Task<absl::Status> AskOnce::Ask(const std::string& what, Fetch fetch) {
  std::shared_ptr<Question> question;
  bool mine = false;
  {
    absl::MutexLock lock(&mutex_);
    const auto open = open_.find(what);
    if (open != open_.end()) {
      question = open->second;
    } else {
      if (Unknown(what, absl::Now())) co_return absl::OkStatus();
      question = open_[what] = std::make_shared<Question>();
      mine = true;
    }
  }
  if (mine) {
    const absl::StatusOr<bool> found = co_await fetch();
    Answer(what, *question, found);
    co_return found.status();
  }
  // The one who asks gives up after kAskTimeout.
  const bool answered = co_await question->answered.WaitPast(0, absl::InfiniteFuture());
  NWD_CHECK(answered);
  absl::MutexLock lock(&mutex_);
  co_return *question->answer;
}

}  // namespace nwd::replica
