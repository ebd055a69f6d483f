#include "common/audit/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <map>

#include "absl/strings/escaping.h"
#include "common/async/block_on.h"
#include "common/audit/record.h"
#include "common/base/strings.h"
#include "common/store/keys.h"
#include "common/store_memory/memory_store.h"
#include "common/store_rocksdb/rocks_store.h"
#include "tests/common/audit/keeper.h"
#include "tests/common/store_rocksdb/raw_store.h"
#include "tests/testing/store_words.h"
#include "tests/testing/temp_folder.h"

namespace nwd::audit {
namespace {

using ::testing::HasSubstr;

// Every page of the log as it is now, by path.
std::map<std::string, std::string> PagesOf(const Log& log) {
  std::map<std::string, std::string> pages;
  for (int level = 0; level <= kTileLevelMax; ++level) {
    for (uint64_t index = 0; const int width = WidthIn(log.size(), level, index); ++index) {
      pages[TilePath({level, index, width})] = **log.ReadTile({level, index, width});
      if (level == 0) pages[BundlePath({index, width})] = **log.ReadBundle({index, width});
    }
  }
  return pages;
}

// The tiles' hashes as a source for proofs, read from the pages alone, as somebody else would.
auto HashesIn(const std::map<std::string, std::string>& pages, uint64_t size) {
  return [&pages, size](const Subtree& subtree) -> absl::StatusOr<Hash> {
    const InTile place = TileOf(subtree);
    const auto page = pages.find(TilePath({place.level, place.index, WidthIn(size, place.level, place.index)}));
    if (page == pages.end()) return absl::NotFoundError("no such tile");
    return HashOver(page->second, place);
  };
}

// The sizes around a tile's edge, and around that of a tile of tiles: what is served is what Python makes of the entries,
// by the definition, byte for byte; and each checkpoint is consistent with those before.
TEST(AuditLog, IsWhatAnIndependentComputationMakesOfTheEntries) {
  constexpr uint64_t kSizes[] = {1, 255, 256, 257, 65'535, 65'536, 65'537};
  store::MemoryStore store;
  Keeper keeper(store);
  ASSERT_TRUE(keeper.log().Load().ok());
  std::vector<std::string> lines;
  std::vector<Checkpoint> checkpoints;
  std::map<std::string, std::string> pages;
  for (const uint64_t size : kSizes) {
    ASSERT_NO_FATAL_FAILURE(keeper.GrowTo(size));
    pages = PagesOf(keeper.log());
    std::string everything;
    for (const auto& [path, content] : pages) everything += Cat(path, "\n", content);
    const auto checkpoint = keeper.Open();
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
    EXPECT_EQ(checkpoint->size, size);
    const auto hex = [](const Hash& hash) { return absl::BytesToHexString(AbslView(crypto::View(hash))); };
    lines.push_back(Cat(size, " ", hex(checkpoint->root), " ", hex(crypto::Sha256(everything))));
    for (const Checkpoint& before : checkpoints) {
      const auto proof = ConsistencyProof(before.size, size, HashesIn(pages, size));
      ASSERT_TRUE(proof.ok()) << proof.status();
      EXPECT_EQ(CheckConsistency(before.size, before.root, size, checkpoint->root, *proof), absl::OkStatus());
    }
    checkpoints.push_back(*checkpoint);
  }

  testing::TempFolder folder;
  std::string command = Cat("python3 ", NWD_PLAIN_LOG, " ", folder / "entries");
  std::ofstream file(folder / "entries", std::ios::binary);
  for (const std::string& entry : keeper.Entries()) {
    std::string bundled;
    AddToBundle(entry, bundled);
    file << bundled;
  }
  file.close();
  for (const uint64_t size : kSizes) command += Cat(" ", size);
  FILE* pipe = popen(command.c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  std::string said;
  char buffer[4096];
  while (const size_t read = fread(buffer, 1, sizeof(buffer), pipe)) said.append(buffer, read);
  ASSERT_EQ(pclose(pipe), 0);
  std::string ours;
  for (const std::string& line : lines) ours += line + "\n";
  EXPECT_EQ(said, ours);

  // And every entry is proved to be where it is, out of those pages; and of every checkpoint there may have been, that the
  // log goes on from it.
  const std::vector<std::string> entries = keeper.Entries();
  const auto hashes = HashesIn(pages, entries.size());
  std::map<std::pair<int, uint64_t>, Hash> known;
  const auto remembered = [&](const Subtree& subtree) -> absl::StatusOr<Hash> {
    const auto [at, is_new] = known.try_emplace({subtree.level, subtree.index});
    if (is_new) {
      NWD_ASSIGN_OR_RETURN(at->second, hashes(subtree));
    }
    return at->second;
  };
  const Hash& root = checkpoints.back().root;
  Frontier before;
  for (uint64_t index = 0; index < entries.size(); ++index) {
    const auto proof = InclusionProof(index, entries.size(), remembered);
    ASSERT_TRUE(proof.ok()) << proof.status();
    ASSERT_TRUE(CheckInclusion(LeafHash(entries[index]), index, entries.size(), *proof, root).ok()) << index;
    before.Add(LeafHash(entries[index]));
    const auto goes_on = ConsistencyProof(before.size(), entries.size(), remembered);
    ASSERT_TRUE(goes_on.ok()) << goes_on.status();
    ASSERT_TRUE(CheckConsistency(before.size(), before.Root(), entries.size(), root, *goes_on).ok()) << index;
  }
}

TEST(AuditLog, GoesOnWhereItWasAndShowsNoMoreThanWasSigned) {
  store::MemoryStore store;
  std::string before;
  {
    Keeper keeper(store);
    ASSERT_TRUE(keeper.log().Load().ok());
    EXPECT_EQ(keeper.Open()->size, 0u) << "the empty log is signed";
    ASSERT_NO_FATAL_FAILURE(keeper.GrowTo(700));
    before = keeper.log().checkpoint();
  }
  Keeper keeper(store);
  ASSERT_TRUE(keeper.log().Load().ok());
  EXPECT_EQ(keeper.log().checkpoint(), before);
  EXPECT_FALSE((*keeper.log().ReadTile({.level = 0, .index = 2, .width = 189})).has_value());
  EXPECT_EQ((*keeper.log().ReadTile({.level = 0, .index = 2, .width = 100}))->size(), 100 * crypto::kDigestSizeBytes)
      << "as it was at an earlier size";
  EXPECT_FALSE((*keeper.log().ReadBundle({.index = 3, .width = 1})).has_value());
  ASSERT_NO_FATAL_FAILURE(keeper.GrowTo(800));
  EXPECT_TRUE(keeper.log().CheckWhole().ok());
}

TEST(AuditLog, AnEntryThatIsLookedForIsProvedByItself) {
  store::MemoryStore store;
  Keeper keeper(store);
  ASSERT_TRUE(keeper.log().Load().ok());
  ASSERT_NO_FATAL_FAILURE(keeper.GrowTo(300));
  const std::string entry = keeper.Entries()[257];
  const auto proof = keeper.ProofOf(LeafHash(entry));
  ASSERT_TRUE(proof.ok() && proof->has_value()) << proof.status();
  EXPECT_EQ((*proof)->index, 257u);
  EXPECT_EQ((*proof)->checkpoint, keeper.log().checkpoint());
  const Checkpoint checkpoint = *keeper.Open();
  EXPECT_TRUE(CheckInclusion(LeafHash(entry), 257, checkpoint.size, (*proof)->path, checkpoint.root).ok());
  EXPECT_FALSE((*keeper.ProofOf(LeafHash("never logged"))).has_value());
}

// What is on disk is changed behind the service's back.
class AlteredLog : public ::testing::Test {
 protected:
  static constexpr uint64_t kSize = 600;

  void SetUp() override {
    const auto store = store::RocksStore::Open({.folder = folder_ / "data"});
    ASSERT_TRUE(store.ok()) << store.status();
    Keeper keeper(**store);
    ASSERT_TRUE(keeper.log().Load().ok());
    ASSERT_NO_FATAL_FAILURE(keeper.GrowTo(kSize));
  }
  static constexpr store::Feed kFeed = store::Feed::kAudit;  // entry 0 is at position 1
  testing::RawStore OnDisk() const { return testing::RawStore(folder_ / "data"); }
  // What a start finds.
  absl::Status Found() {
    const auto store = store::RocksStore::Open({.folder = folder_ / "data"});
    if (!store.ok()) return store.status();
    Keeper keeper(**store);
    EXPECT_TRUE(keeper.log().Load().ok()) << "the service goes on";
    return keeper.log().Health().ok() ? keeper.log().CheckWhole() : keeper.log().Health();
  }
  void ExpectFound(const std::string& named) {
    const absl::Status found = Found();
    EXPECT_EQ(found.code(), absl::StatusCode::kDataLoss) << found;
    EXPECT_THAT(std::string(found.message()), HasSubstr(named));
  }
  testing::TempFolder folder_;
};

TEST_F(AlteredLog, UntouchedIsWhole) { EXPECT_EQ(Found(), absl::OkStatus()); }

TEST_F(AlteredLog, AnEntryThatWasAlteredIsNamed) {
  {
    testing::RawStore disk = OnDisk();
    std::string bytes = disk.Entry(kFeed, 301);
    bytes[20] ^= 1;
    disk.PutEntry(kFeed, 301, bytes);
  }
  ExpectFound("entry 300 ");
}

// What one start found, the next ones do not sign over, before they have looked for it themselves; and whoever puts back what
// was signed has a log that goes on.
TEST_F(AlteredLog, WhatWasFoundIsKeptUntilTheLogIsWholeAgain) {
  const std::string signed_bytes = OnDisk().Entry(kFeed, 301);
  std::string altered = signed_bytes;
  altered[20] ^= 1;
  OnDisk().PutEntry(kFeed, 301, altered);
  // A run of the service: `check` from its start on; one more entry; then it is told to stop, and takes in what it can.
  const auto run = [&](bool check, uint64_t has) {
    const auto store = store::RocksStore::Open({.folder = folder_ / "data"});
    ASSERT_TRUE(store.ok()) << store.status();
    Keeper keeper(**store);
    ASSERT_TRUE(keeper.log().Load().ok());
    rpc::Stop stop;
    if (check) async::BlockOn(keeper.log().CheckOnce(stop));
    ASSERT_NO_FATAL_FAILURE(keeper.Append(1));
    stop.Request();
    async::BlockOn(keeper.log().Run(stop));
    EXPECT_EQ(keeper.log().size(), has);
    EXPECT_EQ(keeper.log().Health().ok(), has > kSize) << keeper.log().Health();
  };
  run(/*check=*/true, kSize);
  run(/*check=*/false, kSize);
  run(/*check=*/true, kSize);
  OnDisk().PutEntry(kFeed, 301, signed_bytes);
  run(/*check=*/false, kSize);
  run(/*check=*/true, kSize + 5);
  run(/*check=*/false, kSize + 6);
}

TEST_F(AlteredLog, AnEntryThatWasRemovedIsNamed) {
  OnDisk().DeleteEntry(kFeed, 18);
  ExpectFound("entry 17 ");
}

TEST_F(AlteredLog, TheLastEntryRemovedIsNamed) {
  OnDisk().DeleteEntry(kFeed, kSize);
  ExpectFound(Cat("entry ", kSize - 1, " "));
}

// Whoever puts one in between moves all that follow.
TEST_F(AlteredLog, AnEntryThatWasInsertedIsNamed) {
  {
    testing::RawStore disk = OnDisk();
    for (store::Position at = kSize + 1; at > 401; --at) disk.PutEntry(kFeed, at, disk.Entry(kFeed, at - 1));
    disk.PutEntry(kFeed, 401, disk.Entry(kFeed, 4));
  }
  ExpectFound("entry 400 ");
}

TEST_F(AlteredLog, EntriesInEachOthersPlaceAreNamed) {
  {
    testing::RawStore disk = OnDisk();
    const std::string first = disk.Entry(kFeed, 51), second = disk.Entry(kFeed, 52);
    disk.PutEntry(kFeed, 51, second);
    disk.PutEntry(kFeed, 52, first);
  }
  ExpectFound("entry 50 ");
}

TEST_F(AlteredLog, ACheckpointThatSomebodyElseWroteIsNotTakenUp) {
  const std::string key = store::KeyBuilder('L').Bytes("s").Build();
  {
    testing::RawStore disk = OnDisk();
    std::string state = disk.Get(key);
    state.back() ^= 1;  // of the signature's line
    disk.Put(key, state);
  }
  ExpectFound("was not signed here");
}

TEST_F(AlteredLog, ATreeWithoutItsCheckpointIsNotBegunAnew) {
  OnDisk().Delete(store::KeyBuilder('L').Bytes("s").Build());
  ExpectFound("a tree, and no checkpoint over it");
}

// Nor where all that was made of the entries is taken out, the tree with its checkpoint.
TEST_F(AlteredLog, EntriesWithoutTheirTreeAreNotSignedAnew) {
  {
    const auto store = store::RocksStore::Open({.folder = folder_ / "data"});
    ASSERT_TRUE(store.ok()) << store.status();
    const auto forget = [](store::Txn& txn) {
      return txn.Scan(store::PrefixRange("L"), store::Direction::kForward, [&](std::string_view key, std::string_view) {
        txn.Delete(key);
        return store::Visit::kContinue;
      });
    };
    ASSERT_TRUE(testing::Update(**store, forget).ok());
  }
  ExpectFound("entries, and no checkpoint over them");
}

// Whoever alters an entry and makes the tree anew has no key to sign another root with.
TEST_F(AlteredLog, ATreeThatWasMadeAnewHasAnotherRootThanWasSigned) {
  {
    testing::RawStore disk = OnDisk();
    std::string bytes = disk.Entry(kFeed, kSize);
    bytes[20] ^= 1;
    disk.PutEntry(kFeed, kSize, bytes);
    const std::string key = store::KeyBuilder('L').Bytes("t").Number(1).Number(0).Number(kSize / kTileWidth).Build();
    std::string tile = disk.Get(key);
    tile.resize(tile.size() - crypto::kDigestSizeBytes);
    tile.append(crypto::View(LeafHash(DecodeRecord(bytes)->entry)));
    disk.Put(key, tile);
  }
  ExpectFound("another root than was signed");
}

}  // namespace
}  // namespace nwd::audit
