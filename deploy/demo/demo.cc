#include "deploy/demo/demo.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/base/macros.h"
#include "deploy/demo/chapters.h"
#include "deploy/hub/folder.h"
#include "deploy/hub/local_hub.h"
#include "deploy/hub/shell.h"
#include "deploy/hub/turn.h"

namespace nwd::demo {
namespace {

namespace fs = std::filesystem;

constexpr int kExitFailed = 1;
constexpr int kExitMistake = 2;
constexpr int kExitInterrupted = 130;

// In a folder that a demo made, and may replace.
constexpr char kMark[] = "made-by-nwd-demo";

bool IsAnyAlive(const hub::HubState& hub) {
  const std::vector<hub::ProcessId> processes = hub.Processes();
  return std::any_of(processes.begin(), processes.end(), hub::IsAlive);
}

// The folder to use, empty of what an earlier demo left. Only what a demo made is removed: a real hub's folder holds
// the only copy of its key. `turn` is taken: one demo at a time has a folder.
absl::StatusOr<std::string> PrepareFolder(const DemoOptions& options, std::optional<hub::Turn>& turn) {
  if (options.folder.empty()) {
    std::error_code error;
    std::string made = (fs::temp_directory_path(error) / "nwd-demo-XXXXXX").string();
    if (!error && mkdtemp(made.data()) != nullptr) return made;
    return absl::FailedPreconditionError(
        Cat("cannot make a temporary folder: ", error ? error.message() : std::strerror(errno),
            "; name a folder by --folder, or another place for temporary ones by TMPDIR"));
  }
  const auto running = hub::ReadState(options.folder);
  const bool runs = running.ok() && IsAnyAlive(*running);
  if (runs && !running->ends_with_starter) {
    return absl::FailedPreconditionError(
        Cat("a hub runs from ", options.folder, "; stop it with: ", hub::StopLine(options.folder)));
  }
  std::error_code error;
  const fs::path mark = fs::path(options.folder) / kMark;
  const bool made_by_demo = fs::exists(mark, error);
  if (!made_by_demo && fs::exists(options.folder, error) && !fs::is_empty(options.folder, error)) {
    return absl::FailedPreconditionError(
        Cat(options.folder, " holds something that no demo made; name another folder, or remove it yourself"));
  }
  fs::create_directories(options.folder, error);
  if (!std::ofstream(mark)) {
    return absl::FailedPreconditionError(Cat("cannot write to ", options.folder, "; name another folder"));
  }
  NWD_ASSIGN_OR_RETURN(turn, hub::Turn::Take(mark, Cat("another demo runs in ", options.folder,
                                                       "; wait for it, or name another --folder")));
  // What a demo that was killed started has been told to stop, and may take a moment.
  if (runs) NWD_RETURN_IF_ERROR(hub::Down(options.folder, hub::kStopPatience));
  for (const auto& entry : fs::directory_iterator(options.folder, error)) {
    if (entry.path() != mark) fs::remove_all(entry.path(), error);
  }
  return options.folder;
}

std::vector<std::string> Slugs() {
  std::vector<std::string> slugs;
  for (const Player& player : Players()) slugs.emplace_back(player.slug);
  return slugs;
}

// SIGINT and SIGTERM end the demo, not before the hub it started is stopped.
class StopOnSignal {
 public:
  StopOnSignal(Screen& screen, bool json) {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    sigaddset(&signals_, SIGUSR1);  // ours, to end the waiting
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    thread_ = std::thread([this, &screen, json] {
      int number = 0;
      sigwait(&signals_, &number);
      if (number == SIGUSR1) return;
      screen.Line(Started() ? "\nstopping the hub …" : "\nstopping …");
      screen.Hush();  // what goes wrong now goes wrong because of it
      const std::string folder = WaitForFolder();
      if (!folder.empty()) hub::Down(folder, hub::kStopPatience).IgnoreError();  // there is nobody left to tell
      if (json) std::cout << R"({"ok":false,"error":"the demo was interrupted"})" << std::endl;
      _exit(kExitInterrupted);
    });
  }
  ~StopOnSignal() {
    pthread_kill(thread_.native_handle(), SIGUSR1);
    thread_.join();
  }
  void HubStarts() {
    absl::MutexLock lock(&mutex_);
    starting_ = true;
  }
  void HubIsUp(const std::string& folder) {
    absl::MutexLock lock(&mutex_);
    folder_ = folder;
  }

 private:
  bool Started() {
    absl::MutexLock lock(&mutex_);
    return starting_;
  }
  // Starting takes a second or two and either succeeds or cleans up after itself. Empty where there is no hub.
  std::string WaitForFolder() {
    absl::MutexLock lock(&mutex_);
    if (!starting_) return "";
    const auto known = [this] { return !folder_.empty(); };
    mutex_.AwaitWithTimeout(absl::Condition(&known), hub::kReadyPatience);
    return folder_;
  }

  sigset_t signals_;
  absl::Mutex mutex_;
  bool starting_ = false;
  std::string folder_;
  std::thread thread_;
};

struct Stage {
  std::string folder;
  std::optional<hub::Turn> turn;
  std::vector<feed::Page> pages;
  std::vector<MadeUpPerson> cohort;
};

absl::StatusOr<Stage> Prepare(const DemoOptions& options) {
  Stage stage;
  NWD_ASSIGN_OR_RETURN(stage.pages, feed::ReadPages(options.source));
  const absl::CivilDay today = absl::ToCivilDay(absl::Now(), absl::UTCTimeZone());
  NWD_ASSIGN_OR_RETURN(stage.cohort,
                       MakeCohort(Cat(hub::ShareFolder("sample"), "/people/people.json"), options.people, today));
  if (const absl::Status free = hub::CheckUsualPorts(); options.keep && !free.ok()) {
    return absl::FailedPreconditionError(Cat(free.message(), "; or play the demo without --keep, on free ports"));
  }
  NWD_ASSIGN_OR_RETURN(stage.folder, PrepareFolder(options, stage.turn));
  return stage;
}

void Tell(const DemoOptions& options, Stage& stage, hub::HubState hub, Story& story) {
  hub::Clients clients(std::move(hub));
  World world(clients, hub::ShareFolder("data"));
  TellRegistry(world, story);
  TellDirectory(world, story, options.source, stage.pages);
  TellPeople(world, story, std::move(stage.cohort));
  TellConsents(world, story);
  TellReferrals(world, story);
  TellDecisions(world, story);
  TellRecords(world, story);
  TellConsentLife(world, story);
  TellConsentTerms(world, story);
  TellAuthorities(world, story);
  TellOwnSay(world, story);
  TellEmergency(world, story);
  TellAppointments(world, story);
  TellOutcomes(world, story);
  TellRights(world, story);
  TellWithdrawal(world, story);
  TellKeys(world, story);
  TellProof(world, story);
  TellIndicators(world, story);
  world.StopWatching();
  story.Count("organisations", static_cast<int64_t>(Players().size() + 2));
  story.Count("calls", world.calls());
}

void SayWhatNext(Screen& screen) {
  screen.Title("All of it held. Next:");
  screen.Line("  ./dev demo --feed <file, folder or URL> --people 200     your own directory, more people");
  screen.Line("  ./dev demo --keep                                        leaves the hub up, to look around in");
  screen.Line("  ./dev up                                                 an empty hub, and how to call it");
  screen.Line("  ./dev test                                               every test");
}

void SayWhatIsUp(Screen& screen, const hub::HubState& hub) {
  screen.Title("All of it held, and the hub is still up. Next:");
  for (const hub::RunningService& service : hub.services) {
    screen.Line(absl::StrFormat("  %-10s %s   metrics http://127.0.0.1:%d/metrics", service.name, service.Address(),
                                service.http_port));
  }
  const std::string nwd = hub::Quoted(hub::ProgramsFolder() + "/nwd"), folder = hub::Quoted(hub.folder);
  screen.Line(Cat("  ", nwd, " hub status --folder ", folder));
  screen.Line(Cat("  ", nwd, " import <file, folder or URL> --feed my-feed --hub ", folder));
  screen.Line(Cat("  tail -f ", hub::Quoted(hub::LogFile(hub.folder, "consent"))));
  screen.Line(Cat("  ", hub::StopLine(hub.folder)));
}

// Nothing where it did not start, which the story then tells.
std::optional<hub::HubState> StartHub(const DemoOptions& options, const Stage& stage, StopOnSignal& stop,
                                      Story& story) {
  std::optional<hub::HubState> hub;
  story.Chapter("The hub");
  story.Step("four services start over mutual TLS", [&]() -> absl::StatusOr<std::string> {
    hub::UpOptions up;
    up.folder = stage.folder;
    up.organisations = Slugs();
    up.any_ports = !options.keep;
    up.end_with_parent = !options.keep;
    stop.HubStarts();
    NWD_ASSIGN_OR_RETURN(hub, hub::Up(up));
    stop.HubIsUp(hub->folder);
    std::string figure;
    for (const auto& service : hub->services)
      figure += Cat(figure.empty() ? "" : ", ", service.name, " :", service.grpc_port);
    return figure;
  });
  return hub;
}

void StopHub(const hub::HubState& hub, Story& story) {
  const auto stop_hub = [&]() -> absl::StatusOr<std::string> {
    NWD_RETURN_IF_ERROR(hub::Down(hub.folder, hub::kStopPatience));
    return "nothing left running";
  };
  if (story.failed()) stop_hub().status().IgnoreError();  // what failed is told already
  story.Chapter("The end");
  story.Step("the four services drain and stop", stop_hub);
}

// Before there is a story: whoever asked for JSON gets some.
int Refuse(const DemoOptions& options, const absl::Status& why) {
  const std::string sentence(why.message());
  if (options.json) {
    const nlohmann::ordered_json report = {{"ok", false}, {"error", sentence}};
    std::cout << report.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << std::endl;
  }
  std::cerr << "nwd demo: " << sentence << "\n";
  return kExitMistake;
}

}  // namespace

int RunDemo(const DemoOptions& asked) {
  DemoOptions options = asked;
  if (options.source.empty()) options.source = hub::ShareFolder("sample");
  Screen screen;
  StopOnSignal stop(screen, options.json);
  absl::StatusOr<Stage> stage = Prepare(options);
  if (!stage.ok()) return Refuse(options, stage.status());
  Story story(screen);
  screen.Title("No Wrong Door: a hub of four services, from the first door to the outcome");
  const std::optional<hub::HubState> hub = StartHub(options, *stage, stop, story);
  if (hub.has_value()) Tell(options, *stage, *hub, story);

  const bool stay = options.keep && !story.failed();
  if (hub.has_value() && !stay) StopHub(*hub, story);
  const bool unfit = !story.unfit().ok();
  if (story.failed() && !unfit && hub.has_value()) screen.Line(Cat("\n  logs: ", hub->folder, "/log"));
  if (stay) SayWhatIsUp(screen, *hub);
  if (!stay && !story.failed()) SayWhatNext(screen);
  if (asked.folder.empty() && !stay && (unfit || !story.failed())) {
    std::error_code error;
    fs::remove_all(stage->folder, error);
  }
  if (options.json) screen.Line(story.Report());
  if (unfit) {
    std::cerr << "nwd demo: " << story.unfit().message() << "\n";
    return kExitMistake;
  }
  return story.failed() ? kExitFailed : 0;
}

}  // namespace nwd::demo
