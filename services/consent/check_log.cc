#include "services/consent/check_log.h"

#include <iterator>

#include "common/async/block_on.h"
#include "common/log/log.h"
#include "common/status/status.h"
#include "services/consent/limits.h"
#include "services/consent/reasons.h"

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

absl::Status CheckLog::Add(LoggedCheck check) {
  absl::MutexLock lock(&mutex_);
  if (!last_flush_.ok()) {
    return status::Error(
        absl::StatusCode::kUnavailable, reasons::kChecksNotLogged,
        "checks cannot be logged at the moment, and what is not logged is not answered; try again shortly");
  }
  if (waiting_.size() >= kCheckLogWaitingMax)
    return status::Shed("too many checks wait to be logged", kCheckLogRetryAfter);
  waiting_.push_back(std::move(check));
  ++added_;
  return absl::OkStatus();
}

async::Task<void> CheckLog::Run(rpc::Stop& stop) {
  bool failed = false;  // said once, until it is well again
  while (!co_await stop.WaitUntil(absl::Now() + kCheckLogEvery)) {
    const absl::Status written = co_await Flush();
    if (!written.ok() && !failed) log::Line(log::Level::kError, "consent.check_log_failed").Status(written).Emit();
    failed = !written.ok();
  }
  closing_.store(true, std::memory_order_release);
  const absl::Status written = co_await Flush();
  if (!written.ok()) log::Line(log::Level::kError, "consent.check_log_failed").Status(written).Emit();
}

async::Task<absl::Status> CheckLog::Flush() {
  const uint64_t wanted = Added();
  while (true) {
    const uint64_t seen = written_.Count();
    std::deque<LoggedCheck> checks;
    switch (Begin(wanted, checks)) {
      case Turn::kDone:
        co_return absl::OkStatus();
      case Turn::kAnothers:
        co_await written_.WaitPast(seen, absl::InfiniteFuture());
        break;
      case Turn::kOurs: {
        auto body = [&](store::Txn& txn) {
          for (const LoggedCheck& check : checks) {
            audit_.AppendUnder(check.key.get(), txn, check.type, check.time, check.person_id, check.deed);
          }
          return absl::OkStatus();
        };
        const absl::Status written = co_await store_.Update(body);
        End(std::move(checks), written);
        if (!written.ok()) co_return written;
      }
    }
  }
}

uint64_t CheckLog::Added() const {
  absl::MutexLock lock(&mutex_);
  return added_;
}

CheckLog::Turn CheckLog::Begin(uint64_t wanted, std::deque<LoggedCheck>& checks) {
  absl::MutexLock lock(&mutex_);
  if (durable_ >= wanted) return Turn::kDone;
  if (writing_) return Turn::kAnothers;
  writing_ = true;
  if (waiting_.size() <= static_cast<size_t>(kCheckLogBatch)) {
    checks.swap(waiting_);
    return Turn::kOurs;
  }
  const auto end = waiting_.begin() + kCheckLogBatch;
  checks.assign(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  return Turn::kOurs;
}

void CheckLog::End(std::deque<LoggedCheck> checks, const absl::Status& written) {
  {
    absl::MutexLock lock(&mutex_);
    writing_ = false;
    // A store that is merely busy refuses this batch and takes it the next time; only a failed one closes the log.
    last_flush_ = absl::IsResourceExhausted(written) ? absl::OkStatus() : written;
    if (written.ok()) {
      durable_ += checks.size();
    } else {
      waiting_.insert(waiting_.begin(), std::make_move_iterator(checks.begin()), std::make_move_iterator(checks.end()));
    }
  }
  written_.Notify();
}

size_t CheckLog::Waiting() const {
  absl::MutexLock lock(&mutex_);
  return added_ - durable_;
}

}  // namespace nwd::consent
