// The operator's program.
#include <signal.h>

#include <iostream>

#include "common/tls/openssl_policy.h"
#include "deploy/nwd/command.h"

namespace nwd::tool {

int Fail(const absl::Status& status) {
  std::cerr << "nwd: " << status.message() << "\n";
  const bool mistake = absl::IsInvalidArgument(status) || absl::IsNotFound(status) ||
                       absl::IsFailedPrecondition(status) || absl::IsAlreadyExists(status);
  return mistake ? kExitMistake : kExitFailed;
}

}  // namespace nwd::tool

int main(int argc, char** argv) {
  using namespace nwd;
  // First of all, before anything touches OpenSSL or starts a thread.
  if (const absl::Status status = tls::RequireTls13(); !status.ok()) return tool::Fail(status);
  signal(SIGPIPE, SIG_IGN);

  config::Options program("nwd", "Runs and feeds a No Wrong Door hub.");
  tool::Commands commands;
  tool::AddPkiCommands(program, commands);
  tool::AddKeysCommands(program, commands);
  tool::AddConsentCommands(program, commands);
  tool::AddHubCommands(program, commands);
  tool::AddImportCommand(program, commands);
  tool::AddDemoCommand(program, commands);
  if (const auto code = program.Parse(argc, argv)) return *code;
  for (const tool::Command& command : commands) {
    if (command.options->chosen()) return command.run();
  }
  return tool::kExitMistake;  // Parse asks for a command, so this is not reached
}
