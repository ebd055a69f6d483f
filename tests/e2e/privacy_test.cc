// No personal data outside ciphertext: made-up values are planted in everything that people and practitioners type, the
// main job and many refused calls are run, and then nothing the hub wrote, exported, fed or answered as an error holds
// any of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/base/strings.h"
#include "deploy/hub/folder.h"
#include "nwd/common/v1/change_service.pb.h"
#include "tests/e2e/operator_view.h"
#include "tests/e2e/privacy_play.h"

namespace nwd::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string ReadAll(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// Every file under a folder, by its path.
std::map<std::string, std::string> FilesUnder(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files[entry.path().string()] = ReadAll(entry.path());
  }
  return files;
}

}  // namespace

std::string Privacy::FeedOf(const std::string& service) {
  std::string all;
  rpc::Client& client = world_.ClientOf(service == "referral" ? "service/outcome" : "service/referral", service);
  common::v1::ReadChangesRequest request;
  while (true) {
    const auto read = client.Call<common::v1::ReadChangesResponse>(request);
    EXPECT_TRUE(read.ok()) << service << ": " << read.status();
    if (!read.ok() || read->changes().empty()) return all;
    for (const auto& change : read->changes()) all += Cat(change.SerializeAsString(), "\n", change.DebugString());
    request.set_cursor(read->next_cursor());
  }
}

TEST_F(Privacy, NothingThatPeopleOrPractitionersTypedIsAnywhereButInCiphertext) {
  PlayTheMainJob();
  PlayWithoutConsent();
  PlayThroughAChannel();
  PlayRights();
  MakeRefusedCalls();
  if (HasFatalFailure()) return;

  std::map<std::string, std::string> told;  // what leaves the hub for operators, services and refused callers
  for (const std::string& service : hub::ServiceNames()) {
    const std::string metrics = GetPage(world_, service, "/metrics").body;
    EXPECT_THAT(metrics, HasSubstr("grpc_server_handled_total")) << service;
    told[Cat("metrics of ", service)] = metrics;
    const std::string feed = FeedOf(service);
    EXPECT_THAT(feed, Not(IsEmpty())) << service;
    told[Cat("feed of ", service)] = feed;
  }
  EXPECT_THAT(told["feed of referral"], HasSubstr(referral_id_)) << "the main job is in the feed";
  EXPECT_GE(errors_.size(), 20u);
  for (size_t i = 0; i < errors_.size(); ++i) told[Cat("error ", i)] = errors_[i];
  world_.End();
  for (const std::string& service : hub::ServiceNames()) {
    const std::string log = ReadAll(hub::LogFile(world_.hub().folder, service));
    EXPECT_THAT(log, HasSubstr("rpc.call")) << service;
    told[Cat("log of ", service)] = log;
  }

  // In what is told there are no references to people and no practitioners either.
  std::vector<std::string> never = Planted();
  never.insert(never.end(), {consented_.person_ref, receivers_ref_, channels_ref_, kPractitioner});
  never.insert(never.end(), codes_.begin(), codes_.end());
  for (const auto& [where, text] : told) EXPECT_THAT(FindIn(text, never), IsEmpty()) << where << ":\n" << text;

  // What lies on the disk in the clear is visible to this search: each store holds the organisations it trusts.
  const std::map<std::string, std::string> files = FilesUnder(Cat(world_.hub().folder, "/data"));
  std::map<std::string, int> clear;
  for (const auto& [path, bytes] : files) {
    EXPECT_THAT(FindIn(bytes, Planted()), IsEmpty()) << path;
    EXPECT_THAT(FindIn(bytes, codes_), IsEmpty()) << path;
    for (const std::string& service : hub::ServiceNames()) {
      if (path.rfind(hub::DataFolder(world_.hub().folder, service), 0) != 0) continue;
      clear[service] += static_cast<int>(FindIn(bytes, {kReferrer}).size());
    }
  }
  for (const std::string& service : hub::ServiceNames()) EXPECT_GE(clear[service], 1) << service;

  // And the search can fail: what is planted in a file, between other bytes and in another spelling, is found.
  const std::string control = hub::DataFolder(world_.hub().folder, "consent") + "/data/control";
  std::ofstream(control, std::ios::binary) << std::string("\0\x01", 2) << "zebedee QUILLFEATHER" << '\0' << "JX667738D";
  const std::vector<std::string> found =
      FindIn(FilesUnder(hub::DataFolder(world_.hub().folder, "consent")).at(control), Planted());
  EXPECT_THAT(found, ::testing::IsSupersetOf({std::string(kName), std::string(kNino)}));
}

}  // namespace nwd::e2e
