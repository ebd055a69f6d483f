#include "services/consent/janitor.h"

#include <vector>

#include "common/log/log.h"
#include "services/consent/code_rows.h"
#include "services/consent/consent_rows.h"
#include "services/consent/consent_states.h"
#include "services/consent/limits.h"
#include "services/consent/match_rows.h"

namespace nwd::consent {

async::Task<void> Janitor::Run(rpc::Stop& stop) {
  while (!co_await stop.WaitUntil(absl::Now() + kJanitorEvery)) {
    const absl::Status announced = co_await AnnounceEnded();
    if (!announced.ok()) log::Line(log::Level::kWarning, "consent.ends_failed").Status(announced).Emit();
    const absl::Status destroyed = co_await DestroyUnusedKeys();
    if (!destroyed.ok()) log::Line(log::Level::kWarning, "consent.unused_keys_failed").Status(destroyed).Emit();
    const absl::Status forgotten = co_await ForgetMatches();
    if (!forgotten.ok()) log::Line(log::Level::kWarning, "consent.matches_failed").Status(forgotten).Emit();
    const absl::Status codes = co_await ForgetCodes();
    if (!codes.ok()) log::Line(log::Level::kWarning, "consent.codes_failed").Status(codes).Emit();
  }
}

async::Task<absl::Status> Janitor::AnnounceEnded() {
  size_t announced = 0;
  do {
    const absl::Time now = parts_.clock.Now();
    auto body = [&](store::Txn& txn) -> absl::Status {
      NWD_ASSIGN_OR_RETURN(std::vector<storage::Consent> over, consents::TakeOver(txn, now, kEndsAnnouncedMax));
      announced = over.size();
      for (storage::Consent& consent : over) {
        // What ended before its time has been told. The state that is kept stays as it was decided.
        if (IsTerminal(consent.state())) continue;
        consent.set_state(StateAt(consent, now));
        AppendConsentChange(txn, consent, now);
      }
      return absl::OkStatus();
    };
    NWD_CO_RETURN_IF_ERROR(co_await parts_.store.Update(body));
  } while (announced == kEndsAnnouncedMax);
  co_return absl::OkStatus();
}

async::Task<absl::Status> Janitor::ForgetMatches() {
  size_t forgotten = 0;
  do {
    auto body = [&](store::Txn& txn) -> absl::Status {
      NWD_ASSIGN_OR_RETURN(forgotten, matches::Sweep(txn, parts_.clock.Now()));
      return absl::OkStatus();
    };
    NWD_CO_RETURN_IF_ERROR(co_await parts_.store.Update(body));
  } while (forgotten > 0);
  co_return absl::OkStatus();
}

async::Task<absl::Status> Janitor::ForgetCodes() {
  size_t forgotten = 0;
  do {
    auto body = [&](store::Txn& txn) -> absl::Status {
      NWD_ASSIGN_OR_RETURN(forgotten, codes::Sweep(txn, parts_.clock.Now()));
      return absl::OkStatus();
    };
    NWD_CO_RETURN_IF_ERROR(co_await parts_.store.Update(body));
  } while (forgotten > 0);
  co_return absl::OkStatus();
}

}  // namespace nwd::consent
