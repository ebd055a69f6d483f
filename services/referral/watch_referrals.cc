// Following referrals: every event of those the caller is party to, from the service's own feed. A receiver sees them
// from SEND on, and nothing of a referral that was never sent to it: what ListEvents would show, as it happens.
#include "common/base/macros.h"
#include "common/replica/watch.h"
#include "services/referral/referral_service.h"
#include "services/referral/repository.h"
#include "services/referral/times.h"
#include "services/referral/visibility.h"
#include "services/referral/words.h"

namespace nwd::referral {
namespace {

using common::v1::Change;
using common::v1::ReferralChange;

// What the change itself says, where the event's row has gone with its draft.
v1::ReferralEvent EventOf(const Change& change) {
  const ReferralChange& detail = change.referral();
  v1::ReferralEvent event;
  event.set_referral_id(detail.referral_id());
  event.set_sequence(detail.sequence());
  event.set_action(ActionOf(detail.action()));
  event.set_from_state(StateOf(detail.from_state()));
  event.set_to_state(StateOf(detail.to_state()));
  event.set_reason(ReasonOf(detail.reason()));
  *event.mutable_event_time() = change.change_time();
  event.set_feedback_invited(InvitesFeedback(event.action()));
  return event;
}

// Whether the change names the organisation at all; what it may see of it is said by the referral's row.
bool Names(const ReferralChange& change, const std::string& organisation_id) {
  return change.referrer_organisation_id() == organisation_id || change.receiver_organisation_id() == organisation_id;
}

// A referral without a row was a draft, swept: its referrer's alone.
absl::StatusOr<bool> Shows(const store::Reader& reader, const ReferralChange& change,
                           const std::string& organisation_id) {
  NWD_ASSIGN_OR_RETURN(const auto referral, repository::Find(reader, change.referral_id()));
  if (!referral) return change.referrer_organisation_id() == organisation_id;
  return ShowsEvent(*referral, change.sequence(), SidesOf(*referral, organisation_id));
}

}  // namespace

async::Task<absl::Status> ReferralService::WatchReferrals(rpc::Call& call, const v1::WatchReferralsRequest& request,
                                                          rpc::Writer<v1::WatchReferralsResponse>& writer) {
  call.ProveTie(common::v1::TIE_SELF);
  const std::string& organisation_id = call.organisation_id();
  auto map = [&](const store::Reader& reader, const Change& change,
                 std::vector<v1::WatchReferralsResponse>& out) -> absl::Status {
    const ReferralChange& detail = change.referral();
    if (!change.has_referral() || !Names(detail, organisation_id)) return absl::OkStatus();
    NWD_ASSIGN_OR_RETURN(const bool shown, Shows(reader, detail, organisation_id));
    if (!shown) return absl::OkStatus();
    NWD_ASSIGN_OR_RETURN(const auto event, repository::FindEvent(reader, detail.referral_id(), detail.sequence()));
    *out.emplace_back().mutable_event() =
        event ? ShowEvent(detail.referral_id(), *event, organisation_id) : EventOf(change);
    return absl::OkStatus();
  };
  co_return co_await replica::Watch(call, parts_.store, parts_.tokens, request.cursor(), writer, map);
}

}  // namespace nwd::referral
