// What must happen elsewhere: put in the same transaction as its cause, retried until it is done.
//
//   in the body:      id = outbox.Add(txn, "open-access", referral_id, payload, call.trace_id());
//   after it is OK:   absl::Status done = co_await outbox.Deliver(id, call.deadline());   // now, before the reply
//   in the background: server.Background([&](rpc::Stop& stop) { return outbox.Run(stop); });
//
// Delivery is at least once and in the order of the entries that share a `group`; the handler must be idempotent. A
// handler's error is logged and retried with growing pauses (100 ms to 30 s, named constants); one that is final
// (INVALID_ARGUMENT, FAILED_PRECONDITION, PERMISSION_DENIED) is logged, counted and kept aside, not retried; the
// entries after it go on. Thread-safe.
//
// What was delivered is forgotten durably by Run, in batches, a moment later: a process killed in between delivers it
// again. Run also finds what nobody called Deliver for, and what a former process left.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/async/signal.h"
#include "common/async/task.h"
#include "common/base/clock.h"
#include "common/rpc/stop.h"
#include "common/store/store.h"

namespace nwd::outbox {

using EntryId = std::string;
// What a handler is given.
struct Delivery {
  std::string payload;
  // Of the call that caused it, so that what is done for it joins the call's trace; empty where no call did.
  std::string trace_id;
  // Until when somebody waits for it: Deliver's deadline. Not kept with the entry.
  absl::Time deadline = absl::InfiniteFuture();
};
// Does the thing. Runs on a queue of the runtime; the delivery lives until it is done.
using Handler = std::function<async::Task<absl::Status>(const Delivery& delivery)>;

struct Figures {
  int64_t waiting = 0;            // groups known to have something to deliver
  double oldest_age_seconds = 0;  // how long the first of them has waited
  int64_t failures = 0;           // tries that failed, since the start
  int64_t set_aside = 0;          // entries given up on, since the start
};

class Outbox {
 public:
  Outbox(store::Store& store, const Clock& clock);
  ~Outbox();
  // Before Run: what answers entries of this kind.
  void Handle(std::string kind, Handler handler);

  // Within a transaction's body. Entries of one group (a referral, say) are delivered one after the other. The id is
  // the group, a number after that of the group's last entry waiting, and random bytes. A body that runs again gets
  // another: keep that of the last run, the only one whose entry is there. `trace_id`: of the call that causes it, 32
  // hexadecimal digits; kept with the entry, and nothing else about the call is.
  EntryId Add(store::Txn& txn, std::string_view kind, std::string_view group, std::string_view payload,
              std::string_view trace_id = "");
  // Delivers this entry now (after those of its group before it), unless it is done already. The error is that of the
  // try; the entry stays and Run goes on trying, unless the error is final. DEADLINE_EXCEEDED where its turn did not
  // come in time.
  async::Task<absl::Status> Deliver(EntryId id, absl::Time deadline);
  // Delivers what waits until told to stop.
  async::Task<void> Run(rpc::Stop& stop);
  Figures figures() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace nwd::outbox
