#include "services/consent/check_log.h"

#include <algorithm>
#include <iterator>

#include "common/async/block_on.h"
#include "common/log/log.h"
#include "common/status/status.h"
#include "services/consent/limits.h"

namespace nwd::consent {

CheckLog::~CheckLog() {
  if (Waiting() == 0) return;
  const absl::Status written = async::BlockOn(Flush());
  if (!written.ok())
    log::Line(log::Level::kError, "consent.check_log_lost")
        .Int("checks", static_cast<int64_t>(Waiting()))
        .Status(written)
        .Emit();
}

absl::Status CheckLog::Add(std::string record) {
  absl::MutexLock lock(&mutex_);
  if (!last_flush_.ok()) {
    return absl::UnavailableError(
        "checks cannot be logged at the moment, and what is not logged is not answered; try again shortly");
  }
  if (waiting_.size() >= kCheckLogWaitingMax)
    return status::Shed("too many checks wait to be logged", kCheckLogRetryAfter);
  waiting_.push_back(std::move(record));
  return absl::OkStatus();
}

async::Task<void> CheckLog::Run(rpc::Stop& stop) {
  while (!co_await stop.WaitUntil(absl::Now() + kCheckLogEvery)) {
    const absl::Status written = co_await Flush();
    if (!written.ok()) log::Line(log::Level::kError, "consent.check_log_failed").Status(written).Emit();
  }
  closing_.store(true, std::memory_order_release);
  const absl::Status written = co_await Flush();
  if (!written.ok()) log::Line(log::Level::kError, "consent.check_log_failed").Status(written).Emit();
}

async::Task<absl::Status> CheckLog::Flush() {
  while (true) {
    std::deque<std::string> records = Take();
    if (records.empty()) break;
    auto body = [&](store::Txn& txn) {
      for (const std::string& record : records) txn.Append(store::Feed::kAudit, record);
      return absl::OkStatus();
    };
    absl::Status written = co_await store_.Update(body);
    const bool failed = !written.ok();
    if (failed) GiveBack(std::move(records));
    {
      // A store that is merely busy refuses this batch and takes it the next time; only a failed one closes the log.
      absl::MutexLock lock(&mutex_);
      last_flush_ = absl::IsResourceExhausted(written) ? absl::OkStatus() : written;
    }
    if (failed) co_return written;
  }
  absl::MutexLock lock(&mutex_);
  last_flush_ = absl::OkStatus();
  co_return absl::OkStatus();
}

size_t CheckLog::Waiting() const {
  absl::MutexLock lock(&mutex_);
  return waiting_.size();
}

std::deque<std::string> CheckLog::Take() {
  absl::MutexLock lock(&mutex_);
  std::deque<std::string> taken;
  if (waiting_.size() <= static_cast<size_t>(kCheckLogBatch)) {
    taken.swap(waiting_);
    return taken;
  }
  const auto end = waiting_.begin() + kCheckLogBatch;
  taken.assign(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  return taken;
}

void CheckLog::GiveBack(std::deque<std::string> records) {
  absl::MutexLock lock(&mutex_);
  waiting_.insert(waiting_.begin(), std::make_move_iterator(records.begin()), std::make_move_iterator(records.end()));
}

}  // namespace nwd::consent
