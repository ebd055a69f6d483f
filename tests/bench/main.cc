// Runs the benchmarks: real programs, mutual TLS, data on disk, client and servers on this machine.
//
//   nwd-bench                      all of them, 100,000 people
//   nwd-bench --quick              all within three minutes, 5,000 people
//   nwd-bench consent-check        one
//
// Prints a table and writes results.json. A goal that is missed is said so and is no error; a figure that could not be
// taken is.
#include <algorithm>
#include <filesystem>
#include <iostream>

#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "common/base/strings.h"
#include "common/config/config.h"
#include "common/tls/openssl_policy.h"
#include "deploy/hub/folder.h"
#include "tests/bench/bench.h"
#include "tests/bench/fixture.h"
#include "tests/bench/population.h"

namespace nwd::bench {
namespace {

constexpr int kPeopleQuick = 5'000;
constexpr int kPeopleFull = 1'000'000;
constexpr double kSecondsQuick = 1;
constexpr int kRoundsQuick = 3;
constexpr int kExitMistake = 2;

struct Asked {
  std::vector<std::string> names;
  bool quick = false;
  bool full = false;
  int people = 0;
  double seconds = 0;
  int rounds = 0;
  int connections = Settings().connections;
  bool keep = false;
  std::string folder;
};

Settings SettingsOf(const Asked& asked) {
  Settings settings;
  settings.folder = asked.folder;
  settings.quick = asked.quick;
  settings.keep = asked.keep;
  settings.connections = asked.connections;
  if (asked.quick) {
    settings.people = kPeopleQuick;
    settings.round = absl::Seconds(kSecondsQuick);
    settings.rounds = kRoundsQuick;
  }
  if (asked.full) settings.people = kPeopleFull;
  if (asked.people > 0) settings.people = asked.people;
  if (asked.seconds > 0) settings.round = absl::Seconds(asked.seconds);
  if (asked.rounds > 0) settings.rounds = asked.rounds;
  return settings;
}

// Empty where a name is no bench.
std::vector<Bench> Chosen(const std::vector<std::string>& names) {
  if (names.empty()) return AllBenches();
  std::vector<Bench> chosen;
  for (const std::string& name : names) {
    const auto found =
        std::find_if(AllBenches().begin(), AllBenches().end(), [&](const Bench& bench) { return bench.name == name; });
    if (found == AllBenches().end()) return {};
    chosen.push_back(*found);
  }
  return chosen;
}

int Run(int argc, char** argv) {
  if (const absl::Status status = tls::RequireTls13(); !status.ok())
    return std::cerr << status.message() << "\n", kExitMistake;
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);  // as the services do
  const std::filesystem::path build = std::filesystem::path(hub::ProgramsFolder()).parent_path() / "bench";
  Asked asked;
  asked.folder = (build / "hub").string();
  config::Options options("nwd-bench", "The benchmarks of a hub, against a bare echo in the same run.");
  options.Add("benches", &asked.names, "Which; all where none is named");
  options.Add("--quick", &asked.quick, "Less data and shorter rounds");
  options.Add("--full", &asked.full, "1,000,000 people");
  options.Add("--people", &asked.people, "How many people").Range(100, 10'000'000);
  options.Add("--seconds", &asked.seconds, "How long one round takes");
  options.Add("--rounds", &asked.rounds, "How many pairs of echo and measured").Range(1, 100);
  options.Add("--connections", &asked.connections, "Connections of the client to each server").Range(1, 64);
  options.Add("--folder", &asked.folder, "Where the hub keeps its data; emptied first");
  options.Add("--keep", &asked.keep, "Go on in the folder, with the people of an earlier run; referrals want new ones");
  if (const auto code = options.Parse(argc, argv)) return *code;
  const std::vector<Bench> benches = Chosen(asked.names);
  if (benches.empty()) {
    std::cerr << "no such bench; there are:\n";
    for (const Bench& bench : AllBenches()) std::cerr << absl::StrFormat("  %-20s %s\n", bench.name, bench.measures);
    return kExitMistake;
  }

  Context context(SettingsOf(asked));
  bool complete = true;
  for (const Bench& bench : benches) {
    const absl::Status status = bench.run(context);
    if (status.ok()) continue;
    complete = false;
    std::cerr << bench.name << ": no figure: " << status.message() << "\n";
  }
  std::error_code exists;
  std::filesystem::create_directories(build, exists);  // what keeps from writing is said then
  const std::string results = (build / "results.json").string();
  if (const absl::Status written = context.report().WriteJson(results); !written.ok()) {
    std::cerr << written.message() << "\n";
    return kExitMistake;
  }
  std::cout << "written to " << results << "\n";
  return complete ? 0 : 1;
}

}  // namespace
}  // namespace nwd::bench

int main(int argc, char** argv) { return nwd::bench::Run(argc, argv); }
