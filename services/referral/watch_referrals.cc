// Following referrals: every event of those the caller is party to, from the service's own feed. A receiver sees them
// from SEND on.
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
  return event;
}

bool NeverSent(const ReferralChange& change) {
  const ReferralState from = StateOf(change.from_state());
  const bool from_draft = from == v1::REFERRAL_STATE_UNSPECIFIED || from == v1::REFERRAL_STATE_DRAFT;
  return from_draft && ActionOf(change.action()) != v1::REFERRAL_ACTION_SEND;
}

}  // namespace

async::Task<absl::Status> ReferralService::WatchReferrals(rpc::Call& call, const v1::WatchReferralsRequest& request,
                                                          rpc::Writer<v1::WatchReferralsResponse>& writer) {
  call.ProveTie(common::v1::TIE_SELF);
  const std::string& organisation_id = call.organisation_id();
  auto map = [&](const store::Reader& reader, const Change& change,
                 std::vector<v1::WatchReferralsResponse>& out) -> absl::Status {
    if (!change.has_referral()) return absl::OkStatus();
    const ReferralChange& detail = change.referral();
    const bool as_referrer = detail.referrer_organisation_id() == organisation_id;
    const bool as_receiver = detail.receiver_organisation_id() == organisation_id && !NeverSent(detail);
    if (!as_referrer && !as_receiver) return absl::OkStatus();
    NWD_ASSIGN_OR_RETURN(const auto event, repository::FindEvent(reader, detail.referral_id(), detail.sequence()));
    *out.emplace_back().mutable_event() =
        event ? ShowEvent(detail.referral_id(), *event, organisation_id) : EventOf(change);
    return absl::OkStatus();
  };
  co_return co_await replica::Watch(call, parts_.store, parts_.tokens, request.cursor(), writer, map);
}

void ReferralService::Register(rpc::Router& router) {
  router.Unary(this, &ReferralService::CreateReferral);
  router.Unary(this, &ReferralService::GetReferral);
  router.Unary(this, &ReferralService::GetReferralParties);
  router.Unary(this, &ReferralService::ListReferrals);
  router.Unary(this, &ReferralService::TransitionReferral);
  router.Unary(this, &ReferralService::AddNote);
  router.Unary(this, &ReferralService::ListNotes);
  router.Unary(this, &ReferralService::ListEvents);
  router.Stream(this, &ReferralService::WatchReferrals);
  router.Unary(this, &ReferralService::ListDue);
}

}  // namespace nwd::referral
