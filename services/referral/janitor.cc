#include "services/referral/janitor.h"

#include <string>
#include <vector>

#include "common/base/macros.h"
#include "common/log/log.h"
#include "services/referral/closing.h"
#include "services/referral/keys.h"
#include "services/referral/limits.h"
#include "services/referral/suite_moves.h"
#include "services/referral/times.h"

namespace nwd::referral {

async::Task<absl::StatusOr<int>> Janitor::MoveWhatIsDue() {
  const absl::Time now = clock_.Now();
  std::string begin = keys::Timers();
  int moved = 0;
  while (true) {
    std::string last_key;
    auto body = [&](const store::Reader& reader) -> absl::StatusOr<std::vector<std::string>> {
      std::vector<std::string> found;
      const store::Range due = {begin, keys::TimersBefore(Micros(now) + 1)};
      NWD_RETURN_IF_ERROR(reader.Scan(due, store::Direction::kForward, [&](std::string_view key, std::string_view) {
        last_key = key;
        found.push_back(keys::LastId(key));
        return static_cast<int>(found.size()) == kTimersPerRound ? store::Visit::kStop : store::Visit::kContinue;
      }));
      return found;
    };
    NWD_CO_ASSIGN_OR_RETURN(const std::vector<std::string> due, co_await parts_.store.View(body));
    for (const std::string& referral_id : due) {
      const absl::StatusOr<bool> made =
          co_await MoveBySuite(parts_, referral_id, Actor::kTimer, v1::REFERRAL_REASON_UNSPECIFIED, now);
      if (made.value_or(false)) ++moved;
      if (!made.ok()) failures_.Note(referral_id, made.status());  // its row stays: the next round tries again
    }
    if (static_cast<int>(due.size()) < kTimersPerRound) co_return moved;
    begin = last_key + '\0';
  }
}

async::Task<absl::StatusOr<int>> Janitor::Round() {
  NWD_CO_ASSIGN_OR_RETURN(const int moved, co_await MoveWhatIsDue());
  NWD_CO_RETURN_IF_ERROR(co_await OpenWhatWasLeft(parts_, clock_.Now()));
  co_return moved;
}

async::Task<void> Janitor::Run(rpc::Stop& stop) {
  while (!stop.requested()) {
    const absl::StatusOr<int> moved = co_await Round();
    if (!moved.ok()) log::Line(log::Level::kWarning, "referral.janitor").Status(moved.status()).Emit();
    if (co_await stop.WaitUntil(absl::Now() + kJanitorPause)) co_return;
  }
}

}  // namespace nwd::referral
