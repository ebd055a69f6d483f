// A witness: a log goes on from what it remembers, or it raises an alarm.
#include "deploy/audit/witness.h"

#include <array>
#include <map>

#include "absl/time/clock.h"
#include "common/audit/epoch.h"
#include "tests/deploy/audit/reading.h"

namespace nwd::audit {
namespace {

using ::testing::HasSubstr;

TEST_F(Reading, AWitnessSeesALogGoOn) {
  const auto look = [&] { return Look(*Served(), kAddress, keeper_.Verifiers(), folder_.Path()); };
  const auto first = look();
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_FALSE(first->before.has_value());
  for (const uint64_t size : {601u, 768u, 5000u}) {
    const uint64_t before = keeper_.log().size();
    ASSERT_NO_FATAL_FAILURE(keeper_.GrowTo(size));
    const auto seen = look();
    ASSERT_TRUE(seen.ok()) << seen.status();
    EXPECT_EQ(seen->before, before);
    EXPECT_EQ(seen->now.size, size);
  }
  EXPECT_EQ(look()->before, 5000u) << "nothing new is no alarm";
}

TEST_F(Reading, AWitnessFindsALogThatShowsAnotherPast) {
  Copy(keeper_.log(), folder_ / "then");
  const std::string memory = folder_ / "memory";
  fs::create_directories(memory);
  ASSERT_TRUE(Look(**OpenLog(folder_ / "then"), kAddress, keeper_.Verifiers(), memory).ok());
  // The same keys, other entries: what a service would show that was put back to an old state and went on.
  store::MemoryStore other;
  Keeper forked(other);
  ASSERT_TRUE(forked.log().Load().ok());
  for (const uint64_t size : {600u, 599u, 900u}) {
    store::MemoryStore again;
    Keeper fork(again);
    ASSERT_TRUE(fork.log().Load().ok());
    ASSERT_NO_FATAL_FAILURE(fork.GrowTo(size));
    const std::string copy = folder_ / Cat("fork", size);
    Copy(fork.log(), copy);
    ASSERT_TRUE(Verify(copy).ok()) << "each for itself is whole";
    const absl::Status alarm = Look(**OpenLog(copy), kAddress, keeper_.Verifiers(), memory).status();
    EXPECT_EQ(alarm.code(), absl::StatusCode::kDataLoss) << size << " " << alarm;
    EXPECT_TRUE(fs::exists(Cat(memory, "/nwd-hub.test-consent-1-fork-600-", size, ".checkpoint")))
        << "both are kept as proof";
  }
  ASSERT_NO_FATAL_FAILURE(keeper_.GrowTo(700));
  EXPECT_TRUE(Look(*Served(), kAddress, keeper_.Verifiers(), memory).ok()) << "the true one still goes on";
}

// Restored from a backup, the log goes on under a new epoch: with the keys that the witness has, and the checkpoint that it
// remembers cited.
TEST_F(Reading, AWitnessFollowsALogIntoANewEpoch) {
  const std::vector<Verifier> verifiers = keeper_.Verifiers();
  const auto restored = [&](const std::string& cited, std::unique_ptr<store::MemoryStore> store = nullptr) {
    if (store == nullptr) store = std::make_unique<store::MemoryStore>();
    EXPECT_EQ(BeginEpoch(*store, Audit(std::string(32, 's')), {9, cited}, absl::Now()), absl::OkStatus());
    return store;
  };
  const auto look = [&](store::Store& store, const std::string& memory) {
    Keeper keeper(store);
    EXPECT_TRUE(keeper.log().Load().ok() && keeper.log().Integrate().ok());
    http::HttpServer server({});
    ServeLog(server, keeper.log());
    EXPECT_TRUE(server.Start().ok());
    httplib::Client client("127.0.0.1", server.port());
    EXPECT_EQ(client.Get("/audit/9/tile/0/000.p/1")->status, 200);
    EXPECT_EQ(client.Get("/audit/8/tile/0/000.p/1")->status, 404);
    auto seen = Look(**OpenLog(Cat("http://127.0.0.1:", server.port(), "/audit")), kAddress, verifiers, memory);
    server.Stop();
    return seen;
  };
  const std::string memory = folder_ / "memory";
  fs::create_directories(memory);
  const std::string early = keeper_.log().checkpoint();
  ASSERT_TRUE(Look(*Served(), kAddress, verifiers, memory).ok());  // the first of the day, which is kept
  ASSERT_NO_FATAL_FAILURE(keeper_.GrowTo(700));
  ASSERT_TRUE(Look(*Served(), kAddress, verifiers, memory).ok());

  const absl::Status of_nothing = look(*restored(""), memory).status();
  EXPECT_EQ(of_nothing.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(of_nothing.message()), HasSubstr("cites no checkpoint"));
  const absl::Status too_early = look(*restored(early), memory).status();
  EXPECT_EQ(too_early.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(too_early.message()), HasSubstr("cites 600 entries"));

  // A fork that is said to be restored, citing its own checkpoint or the true one: as far as the backup goes, the witness
  // compares it with the latest that it remembers within that.
  for (const auto& [size, compared] : std::map<uint64_t, uint64_t>{{720, 700}, {650, 600}}) {
    auto forked = std::make_unique<store::MemoryStore>();
    std::string forks;
    {
      Keeper fork(*forked);
      ASSERT_TRUE(fork.log().Load().ok());
      ASSERT_NO_FATAL_FAILURE(fork.GrowTo(size));
      forks = size > 700 ? fork.log().checkpoint() : keeper_.log().checkpoint();
    }
    const absl::Status laundered = look(*restored(forks, std::move(forked)), memory).status();
    EXPECT_EQ(laundered.code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(laundered.message()),
                HasSubstr(Cat("first ", compared, " entries are not those they were")));
  }
  for (const auto& [kept, compared] : std::map<uint64_t, uint64_t>{{700, 700}, {650, 600}, {599, 0}, {0, 0}}) {
    const std::string fresh = folder_ / Cat("memory-", kept);
    fs::copy(memory, fresh);
    const auto followed = look(*restored(keeper_.log().checkpoint(), kept > 0 ? BackupOf(kept) : nullptr), fresh);
    ASSERT_TRUE(followed.ok()) << followed.status();
    EXPECT_EQ(followed->not_compared, 700 - compared) << "nobody can compare these";
  }
  // What a key signed that is not among the given ones is passed over, and counted as not compared.
  {
    const std::string rotated = folder_ / "memory-rotated";
    const crypto::SigningKey other_key = crypto::SigningKey::Generate();
    fs::copy(memory, rotated);
    for (const auto& entry : fs::directory_iterator(rotated)) {
      if (entry.path().extension() != ".daily") continue;
      std::ofstream(entry.path(), std::ios::binary | std::ios::trunc)
          << SignCheckpoint(*OpenCheckpoint(early, verifiers), std::array{&other_key});
    }
    const auto followed = look(*restored(keeper_.log().checkpoint(), BackupOf(650)), rotated);
    ASSERT_TRUE(followed.ok()) << followed.status();
    EXPECT_EQ(followed->not_compared, 700u);
  }
  const auto store = restored(keeper_.log().checkpoint(), BackupOf(650));
  const auto seen = look(*store, memory);
  ASSERT_TRUE(seen.ok()) << seen.status();
  ASSERT_TRUE(seen->cited.has_value());
  EXPECT_EQ(seen->cited->size, 700u);
  EXPECT_EQ(look(*store, memory)->before, 1u) << "and from then on as any log";

  const absl::Status revenant = Look(*Served(), kAddress, verifiers, memory).status();
  EXPECT_EQ(revenant.code(), absl::StatusCode::kDataLoss) << "the store that was lost goes on beside it";
  EXPECT_THAT(std::string(revenant.message()), HasSubstr("two services write it"));
}

TEST_F(Reading, OneAddressShowsOneLog) {
  ASSERT_TRUE(Look(*Served(), kAddress, keeper_.Verifiers(), folder_.Path()).ok());
  store::MemoryStore others;
  metrics::Registry metrics;
  Log other({others, "hub.test", "outcome", TestHubKey(), {}, metrics});
  ASSERT_TRUE(other.Load().ok());
  std::vector<Verifier> verifiers = keeper_.Verifiers();
  for (const std::string& text : other.VerifierTexts()) verifiers.push_back(*ParseVerifier(text));
  Copy(other, folder_ / "other");
  const absl::Status alarm = Look(**OpenLog(folder_ / "other"), kAddress, verifiers, folder_.Path()).status();
  EXPECT_EQ(alarm.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(alarm.message()), HasSubstr("nwd/hub.test/outcome/"));
  EXPECT_FALSE(Look(**OpenLog(folder_ / "other"), "http://me:secret@log.test/audit/", verifiers, folder_.Path()).ok())
      << "the same address";
  EXPECT_TRUE(Look(**OpenLog(folder_ / "other"), "http://log.test:80/audit", verifiers, folder_.Path()).ok());
}

TEST_F(Reading, WhatIsNoCheckpointIsAnAlarm) {
  const std::string shown = folder_ / "shown";
  fs::create_directories(shown);
  for (const char* content : {"<html>Welcome</html>", "", "nwd/hub.test/consent/1\n5\n"}) {
    std::ofstream(shown + "/checkpoint") << content;
    const absl::Status alarm = Look(**OpenLog(shown), kAddress, keeper_.Verifiers(), folder_.Path()).status();
    EXPECT_EQ(alarm.code(), absl::StatusCode::kDataLoss) << content;
    EXPECT_THAT(std::string(alarm.message()), HasSubstr("what the log shows as its checkpoint"));
  }
  fs::remove(shown + "/checkpoint");
  EXPECT_EQ(Look(**OpenLog(shown), kAddress, keeper_.Verifiers(), folder_.Path()).status().code(),
            absl::StatusCode::kNotFound)
      << "which is no alarm";
}

}  // namespace
}  // namespace nwd::audit
