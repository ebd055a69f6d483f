#include "common/idempotency/janitor.h"

#include "absl/time/clock.h"
#include "common/log/log.h"

namespace nwd::idempotency {

async::Task<void> KeepTidy(const Requests& requests, store::Store& store, const Clock& clock, rpc::Stop& stop) {
  while (!co_await stop.WaitUntil(absl::Now() + kSweepPause)) {
    auto sweep = [&](store::Txn& txn) { return requests.Sweep(txn, clock.Now(), kSweepRowsMax); };
    const absl::StatusOr<int> swept = co_await store.Update(sweep);
    if (!swept.ok()) log::Line(log::Level::kWarning, "idempotency.sweep").Status(swept.status()).Emit();
  }
}

}  // namespace nwd::idempotency
