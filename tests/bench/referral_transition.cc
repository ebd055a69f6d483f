// RECEIVE of referrals that were sent before: one durable, audited move.
#include <algorithm>

#include "absl/strings/str_format.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/ids/uuid.h"
#include "tests/bench/paired.h"
#include "tests/bench/referral_calls.h"

namespace nwd::bench {
namespace {

namespace rv1 = referral::v1;

constexpr double kGoalOfEcho = 0.40;
constexpr int kInFlight = 64;
constexpr int kMovesPerSecondMax = 20'000;  // that a round may use up

rv1::TransitionReferralRequest ReceiveOf(const SentReferral& sent) {
  rv1::TransitionReferralRequest request;
  request.set_request_id(ids::Uuid::Random().ToString());
  request.set_referral_id(sent.referral_id);
  request.set_etag(sent.etag);
  request.set_action(rv1::REFERRAL_ACTION_RECEIVE);
  return request;
}

}  // namespace

absl::Status ReferralTransition(Context& context) {
  NWD_ASSIGN_OR_RETURN(Fixture* const hub, context.Hub());
  NWD_ASSIGN_OR_RETURN(Population* const people, context.People());
  NWD_ASSIGN_OR_RETURN(const Connections college, hub->As(kCollege, "referral"));
  rpc::CallOptions options;
  options.practitioner = kPractitioner;

  const uint64_t room = ReferralsMax(*hub, *people) / 2;
  const Settings& settings = context.settings();
  const uint64_t wanted =
      static_cast<uint64_t>(absl::ToDoubleSeconds(settings.round) * kMovesPerSecondMax * (settings.rounds + 1));
  NWD_ASSIGN_OR_RETURN(const std::vector<SentReferral> sent, Send(*hub, *people, room, std::min(room, wanted)));

  const Operation receive = [&](uint64_t turn) -> async::Task<absl::Status> {
    const rv1::TransitionReferralRequest request = ReceiveOf(sent[turn]);
    const auto moved = co_await college[turn].Await<rv1::TransitionReferralResponse>(request, options);
    if (!moved.ok()) co_return moved.status();
    co_return moved->state() == rv1::REFERRAL_STATE_RECEIVED ? absl::OkStatus()
                                                             : absl::InternalError("a referral was not received");
  };
  Measured measured;
  measured.operation = receive;
  measured.in_flight = kInFlight;
  measured.turns = sent.size();
  measured.request_bytes = ReceiveOf(sent[0]).ByteSizeLong();
  rv1::TransitionReferralResponse answer;
  answer.set_state(rv1::REFERRAL_STATE_RECEIVED);
  answer.set_etag(sent[0].etag);
  measured.response_bytes = answer.ByteSizeLong();

  NWD_ASSIGN_OR_RETURN(const Comparison comparison, Compare(context, *hub, measured));
  Row row = ToRow("referral-transition", comparison, kGoalOfEcho);
  row.note = absl::StrFormat("%d referrals moved; %d bytes asked, %d answered", comparison.operations,
                             measured.request_bytes, measured.response_bytes);
  context.report().Add(row);
  return absl::OkStatus();
}

}  // namespace nwd::bench
