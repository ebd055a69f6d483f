#include "tests/bench/fixture.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "deploy/feed/pages.h"
#include "deploy/hub/folder.h"
#include "deploy/hub/local_hub.h"
#include "deploy/pki/hub.h"
#include "nwd/directory/v1/catalogue_service.pb.h"
#include "nwd/directory/v1/feed_service.pb.h"
#include "nwd/directory/v1/organisation_service.pb.h"

namespace nwd::bench {
namespace {

namespace fs = std::filesystem;
namespace dv1 = directory::v1;

constexpr absl::Duration kReady = absl::Seconds(60);
constexpr absl::Duration kNextLine = absl::Minutes(10);
// Of one core, all services together, for so many seconds in a row.
constexpr double kQuietShare = 0.2;
constexpr int kQuietSeconds = 3;
constexpr absl::Duration kQuietPatience = absl::Minutes(60);
// The echo shows the certificate of this service, so that clients know whom they talk to.
constexpr char kEchoAs[] = "consent";

// The words a process was started with.
std::vector<std::string> CommandOf(pid_t pid) {
  std::ifstream file(Cat("/proc/", pid, "/cmdline"));
  std::vector<std::string> words;
  for (std::string word; std::getline(file, word, '\0');) words.push_back(word);
  return words;
}

// User and system time; 0 where there is no such process.
double CpuSecondsOf(pid_t pid) {
  std::ifstream file(Cat("/proc/", pid, "/stat"));
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const size_t name_end = text.rfind(')');  // the name itself may hold anything
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(text.substr(name_end + 1));
  std::string skipped;
  for (int field = 3; field <= 13; ++field) fields >> skipped;
  double user_ticks = 0, system_ticks = 0;
  fields >> user_ticks >> system_ticks;
  return (user_ticks + system_ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

// The last words of a program may come before its stores are closed.
absl::Status AwaitEnd(const hub::ProcessId& process) {
  int status = 0;
  if (waitpid(process.pid, &status, 0) != process.pid || status != 0)
    return absl::FailedPreconditionError("a program did not end well");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<feed::Imported> ImportFeed(rpc::Client& directory, const std::string& slug,
                                          const std::vector<feed::Page>& pages) {
  feed::ImportOptions options;
  options.slug = slug;
  return feed::Import(directory, options, pages, [](int) {});
}

absl::StatusOr<std::unique_ptr<Fixture>> Fixture::Start(const std::string& folder, int connections, bool keep) {
  std::unique_ptr<Fixture> fixture(new Fixture(connections));
  NWD_RETURN_IF_ERROR(fixture->StartHub(folder, keep));
  NWD_RETURN_IF_ERROR(fixture->StartEcho());
  NWD_RETURN_IF_ERROR(fixture->Furnish());
  return fixture;
}

Fixture::~Fixture() {
  runtime_.reset();
  std::vector<hub::ProcessId> processes = hub_.Processes();
  processes.push_back(echo_);
  std::erase_if(processes, [](const hub::ProcessId& id) { return id.pid == 0; });
  hub::StopProcesses(processes, hub::kStopPatience).IgnoreError();  // what was left was killed
  if (!hub_.folder.empty()) hub::RemoveState(hub_.folder);
}

absl::Status Fixture::StartHub(const std::string& folder, bool keep) {
  const std::string absolute = fs::absolute(folder).lexically_normal().string();
  if (const auto running = hub::ReadState(absolute); running.ok() && running->AllAlive()) {
    return absl::AlreadyExistsError(Cat("another bench runs in ", absolute));
  }
  std::error_code error;
  if (!keep) fs::remove_all(absolute, error);
  fs::create_directories(absolute, error);
  if (error) return absl::FailedPreconditionError(Cat("cannot use the folder ", absolute, ": ", error.message()));
  hub::UpOptions options;
  options.folder = absolute;
  options.organisations = {kJobcentre, kCollege};
  options.any_ports = true;
  options.end_with_parent = true;
  // Two organisations register everybody: compared with others all the same.
  setenv("NWD_COMPARED_A_DAY", "100000000", /*overwrite=*/1);
  NWD_ASSIGN_OR_RETURN(hub_, hub::Up(options));
  runtime_ = std::make_unique<rpc::ClientRuntime>();
  for (int i = 0; i < connections_; ++i) clients_.push_back(std::make_unique<hub::Clients>(hub_));
  return absl::OkStatus();
}

absl::Status Fixture::StartEcho() {
  NWD_ASSIGN_OR_RETURN(
      const hub::Started started,
      hub::StartProcess({.command = {Cat(hub::ProgramsFolder(), "/nwd-bench-echo"),
                                     Cat("--tls=", pki::ServiceFolder(hub::PkiFolder(hub_.folder), kEchoAs)),
                                     Cat("--trust-domain=", hub_.trust_domain)},
                         .log_file = hub::LogFile(hub_.folder, "echo"),
                         .end_with_parent = true}));
  echo_ = started.id;
  const absl::StatusOr<std::string> line = hub::ReadLine(started.output, absl::Now() + kReady);
  close(started.output);
  int port = 0;
  if (!line.ok() || !absl::SimpleAtoi(absl::StripPrefix(*line, "listening "), &port)) {
    return absl::FailedPreconditionError(Cat("the echo did not start; its log is ", hub::LogFile(hub_.folder, "echo")));
  }
  hub::HubState beside = hub_;
  for (hub::RunningService& service : beside.services) {
    if (service.name == kEchoAs) service.grpc_port = port;
  }
  std::vector<rpc::Client*> connections;
  for (int i = 0; i < connections_; ++i) {
    echo_clients_.push_back(std::make_unique<hub::Clients>(beside));
    NWD_ASSIGN_OR_RETURN(connections.emplace_back(), echo_clients_.back()->As(kCollege, kEchoAs));
  }
  echo_connections_ = std::make_unique<Connections>(std::move(connections));
  return absl::OkStatus();
}

absl::StatusOr<Connections> Fixture::As(const std::string& organisation, const std::string& service) {
  std::vector<rpc::Client*> connections;
  for (const auto& clients : clients_) {
    NWD_ASSIGN_OR_RETURN(connections.emplace_back(), clients->As(organisation, service));
  }
  return Connections(std::move(connections));
}

absl::StatusOr<std::string> Fixture::Organisation(const std::string& slug, int kind) {
  NWD_ASSIGN_OR_RETURN(const auto known,
                       clients_[0]->Call<dv1::ListOrganisationsResponse>(kAdmin, dv1::ListOrganisationsRequest()));
  for (const dv1::Organisation& organisation : known.organisations()) {
    if (organisation.slug() == slug) return organisation.organisation_id();
  }
  dv1::CreateOrganisationRequest request;
  request.set_slug(slug);
  request.set_name(slug);
  request.set_kind(static_cast<common::v1::OrganisationKind>(kind));
  NWD_ASSIGN_OR_RETURN(const auto created, clients_[0]->Call<dv1::CreateOrganisationResponse>(kAdmin, request));
  return created.organisation_id();
}

absl::Status Fixture::Furnish() {
  NWD_ASSIGN_OR_RETURN(jobcentre_id_, Organisation(kJobcentre, common::v1::ORGANISATION_KIND_JOBCENTRE));
  NWD_ASSIGN_OR_RETURN(college_id_, Organisation(kCollege, common::v1::ORGANISATION_KIND_COLLEGE));

  NWD_ASSIGN_OR_RETURN(const std::vector<feed::Page> pages, feed::ReadPages(hub::ShareFolder("sample")));
  NWD_ASSIGN_OR_RETURN(rpc::Client* const directory, clients_[0]->As(kAdmin, "directory"));
  NWD_ASSIGN_OR_RETURN(const feed::Imported imported, ImportFeed(*directory, "sample", pages));

  NWD_RETURN_IF_ERROR(Adopt(imported.feed_id));
  dv1::SearchServicesRequest search;
  search.set_organisation_id(college_id_);
  search.set_page_size(500);
  NWD_ASSIGN_OR_RETURN(const auto found, clients_[0]->Call<dv1::SearchServicesResponse>(kJobcentre, search));
  for (const auto& result : found.results()) {
    if (result.service().active() && result.service().accepts_referrals())
      service_ids_.push_back(result.service().service_id());
  }
  if (service_ids_.empty())
    return absl::FailedPreconditionError("the sample feed gave no service that takes referrals");
  return absl::OkStatus();
}

absl::Status Fixture::Adopt(const std::string& feed_id) {
  NWD_ASSIGN_OR_RETURN(rpc::Client* const directory, clients_[0]->As(kAdmin, "directory"));
  dv1::ListProvidersRequest list;
  list.set_feed_id(feed_id);
  list.set_page_size(500);
  NWD_ASSIGN_OR_RETURN(const auto providers, directory->Call<dv1::ListProvidersResponse>(list));
  for (const dv1::Provider& provider : providers.providers()) {
    dv1::LinkProviderRequest link;
    link.set_feed_id(feed_id);
    link.set_external_id(provider.external_id());
    link.set_organisation_id(college_id_);
    NWD_RETURN_IF_ERROR(directory->Call<dv1::LinkProviderResponse>(link).status());
  }
  return absl::OkStatus();
}

absl::Status Fixture::Kill(const std::string& service) {
  const pid_t pid = ProcessOf(service);
  ended_command_ = CommandOf(pid);
  if (ended_command_.empty() || kill(pid, SIGKILL) != 0)
    return absl::FailedPreconditionError(Cat("the ", service, " service does not run"));
  waitpid(pid, nullptr, 0);
  return absl::OkStatus();
}

absl::Status Fixture::RunInPlaceOf(const std::string& service, const std::vector<std::string>& command,
                                   const std::function<void(const std::string&)>& said) {
  const hub::ProcessId running = hub_.Service(service).process;
  ended_command_ = CommandOf(running.pid);
  NWD_RETURN_IF_ERROR(hub::StopProcesses({running}, hub::kStopPatience));
  const std::string log = hub::LogFile(hub_.folder, "in-place");
  NWD_ASSIGN_OR_RETURN(const hub::Started started,
                       hub::StartProcess({.command = command, .log_file = log, .end_with_parent = true}));
  absl::StatusOr<std::string> line;
  while ((line = hub::ReadLine(started.output, absl::Now() + kNextLine)).ok() && *line != "done") said(*line);
  close(started.output);
  if (!line.ok()) {
    hub::StopProcesses({started.id}, hub::kStopPatience).IgnoreError();
    return absl::FailedPreconditionError(Cat(command.front(), " did not end well; its log is ", log));
  }
  NWD_RETURN_IF_ERROR(AwaitEnd(started.id));
  return Restart(service).status();
}

absl::Status Fixture::AwaitQuiet() const {
  const absl::Time deadline = absl::Now() + kQuietPatience;
  std::map<std::string, double> before = CpuSeconds();
  for (int quiet = 0; quiet < kQuietSeconds;) {
    if (absl::Now() > deadline) return absl::DeadlineExceededError("the services did not come to rest");
    absl::SleepFor(absl::Seconds(1));
    const std::map<std::string, double> now = CpuSeconds();
    double used = 0;
    for (const hub::RunningService& service : hub_.services) used += now.at(service.name) - before.at(service.name);
    quiet = used < kQuietShare ? quiet + 1 : 0;
    before = now;
  }
  return absl::OkStatus();
}

absl::StatusOr<absl::Duration> Fixture::Restart(const std::string& service) {
  const absl::Time start = absl::Now();
  NWD_ASSIGN_OR_RETURN(const hub::Started started, hub::StartProcess({.command = ended_command_,
                                                                      .log_file = hub::LogFile(hub_.folder, service),
                                                                      .end_with_parent = true}));
  const absl::StatusOr<std::string> line = hub::ReadLine(started.output, absl::Now() + kReady);
  const absl::Duration took = absl::Now() - start;
  close(started.output);
  for (hub::RunningService& running : hub_.services) {
    if (running.name == service) running.process = started.id;
  }
  if (!line.ok())
    return absl::FailedPreconditionError(
        Cat("the ", service, " service did not come back: ", StdView(line.status().message())));
  return took;
}

std::map<std::string, double> Fixture::CpuSeconds() const {
  std::map<std::string, double> seconds = {{"client", CpuSecondsOf(getpid())}, {"echo", CpuSecondsOf(echo_.pid)}};
  for (const hub::RunningService& service : hub_.services) seconds[service.name] = CpuSecondsOf(service.process.pid);
  return seconds;
}

}  // namespace nwd::bench
