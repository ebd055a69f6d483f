// Mistakes at start: one sentence that says what to do, exit code 2, nothing left behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/base/strings.h"
#include "deploy/hub/folder.h"
#include "tests/e2e/world.h"

namespace nwd::e2e {
namespace {

using ::testing::HasSubstr;

struct Ended {
  int exit_code;
  std::vector<std::string> said;  // lines of stderr that are not the JSON log
};

class Startup : public ::testing::Test {
 protected:
  // The options of a consent service that would start, on free ports and a folder of its own.
  std::map<std::string, std::string> Good() {
    World& world = World::Get();
    return {{"listen", "127.0.0.1:0"},
            {"http", "127.0.0.1:0"},
            {"data", folder_ / "data"},
            {"tls", world.FolderOf("service/consent")},
            {"trust-domain", world.options().trust_domain},
            {"hub-key", hub::KeyFile(world.hub().folder)},
            {"facts", hub::ShareFolder("data")},
            {"directory", world.hub().Service("directory").Address()}};
  }

  Ended Run(const std::map<std::string, std::string>& options) {
    const std::string log = folder_ / "said";
    std::filesystem::remove(log);
    std::vector<std::string> command = {hub::ProgramsFolder() + "/nwd-consent"};
    for (const auto& [name, value] : options) command.push_back(Cat("--", name, "=", value));
    const auto started = hub::StartProcess({.command = command, .log_file = log, .end_with_parent = true});
    EXPECT_TRUE(started.ok()) << started.status();
    const auto ready = hub::ReadLine(started->output, absl::Now() + absl::Seconds(30));
    EXPECT_FALSE(ready.ok()) << "it started: " << *ready;
    int status = 0;
    waitpid(started->id.pid, &status, 0);
    Ended ended{WIFEXITED(status) ? WEXITSTATUS(status) : -1, {}};
    std::ifstream file(log);
    for (std::string line; std::getline(file, line);) {
      if (!line.empty() && line.front() != '{') ended.said.push_back(line);
    }
    return ended;
  }

  void ExpectRefused(const std::map<std::string, std::string>& options, const std::string& word) {
    const Ended ended = Run(options);
    EXPECT_EQ(ended.exit_code, 2);
    ASSERT_EQ(ended.said.size(), 1u) << "one sentence";
    EXPECT_THAT(ended.said.front(), HasSubstr(word));
  }

  testing::TempFolder folder_;
};

TEST_F(Startup, MissingCertificates) {
  auto options = Good();
  options["tls"] = folder_ / "nothing-here";
  ExpectRefused(options, "nothing-here");
}

TEST_F(Startup, ACertificateThatDoesNotMatchItsKey) {
  World& world = World::Get();
  const std::filesystem::path mixed = folder_ / "mixed";
  std::filesystem::create_directory(mixed);
  const std::string consent = world.FolderOf("service/consent");
  std::filesystem::copy_file(consent + "/tls.crt", mixed / "tls.crt");
  std::filesystem::copy_file(consent + "/ca.crt", mixed / "ca.crt");
  std::filesystem::copy_file(world.FolderOf("service/referral") + "/tls.key", mixed / "tls.key");
  auto options = Good();
  options["tls"] = mixed.string();
  ExpectRefused(options, "is not the key of");
}

TEST_F(Startup, ACertificateForSomebodyElse) {
  auto options = Good();
  options["tls"] = World::Get().FolderOf("service/referral");
  ExpectRefused(options, "give one for the service consent");
}

TEST_F(Startup, ADataFolderThatCannotBeWritten) {
  auto options = Good();
  options["data"] = "/proc/nwd-cannot-be-here";
  ExpectRefused(options, "data folder");
}

TEST_F(Startup, ADataFolderThatAnotherProcessUses) {
  World& world = World::Get();
  auto options = Good();
  options["data"] = hub::DataFolder(world.hub().folder, "consent");
  ExpectRefused(options, "another process");
}

TEST_F(Startup, APortThatAnotherProcessHolds) {
  World& world = World::Get();
  auto options = Good();
  options["listen"] = world.hub().Service("consent").Address();
  ExpectRefused(options, "another program holds that port");
}

TEST_F(Startup, AMissingHubKey) {
  auto options = Good();
  options["hub-key"] = folder_ / "no.key";
  ExpectRefused(options, "no.key");
}

TEST_F(Startup, ATruncatedHubKey) {
  const std::string key = folder_ / "short.key";
  std::ofstream(key) << "AAAA\n";
  std::filesystem::permissions(key, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  auto options = Good();
  options["hub-key"] = key;
  ExpectRefused(options, "short.key");
}

TEST_F(Startup, AnUnknownOption) {
  auto options = Good();
  options["colour"] = "blue";
  ExpectRefused(options, "colour");
}

TEST_F(Startup, AnAddressThatIsNone) {
  auto options = Good();
  options["listen"] = "over there";
  ExpectRefused(options, "over there");
}

}  // namespace
}  // namespace nwd::e2e
