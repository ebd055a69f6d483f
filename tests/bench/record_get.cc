// The college reads three sections of a record: the check, the use, the disclosure and its audit entry are on disk
// before it is answered.
#include "absl/strings/str_format.h"
#include "common/base/macros.h"
#include "tests/bench/consent_calls.h"
#include "tests/bench/paired.h"

namespace nwd::bench {
namespace {

constexpr double kGoalOfEcho = 0.30;
constexpr int kInFlight = 64;
constexpr int kSections = 3;

}  // namespace

absl::Status RecordGet(Context& context) {
  NWD_ASSIGN_OR_RETURN(Fixture* const hub, context.Hub());
  NWD_ASSIGN_OR_RETURN(Population* const people, context.People());
  NWD_ASSIGN_OR_RETURN(const size_t with_record, people->PutRecords(*hub));
  NWD_ASSIGN_OR_RETURN(const Connections college, hub->As(kCollege, "consent"));
  rpc::CallOptions options;
  options.practitioner = kPractitioner;

  const Operation read = [&](uint64_t turn) -> async::Task<absl::Status> {
    const consent::v1::GetRecordRequest request = ReadOf(people->AnyWithRecord(turn));
    const auto answer = co_await college[turn].Await<consent::v1::GetRecordResponse>(request, options);
    if (!answer.ok()) co_return answer.status();
    co_return answer->entries_size() == kSections ? absl::OkStatus()
                                                  : absl::InternalError("a record was read without its sections");
  };
  const consent::v1::GetRecordRequest sample = ReadOf(people->AnyWithRecord(0));
  NWD_ASSIGN_OR_RETURN(const auto sample_answer, college[0].Call<consent::v1::GetRecordResponse>(sample, options));
  Measured measured;
  measured.operation = read;
  measured.in_flight = kInFlight;
  measured.request_bytes = sample.ByteSizeLong();
  measured.response_bytes = sample_answer.ByteSizeLong();

  NWD_ASSIGN_OR_RETURN(const Comparison comparison, Compare(context, *hub, measured));
  Row row = ToRow("record-get", comparison, kGoalOfEcho);
  row.note = absl::StrFormat("%d people with a record of %d sections; %d bytes asked, %d answered", with_record,
                             kSections, measured.request_bytes, measured.response_bytes);
  context.report().Add(row);
  return absl::OkStatus();
}

}  // namespace nwd::bench
