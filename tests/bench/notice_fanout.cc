// A withdrawal under which there were a thousand reads: the consent out of force, and a notice that names what it touches,
// before it is answered.
#include <algorithm>
#include <vector>

#include "absl/strings/str_format.h"
#include "common/base/macros.h"
#include "nwd/consent/v1/consent_service.pb.h"
#include "tests/bench/bench.h"
#include "tests/bench/consent_calls.h"
#include "tests/bench/load.h"

namespace nwd::bench {
namespace {

constexpr uint64_t kReads = 1'000;
constexpr size_t kWithdrawals = 20;
constexpr size_t kWithdrawalsQuick = 5;
constexpr int kReadsInFlight = 64;
constexpr double kGoalMs = 50;

// Nothing is kept of what it asks for; the read is made all the same, and counts.
consent::v1::GetRecordRequest FollowUpOf(const Person& person) {
  consent::v1::GetRecordRequest request;
  request.set_person_ref(person.college_ref);
  request.set_consent_id(person.follow_up_consent_id);
  request.set_purpose(common::v1::PURPOSE_FOLLOW_UP);
  request.add_categories(common::v1::CATEGORY_CONTACT);
  request.set_mode(consent::v1::SHARING_MODE_VIEW);
  return request;
}

}  // namespace

absl::Status NoticeFanout(Context& context) {
  NWD_ASSIGN_OR_RETURN(Fixture* const hub, context.Hub());
  NWD_ASSIGN_OR_RETURN(Population* const people, context.People());
  NWD_ASSIGN_OR_RETURN(const Connections college, hub->As(kCollege, "consent"));
  NWD_ASSIGN_OR_RETURN(const Connections jobcentre, hub->As(kJobcentre, "consent"));
  rpc::CallOptions options;
  options.practitioner = kPractitioner;

  std::vector<double> took_ms;
  const size_t withdrawals = context.settings().quick ? kWithdrawalsQuick : kWithdrawals;
  for (size_t i = 0; i < withdrawals; ++i) {
    // Another consent than those that other benches check and read under, of people whose one consent-withdraw leaves.
    const Person& person = (*people)[people->size() - 1 - i];
    const Operation read = [&](uint64_t turn) -> async::Task<absl::Status> {
      const auto answer = co_await college[turn].Await<consent::v1::GetRecordResponse>(FollowUpOf(person), options);
      co_return answer.status();
    };
    const LoadResult reads = Drive(hub->runtime(), {.in_flight = kReadsInFlight, .turns = kReads}, read);
    if (reads.failures > 0) return reads.first_failure;
    consent::v1::WithdrawConsentRequest withdraw;
    withdraw.set_consent_id(person.follow_up_consent_id);
    const absl::Time start = absl::Now();
    NWD_ASSIGN_OR_RETURN(const auto withdrawn,
                         jobcentre[0].Call<consent::v1::WithdrawConsentResponse>(withdraw, options));
    took_ms.push_back(absl::ToDoubleMilliseconds(absl::Now() - start));
    if (withdrawn.notices() != 1) return absl::InternalError("the reader of a withdrawn consent was not told");
  }
  std::sort(took_ms.begin(), took_ms.end());
  Row row;
  row.name = "notice-fanout";
  row.value = took_ms.back();
  row.unit = "ms, the slowest";
  row.p50_us = took_ms[took_ms.size() / 2] * 1000;
  row.p99_us = took_ms.back() * 1000;
  row.goal = absl::StrFormat("<= %.0f ms", kGoalMs);
  row.pass = row.value <= kGoalMs;
  row.note = absl::StrFormat("%d withdrawals, each of a consent with %d reads under it", withdrawals, kReads);
  context.report().Add(row);
  return absl::OkStatus();
}

}  // namespace nwd::bench
