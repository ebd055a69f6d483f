// Withdrawals, each of another consent: durable, audited, told to the followers, before they are answered.
#include "absl/strings/str_format.h"
#include "common/base/macros.h"
#include "nwd/consent/v1/consent_service.pb.h"
#include "tests/bench/paired.h"
#include "tests/bench/population.h"

namespace nwd::bench {
namespace {

constexpr int kInFlight = 64;
constexpr uint64_t kShareUsed = 2;  // of the people, every so many-eth loses a consent: later benches have the others

consent::v1::WithdrawConsentRequest WithdrawalOf(const Person& person) {
  consent::v1::WithdrawConsentRequest request;
  request.set_consent_id(person.follow_up_consent_id);
  return request;
}

}  // namespace

absl::Status ConsentWithdraw(Context& context) {
  NWD_ASSIGN_OR_RETURN(Fixture* const hub, context.Hub());
  NWD_ASSIGN_OR_RETURN(Population* const people, context.People());
  NWD_ASSIGN_OR_RETURN(const Connections jobcentre, hub->As(kJobcentre, "consent"));
  rpc::CallOptions options;
  options.practitioner = kPractitioner;
  const Operation withdraw = [&](uint64_t turn) -> async::Task<absl::Status> {
    const consent::v1::WithdrawConsentRequest request = WithdrawalOf((*people)[turn]);
    const auto answer = co_await jobcentre[turn].Await<consent::v1::WithdrawConsentResponse>(request, options);
    if (!answer.ok()) co_return answer.status();
    co_return answer->state() == consent::v1::CONSENT_STATE_WITHDRAWN
        ? absl::OkStatus()
        : absl::InternalError("a consent was not withdrawn");
  };
  Measured measured;
  measured.operation = withdraw;
  measured.in_flight = kInFlight;
  measured.turns = people->size() / kShareUsed;
  measured.request_bytes = WithdrawalOf((*people)[0]).ByteSizeLong();
  consent::v1::WithdrawConsentResponse answer;
  answer.set_state(consent::v1::CONSENT_STATE_WITHDRAWN);
  answer.set_etag("r3");
  measured.response_bytes = answer.ByteSizeLong();

  NWD_ASSIGN_OR_RETURN(const Comparison comparison, Compare(context, *hub, measured));
  Row row = ToRow("consent-withdraw", comparison, 0);
  row.goal = "none set";
  row.note = absl::StrFormat("%d people; nobody had read under what was withdrawn", people->size());
  context.report().Add(row);
  return absl::OkStatus();
}

}  // namespace nwd::bench
