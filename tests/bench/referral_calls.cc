#include "tests/bench/referral_calls.h"

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/ids/uuid.h"
#include "tests/bench/load.h"

namespace nwd::bench {
namespace {

namespace rv1 = referral::v1;

constexpr int kInFlight = 64;

}  // namespace

uint64_t ReferralsMax(const Fixture& hub, const Population& people) { return people.size() * hub.service_ids().size(); }

rv1::CreateReferralRequest CreateOf(const Fixture& hub, const Population& people, uint64_t turn) {
  const Person& person = people[turn % people.size()];
  rv1::CreateReferralRequest request;
  request.set_request_id(ids::Uuid::Random().ToString());
  request.set_person_ref(person.jobcentre_ref);
  request.set_service_id(hub.service_ids()[turn / people.size() % hub.service_ids().size()]);
  request.set_consent_id(person.referral_consent_id);
  request.mutable_summary()->set_need("esol");
  request.mutable_summary()->set_borough("E09000012");
  request.mutable_summary()->set_age_band("25-49");
  request.mutable_summary()->set_priority(rv1::PRIORITY_ROUTINE);
  request.set_entry_channel(common::v1::ENTRY_CHANNEL_JOBCENTRE);
  request.set_notes("Worked in retail for ten years. Would like a course near home, in the mornings.");
  request.set_send(true);
  return request;
}

absl::StatusOr<std::vector<SentReferral>> Send(Fixture& hub, const Population& people, uint64_t first_turn,
                                               uint64_t count) {
  NWD_ASSIGN_OR_RETURN(const Connections jobcentre, hub.As(kJobcentre, "referral"));
  rpc::CallOptions options;
  options.practitioner = kPractitioner;
  std::vector<SentReferral> sent(count);
  const Operation create = [&](uint64_t turn) -> async::Task<absl::Status> {
    const rv1::CreateReferralRequest request = CreateOf(hub, people, turn);
    const auto made = co_await jobcentre[turn].Await<rv1::CreateReferralResponse>(request, options);
    if (!made.ok()) co_return made.status();
    sent[turn - first_turn].referral_id = made->referral_id();
    sent[turn - first_turn].etag = made->etag();
    co_return absl::OkStatus();
  };
  const LoadResult result =
      Drive(hub.runtime(), {.in_flight = kInFlight, .turns = count, .first_turn = first_turn}, create);
  if (result.failures > 0) {
    return absl::Status(result.first_failure.code(),
                        Cat(result.failures, " of ", count,
                            " referrals could not be sent, first with: ", StdView(result.first_failure.message())));
  }
  return sent;
}

}  // namespace nwd::bench
