// The audit log: appended to and taken in beside it, on a store of its own; and proofs of disclosures, asked for by call,
// one at a time.
#include <algorithm>
#include <filesystem>
#include <vector>

#include "absl/strings/str_format.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "tests/bench/bench.h"
#include "tests/bench/consent_calls.h"
#include "tests/bench/load.h"
#include "tests/common/audit/log_speed.h"

namespace nwd::bench {
namespace {

constexpr uint64_t kEntries = 1'000'000;
constexpr uint64_t kEntriesQuick = 200'000;
constexpr double kGoalEntriesPerSecond = 20'000;
constexpr double kGoalSignedAfterSeconds = 1;
constexpr double kGoalVerifySeconds = 10;  // for kEntries

constexpr uint64_t kProofs = 1'000;
constexpr double kGoalProofMs = 2;  // at 99 %

struct Released {
  std::string person_ref, disclosure_id;
};

// The college reads; the job centre, whose entries they are, has the proof.
absl::StatusOr<std::vector<Released>> Release(Context& context, Fixture& hub) {
  NWD_ASSIGN_OR_RETURN(Population* const people, context.People());
  NWD_RETURN_IF_ERROR(people->PutRecords(hub).status());
  NWD_ASSIGN_OR_RETURN(const Connections college, hub.As(kCollege, "consent"));
  rpc::CallOptions options;
  options.practitioner = kPractitioner;
  std::vector<Released> released(kProofs);
  const Operation read = [&](uint64_t turn) -> async::Task<absl::Status> {
    const Person& person = people->AnyWithRecord(turn);
    const auto answer = co_await college[turn].Await<consent::v1::GetRecordResponse>(ReadOf(person), options);
    if (answer.ok()) released[turn] = {person.jobcentre_ref, answer->disclosure_id()};
    co_return answer.status();
  };
  const LoadResult result = Drive(hub.runtime(), {.in_flight = 16, .turns = kProofs}, read);
  if (result.failures > 0) return result.first_failure;
  return released;
}

}  // namespace

absl::Status AuditAppend(Context& context) {
  const uint64_t entries = context.settings().quick ? kEntriesQuick : kEntries;
  const std::string folder = Cat(context.settings().folder, "/audit-log");
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(context.settings().folder);
  const audit::LogSpeed speed = audit::MeasureLog(folder, entries);
  std::filesystem::remove_all(folder);
  Row row;
  row.name = "audit-append";
  row.value = speed.entries_per_s;
  row.unit = "entries/s";
  row.ops_per_s = speed.entries_per_s;
  row.goal = absl::StrFormat(">= %.0f/s, signed in %.0f s, %d verified in %.0f s", kGoalEntriesPerSecond,
                             kGoalSignedAfterSeconds, kEntries, kGoalVerifySeconds);
  row.pass = speed.entries_per_s >= kGoalEntriesPerSecond && speed.signed_after_s <= kGoalSignedAfterSeconds &&
             speed.verify_s <= kGoalVerifySeconds * static_cast<double>(entries) / kEntries;
  row.note = absl::StrFormat(
      "%d entries, all signed %.2f s after the last; gone through in %.2f s; verified over HTTP in %.2f s", entries,
      speed.signed_after_s, speed.check_s, speed.verify_s);
  context.report().Add(row);
  return absl::OkStatus();
}

absl::Status AuditProof(Context& context) {
  NWD_ASSIGN_OR_RETURN(Fixture* const hub, context.Hub());
  NWD_ASSIGN_OR_RETURN(const std::vector<Released> released, Release(context, *hub));
  NWD_ASSIGN_OR_RETURN(const Connections jobcentre, hub->As(kJobcentre, "consent"));
  rpc::CallOptions options;
  options.practitioner = kPractitioner;
  const auto ask = [&](uint64_t turn) -> async::Task<absl::StatusOr<consent::v1::GetDisclosureProofResponse>> {
    consent::v1::GetDisclosureProofRequest request;
    request.set_person_ref(released[turn].person_ref);
    request.set_disclosure_id(released[turn].disclosure_id);
    co_return co_await jobcentre[turn].Await<consent::v1::GetDisclosureProofResponse>(request, options);
  };
  // All are in the log once the last is.
  const Operation last = [&](uint64_t) -> async::Task<absl::Status> {
    const auto answer = co_await ask(kProofs - 1);
    co_return answer.status();
  };
  const absl::Time give_up = absl::Now() + absl::Seconds(30);
  while (Drive(hub->runtime(), {.turns = 1}, last).failures > 0) {
    if (absl::Now() > give_up) return absl::DeadlineExceededError("the audit log did not take in the last disclosures");
    absl::SleepFor(absl::Milliseconds(100));
  }
  const Operation prove = [&](uint64_t turn) -> async::Task<absl::Status> {
    const auto answer = co_await ask(turn);
    co_return answer.status();
  };
  const LoadResult result = Drive(hub->runtime(), {.turns = kProofs}, prove);
  if (result.failures > 0) return result.first_failure;
  Row row;
  row.name = "audit-proof";
  row.value = result.PercentileUs(0.99) / 1000;
  row.unit = "ms at 99 %";
  row.ops_per_s = result.PerSecond();
  row.p50_us = result.PercentileUs(0.5);
  row.p99_us = result.PercentileUs(0.99);
  row.goal = absl::StrFormat("<= %.0f ms", kGoalProofMs);
  row.pass = row.value <= kGoalProofMs;
  row.note = absl::StrFormat("GetDisclosureProof of %d disclosures, one at a time", kProofs);
  context.report().Add(row);
  return absl::OkStatus();
}

}  // namespace nwd::bench
