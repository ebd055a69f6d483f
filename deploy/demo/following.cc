#include "deploy/demo/following.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "common/base/macros.h"

namespace nwd::demo {
namespace {

using Seen = std::vector<ReferralWatcher::Seen>;

// The first and last event of each referral, and whether none was skipped between them.
struct Followed {
  int64_t first = 0;
  int64_t sequence = 0;
  referral::v1::ReferralState state = referral::v1::REFERRAL_STATE_UNSPECIFIED;
  bool in_order = true;
};

std::map<std::string, Followed> Follow(const Seen& seen) {
  std::map<std::string, Followed> referrals;
  for (const auto& one : seen) {
    const auto& event = one.response.event();
    Followed& followed = referrals[event.referral_id()];
    if (event.sequence() <= followed.sequence) continue;  // at least once: again is allowed
    if (followed.first == 0) {
      followed.first = event.sequence();
    } else {
      followed.in_order = followed.in_order && event.sequence() == followed.sequence + 1;
    }
    followed.sequence = event.sequence();
    if (event.to_state() != referral::v1::REFERRAL_STATE_UNSPECIFIED) followed.state = event.to_state();
  }
  return referrals;
}

}  // namespace

absl::StatusOr<std::string> ReferrersSawAll(World& world) {
  size_t events = 0;
  std::vector<absl::Duration> behind;
  for (const std::string& referrer : Registrars()) {
    ReferralWatcher& watcher = world.referrals_of(referrer);
    std::string missing;
    const auto all_seen = [&](const Seen& seen) {
      const auto followed = Follow(seen);
      missing.clear();
      for (const Case& referral : world.cases) {
        if (referral.referrer != referrer) continue;
        const auto found = followed.find(referral.referral_id);
        if (found != followed.end() && found->second.first == 1 && found->second.state == referral.state) continue;
        const auto state = found == followed.end() ? referral::v1::REFERRAL_STATE_UNSPECIFIED : found->second.state;
        missing = Cat(referral::v1::ReferralState_Name(referral.state), " but the stream says ",
                      referral::v1::ReferralState_Name(state));
        return false;
      }
      return true;
    };
    if (!watcher.WaitUntil(all_seen, kPatience)) {
      return Unexpected(Cat("the stream of ", referrer), missing, watcher.last_end().ToString());
    }
    const Seen seen = watcher.seen();
    for (const auto& [id, followed] : Follow(seen))
      NWD_RETURN_IF_ERROR(Holds("events of a referral come in order, none skipped", followed.in_order));
    for (const auto& one : seen)
      behind.push_back(one.when - absl::FromUnixNanos(one.response.event().event_time().seconds() * 1'000'000'000 +
                                                      one.response.event().event_time().nanos()));
    events += seen.size();
  }
  NWD_RETURN_IF_ERROR(Holds("the streams carried something", !behind.empty()));
  std::nth_element(behind.begin(), behind.begin() + behind.size() / 2, behind.end());
  return absl::StrFormat("%d events in order, the median %.1f ms after it happened", events,
                         absl::ToDoubleMilliseconds(behind[behind.size() / 2]));
}

}  // namespace nwd::demo
