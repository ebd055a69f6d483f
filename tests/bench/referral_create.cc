// Create and send in one call: who the person is and whether the consent permits, asked of the consent service; then
// durable and audited.
#include "absl/strings/str_format.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "tests/bench/paired.h"
#include "tests/bench/referral_calls.h"

namespace nwd::bench {
namespace {

namespace rv1 = referral::v1;

constexpr double kGoalOfEcho = 0.20;
constexpr int kInFlight = 64;

}  // namespace

absl::Status ReferralCreate(Context& context) {
  NWD_ASSIGN_OR_RETURN(Fixture* const hub, context.Hub());
  NWD_ASSIGN_OR_RETURN(Population* const people, context.People());
  NWD_ASSIGN_OR_RETURN(const Connections jobcentre, hub->As(kJobcentre, "referral"));
  rpc::CallOptions options;
  options.practitioner = kPractitioner;

  // The first half of the pairs; the other is for the bench of transitions.
  const uint64_t turns = ReferralsMax(*hub, *people) / 2;
  const Operation create = [&](uint64_t turn) -> async::Task<absl::Status> {
    const rv1::CreateReferralRequest request = CreateOf(*hub, *people, turn);
    const auto made = co_await jobcentre[turn].Await<rv1::CreateReferralResponse>(request, options);
    if (!made.ok()) co_return made.status();
    co_return made->state() == rv1::REFERRAL_STATE_SENT ? absl::OkStatus()
                                                        : absl::InternalError("a referral was not sent");
  };
  Measured measured;
  measured.operation = create;
  measured.in_flight = kInFlight;
  measured.turns = turns;
  measured.request_bytes = CreateOf(*hub, *people, 0).ByteSizeLong();
  rv1::CreateReferralResponse answer;
  answer.set_referral_id(std::string(Id()));
  answer.set_state(rv1::REFERRAL_STATE_SENT);
  answer.set_etag("r2");
  measured.response_bytes = answer.ByteSizeLong();

  NWD_ASSIGN_OR_RETURN(const Comparison comparison, Compare(context, *hub, measured));
  Row row = ToRow("referral-create", comparison, kGoalOfEcho);
  row.note = absl::StrFormat("%d referrals sent; %d bytes asked, %d answered", comparison.operations,
                             measured.request_bytes, measured.response_bytes);
  context.report().Add(row);
  return absl::OkStatus();
}

}  // namespace nwd::bench
