// May the college see what it was given consent for: the most frequent call of all.
#include "absl/strings/str_format.h"
#include "common/base/macros.h"
#include "nwd/consent/v1/access_service.pb.h"
#include "tests/bench/consent_calls.h"
#include "tests/bench/paired.h"

namespace nwd::bench {
namespace {

constexpr double kGoalOfEcho = 0.75;
constexpr double kGoalMedianAlone = 1.25;  // times the echo's, one call in flight
constexpr int kInFlight = 64;

}  // namespace

absl::Status ConsentCheck(Context& context) {
  NWD_ASSIGN_OR_RETURN(Fixture* const hub, context.Hub());
  NWD_ASSIGN_OR_RETURN(Population* const people, context.People());
  NWD_ASSIGN_OR_RETURN(const Connections college, hub->As(kCollege, "consent"));
  rpc::CallOptions options;
  options.practitioner = kPractitioner;

  const Operation check = [&](uint64_t turn) -> async::Task<absl::Status> {
    const consent::v1::CheckAccessRequest request = CheckOf(people->Any(turn));
    const auto answer = co_await college[turn].Await<consent::v1::CheckAccessResponse>(request, options);
    if (!answer.ok()) co_return answer.status();
    co_return answer->permitted() ? absl::OkStatus()
                                  : absl::InternalError("a check was denied that should be permitted");
  };
  const consent::v1::CheckAccessRequest sample = CheckOf(people->Any(0));
  NWD_ASSIGN_OR_RETURN(const auto sample_answer, college[0].Call<consent::v1::CheckAccessResponse>(sample, options));
  Measured measured;
  measured.operation = check;
  measured.in_flight = kInFlight;
  measured.request_bytes = sample.ByteSizeLong();
  measured.response_bytes = sample_answer.ByteSizeLong();
  const std::string note = absl::StrFormat("%d people, 3 consents each; %d bytes asked, %d answered", people->size(),
                                           measured.request_bytes, measured.response_bytes);

  NWD_ASSIGN_OR_RETURN(const Comparison busy, Compare(context, *hub, measured));
  Row row = ToRow("consent-check", busy, kGoalOfEcho);
  row.note = note;
  context.report().Add(row);

  measured.in_flight = 1;
  NWD_ASSIGN_OR_RETURN(const Comparison alone, Compare(context, *hub, measured));
  row = ToRow("consent-check-alone", alone, 0);
  row.value = alone.p50_ratio;
  row.unit = "x echo's median";
  row.goal = absl::StrFormat("<= %.2f x echo's median", kGoalMedianAlone);
  row.pass = alone.p50_ratio <= kGoalMedianAlone;
  row.note = absl::StrFormat("one call in flight; the echo's median was %.0f us", alone.baseline_p50_us);
  context.report().Add(row);
  return absl::OkStatus();
}

}  // namespace nwd::bench
