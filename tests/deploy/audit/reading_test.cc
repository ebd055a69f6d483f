// A log read as a stranger reads it: over HTTP from the service, or from a copy of its pages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <filesystem>
#include <fstream>

#include "absl/time/clock.h"
#include "common/audit/epoch.h"
#include "common/audit/log_pages.h"
#include "common/base/strings.h"
#include "common/http/http_server.h"
#include "common/store_memory/memory_store.h"
#include "deploy/audit/log_source.h"
#include "deploy/audit/verify.h"
#include "deploy/audit/witness.h"
#include "tests/common/audit/keeper.h"
#include "tests/testing/temp_folder.h"

namespace nwd::audit {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

const auto kSilent = [](uint64_t, uint64_t) {};

class Reading : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(keeper_.log().Load().ok());
    ServeLog(server_, keeper_.log());
    ASSERT_TRUE(server_.Start().ok());
    ASSERT_NO_FATAL_FAILURE(keeper_.GrowTo(600));
  }
  std::unique_ptr<LogSource> Served() { return *OpenLog(Cat("http://127.0.0.1:", server_.port(), "/audit")); }

  // Copies every page that a log has into a folder, as it is now.
  static void Copy(const Log& log, const std::string& folder) {
    const auto write = [&](const std::string& path, const std::string& content) {
      fs::create_directories(fs::path(folder) / fs::path(path).parent_path());
      std::ofstream(fs::path(folder) / path, std::ios::binary) << content;
    };
    for (int level = 0; level <= kTileLevelMax; ++level) {
      for (uint64_t index = 0; const int width = WidthIn(log.size(), level, index); ++index) {
        write(TilePath({level, index, width}), **log.ReadTile({level, index, width}));
        if (level == 0) write(BundlePath({index, width}), **log.ReadBundle({index, width}));
      }
    }
    write("checkpoint", log.checkpoint());
  }
  absl::StatusOr<Checkpoint> Verify(const std::string& folder) {
    return VerifyLog(**OpenLog(folder), keeper_.Verifiers(), kSilent);
  }
  static void Flip(const std::string& file, size_t at) {
    std::fstream page(file, std::ios::in | std::ios::out | std::ios::binary);
    page.seekg(static_cast<std::streamoff>(at));
    const char byte = static_cast<char>(page.get() ^ 1);
    page.seekp(static_cast<std::streamoff>(at));
    page.put(byte);
  }

  store::MemoryStore store_;
  Keeper keeper_{store_};
  http::HttpServer server_{{}};
  testing::TempFolder folder_;
};

TEST_F(Reading, AWholeLogIsVerifiedOverHttpAndFromACopy) {
  const auto served = VerifyLog(*Served(), keeper_.Verifiers(), kSilent);
  ASSERT_TRUE(served.ok()) << served.status();
  EXPECT_EQ(served->size, 600u);
  Copy(keeper_.log(), folder_ / "copy");
  const auto copied = Verify(folder_ / "copy");
  ASSERT_TRUE(copied.ok()) << copied.status();
  EXPECT_EQ(*copied, *served);
}

TEST_F(Reading, WhatIsFullMayBeKeptForEverAndACheckpointNever) {
  httplib::Client client("127.0.0.1", server_.port());
  const auto cache = [&](const std::string& path) {
    const auto page = client.Get(path);
    return page ? page->get_header_value("Cache-Control") : "";
  };
  EXPECT_EQ(cache("/audit/checkpoint"), "no-cache");
  EXPECT_EQ(cache("/audit/tile/0/000"), "public, max-age=31536000, immutable");
  EXPECT_EQ(cache("/audit/tile/entries/001"), "public, max-age=31536000, immutable");
  EXPECT_EQ(cache("/audit/tile/0/002.p/88"), "public, max-age=60");
}

TEST_F(Reading, AbsurdTilesAndPathTricksAreNotThere) {
  const std::unique_ptr<LogSource> source = Served();
  for (const char* path : {"tile/0/003",
                           "tile/0/003.p/1",
                           "tile/0/002.p/89",
                           "tile/0/002.p/255",
                           "tile/0/999",
                           "tile/7/000",
                           "tile/8/000",
                           "tile/63/000",
                           "tile/0/x999/x999/x999/x999/x999/999",
                           "tile/0/x001/000",
                           "tile/0/000.p/256",
                           "tile/0/000.p/0",
                           "tile/0/00",
                           "tile/0/0000",
                           "tile/entries/003",
                           "tile/entries/002.p/89",
                           "tile/0/%2e%2e/0/000",
                           "tile/../checkpoint",
                           "../metrics",
                           "..%2fmetrics",
                           "tile/0/000/",
                           "tile//0/000",
                           "",
                           "tile",
                           "checkpoint/",
                           "tile/0/-01",
                           "tile/-1/000"}) {
    EXPECT_EQ(source->Get(path).status().code(), absl::StatusCode::kNotFound) << path;
  }
  EXPECT_TRUE(source->Get("tile/0/002.p/88").ok());
  EXPECT_TRUE(source->Get("tile/0/000.p/7").ok()) << "a log had this size once";
}

TEST_F(Reading, AnythingChangedInACopyIsFoundAndNamed) {
  const std::string copy = folder_ / "copy";
  Copy(keeper_.log(), copy);
  const std::string entry = keeper_.Entries()[300];
  Flip(copy + "/tile/entries/001", (300 - 256) * (entry.size() + 2) + 10);
  EXPECT_THAT(std::string(Verify(copy).status().message()), HasSubstr("entry 300 "));
  Copy(keeper_.log(), copy);
  Flip(copy + "/tile/0/000", 5 * crypto::kDigestSizeBytes);
  EXPECT_THAT(std::string(Verify(copy).status().message()), HasSubstr("entry 5 "));
  Copy(keeper_.log(), copy);
  Flip(copy + "/tile/1/000.p/2", 3);
  EXPECT_THAT(std::string(Verify(copy).status().message()), HasSubstr("tile/1/000.p/2 "));
  Copy(keeper_.log(), copy);
  fs::remove(copy + "/tile/entries/000");
  EXPECT_THAT(std::string(Verify(copy).status().message()), HasSubstr("tile/entries/000 is not there"));
  Copy(keeper_.log(), copy);
  Flip(copy + "/checkpoint", 30);
  EXPECT_FALSE(Verify(copy).ok());
}

TEST_F(Reading, AWitnessSeesALogGoOn) {
  const auto look = [&] { return Look(*Served(), keeper_.Verifiers(), folder_.Path()); };
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
  ASSERT_TRUE(Look(**OpenLog(folder_ / "then"), keeper_.Verifiers(), memory).ok());
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
    const absl::Status alarm = Look(**OpenLog(copy), keeper_.Verifiers(), memory).status();
    EXPECT_EQ(alarm.code(), absl::StatusCode::kDataLoss) << size << " " << alarm;
    EXPECT_TRUE(fs::exists(Cat(memory, "/nwd-hub.test-consent-1-fork-600-", size, ".checkpoint")))
        << "both are kept as proof";
  }
  ASSERT_NO_FATAL_FAILURE(keeper_.GrowTo(700));
  EXPECT_TRUE(Look(*Served(), keeper_.Verifiers(), memory).ok()) << "the true one still goes on";
}

// Restored from a backup, the log goes on under a new epoch: with the keys that the witness has, and the checkpoint that it
// remembers cited.
TEST_F(Reading, AWitnessFollowsALogIntoANewEpoch) {
  const std::vector<Verifier> verifiers = keeper_.Verifiers();
  const auto restored = [&](const std::string& cited) {
    auto store = std::make_unique<store::MemoryStore>();
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
    EXPECT_EQ(client.Get("/audit/tile/0/000.p/1")->status, 404) << "that is the name of the first epoch's";
    EXPECT_EQ(client.Get("/audit/9/tile/0/000.p/1")->status, 200);
    EXPECT_EQ(client.Get("/audit/8/tile/0/000.p/1")->status, 404);
    auto seen = Look(**OpenLog(Cat("http://127.0.0.1:", server.port(), "/audit")), verifiers, memory);
    server.Stop();
    return seen;
  };
  const std::string memory = folder_ / "memory";
  fs::create_directories(memory);
  const std::string early = keeper_.log().checkpoint();
  ASSERT_NO_FATAL_FAILURE(keeper_.GrowTo(700));
  ASSERT_TRUE(Look(*Served(), verifiers, memory).ok());

  const absl::Status of_nothing = look(*restored(""), memory).status();
  EXPECT_EQ(of_nothing.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(of_nothing.message()), HasSubstr("cites no checkpoint"));
  const absl::Status too_early = look(*restored(early), memory).status();
  EXPECT_EQ(too_early.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(too_early.message()), HasSubstr("cites 600 entries"));

  const auto store = restored(keeper_.log().checkpoint());
  const auto seen = look(*store, memory);
  ASSERT_TRUE(seen.ok()) << seen.status();
  ASSERT_TRUE(seen->cited.has_value());
  EXPECT_EQ(seen->cited->size, 700u);
  EXPECT_EQ(look(*store, memory)->before, 1u) << "and from then on as any log";

  const absl::Status revenant = Look(*Served(), verifiers, memory).status();
  EXPECT_EQ(revenant.code(), absl::StatusCode::kDataLoss) << "the store that was lost goes on beside it";
  EXPECT_THAT(std::string(revenant.message()), HasSubstr("two services write it"));
}

TEST_F(Reading, AnotherLogsCheckpointIsRefused) {
  const std::vector<Verifier> others = [] {
    std::vector<Verifier> verifiers;
    const crypto::SigningKey key = crypto::SigningKey::Generate();
    verifiers.push_back(*ParseVerifier(VerifierText("nwd/hub.test/consent/1", key.verifying_key())));
    return verifiers;
  }();
  EXPECT_EQ(VerifyLog(*Served(), others, kSilent).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Look(*Served(), others, folder_.Path()).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(Reading, AProofOfOneEntryHoldsByItself) {
  const std::string entry = keeper_.Entries()[257];
  const auto proof = keeper_.ProofOf(LeafHash(entry));
  ASSERT_TRUE(proof.ok() && proof->has_value()) << proof.status();
  const std::string text = WriteProof(**proof, entry);
  const auto read = ReadProof(text);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->entry, entry);
  const auto checkpoint = CheckProof(*read, keeper_.Verifiers());
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  EXPECT_EQ(checkpoint->size, 600u);
  for (size_t i = 0; i < text.size(); i += 3) {
    std::string changed = text;
    changed[i] ^= 1;
    const auto other = ReadProof(changed);
    EXPECT_FALSE(other.ok() && CheckProof(*other, keeper_.Verifiers()).ok()) << "byte " << i;
  }
}

}  // namespace
}  // namespace nwd::audit
