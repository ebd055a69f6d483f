#include "common/config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace nwd::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Sets a variable of the environment while it lives.
class WithEnv {
 public:
  WithEnv(const char* name, const std::string& value) : name_(name) { setenv(name, value.c_str(), 1); }
  ~WithEnv() { unsetenv(name_); }

 private:
  const char* name_;
};

struct Outcome {
  std::optional<int> exit_code;
  std::string out, err;
};

Outcome Parse(Options& options, std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "program");
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  Outcome outcome;
  outcome.exit_code = options.Parse(static_cast<int>(arguments.size()), arguments.data());
  outcome.out = ::testing::internal::GetCapturedStdout();
  outcome.err = ::testing::internal::GetCapturedStderr();
  return outcome;
}

class ConfigTest : public ::testing::Test {
 protected:
  ConfigTest() {
    options_.Add("--data", &data_, "Folder of the store");
    options_.Add("--listen", &listen_, "Address for gRPC");
    options_.Add("--drain", &drain_, "Time to drain").Range(absl::Milliseconds(100), absl::Minutes(10));
    options_.Add("--cache", &cache_, "Block cache");
    options_.Add("--threads", &threads_, "Threads").Range(1, 64);
    options_.Add("--reflection", &reflection_, "Serve reflection");
    options_.Add("--admins", &admins_, "First admins");
    options_.Add("--log-level", &level_, "Level").OneOf({"info", "error"});
  }

  std::string WriteFile(const std::string& text) {
    const std::string path = ::testing::TempDir() + "/nwd_config_test.toml";
    std::ofstream(path) << text;
    return path;
  }

  void ExpectMistake(const Outcome& outcome, const std::string& said) {
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_THAT(outcome.err, HasSubstr(said));
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    EXPECT_EQ(outcome.out, "");
  }

  std::string data_, level_ = "info";
  HostPort listen_{"127.0.0.1", 7102};
  absl::Duration drain_ = absl::Seconds(10);
  Bytes cache_{32 << 20};
  int threads_ = 2;
  bool reflection_ = true;
  std::vector<std::string> admins_;
  Options options_{"nwd-consent", "The consent service."};
};

TEST_F(ConfigTest, FlagsSetTypedValues) {
  const Outcome outcome = Parse(options_, {"--data", "/d", "--listen=[::1]:0", "--drain", "250ms", "--cache", "4M",
                                           "--threads", "8", "--reflection=false", "--admins", "a,b"});
  ASSERT_EQ(outcome.exit_code, std::nullopt) << outcome.err;
  EXPECT_EQ(data_, "/d");
  EXPECT_EQ(listen_.ToString(), "[::1]:0");
  EXPECT_EQ(drain_, absl::Milliseconds(250));
  EXPECT_EQ(cache_.count, 4u << 20);
  EXPECT_EQ(threads_, 8);
  EXPECT_FALSE(reflection_);
  EXPECT_THAT(admins_, ElementsAre("a", "b"));
}

TEST_F(ConfigTest, WhatIsNotSaidKeepsItsDefault) {
  ASSERT_EQ(Parse(options_, {}).exit_code, std::nullopt);
  EXPECT_EQ(listen_.ToString(), "127.0.0.1:7102");
  EXPECT_EQ(drain_, absl::Seconds(10));
  EXPECT_TRUE(reflection_);
}

TEST_F(ConfigTest, AFlagBeatsTheEnvironmentWhichBeatsTheFile) {
  const std::string file =
      WriteFile("data = \"file\"\nlog-level = \"error\"\nthreads = 4\ndrain = \"1s\"\nreflection = true\n");
  const WithEnv data("NWD_DATA", "environment"), threads("NWD_THREADS", "5"), reflection("NWD_REFLECTION", "false");
  const Outcome outcome = Parse(options_, {"--config", file.c_str(), "--data", "flag"});
  ASSERT_EQ(outcome.exit_code, std::nullopt) << outcome.err;
  EXPECT_EQ(data_, "flag");
  EXPECT_EQ(threads_, 5);
  EXPECT_EQ(level_, "error");
  EXPECT_EQ(drain_, absl::Seconds(1));
  EXPECT_FALSE(reflection_);
}

TEST_F(ConfigTest, TheEnvironmentCanNameTheFile) {
  const WithEnv config("NWD_CONFIG", WriteFile("data = \"file\"\n"));
  std::string data;
  Options options("nwd-consent", "About.");
  options.Add("--data", &data, "Folder").Required();
  const Outcome outcome = Parse(options, {});
  ASSERT_EQ(outcome.exit_code, std::nullopt) << outcome.err;
  EXPECT_EQ(data, "file");
}

TEST_F(ConfigTest, AMistakeIsOneSentenceAndExitCodeTwo) {
  ExpectMistake(Parse(options_, {"--nonsense"}), "--nonsense");
  ExpectMistake(Parse(options_, {"--drain", "10"}), "'10' is not a duration");
  ExpectMistake(Parse(options_, {"--listen", "here"}), "'here' is not host:port");
  ExpectMistake(Parse(options_, {"--cache", "lots"}), "'lots' is not a size");
  ExpectMistake(Parse(options_, {"--threads", "many"}), "--threads");
  ExpectMistake(Parse(options_, {"--threads", "65"}), "--threads");
  ExpectMistake(Parse(options_, {"--log-level", "loud"}), "--log-level");
  ExpectMistake(Parse(options_, {"--data"}), "--data");
  ExpectMistake(Parse(options_, {"--config", "/no/such/file"}), "/no/such/file");
}

TEST_F(ConfigTest, AMistakeInTheEnvironmentOrTheFileIsOneToo) {
  {
    const WithEnv drain("NWD_DRAIN", "soon");
    ExpectMistake(Parse(options_, {}), "'soon' is not a duration");
  }
  ExpectMistake(Parse(options_, {"--config", WriteFile("drian = \"1s\"\n").c_str()}), "drian");
}

TEST_F(ConfigTest, AnEntryThatIsNoOptionIsNamedWithItsFileAndProgram) {
  const std::string file = WriteFile("drian = \"1s\"\n");
  ExpectMistake(Parse(options_, {"--config", file.c_str()}), "'drian' in " + file + " is no option of nwd-consent");
  const WithEnv config("NWD_CONFIG", file);
  Options options("nwd-consent", "About.");
  ExpectMistake(Parse(options, {}), "'drian' in " + file);
}

TEST_F(ConfigTest, ALineThatNamesNoOptionIsNamedWithItsFile) {
  for (const char* line : {" = x", "=\"x\"", ".=1", "\"\"=1", "= = =", "=x", "--- = 1", "++ = 1", "[.]", "a="}) {
    const std::string file = WriteFile(std::string("data = \"/d\"\n\n# = x\nadmins = [a,\n  = ,\n b]\n") + line + "\n");
    ExpectMistake(Parse(options_, {"--config", file.c_str()}), "line 7 of " + file + " names no option: '");
  }
}

TEST_F(ConfigTest, AFileThatIsNoneIsSaidToBeWhatItIs) {
  ExpectMistake(Parse(options_, {"--config", ::testing::TempDir().c_str()}), "is a folder");
  ExpectMistake(Parse(options_, {"--config", "/no/such/file"}), "there is no file /no/such/file");
  ExpectMistake(Parse(options_, {"--config", WriteFile(std::string((1 << 20) + 1, '#')).c_str()}), "larger than 1 MiB");
}

TEST_F(ConfigTest, ASectionIsNotTakenByAProgramWithoutCommands) {
  const std::string file = WriteFile("[consent]\ndata = \"/d\"\n");
  ExpectMistake(Parse(options_, {"--config", file.c_str()}),
                "'[consent]' in " + file + ": nwd-consent takes no sections");
}

TEST_F(ConfigTest, BytesThatAreNoWritingAreNotShown) {
  const std::string file = WriteFile("\x1b[31m\xff\x07 = 1\n");
  for (const Outcome& outcome :
       {Parse(options_, {"--config", file.c_str()}), Parse(options_, {"--no\x1b[31m\xff\x07"})}) {
    ExpectMistake(outcome, "\\x1b[31m\\xff\\x07");
    for (const char shown : outcome.err) EXPECT_TRUE(shown == '\n' || (shown >= ' ' && shown < '\x7f')) << outcome.err;
  }
}

TEST_F(ConfigTest, MistakesAreSaidInOurOwnWords) {
  ExpectMistake(Parse(options_, {"--data", "/a", "--data", "/b"}), "--data takes one value, and 2 were given");
  ExpectMistake(Parse(options_, {"--data"}), "--data needs a value");
  ExpectMistake(Parse(options_, {"--threads", ""}), "--threads: '' is not a number from 1 to 64");
  ExpectMistake(Parse(options_, {"--threads", "65"}), "--threads: '65' is not a number from 1 to 64");
  ExpectMistake(Parse(options_, {"--threads", "1.5"}), "--threads: '1.5' is not a whole number");
  ExpectMistake(Parse(options_, {"--reflection=maybe"}), "--reflection: 'maybe' is not true or false");
  ExpectMistake(Parse(options_, {"--log-level", "loud"}), "--log-level: 'loud' is none of info, error");
}

TEST_F(ConfigTest, TextThatIsEmptyIsAMistake) {
  ExpectMistake(Parse(options_, {"--data", ""}), "--data: must not be empty");
  ExpectMistake(Parse(options_, {"--admins", ""}), "--admins: must not be empty");
  ExpectMistake(Parse(options_, {"--config", WriteFile("data = \"\"\n").c_str()}), "--data: must not be empty");
  ExpectMistake(Parse(options_, {"--data="}), "--data");
}

TEST_F(ConfigTest, AnEmptyVariableIsAsIfItWereNotThere) {
  const WithEnv data("NWD_DATA", "");
  ASSERT_EQ(Parse(options_, {}).exit_code, std::nullopt);
  EXPECT_EQ(data_, "");
}

TEST_F(ConfigTest, WhatIsOnByItselfIsTurnedOffByAWordOfItsOwn) {
  ASSERT_EQ(Parse(options_, {"--no-reflection"}).exit_code, std::nullopt);
  EXPECT_FALSE(reflection_);
}

TEST_F(ConfigTest, ARequiredOptionIsMissed) {
  std::string data;
  Options options("nwd-consent", "About.");
  options.Add("--data", &data, "Folder").Required();
  ExpectMistake(Parse(options, {}), "--data");
}

TEST_F(ConfigTest, HelpAndVersionEndWell) {
  const Outcome help = Parse(options_, {"--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.out, HasSubstr("The consent service."));
  EXPECT_THAT(help.out, HasSubstr("127.0.0.1:7102"));
  EXPECT_THAT(help.out, HasSubstr("NWD_DATA"));
  const Outcome version = Parse(options_, {"--version"});
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_EQ(version.out, "nwd-consent 0.1.0\n");
}

class CommandTest : public ConfigTest {
 protected:
  CommandTest() {
    init_.Add("--dir", &dir_, "Folder").Required();
    show_.Add("file", &file_, "Certificate").Required();
    demo_.Add("--people", &people_, "People");
  }

  Options program_{"nwd", "The operator's program."};
  Options& pki_ = program_.Command("pki", "Keys and certificates");
  Options& init_ = pki_.Command("init", "Makes a hub's");
  Options& show_ = pki_.Command("show", "Shows one");
  Options& demo_ = program_.Command("demo", "Tells the story");
  std::string dir_, file_;
  int people_ = 60;
};

TEST_F(CommandTest, ACommandIsChosenWithItsOptions) {
  const Outcome outcome = Parse(program_, {"pki", "init", "--dir", "/d"});
  ASSERT_EQ(outcome.exit_code, std::nullopt) << outcome.err;
  EXPECT_TRUE(pki_.chosen());
  EXPECT_TRUE(init_.chosen());
  EXPECT_FALSE(demo_.chosen());
  EXPECT_EQ(dir_, "/d");
}

TEST_F(CommandTest, APositionalArgumentIsTaken) {
  ASSERT_EQ(Parse(program_, {"pki", "show", "tls.crt"}).exit_code, std::nullopt);
  EXPECT_EQ(file_, "tls.crt");
}

TEST_F(CommandTest, TheEnvironmentNameHasTheCommandInIt) {
  const WithEnv dir("NWD_PKI_INIT_DIR", "/e");
  const Outcome outcome = Parse(program_, {"pki", "init"});
  ASSERT_EQ(outcome.exit_code, std::nullopt) << outcome.err;
  EXPECT_EQ(dir_, "/e");
}

TEST_F(CommandTest, ASectionOfTheFileBelongsToItsCommand) {
  const std::string file = WriteFile("[demo]\npeople = 7\n");
  const Outcome outcome = Parse(program_, {"--config", file.c_str(), "demo"});
  ASSERT_EQ(outcome.exit_code, std::nullopt) << outcome.err;
  EXPECT_EQ(people_, 7);
}

TEST_F(CommandTest, NoCommandOrAnUnknownOneIsAMistake) {
  ExpectMistake(Parse(program_, {}), "a command is required");
  ExpectMistake(Parse(program_, {"pki"}), "a command is required");
  ExpectMistake(Parse(program_, {"dance"}), "dance");
}

TEST_F(CommandTest, AMistakeOfACommandPointsToTheHelpOfThatCommand) {
  ExpectMistake(Parse(program_, {"demo", "--people", "abc"}), "see nwd demo --help");
  ExpectMistake(Parse(program_, {"pki", "init", "--dri", "x"}), "see nwd pki init --help");
  ExpectMistake(Parse(program_, {"dance"}), "see nwd --help");
}

TEST_F(ConfigTest, ADurationOutOfItsRangeIsSaidWithTheRange) {
  for (const char* wrong : {"99ms", "601s", "2h"}) {
    const Outcome outcome = Parse(options_, {"--drain", wrong});
    EXPECT_EQ(outcome.exit_code, 2) << wrong;
    EXPECT_THAT(outcome.err, HasSubstr("is not in the range 100ms to 10m"));
  }
  for (const char* good : {"100ms", "10m"})
    EXPECT_EQ(Parse(options_, {"--drain", good}).exit_code, std::nullopt) << good;
}

}  // namespace
}  // namespace nwd::config
