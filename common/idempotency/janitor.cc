#include "common/idempotency/janitor.h"

#include "absl/time/clock.h"
#include "common/base/macros.h"
#include "common/log/log.h"

namespace nwd::idempotency {

async::Task<absl::StatusOr<int>> SweepAll(const Requests& requests, store::Store& store, const Clock& clock,
                                          rpc::Stop& stop) {
  auto sweep = [&](store::Txn& txn) { return requests.Sweep(txn, clock.Now(), kSweepRowsMax); };
  int all = 0;
  while (true) {
    NWD_CO_ASSIGN_OR_RETURN(const int swept, co_await store.Update(sweep));
    all += swept;
    if (swept < kSweepRowsMax || stop.requested()) co_return all;
  }
}

async::Task<void> KeepTidy(const Requests& requests, store::Store& store, const Clock& clock, rpc::Stop& stop) {
  while (!co_await stop.WaitUntil(absl::Now() + kSweepPause)) {
    const absl::StatusOr<int> swept = co_await SweepAll(requests, store, clock, stop);
    if (!swept.ok()) log::Line(log::Level::kWarning, "idempotency.sweep").Status(swept.status()).Emit();
  }
}

}  // namespace nwd::idempotency
