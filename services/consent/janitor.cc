#include "services/consent/janitor.h"

#include <string_view>
#include <vector>

#include "common/log/log.h"
#include "services/consent/consent_rows.h"
#include "services/consent/consent_states.h"
#include "services/consent/limits.h"

namespace nwd::consent {
namespace {

void LogFailed(std::string_view event, const absl::Status& status) {
  if (!status.ok()) log::Line(log::Level::kWarning, event).Status(status).Emit();
}

}  // namespace

async::Task<void> Janitor::Run(rpc::Stop& stop) {
  while (!co_await stop.WaitUntil(absl::Now() + kJanitorEvery)) {
    LogFailed("consent.ends_failed", co_await AnnounceEnded());
    LogFailed("consent.unused_keys_failed", co_await DestroyUnusedKeys());
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

}  // namespace nwd::consent
