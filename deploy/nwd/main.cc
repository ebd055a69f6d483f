// The operator's program.
#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>

#include "common/base/strings.h"
#include "common/tls/openssl_policy.h"
#include "deploy/nwd/command.h"

namespace nwd::tool {

int Fail(const absl::Status& status) {
  std::cerr << "nwd: " << status.message() << "\n";
  constexpr absl::StatusCode kMistakes[] = {absl::StatusCode::kInvalidArgument,    absl::StatusCode::kNotFound,
                                            absl::StatusCode::kFailedPrecondition, absl::StatusCode::kAlreadyExists,
                                            absl::StatusCode::kPermissionDenied,   absl::StatusCode::kUnauthenticated};
  const bool mistake = std::find(std::begin(kMistakes), std::end(kMistakes), status.code()) != std::end(kMistakes);
  return mistake ? kExitMistake : kExitFailed;
}

namespace {

// Whoever asked the demo for JSON gets one object, also of a mistake in its options.
void SayMistakeInJson(int argc, char** argv, const std::string& mistake) {
  const auto is = [](std::string_view word) { return [word](const char* given) { return word == given; }; };
  if (std::none_of(argv + 1, argv + argc, is("demo")) || std::none_of(argv + 1, argv + argc, is("--json"))) return;
  const nlohmann::ordered_json report = {{"ok", false}, {"error", mistake}};
  std::cout << report.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << std::endl;
}

int Run(int argc, char** argv) {
  // First of all, before anything touches OpenSSL or starts a thread.
  if (const absl::Status status = tls::RequireTls13(); !status.ok()) return Fail(status);
  signal(SIGPIPE, SIG_IGN);

  config::Options program("nwd", "Runs and feeds a No Wrong Door hub.");
  Commands commands;
  AddPkiCommands(program, commands);
  AddKeysCommands(program, commands);
  AddAuditCommands(program, commands);
  AddConsentCommands(program, commands);
  AddBackupCommands(program, commands);
  AddHubCommands(program, commands);
  AddImportCommand(program, commands);
  AddDemoCommand(program, commands);
  if (const auto code = program.Parse(argc, argv)) {
    if (!program.mistake().empty()) SayMistakeInJson(argc, argv, program.mistake());
    return *code;
  }
  for (const Command& command : commands) {
    if (command.options->chosen()) return command.run();
  }
  return kExitMistake;  // Parse asks for a command, so this is not reached
}

// What nobody could read was not done.
int CheckSaid(int code) {
  errno = 0;
  std::cout.flush();
  if (std::cout.good() || code != kExitDone) return code;
  return Fail(absl::UnavailableError(
      Cat("what there was to say could not be written to stdout", errno == 0 ? "" : Cat(": ", std::strerror(errno)))));
}

// The last resort: what is foreseen is said where it happens.
int RunAndCatch(int argc, char** argv) {
  try {
    return CheckSaid(Run(argc, argv));
  } catch (const std::filesystem::filesystem_error& error) {
    return Fail(absl::FailedPreconditionError(
        Cat("cannot use ", error.path1().empty() ? "a folder it needs" : error.path1().string(), ": ",
            error.code().message(), "; name another, or let this user use it")));
  } catch (const std::exception& error) {
    return Fail(absl::FailedPreconditionError(Cat("cannot go on: ", error.what())));
  }
}

}  // namespace
}  // namespace nwd::tool

int main(int argc, char** argv) { return nwd::tool::RunAndCatch(argc, argv); }
