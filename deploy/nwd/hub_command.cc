// nwd hub up | down | status: a hub of four on this machine.
#include <signal.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "deploy/hub/local_hub.h"
#include "deploy/nwd/command.h"

namespace nwd::tool {
namespace {

constexpr char kDefaultFolder[] = "hub";
constexpr int kExitInterrupted = 130;  // as shells have it
constexpr absl::Duration kPatienceMin = absl::ZeroDuration(), kPatienceMax = absl::Minutes(15);

void Print(const hub::HubState& state) {
  for (const hub::RunningService& service : state.services) {
    std::cout << absl::StreamFormat("%-10s gRPC %s   HTTP 127.0.0.1:%d   pid %d   %s\n", service.name,
                                    service.Address(), service.http_port, service.process.pid,
                                    hub::IsAlive(service.process) ? "running" : "ended");
  }
}

void PrintJson(const hub::HubState& state) {
  nlohmann::json services = nlohmann::json::object();
  for (const hub::RunningService& service : state.services) {
    services[service.name] = {{"grpc_port", service.grpc_port},
                              {"http_port", service.http_port},
                              {"pid", service.process.pid},
                              {"running", hub::IsAlive(service.process)}};
  }
  std::cout
      << nlohmann::json{{"folder", state.folder}, {"trust_domain", state.trust_domain}, {"services", services}}.dump()
      << "\n";
}

// Holds SIGINT and SIGTERM back from now on, so that nobody is left with half a hub.
void HoldInterrupts(sigset_t& signals) {
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

bool Interrupted() {
  sigset_t pending;
  sigpending(&pending);
  return sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1;
}

int UpUnlessInterrupted(const hub::UpOptions& options, bool json) {
  sigset_t signals;
  HoldInterrupts(signals);
  const auto state = hub::Up(options);
  if (!state.ok()) return Fail(state.status());
  if (Interrupted()) {
    const absl::Status stopped = hub::Down(options.folder, hub::kStopPatience);
    return stopped.ok() ? kExitInterrupted : Fail(stopped);
  }
  json ? PrintJson(*state) : Print(*state);
  return kExitDone;
}

void AddUp(config::Options& family, Commands& commands) {
  auto up = std::make_shared<hub::UpOptions>();
  auto up_json = std::make_shared<bool>(false);
  up->folder = kDefaultFolder;
  config::Options& up_options = family.Command("up", "Starts it: certificates, key, data folders and programs");
  up_options.Add("--folder", &up->folder, "Folder of the hub");
  up_options.Add("--trust-domain", &up->trust_domain, "SPIFFE trust domain");
  up_options.Add("--admins", &up->admins, "The first two admin organisations, by slug");
  up_options.Add("--org", &up->organisations, "Organisations to issue certificates to as well, by slug");
  up_options.Add("--programs", &up->programs, "Folder of the services' programs (default: where nwd lies)");
  up_options.Add("--facts", &up->facts, "Folder of reference data (default: that of this installation)");
  up_options.Add("--any-ports", &up->any_ports, "Take free ports instead of 7101 to 7104 and 9101 to 9104");
  up_options.Add("--log-level", &up->log_level, "debug, info, warning or error")
      .OneOf({"debug", "info", "warning", "error"});
  up_options.Add("--json", up_json.get(), "Print one JSON object");
  commands.push_back({&up_options, [up, up_json] { return UpUnlessInterrupted(*up, *up_json); }});
}

void AddDown(config::Options& family, Commands& commands) {
  auto down_folder = std::make_shared<std::string>(kDefaultFolder);
  auto patience = std::make_shared<absl::Duration>(hub::kStopPatience);
  config::Options& down_options = family.Command("down", "Stops it: calls in flight are finished first");
  down_options.Add("--folder", down_folder.get(), "Folder of the hub");
  down_options.Add("--patience", patience.get(), "How long to wait before killing what is left")
      .Range(kPatienceMin, kPatienceMax);
  commands.push_back({&down_options, [down_folder, patience] {
                        const absl::Time begin = absl::Now();
                        if (const absl::Status stopped = hub::Down(*down_folder, *patience); !stopped.ok())
                          return Fail(stopped);
                        std::cout << absl::StreamFormat("stopped in %d ms\n",
                                                        absl::ToInt64Milliseconds(absl::Now() - begin));
                        return kExitDone;
                      }});
}

void AddStatus(config::Options& family, Commands& commands) {
  auto status_folder = std::make_shared<std::string>(kDefaultFolder);
  auto status_json = std::make_shared<bool>(false);
  config::Options& status_options = family.Command("status", "Says what runs; exit code 1 where something has ended");
  status_options.Add("--folder", status_folder.get(), "Folder of the hub");
  status_options.Add("--json", status_json.get(), "Print one JSON object");
  commands.push_back({&status_options, [status_folder, status_json] {
                        const auto state = hub::ReadState(*status_folder);
                        if (!state.ok()) return Fail(state.status());
                        *status_json ? PrintJson(*state) : Print(*state);
                        return state->AllAlive() ? kExitDone : kExitFailed;
                      }});
}

}  // namespace

void AddHubCommands(config::Options& program, Commands& commands) {
  config::Options& family = program.Command("hub", "A hub of four services on this machine");
  AddUp(family, commands);
  AddDown(family, commands);
  AddStatus(family, commands);
}

}  // namespace nwd::tool
