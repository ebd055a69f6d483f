// What the consent service keeps resident once it holds everybody and has served reads about all of them.
#include <fstream>
#include <sstream>

#include "absl/strings/str_format.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "tests/bench/bench.h"
#include "tests/bench/consent_calls.h"
#include "tests/bench/fixture.h"
#include "tests/bench/load.h"

namespace nwd::bench {
namespace {

constexpr double kGoalMib = 512;
constexpr int kInFlight = 64;
constexpr int kFullPeople = 1'000'000;

absl::StatusOr<double> ResidentMib(pid_t pid) {
  std::ifstream file(Cat("/proc/", pid, "/status"));
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name;
    double kib = 0;
    if (words >> name >> kib && name == "VmRSS:") return kib / 1024;
  }
  return absl::FailedPreconditionError("the consent service's memory cannot be read");
}

}  // namespace

absl::Status Memory(Context& context) {
  NWD_ASSIGN_OR_RETURN(Fixture* const hub, context.Hub());
  NWD_ASSIGN_OR_RETURN(Population* const people, context.People());
  NWD_ASSIGN_OR_RETURN(const Connections college, hub->As(kCollege, "consent"));
  rpc::CallOptions options;
  options.practitioner = kPractitioner;
  const Operation check = [&](uint64_t turn) -> async::Task<absl::Status> {
    const consent::v1::CheckAccessRequest request = CheckOf((*people)[turn]);
    const auto answer = co_await college[turn].Await<consent::v1::CheckAccessResponse>(request, options);
    co_return answer.status();
  };
  const LoadResult result = Drive(hub->runtime(), {.in_flight = kInFlight, .turns = people->size()}, check);
  if (result.failures > 0) return result.first_failure;

  Row row;
  row.name = "memory";
  NWD_ASSIGN_OR_RETURN(row.value, ResidentMib(hub->ProcessOf("consent")));
  row.unit = "MiB";
  row.goal = absl::StrFormat("<= %.0f MiB", kGoalMib);
  row.pass = row.value <= kGoalMib;
  row.note = absl::StrFormat("resident with %d people, 3 consents each, all of them looked up%s", people->size(),
                             people->size() < kFullPeople ? "; the goal is for 1000000 (--full)" : "");
  context.report().Add(row);
  return absl::OkStatus();
}

}  // namespace nwd::bench
