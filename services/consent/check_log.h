// The audit entries of checks. A check gives away one bit, so it does not wait for the disk: its entry is queued before
// it is answered, and sealed and made durable, many in one transaction, at most 100 ms later.
//
//   // Before the answer; refused means: do not answer.
//   NWD_CO_RETURN_IF_ERROR(log.Add({"access.checked", now, person_id, key, deed}));
//   server.Background([&](rpc::Stop& stop) { return log.Run(stop); });
//
// Bounded: when kCheckLogWaitingMax entries wait, or the store takes none, Add refuses (RESOURCE_EXHAUSTED,
// UNAVAILABLE) and the check is shed rather than left unlogged. What comes after the drain began is flushed by each
// check itself (Closing), and the destructor writes what is left. A process that is killed loses at most the last 100
// ms of checks, never a read or a decision. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <string_view>

#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/async/signal.h"
#include "common/async/task.h"
#include "common/audit/audit.h"
#include "common/ids/uuid.h"
#include "common/person_keys/person_keys.h"
#include "common/rpc/stop.h"
#include "common/store/store.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent {

// What is to be logged of one check: about a person or, where there is no key, about nobody who is known here.
struct LoggedCheck {
  std::string_view type;  // fixed text
  absl::Time time;
  ids::Uuid person_id;
  person_keys::PersonKey key;
  storage::Deed deed;
};

class CheckLog {
 public:
  CheckLog(store::Store& store, const audit::Audit& audit) : store_(store), audit_(audit) {}
  ~CheckLog();
  CheckLog(const CheckLog&) = delete;
  CheckLog& operator=(const CheckLog&) = delete;

  absl::Status Add(LoggedCheck check);
  // Run has ended: from now on each check flushes what it added before it answers.
  bool Closing() const { return closing_.load(std::memory_order_acquire); }
  async::Task<void> Run(rpc::Stop& stop);
  // OK once everything added before the call is durable, whoever wrote it. One flush writes at a time, in the order of
  // Add; the others wait for it.
  async::Task<absl::Status> Flush();

  // Entries that are not durable yet.
  size_t Waiting() const;

 private:
  enum class Turn { kDone, kAnothers, kOurs };

  uint64_t Added() const;
  // What a flush does next: nothing, where the first `wanted` entries are durable; wait for who is writing; or write
  // `checks` and then call End.
  Turn Begin(uint64_t wanted, std::deque<LoggedCheck>& checks);
  void End(std::deque<LoggedCheck> checks, const absl::Status& written);

  store::Store& store_;
  const audit::Audit& audit_;
  mutable absl::Mutex mutex_;
  std::deque<LoggedCheck> waiting_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  // Entries since the start; those added and not durable are waiting_ and what is being written.
  uint64_t added_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t durable_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status last_flush_ ABSL_GUARDED_BY(mutex_);
  std::atomic<bool> closing_{false};
  async::Signal written_;
};

}  // namespace nwd::consent
