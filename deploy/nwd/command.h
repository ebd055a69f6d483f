// A subcommand of `nwd`: options it added to the program's, and what to do once they are read.
#pragma once

#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "common/config/config.h"

namespace nwd::tool {

inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitMistake = 2;

struct Command {
  const config::Options* options;  // chosen() says whether it was asked for
  std::function<int()> run;        // the exit code
};
using Commands = std::vector<Command>;

// Each adds its command, or its family of them.
void AddPkiCommands(config::Options& program, Commands& commands);
void AddKeysCommands(config::Options& program, Commands& commands);
void AddAuditCommands(config::Options& program, Commands& commands);
void AddConsentCommands(config::Options& program, Commands& commands);
void AddBackupCommands(config::Options& program, Commands& commands);
void AddHubCommands(config::Options& program, Commands& commands);
void AddImportCommand(config::Options& program, Commands& commands);
void AddDemoCommand(config::Options& program, Commands& commands);

// Says an error on stderr in one sentence. The exit code: a mistake where the request or its surroundings were wrong,
// else failed.
int Fail(const absl::Status& status);

}  // namespace nwd::tool
