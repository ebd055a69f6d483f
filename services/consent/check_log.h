// The audit entries of checks. A check gives away one bit, so it does not wait for the disk: its entry is queued before
// it is answered and made durable, many in one transaction, at most 100 ms later.
//
//   NWD_CO_RETURN_IF_ERROR(log.Add(record));      // before the answer; refused means: do not answer
//   server.Background([&](rpc::Stop& stop) { return log.Run(stop); });
//
// Bounded: when kCheckLogWaitingMax entries wait, or the store takes none, Add refuses (RESOURCE_EXHAUSTED,
// UNAVAILABLE) and the check is shed rather than left unlogged. What comes after the drain began is flushed by each
// check itself (Closing), and the destructor writes what is left. A process that is killed loses at most the last 100
// ms of checks, never a read or a decision. Thread-safe.
#pragma once

#include <atomic>
#include <deque>
#include <string>

#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "common/async/task.h"
#include "common/base/clock.h"
#include "common/rpc/stop.h"
#include "common/store/store.h"

namespace nwd::consent {

class CheckLog {
 public:
  explicit CheckLog(store::Store& store) : store_(store) {}
  ~CheckLog();
  CheckLog(const CheckLog&) = delete;
  CheckLog& operator=(const CheckLog&) = delete;

  // `record`: the final bytes of an audit entry.
  absl::Status Add(std::string record);
  // Run has ended: from now on each check flushes what it added before it answers.
  bool Closing() const { return closing_.load(std::memory_order_acquire); }
  async::Task<void> Run(rpc::Stop& stop);
  // Makes everything added so far durable.
  async::Task<absl::Status> Flush();

  size_t Waiting() const;

 private:
  std::deque<std::string> Take();
  void GiveBack(std::deque<std::string> records);

  store::Store& store_;
  mutable absl::Mutex mutex_;
  std::deque<std::string> waiting_ ABSL_GUARDED_BY(mutex_);
  absl::Status last_flush_ ABSL_GUARDED_BY(mutex_);
  std::atomic<bool> closing_{false};
};

}  // namespace nwd::consent
