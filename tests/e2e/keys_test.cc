// Keys that rotate: the operator's program against services that run, are killed, and lose lines of their key file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/base/strings.h"
#include "common/status/status.h"
#include "deploy/hub/folder.h"
#include "deploy/hub/process.h"
#include "nwd/common/v1/maintenance_service.pb.h"
#include "nwd/consent/v1/person_service.pb.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "tests/e2e/nwd_run.h"
#include "tests/e2e/operator_view.h"
#include "tests/e2e/world.h"

namespace nwd::e2e {
namespace {

namespace fs = std::filesystem;
namespace v1 = common::v1;
using ::testing::HasSubstr;

constexpr int kPeople = 2000;  // some pages of a rotation

class KeysOfAHub : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    World& world = World::Get();
    read_ = new Readable;
    read_->consented = world.Consent(kReferrer, {kReceiver}, /*standing=*/true);
    world.PutIdentity(kReferrer, read_->consented.person_ref);
    read_->receivers_ref = world.RefOf(kReferrer, read_->consented.person_ref, kReceiver);
    for (int i = 0; i < kPeople; ++i) world.Register(kReferrer);
    world.Refer(kReferrer, world.Consent(kReferrer, {kReceiver}));  // a key at the referral service too
  }

  Ended Asking(const std::string& what, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {
        "keys", what, "--hub", world_.hub().folder, "--as", world_.HolderOf(v1::ROLE_OPERATOR)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunNwd(arguments);
  }
  void AddKey() {
    const Ended added = RunNwd({"keys", "new", "--file", KeyFile()});
    ASSERT_EQ(added.exit_code, 0) << added.err;
  }

  std::string KeyFile() const { return hub::KeyFile(world_.hub().folder); }
  std::vector<std::string> KeyLines() const {
    std::ifstream file(KeyFile());
    const std::string text(std::istreambuf_iterator<char>(file), {});
    return absl::StrSplit(text, '\n', absl::SkipEmpty());
  }
  void WriteKeyFile(const std::string& text) const { std::ofstream(KeyFile(), std::ios::trunc) << text; }

  v1::GetStatusResponse StatusOf(const std::string& service) {
    return *world_.ClientOf(world_.HolderOf(v1::ROLE_OPERATOR), service)
                .Call<v1::GetStatusResponse>(v1::GetStatusRequest(), kOptions);
  }
  static int64_t Under(const v1::GetStatusResponse& status, int number) {
    for (const auto& key : status.wrapping_keys()) {
      if (key.number() == number) return key.people_keys();
    }
    return 0;
  }
  void ExpectRecordReads() {
    const auto request = World::ReadRequest(read_->receivers_ref, read_->consented.consent_id);
    const auto record = world_.ClientOf(kReceiver, "consent").Call<consent::v1::GetRecordResponse>(request, kOptions);
    ASSERT_TRUE(record.ok()) << record.status();
    ASSERT_EQ(record->entries_size(), 1);
    EXPECT_EQ(record->entries(0).section().identity().full_name(), "Sample Person");
  }
  // Starts the consent service, which refuses; gives the error.
  std::string StartError() {
    const absl::Status started = hub::StartAgain(world_.options(), world_.hub(), "consent");
    EXPECT_FALSE(started.ok());
    return std::string(started.message());
  }

  struct Readable {
    World::Consented consented;
    std::string receivers_ref;
  };
  static inline Readable* read_ = nullptr;
  static inline const rpc::CallOptions kOptions{
      .timeout = absl::Seconds(30), .wait_for_ready = true, .practitioner = kPractitioner};
  World& world_ = World::Get();
  testing::TempFolder folder_;
};

TEST_F(KeysOfAHub, RotateWhileRegistrationsAndReadsGoOn) {
  AddKey();
  std::atomic<bool> stop{false};
  std::atomic<int> registered{0};
  std::thread busy([&] {
    while (!stop) {
      world_.Register(kReferrer);
      ExpectRecordReads();
      ++registered;
    }
  });
  ASSERT_TRUE(Eventually([&] { return registered > 0; }));
  const Ended rotated = Asking("rotate");
  stop = true;
  busy.join();
  EXPECT_EQ(rotated.exit_code, 0) << rotated.err;
  for (const char* service : {"consent", "referral", "outcome"}) EXPECT_THAT(rotated.err, HasSubstr(service));
  EXPECT_THAT(rotated.err, HasSubstr("people's keys looked at"));
  EXPECT_THAT(rotated.out, HasSubstr("wrapped under key 2"));
  EXPECT_EQ(rotated.err.find('\r'), std::string::npos) << "plain lines off a terminal";
  for (const char* service : {"consent", "referral"}) {
    EXPECT_EQ(Under(StatusOf(service), 1), 0) << service;
    EXPECT_GT(Under(StatusOf(service), 2), 0) << service;
  }
  EXPECT_GT(Under(StatusOf("consent"), 2), kPeople);
  ExpectRecordReads();
}

TEST_F(KeysOfAHub, KilledInTheMiddleTheyAreRotatedAgainAndTheOldLineMayGo) {
  if (KeyLines().size() == 1) AddKey();
  ASSERT_EQ(Asking("rotate").exit_code, 0);
  AddKey();
  const int newest = static_cast<int>(KeyLines().size());
  rpc::Client& client = world_.ClientOf(world_.HolderOf(v1::ROLE_OPERATOR), "consent");
  auto stream = client.Watch<v1::RotateKeysResponse>(v1::RotateKeysRequest(), kOptions);
  v1::RotateKeysResponse progress;
  ASSERT_TRUE(stream.Read(progress));
  EXPECT_EQ(progress.newest_number(), newest);
  EXPECT_GT(progress.total(), kPeople);
  world_.Kill("consent");
  while (stream.Read(progress)) {
  }
  const bool cut_off = !progress.complete();
  world_.Start("consent");
  ExpectRecordReads();

  const Ended rotated = Asking("rotate", {"--json"});
  ASSERT_EQ(rotated.exit_code, 0) << rotated.err;
  const auto said = nlohmann::json::parse(rotated.out);
  EXPECT_TRUE(said["ok"]);
  EXPECT_EQ(said["services"]["consent"]["newest_number"], newest);
  EXPECT_EQ(said["services"]["consent"]["done"], said["services"]["consent"]["total"]);
  std::printf("%s by the kill; %s of %s keys were left to wrap anew\n", cut_off ? "cut off" : "not cut off",
              said["services"]["consent"]["rewrapped"].dump().c_str(),
              said["services"]["consent"]["total"].dump().c_str());

  // Without the lines between: the root, and the newest.
  const std::vector<std::string> lines = KeyLines();
  ASSERT_GE(lines.size(), 3u);
  WriteKeyFile(Cat(lines.front(), "\n", lines.back(), "\n"));
  for (const char* service : {"consent", "referral", "outcome"}) {
    world_.Stop(service);
    world_.Start(service);
  }
  ExpectRecordReads();
  EXPECT_EQ(Under(StatusOf("consent"), newest), said["services"]["consent"]["total"]);
  WriteKeyFile(Cat(absl::StrJoin(lines, "\n"), "\n"));
}

TEST_F(KeysOfAHub, AKeyFileThatLostWhatIsInUseIsOneSentence) {
  AddKey();
  ASSERT_EQ(Asking("rotate").exit_code, 0);
  const std::vector<std::string> lines = KeyLines();
  const std::string whole = Cat(absl::StrJoin(lines, "\n"), "\n");

  // The program that runs says so, and goes on as before.
  WriteKeyFile(Cat(lines.front(), "\n"));
  const Ended refused = Asking("rotate");
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("cannot use what its hub key file holds now"));
  ExpectRecordReads();
  const auto log = LogOf(world_, "consent");
  EXPECT_TRUE(std::any_of(log.begin(), log.end(),
                          [](const auto& line) { return line.value("event", "") == "keys.file_refused"; }));

  // One that starts does not.
  world_.Stop("consent");
  EXPECT_THAT(StartError(), HasSubstr("does not hold that key; restore it from its backup"));
  WriteKeyFile(whole.substr(0, whole.size() - 10));
  EXPECT_THAT(StartError(), HasSubstr("does not hold a key on its line"));
  EXPECT_EQ(RunNwd({"keys", "new", "--file", KeyFile()}).exit_code, 2) << "nor is it added to";
  WriteKeyFile(Cat(lines.front().substr(0, 20), "\n"));
  EXPECT_THAT(StartError(), HasSubstr("does not hold a key: expected 32 bytes as 44 characters"));
  std::string another = lines.back().substr(lines.back().find(' ') + 1);
  WriteKeyFile(Cat(another, "\n"));
  EXPECT_THAT(StartError(), HasSubstr("was written under another hub key"));

  WriteKeyFile(whole);
  world_.Start("consent");
  ExpectRecordReads();
}

TEST_F(KeysOfAHub, TheirStatusSaysUnderWhichTheyLie) {
  const Ended said = Asking("status", {"--json"});
  ASSERT_EQ(said.exit_code, 0) << said.err;
  const auto status = nlohmann::json::parse(said.out);
  for (const char* service : {"consent", "referral", "outcome"}) {
    ASSERT_FALSE(status[service].empty()) << service;
    EXPECT_TRUE(status[service].back()["newest"]) << service;
  }
  EXPECT_EQ(RunNwd({"keys", "status", "--as", "anybody", "--hub", folder_ / "nothing-here"}).exit_code, 2);
  const Ended nobody = RunNwd({"keys", "status", "--hub", world_.hub().folder});
  EXPECT_EQ(nobody.exit_code, 2);
  EXPECT_THAT(nobody.err, HasSubstr("an organisation with the role OPERATOR"));
}

TEST_F(KeysOfAHub, OnlyAnOperatorRotates) {
  for (const char* who : {kReferrer, kAdmin}) {
    const auto status = world_.ClientOf(who, "consent").Call<v1::GetStatusResponse>(v1::GetStatusRequest(), kOptions);
    EXPECT_EQ(status.status().code(), absl::StatusCode::kPermissionDenied) << who;
  }
  const Ended refused = RunNwd({"keys", "rotate", "--hub", world_.hub().folder, "--as", kReferrer});
  EXPECT_EQ(refused.exit_code, 1);
}

}  // namespace
}  // namespace nwd::e2e
