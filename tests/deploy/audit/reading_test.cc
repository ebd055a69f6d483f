// A log read as a stranger reads it: over HTTP from the service, or from a copy of its pages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <map>

#include "absl/time/clock.h"
#include "common/audit/epoch.h"
#include "common/audit/log_pages.h"
#include "common/audit/log_rows.h"
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

// Where the log is said to be, wherever it is read from.
constexpr char kAddress[] = "http://log.test/audit";
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
  // The same log when it had so many entries, as a backup has it.
  std::unique_ptr<store::MemoryStore> BackupOf(uint64_t size) {
    auto store = std::make_unique<store::MemoryStore>();
    Keeper keeper(*store);
    EXPECT_TRUE(keeper.log().Load().ok());
    const std::vector<store::FeedEntry> feed = *store_.ReadFeed(store::Feed::kAudit, 0, static_cast<int>(size));
    const auto append = [&](store::Txn& txn) {
      for (const store::FeedEntry& entry : feed) txn.Append(store::Feed::kAudit, entry.bytes);
      return absl::OkStatus();
    };
    EXPECT_TRUE(testing::Update(*store, append).ok());
    EXPECT_TRUE(keeper.log().Integrate().ok());
    EXPECT_EQ(keeper.log().size(), size);
    return store;
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
  const crypto::SigningKey other_key_ = crypto::SigningKey::Generate();
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
    EXPECT_EQ(followed->lost, 700 - compared) << "nobody can compare these";
  }
  // What a key signed that is not among the given ones is passed over, and counted as not compared.
  {
    const std::string rotated = folder_ / "memory-rotated";
    fs::copy(memory, rotated);
    for (const auto& entry : fs::directory_iterator(rotated)) {
      if (entry.path().extension() != ".daily") continue;
      std::ofstream(entry.path(), std::ios::binary | std::ios::trunc)
          << SignCheckpoint(*OpenCheckpoint(early, verifiers), std::array{&other_key_});
    }
    const auto followed = look(*restored(keeper_.log().checkpoint(), BackupOf(650)), rotated);
    ASSERT_TRUE(followed.ok()) << followed.status();
    EXPECT_EQ(followed->lost, 700u);
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

// What was kept of the epochs before is served on under the names it had, with the checkpoint that was over it.
TEST_F(Reading, TheEpochsBeforeStay) {
  const std::string then = keeper_.log().checkpoint();
  const std::string tile = *Served()->Get("tile/0/001"), bundle = *Served()->Get("tile/entries/002.p/88");
  ASSERT_EQ(BeginEpoch(store_, Audit(std::string(32, 's')), {9, then}, absl::Now()), absl::OkStatus());
  Keeper after(store_);
  ASSERT_TRUE(after.log().Load().ok() && after.log().Integrate().ok());
  http::HttpServer server({});
  ServeLog(server, after.log());
  ASSERT_TRUE(server.Start().ok());
  const auto source = *OpenLog(Cat("http://127.0.0.1:", server.port(), "/audit"));
  EXPECT_EQ(*source->Get("checkpoint"), after.log().checkpoint());
  EXPECT_EQ(*source->Get("9/checkpoint"), after.log().checkpoint());
  EXPECT_EQ(*source->Get("1/checkpoint"), then);
  EXPECT_EQ(*source->Get("tile/0/001"), tile);
  EXPECT_EQ(*source->Get("tile/entries/002.p/88"), bundle);
  EXPECT_TRUE(source->Get("9/tile/0/000.p/1").ok());
  for (const char* path :
       {"2/checkpoint", "9/tile/0/001", "01/checkpoint", "1/keys", "1/cited", "4294967297/checkpoint"}) {
    EXPECT_EQ(source->Get(path).status().code(), absl::StatusCode::kNotFound) << path;
  }
  // Whoever verifies the new one goes by what it cites, too.
  const std::string copy = folder_ / "copy";
  for (const char* page : {"checkpoint", "cited", "9/tile/0/000.p/1", "9/tile/entries/000.p/1"}) {
    fs::create_directories(fs::path(Cat(copy, "/", page)).parent_path());
    std::ofstream(Cat(copy, "/", page), std::ios::binary) << *source->Get(page);
  }
  EXPECT_EQ(Verify(copy).status(), absl::OkStatus());
  Flip(copy + "/cited", then.find("\n600\n") + 1);
  EXPECT_THAT(std::string(Verify(copy).status().message()), HasSubstr("does not cite the checkpoint that it shows"));
  fs::remove(copy + "/cited");
  EXPECT_EQ(Verify(copy).status().code(), absl::StatusCode::kDataLoss);
}

// What is not what was signed is not handed out, and nobody is to keep what may not be.
TEST_F(Reading, WhatIsNotAsItsTileSaysIsNotServed) {
  ASSERT_TRUE(keeper_.ReadEntries(300, 1).ok());
  const auto alter = [&](store::Txn& txn) -> absl::Status {
    std::string hashes = *rows::FindTile(txn, kFirstEpoch, 0, 1).value();
    hashes[(300 - 256) * crypto::kDigestSizeBytes] ^= 1;
    rows::PutTile(txn, kFirstEpoch, 0, 1, hashes);
    return absl::OkStatus();
  };
  ASSERT_TRUE(testing::Update(store_, alter).ok());
  httplib::Client client("127.0.0.1", server_.port());
  EXPECT_EQ(client.Get("/audit/tile/entries/001")->status, 500);
  EXPECT_EQ(client.Get("/audit/tile/entries/000")->status, 200);
  EXPECT_EQ(keeper_.ReadEntries(256, 50).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(keeper_.ReadEntries(301, 50).ok());
  EXPECT_EQ(client.Get("/audit/tile/0/001")->get_header_value("Cache-Control"), "public, max-age=31536000, immutable");
  // The check at the next start knows.
  Keeper again(store_);
  ASSERT_TRUE(again.log().Load().ok());
  http::HttpServer server({});
  ServeLog(server, again.log());
  rpc::Stop stop;
  async::BlockOn(again.log().CheckOnce(stop));
  ASSERT_TRUE(server.Start().ok());
  httplib::Client knows("127.0.0.1", server.port());
  EXPECT_EQ(knows.Get("/audit/tile/0/001")->get_header_value("Cache-Control"), "no-cache");
  EXPECT_EQ(knows.Get("/audit/tile/entries/001")->status, 500);
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

TEST_F(Reading, AnotherLogsCheckpointIsRefused) {
  const std::vector<Verifier> others = [] {
    std::vector<Verifier> verifiers;
    const crypto::SigningKey key = crypto::SigningKey::Generate();
    verifiers.push_back(*ParseVerifier(VerifierText("nwd/hub.test/consent/1", key.verifying_key())));
    return verifiers;
  }();
  EXPECT_EQ(VerifyLog(*Served(), others, kSilent).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Look(*Served(), kAddress, others, folder_.Path()).status().code(), absl::StatusCode::kDataLoss);
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
