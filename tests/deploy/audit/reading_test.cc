// A log read as a stranger reads it: over HTTP from the service, or from a copy of its pages.
#include "tests/deploy/audit/reading.h"

#include "absl/time/clock.h"
#include "common/audit/epoch.h"

namespace nwd::audit {
namespace {

using ::testing::HasSubstr;

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
