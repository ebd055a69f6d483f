// The export of a person of whom a thousand things happened: what four services hold, gathered, written and sent.
#include <algorithm>
#include <vector>

#include "absl/strings/str_format.h"
#include "common/base/macros.h"
#include "nwd/consent/v1/rights_service.pb.h"
#include "tests/bench/bench.h"
#include "tests/bench/consent_calls.h"
#include "tests/bench/load.h"

namespace nwd::bench {
namespace {

constexpr uint64_t kReads = 900;
constexpr int kVersions = 100;
constexpr size_t kExports = 20;
constexpr size_t kExportsQuick = 5;
constexpr int kReadsInFlight = 64;
constexpr double kGoalMs = 1'000;

// Versions of what the job centre put in, and reads of the last.
absl::Status LetThingsHappen(Fixture& hub, const Person& person, const rpc::CallOptions& options) {
  NWD_ASSIGN_OR_RETURN(const Connections college, hub.As(kCollege, "consent"));
  NWD_ASSIGN_OR_RETURN(const Connections jobcentre, hub.As(kJobcentre, "consent"));
  for (int i = 0; i < kVersions; ++i) {
    consent::v1::PutRecordRequest put;
    put.set_person_ref(person.jobcentre_ref);
    put.mutable_section()->mutable_skills()->add_skills(absl::StrFormat("version %d", i));
    NWD_RETURN_IF_ERROR(jobcentre[0].Call<consent::v1::PutRecordResponse>(put, options).status());
  }
  const Operation read = [&](uint64_t turn) -> async::Task<absl::Status> {
    const auto answer = co_await college[turn].Await<consent::v1::GetRecordResponse>(ReadOf(person), options);
    co_return answer.status();
  };
  const LoadResult reads = Drive(hub.runtime(), {.in_flight = kReadsInFlight, .turns = kReads}, read);
  if (reads.failures > 0) return reads.first_failure;
  return absl::OkStatus();
}

absl::StatusOr<size_t> ExportOnce(rpc::Client& client, const std::string& case_id, consent::v1::ExportFormat format,
                                  const rpc::CallOptions& options) {
  consent::v1::ExportPersonRequest request;
  request.set_case_id(case_id);
  request.set_format(format);
  auto parts = client.Watch<consent::v1::ExportPersonResponse>(request, options);
  size_t bytes = 0;
  for (consent::v1::ExportPersonResponse part; parts.Read(part);) bytes += part.content().size();
  NWD_RETURN_IF_ERROR(parts.Finish());
  return bytes;
}

}  // namespace

absl::Status PersonExport(Context& context) {
  NWD_ASSIGN_OR_RETURN(Fixture* const hub, context.Hub());
  NWD_ASSIGN_OR_RETURN(Population* const people, context.People());
  NWD_ASSIGN_OR_RETURN(const Connections jobcentre, hub->As(kJobcentre, "consent"));
  rpc::CallOptions options;
  options.practitioner = kPractitioner;
  const Person& person = (*people)[people->size() / 2];
  NWD_RETURN_IF_ERROR(LetThingsHappen(*hub, person, options));
  consent::v1::OpenCaseRequest open;
  open.set_person_ref(person.jobcentre_ref);
  open.set_kind(consent::v1::CASE_KIND_ACCESS);
  NWD_ASSIGN_OR_RETURN(const auto opened, jobcentre[0].Call<consent::v1::OpenCaseResponse>(open, options));

  std::vector<double> took_ms;
  size_t bytes = 0;
  const size_t exports = context.settings().quick ? kExportsQuick : kExports;
  for (size_t i = 0; i < exports; ++i) {
    const auto format = i % 2 == 0 ? consent::v1::EXPORT_FORMAT_JSON : consent::v1::EXPORT_FORMAT_HTML;
    const absl::Time start = absl::Now();
    NWD_ASSIGN_OR_RETURN(bytes, ExportOnce(jobcentre[0], opened.case_id(), format, options));
    took_ms.push_back(absl::ToDoubleMilliseconds(absl::Now() - start));
  }
  std::sort(took_ms.begin(), took_ms.end());
  Row row;
  row.name = "person-export";
  row.value = took_ms.back();
  row.unit = "ms, the slowest";
  row.p50_us = took_ms[took_ms.size() / 2] * 1000;
  row.p99_us = took_ms.back() * 1000;
  row.goal = absl::StrFormat("<= %.0f ms", kGoalMs);
  row.pass = row.value <= kGoalMs;
  row.note = absl::StrFormat("%d exports, JSON and page in turn, of %d reads and %d versions; %d KiB the last", exports,
                             kReads, kVersions, bytes / 1024);
  context.report().Add(row);
  return absl::OkStatus();
}

}  // namespace nwd::bench
