#include "tests/e2e/nwd_run.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "absl/time/clock.h"
#include "common/base/strings.h"
#include "deploy/hub/folder.h"
#include "deploy/hub/process.h"
#include "tests/testing/temp_folder.h"

namespace nwd::e2e {

Ended RunNwd(const std::vector<std::string>& arguments) {
  const testing::TempFolder folder;
  const std::string err = folder / "err";
  std::vector<std::string> command = {Cat(hub::ProgramsFolder(), "/nwd")};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const auto started = hub::StartProcess({.command = command, .log_file = err, .end_with_parent = true});
  EXPECT_TRUE(started.ok()) << started.status();
  Ended ended;
  while (true) {
    const auto line = hub::ReadLine(started->output, absl::Now() + absl::Seconds(60));
    if (!line.ok()) break;
    ended.out += Cat(*line, "\n");
  }
  close(started->output);
  int status = 0;
  waitpid(started->id.pid, &status, 0);
  ended.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  std::ifstream file(err);
  ended.err.assign(std::istreambuf_iterator<char>(file), {});
  return ended;
}

}  // namespace nwd::e2e
