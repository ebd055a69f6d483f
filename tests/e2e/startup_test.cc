// Mistakes at start: one sentence that says what to do, exit code 2, nothing left behind. The same for all four
// programs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/base/strings.h"
#include "deploy/hub/folder.h"
#include "deploy/pki/hub.h"
#include "deploy/pki/pem_files.h"
#include "tests/e2e/raw_peer.h"
#include "tests/e2e/world.h"

namespace nwd::e2e {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr char kNobodysPort[] = "127.0.0.1:1";  // of peers that need not answer for a service to start

struct Ended {
  int exit_code;
  std::vector<std::string> said;  // lines of stderr that are not the JSON log
};

class Startup : public ::testing::TestWithParam<std::string> {
 protected:
  using Options = std::map<std::string, std::string>;

  const std::string& Service() const { return GetParam(); }

  // The options of a service that would start, on free ports and a folder of its own.
  Options Good() {
    Options options = {{"listen", "127.0.0.1:0"},
                       {"http", "127.0.0.1:0"},
                       {"data", folder_ / "data"},
                       {"tls", Tls(Service())},
                       {"trust-domain", world_.options().trust_domain},
                       {"hub-key", hub::KeyFile(world_.hub().folder)},
                       {"facts", hub::ShareFolder("data")}};
    if (Service() == "directory") {
      options["admins"] = "hub-office,hub-assurance";
    } else {
      options["directory"] = kNobodysPort;
    }
    return options;
  }

  // A program that starts after all is ended, and its exit code is -1.
  Ended Run(const Options& options) {
    const std::string log = folder_ / "said";
    fs::remove(log);
    std::vector<std::string> command = {Cat(hub::ProgramsFolder(), "/nwd-", Service())};
    for (const auto& [name, value] : options) command.push_back(Cat("--", name, "=", value));
    const auto started = hub::StartProcess({.command = command, .log_file = log, .end_with_parent = true});
    EXPECT_TRUE(started.ok()) << started.status();
    const auto ready = hub::ReadLine(started->output, absl::Now() + absl::Seconds(30));
    close(started->output);
    if (ready.ok()) {
      kill(started->id.pid, SIGKILL);
      waitpid(started->id.pid, nullptr, 0);
      return {-1, {Cat("it started: ", *ready)}};
    }
    int status = 0;
    waitpid(started->id.pid, &status, 0);
    Ended ended{WIFEXITED(status) ? WEXITSTATUS(status) : -1, {}};
    std::ifstream file(log);
    for (std::string line; std::getline(file, line);) {
      if (!line.empty() && line.front() != '{') ended.said.push_back(line);
    }
    return ended;
  }

  // Refused, with all of `words` in the one sentence.
  void ExpectRefused(const Options& options, const std::vector<std::string>& words) {
    const Ended ended = Run(options);
    EXPECT_EQ(ended.exit_code, 2);
    ASSERT_EQ(ended.said.size(), 1u) << "one sentence, and no stack trace";
    EXPECT_THAT(ended.said.front(), ::testing::StartsWith(Cat("nwd-", Service(), ": ")));
    for (const std::string& word : words) EXPECT_THAT(ended.said.front(), HasSubstr(word));
  }
  void ExpectRefused(const std::string& option, const std::string& value, const std::vector<std::string>& words) {
    Options options = Good();
    options[option] = value;
    ExpectRefused(options, words);
  }

  std::string Tls(const std::string& service) { return world_.FolderOf(Cat("service/", service)); }
  std::string Other() const { return Service() == "referral" ? "outcome" : "referral"; }

  // A copy of the service's certificates to spoil.
  fs::path CopyOfCertificates() {
    const fs::path copy = folder_ / "tls";
    fs::copy(Tls(Service()), copy, fs::copy_options::recursive);
    return copy;
  }
  // A copy of the reference data to spoil.
  fs::path CopyOfFacts() {
    const fs::path copy = folder_ / "facts";
    fs::copy(hub::ShareFolder("data"), copy, fs::copy_options::recursive);
    return copy;
  }
  // Over a file that may be read-only.
  static void Write(const fs::path& file, const std::string& text) {
    fs::remove_all(file);
    std::ofstream(file) << text;
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
  }

  World& world_ = World::Get();
  testing::TempFolder folder_;
};

INSTANTIATE_TEST_SUITE_P(EveryProgram, Startup, ::testing::ValuesIn(hub::ServiceNames()),
                         [](const auto& of) { return of.param; });

// ---- certificates

TEST_P(Startup, MissingCertificates) { ExpectRefused("tls", folder_ / "nothing-here", {"nothing-here", "tls.crt"}); }

TEST_P(Startup, AMissingFileAmongThem) {
  for (const std::string file : {"tls.crt", "tls.key", "ca.crt"}) {
    const fs::path copy = CopyOfCertificates();
    fs::remove(copy / file);
    ExpectRefused("tls", copy.string(), {file, "cannot read"});
    fs::remove_all(copy);
  }
}

TEST_P(Startup, AFileThatIsNoCertificate) {
  for (const std::string file : {"tls.crt", "tls.key", "ca.crt"}) {
    const fs::path copy = CopyOfCertificates();
    Write(copy / file, "-----BEGIN nothing\n\x01\x02 garbage");
    ExpectRefused("tls", copy.string(), {file, "PEM"});
    Write(copy / file, "");
    ExpectRefused("tls", copy.string(), {file, "PEM"});
    fs::remove_all(copy);
  }
}

TEST_P(Startup, AFolderWhereACertificateBelongs) {
  for (const std::string file : {"tls.crt", "tls.key", "ca.crt"}) {
    const fs::path copy = CopyOfCertificates();
    fs::remove(copy / file);
    fs::create_directory(copy / file);
    ExpectRefused("tls", copy.string(), {file, "cannot read"});
    fs::remove_all(copy);
  }
}

TEST_P(Startup, ACertificateThatDoesNotMatchItsKey) {
  const fs::path copy = CopyOfCertificates();
  fs::remove(copy / "tls.key");
  fs::copy_file(Tls(Other()) + "/tls.key", copy / "tls.key");
  ExpectRefused("tls", copy.string(), {"is not the key of", "replaced together"});
}

TEST_P(Startup, ACertificateForSomebodyElse) {
  ExpectRefused("tls", Tls(Other()), {Cat("give one for the service ", Service())});
  ExpectRefused("tls", world_.FolderOf(kReferrer), {Cat("give one for the service ", Service())});
}

TEST_P(Startup, ACertificateThatHasExpired) {
  const absl::Time now = absl::Now();
  const std::string expired = IssueInto(
      world_, pki::ForService(world_.options().trust_domain, Service(), now - absl::Hours(48), now - absl::Hours(24)));
  ExpectRefused("tls", expired, {"tls.crt", "expired"});
}

TEST_P(Startup, ACertificateOfAnotherAuthority) {
  const fs::path copy = CopyOfCertificates();
  const absl::Time now = absl::Now();
  const std::string other = IssueInto(
      world_, pki::ForService(world_.options().trust_domain, Service(), now - absl::Hours(1), now + absl::Hours(1)),
      /*other_authority=*/true);
  Write(copy / "ca.crt", "");
  fs::remove(copy / "ca.crt");
  fs::copy_file(other + "/ca.crt", copy / "ca.crt");
  ExpectRefused("tls", copy.string(), {"tls.crt is not usable with ca.crt"});
}

TEST_P(Startup, AnotherTrustDomain) {
  ExpectRefused("trust-domain", "elsewhere.test",
                {"tls.crt", Cat("its trust domain is ", world_.options().trust_domain, ", where elsewhere.test is")});
  ExpectRefused("trust-domain", "Else Where", {"'Else Where' is not a trust domain"});
}

TEST_P(Startup, ACertificateThatIsRevoked) {
  const fs::path copy = CopyOfCertificates();
  const auto authority = pki::ReadAuthority(pki::AuthorityFolder(hub::PkiFolder(world_.hub().folder)));
  ASSERT_TRUE(authority.ok()) << authority.status();
  const auto list = authority->RevocationListPem({SerialOf(copy)}, 1, absl::Now());
  ASSERT_TRUE(list.ok()) << list.status();
  Write(copy / "ca.crl", *list);
  ExpectRefused("tls", copy.string(), {"tls.crt", "is revoked by ca.crl"});
  Write(copy / "ca.crl", "no list");
  ExpectRefused("tls", copy.string(), {"ca.crl is not a PEM revocation list"});
}

// ---- keys, folders, facts

TEST_P(Startup, AMissingHubKey) { ExpectRefused("hub-key", folder_ / "no.key", {"no.key", "make one with"}); }

TEST_P(Startup, AHubKeyThatIsNone) {
  const fs::path key = folder_ / "short.key";
  for (const std::string text : {"", "AAAA\n", "not base64 at all!\n"}) {
    Write(key, text);
    ExpectRefused("hub-key", key.string(), {"short.key"});
  }
  fs::remove(key);
  fs::create_directory(key);
  ExpectRefused("hub-key", key.string(), {"short.key", "not a regular file"});
}

TEST_P(Startup, AHubKeyThatOthersMayRead) {
  const fs::path key = folder_ / "open.key";
  fs::copy_file(hub::KeyFile(world_.hub().folder), key);
  fs::permissions(key, fs::perms::group_read, fs::perm_options::add);
  ExpectRefused("hub-key", key.string(), {"open.key", "chmod 600"});
}

TEST_P(Startup, ADataFolderThatCannotBeWritten) {
  ExpectRefused("data", "/proc/nwd-cannot-be-here", {"data folder", "give --data a folder"});
  const fs::path file = folder_ / "file";
  Write(file, "not a folder");
  ExpectRefused("data", file.string(), {"data folder", "give --data a folder"});
  Options options = Good();
  const fs::path data = options["data"];
  fs::create_directories(data);
  Write(data / "data", "not a folder");
  ExpectRefused(options, {"data folder"});
}

TEST_P(Startup, ADataFolderThatAnotherProcessUses) {
  ExpectRefused("data", hub::DataFolder(world_.hub().folder, Service()), {"in use by another process"});
}

TEST_P(Startup, ADataFolderOfAnotherService) {
  ExpectRefused("data", hub::DataFolder(world_.hub().folder, Other()), {"not the", Service(), "give --data"});
}

TEST_P(Startup, DataWrittenUnderAnotherHubKey) {
  Options options = Good();
  const std::string port = options["http"];
  options["http"] = Cat("127.0.0.1:", world_.hub().Service(Service()).http_port);
  ExpectRefused(options, {"cannot listen for HTTP"});  // the data folder has been made by then
  options["http"] = port;
  const fs::path key = folder_ / "another.key";
  Write(key, Cat(std::string(43, 'A'), "=\n"));
  options["hub-key"] = key.string();
  ExpectRefused(options, {"another hub key", "give --hub-key"});
}

TEST_P(Startup, AStoreThatIsLost) {
  std::vector<std::string> stores = {"data"};
  if (Service() != "directory") stores.push_back("keys");
  const fs::path data = folder_ / "data", aside = folder_ / "aside";
  EXPECT_EQ(Run(Good()).exit_code, -1) << "it starts, and makes its stores";
  for (const std::string& store : stores) {
    fs::rename(data / store, aside);
    ExpectRefused(Good(), {Cat("lost its store ", store), Cat("restore ", store, " from its backup")});
    EXPECT_FALSE(fs::exists(data / store)) << "nothing is made in its place";
    fs::create_directory(data / store);
    ExpectRefused(Good(), {Cat("lost its store ", store)});
    fs::remove(data / store);
    fs::rename(aside, data / store);
  }
  EXPECT_EQ(Run(Good()).exit_code, -1) << "restored, it starts";
}

TEST_P(Startup, MissingFacts) {
  ExpectRefused("facts", folder_ / "no-facts", {"no-facts"});
  const fs::path facts = CopyOfFacts();
  const auto without = [&](const std::string& file) {
    fs::rename(facts / file, facts / "aside");
    ExpectRefused("facts", facts.string(), {file});
    fs::rename(facts / "aside", facts / file);
  };
  for (const std::string file : {"boroughs.csv", "hubs.csv", "london-living-wage.csv", "priority-groups.csv"})
    without(file);
  if (Service() == "directory") without("outcodes-london.csv");
  if (Service() == "referral") without("bank-holidays-england.csv");
}

TEST_P(Startup, AFolderWithoutAnyFacts) {
  fs::create_directory(folder_ / "empty");
  ExpectRefused("facts", folder_ / "empty", {"empty/", ".csv", "--facts names the folder of reference data"});
}

TEST_P(Startup, FactsThatCannotBeUnderstood) {
  const fs::path facts = CopyOfFacts();
  Write(facts / "boroughs.csv", "this is no table\n");
  ExpectRefused("facts", facts.string(), {"boroughs.csv"});
  if (Service() != "referral") return;
  fs::remove_all(facts);
  CopyOfFacts();
  for (const std::string text : {"", "date,name\n", "date,name\nChristmas,yes\n"}) {
    Write(facts / "bank-holidays-england.csv", text);
    ExpectRefused("facts", facts.string(), {text == "date,name\nChristmas,yes\n" ? "Christmas" : "bank-holidays"});
  }
}

// ---- ports

TEST_P(Startup, AGrpcPortThatAnotherProcessHolds) {
  ExpectRefused("listen", world_.hub().Service(Service()).Address(), {"another program holds that port"});
}

TEST_P(Startup, AnHttpPortThatAnotherProcessHolds) {
  const std::string taken = Cat("127.0.0.1:", world_.hub().Service(Service()).http_port);
  ExpectRefused("http", taken, {"cannot listen for HTTP", Cat(world_.hub().Service(Service()).http_port)});
}

TEST_P(Startup, AnAddressThatIsNotThisMachines) {
  ExpectRefused("listen", "192.0.2.1:0", {"192.0.2.1", "not this machine's"});
  ExpectRefused("http", "192.0.2.1:0", {"cannot listen for HTTP", "192.0.2.1"});
}

// ---- options

TEST_P(Startup, AnUnknownOption) { ExpectRefused("colour", "blue", {"colour", "--help"}); }

TEST_P(Startup, AMissingOption) {
  for (const std::string option : {"data", "tls", "hub-key", "facts"}) {
    Options options = Good();
    options.erase(option);
    ExpectRefused(options, {Cat("--", option), "required"});
  }
}

TEST_P(Startup, AValueThatIsNone) {
  ExpectRefused("listen", "over there", {"over there", "host:port"});
  ExpectRefused("http", "127.0.0.1:99999", {"127.0.0.1:99999", "host:port"});
  ExpectRefused("drain", "a while", {"a while", "not a duration"});
  ExpectRefused("drain", "-5s", {"-5s", "not a duration"});
  ExpectRefused("reflection", "perhaps", {"reflection"});
  ExpectRefused("log-level", "loud", {"log-level", "loud"});
  if (Service() != "directory") ExpectRefused("directory", "nowhere", {"nowhere", "host:port"});
}

TEST_P(Startup, APathThatIsEmpty) {
  for (const std::string option : {"data", "tls", "hub-key", "facts"}) ExpectRefused(option, "", {Cat("--", option)});
}

TEST_P(Startup, AValueOutOfItsRange) {
  ExpectRefused("drain", "11m", {"--drain", "'11m' is not in the range 0 to 10m"});
  if (Service() != "referral") return;
  for (const std::string option :
       {"receive-within-days", "decide-within-days", "answer-within-days", "start-within-days", "close-within-days",
        "nudge-before-days", "draft-kept-days", "reopen-within-days"}) {
    for (const std::string value : {"0", "366", "-1"}) ExpectRefused(option, value, {Cat("--", option), "1", "365"});
    ExpectRefused(option, "soon", {option});
  }
}

TEST_P(Startup, ValuesThatContradictEachOther) {
  Options same = Good();
  same["listen"] = same["http"] = "127.0.0.1:7999";
  ExpectRefused(same, {"--listen and --http are both 127.0.0.1:7999"});
  if (Service() != "referral") return;
  ExpectRefused("nudge-before-days", "300", {"--nudge-before-days 300 does not fit --decide-within-days 10"});
  ExpectRefused("answer-within-days", "2", {"--nudge-before-days 2 does not fit --answer-within-days 2"});
  ExpectRefused("receive-within-days", "11", {"--receive-within-days 11 does not fit --decide-within-days 10"});
  ExpectRefused("decide-within-days", "16", {"--decide-within-days 16 does not fit --start-within-days 15"});
}

// ---- the directory's own

TEST_P(Startup, AdminsThatAreNotTwo) {
  if (Service() != "directory") return;
  for (const std::string admins : {"hub-office", "hub-office,hub-office", "hub-office,Hub Assurance", "a,b,c"}) {
    ExpectRefused("admins", admins, {"--admins hub-north,hub-south"});
  }
  Options none = Good();
  none.erase("admins");
  ExpectRefused(none, {"--admins hub-north,hub-south"});
}

TEST_P(Startup, PostcodesThatCannotBeRead) {
  if (Service() != "directory") return;
  ExpectRefused("postcodes", folder_ / "no-such.csv", {"postcodes", "no-such.csv"});
  ExpectRefused("postcodes", folder_.Path(), {"postcodes", folder_.Path()});
  const fs::path table = folder_ / "postcodes.csv";
  Write(table, "town,county\nCroydon,Surrey\n");
  ExpectRefused("postcodes", table.string(), {"postcodes.csv", "pcds"});
}

}  // namespace
}  // namespace nwd::e2e
