#include "common/tls/certificate_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>

#include "common/log/capture.h"
#include "common/tls/serial.h"
#include "tests/common/tls/test_pki.h"

namespace nwd::tls {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

std::string Read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

class CertificateStoreTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::shared_ptr<CertificateStore>> Open(const std::string& folder) {
    return CertificateStore::Open(
        {.folder = folder, .trust_domain = kDomain, .check_interval = absl::InfiniteDuration()});  // only when told
  }

  void ExpectRefusedAtStart(const std::string& folder, const std::string& said) {
    const absl::Status status = Open(folder).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << said;
    EXPECT_THAT(std::string(status.message()), HasSubstr(said));
    EXPECT_THAT(std::string(status.message()), HasSubstr(folder));
  }

  TestPki pki_;
};

TEST_F(CertificateStoreTest, AGoodFolderOpens) {
  const auto store = Open(pki_.Write("a", pki_.Service("consent")));
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ((*store)->identity().Uri(), "spiffe://hub.test/service/consent");
  EXPECT_TRUE((*store)->CheckNow().ok());
}

TEST_F(CertificateStoreTest, AtStartEachFaultIsOneSentence) {
  const pki::Request good = pki_.Service("consent");
  ExpectRefusedAtStart("/no/such/folder", "cannot read /no/such/folder/tls.crt: No such file");
  ExpectRefusedAtStart(pki_.Write("expired", pki_.Expired(good)), "certificate has expired");
  ExpectRefusedAtStart(pki_.Write("foreign", good, &pki_.other_authority()), "unable to get local issuer certificate");

  std::string folder = pki_.Write("no-key", good);
  std::filesystem::remove(folder + "/tls.key");
  ExpectRefusedAtStart(folder, "tls.key: No such file");

  folder = pki_.Write("mismatch", good);
  TestPki::Copy(pki_.Write("b", good) + "/tls.key", folder + "/tls.key");
  ExpectRefusedAtStart(folder, "tls.key is not the key of tls.crt");

  folder = pki_.Write("garbage", good);
  TestPki::Overwrite(folder + "/ca.crt", "garbage");
  ExpectRefusedAtStart(folder, "ca.crt is not a PEM certificate");

  pki::Request none = good, several = good, foreign_domain = good;
  none.uris = {};
  several.uris.push_back("spiffe://hub.test/service/referral");
  foreign_domain.uris = {"spiffe://other.test/service/consent"};
  ExpectRefusedAtStart(pki_.Write("none", none), "no URI name");
  ExpectRefusedAtStart(pki_.Write("several", several), "2 URI names");
  ExpectRefusedAtStart(pki_.Write("domain", foreign_domain),
                       "its trust domain is other.test, where hub.test is expected");
}

TEST_F(CertificateStoreTest, ANotYetValidCertificateIsRefused) {
  pki::Request later = pki_.Service("consent");
  later.not_before = pki_.now() + absl::Hours(1);
  ExpectRefusedAtStart(pki_.Write("later", later), "not yet valid");
}

TEST_F(CertificateStoreTest, ANewPairIsTakenWhole) {
  log::Capture log;
  const std::string folder = pki_.Write("a", pki_.Service("consent"));
  const auto store = *Open(folder);
  const std::string path = store->identity_path(), serial = store->facts().serial;
  const std::string before = Read(path);
  pki_.Write("a", pki_.Service("consent"));
  EXPECT_TRUE(store->CheckNow().ok());
  EXPECT_NE(store->facts().serial, serial);
  EXPECT_EQ(store->identity_path(), path);
  EXPECT_NE(Read(path), before);
  EXPECT_THAT(Read(path), HasSubstr(Read(folder + "/tls.key")));
  EXPECT_THAT(Read(path), HasSubstr(Read(folder + "/tls.crt")));
  EXPECT_THAT(log.Lines(), Contains(HasSubstr("tls.reloaded")));
}

TEST_F(CertificateStoreTest, ABadSetIsRefusedSaidOnceAndTheOldKept) {
  const std::string folder = pki_.Write("a", pki_.Service("consent"));
  const std::string good = pki_.Write("good", pki_.Service("consent"));
  const auto store = *Open(folder);
  const std::string before = Read(store->identity_path());
  const std::pair<pki::Request, std::string> cases[] = {
      {pki_.Expired(pki_.Service("consent")), "expired"},
      {pki_.Service("referral"), "but this process is spiffe://hub.test/service/consent"}};
  for (const auto& [request, said] : cases) {
    log::Capture log;
    pki_.Write("a", request);
    EXPECT_THAT(std::string(store->CheckNow().message()), HasSubstr(said));
    EXPECT_FALSE(store->CheckNow().ok());
    EXPECT_THAT(log.Lines(), SizeIs(1));
    EXPECT_THAT(log.Lines(), Contains(HasSubstr("tls.reload_refused")));
    EXPECT_EQ(Read(store->identity_path()), before);
  }
  TestPki::Copy(good + "/tls.crt", folder + "/tls.crt");
  EXPECT_THAT(std::string(store->CheckNow().message()), HasSubstr("not the key"));
  TestPki::Copy(good + "/tls.key", folder + "/tls.key");
  EXPECT_TRUE(store->CheckNow().ok());
  EXPECT_NE(Read(store->identity_path()), before);
}

TEST_F(CertificateStoreTest, AMissingFileKeepsTheOld) {
  const std::string folder = pki_.Write("a", pki_.Service("consent"));
  const auto store = *Open(folder);
  const std::string before = Read(store->identity_path());
  std::filesystem::remove(folder + "/tls.crt");
  EXPECT_FALSE(store->CheckNow().ok());
  EXPECT_EQ(Read(store->identity_path()), before);
}

TEST_F(CertificateStoreTest, WhatTheAuthorityRevokesIsKnownFromTheNextLook) {
  const std::string folder = pki_.Write("a", pki_.Service("consent"));
  std::vector<std::vector<std::string>> told;
  const auto store =
      CertificateStore::Open({.folder = folder,
                              .trust_domain = kDomain,
                              .check_interval = absl::InfiniteDuration(),
                              .on_revoked = [&](const std::vector<std::string>& serials) { told.push_back(serials); }});
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_FALSE((*store)->IsRevoked("abc1"));
  pki_.WriteList(folder, {"abc1", "7f"});
  EXPECT_TRUE((*store)->CheckNow().ok());
  EXPECT_TRUE((*store)->IsRevoked("abc1"));
  EXPECT_FALSE((*store)->IsRevoked("abc"));
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_THAT(told[0], UnorderedElementsAre("abc1", "7f"));
}

TEST_F(CertificateStoreTest, ARevocationListThatIsNotToBeTrustedIsRefusedAndTheOldOneKept) {
  const std::string folder = pki_.Write("a", pki_.Service("consent"));
  pki_.WriteList(folder, {"abc1"});
  const auto store = *Open(folder);
  pki_.WriteList(folder, {}, &pki_.other_authority());
  EXPECT_THAT(std::string(store->CheckNow().message()), HasSubstr("ca.crl is not a revocation list of an authority"));
  TestPki::Overwrite(folder + "/ca.crl", "garbage");
  EXPECT_THAT(std::string(store->CheckNow().message()), HasSubstr("ca.crl is not a PEM revocation list"));
  TestPki::Overwrite(folder + "/ca.crl", "");
  EXPECT_THAT(std::string(store->CheckNow().message()), HasSubstr("ca.crl is empty"));
  std::filesystem::remove(folder + "/ca.crl");
  EXPECT_THAT(std::string(store->CheckNow().message()), HasSubstr("ca.crl is gone"));
  EXPECT_TRUE(store->IsRevoked("abc1"));
  ExpectRefusedAtStart(
      [&] {
        const std::string other = pki_.Write("b", pki_.Service("consent"));
        pki_.WriteList(other, {}, &pki_.other_authority());
        return other;
      }(),
      "not a revocation list of an authority");
}

TEST_F(CertificateStoreTest, WhatIsRevokedStaysSoHoweverTheListIsReplaced) {
  const std::string folder = pki_.Write("a", pki_.Service("consent"));
  pki_.WriteList(folder, {"abc1", "7f"});
  const auto store = *Open(folder);
  const std::string before = Read(store->identity_path()), authorities = Read(store->authorities_path());
  const auto expect_refused = [&](const std::string& said) {
    EXPECT_THAT(std::string(store->CheckNow().message()), HasSubstr(said));
    EXPECT_TRUE(store->IsRevoked("abc1") && store->IsRevoked("7f")) << said;
    EXPECT_EQ(Read(store->identity_path()), before) << said << ": all of it is refused";
    EXPECT_EQ(Read(store->authorities_path()), authorities) << said;
  };
  pki_.Write("a", pki_.Service("consent"));
  pki_.WriteList(folder, {"7f"});
  expect_refused("ca.crl does not name abc1");
  pki_.WriteList(folder, {"7f", "def"});
  expect_refused("ca.crl does not name abc1");
  EXPECT_FALSE(store->IsRevoked("def"));
  // Another authority besides ours, with a list of its own, or with none.
  TestPki::Overwrite(folder + "/ca.crt", pki_.authority().certificate_pem() + pki_.other_authority().certificate_pem());
  pki_.WriteList(folder, {"def"}, &pki_.other_authority());
  expect_refused("ca.crl does not name");
  std::filesystem::remove(folder + "/ca.crl");
  expect_refused("ca.crl is gone");

  pki_.WriteList(folder, {"abc1", "7f", "def"}, &pki_.other_authority());
  EXPECT_TRUE(store->CheckNow().ok());
  EXPECT_TRUE(store->IsRevoked("abc1") && store->IsRevoked("7f") && store->IsRevoked("def"));
  EXPECT_NE(Read(store->identity_path()), before);
}

TEST_F(CertificateStoreTest, ANewCertificateThatTheListNamesIsNotTakenButTheListIs) {
  const std::string folder = pki_.Write("a", pki_.Service("consent"));
  const auto store = *Open(folder);
  const std::string before = Read(store->identity_path()), serial = store->facts().serial;
  pki_.Write("a", pki_.Service("consent"));
  const std::string stolen = (*Open(folder))->facts().serial;
  const std::vector<std::vector<std::string>> lists = {{stolen}, {stolen, "7f"}};
  for (const std::vector<std::string>& list : lists) {
    log::Capture log;
    pki_.WriteList(folder, list);
    EXPECT_THAT(std::string(store->CheckNow().message()), HasSubstr("is revoked by ca.crl"));
    EXPECT_FALSE(store->CheckNow().ok()) << "nor later";
    EXPECT_EQ(Read(store->identity_path()), before);
    EXPECT_EQ(store->facts().serial, serial);
    for (const std::string& named : list) EXPECT_TRUE(store->IsRevoked(named)) << named;
    if (list.size() == 1) {
      EXPECT_THAT(log.Lines(), SizeIs(2)) << "each is said once";
      EXPECT_THAT(log.Lines(), Contains(AllOf(HasSubstr("tls.own_certificate_revoked"), HasSubstr(stolen))));
      EXPECT_THAT(log.Lines(), Contains(HasSubstr("tls.reload_refused")));
    }
  }
  pki_.WriteList(folder, {stolen});
  EXPECT_THAT(std::string(store->CheckNow().message()), HasSubstr("does not name 7f")) << "the list was really taken";
  pki_.WriteList(folder, {stolen, "7f"});
  pki_.Write("a", pki_.Service("consent"));
  EXPECT_TRUE(store->CheckNow().ok());
  EXPECT_NE(Read(store->identity_path()), before);
}

TEST_F(CertificateStoreTest, ItsOwnRevocationStopsItAtStartAndIsComplainedOfLater) {
  const std::string folder = pki_.Write("a", pki_.Service("consent"));
  const auto store = *Open(folder);
  const std::string serial = store->facts().serial;
  pki_.WriteList(folder, {serial});
  {
    log::Capture log;
    EXPECT_TRUE(store->CheckNow().ok()) << "the list holds for others";
    EXPECT_THAT(log.Lines(), Contains(HasSubstr("tls.own_certificate_revoked")));
  }
  EXPECT_TRUE(store->IsRevoked(serial));
  ExpectRefusedAtStart(folder, "is revoked by ca.crl");
  pki_.Write("a", pki_.Service("consent"));
  EXPECT_TRUE(store->CheckNow().ok());
  EXPECT_TRUE(Open(folder).ok());
}

TEST(SerialTest, ItIsTakenAsOtherProgramsWriteIt) {
  EXPECT_EQ(NormalisedSerial("0A:1B"), "a1b");
  EXPECT_EQ(NormalisedSerial("00a1b"), "a1b");
  for (const char* wrong : {"", "0", "a1g", "-1", "0x1f", "a b"}) EXPECT_EQ(NormalisedSerial(wrong), "") << wrong;
  EXPECT_EQ(NormalisedSerial(std::string(kSerialDigitsMax + 1, 'a')), "");
}

TEST_F(CertificateStoreTest, TheFolderIsWatched) {
  const std::string folder = pki_.Write("a", pki_.Service("consent"));
  const auto store =
      CertificateStore::Open({.folder = folder, .trust_domain = kDomain, .check_interval = absl::Milliseconds(5)});
  ASSERT_TRUE(store.ok()) << store.status();
  const std::string before = (*store)->facts().serial;
  pki_.Write("a", pki_.Service("consent"));
  while ((*store)->facts().serial == before) std::this_thread::yield();  // half-written folders are refused first
}

}  // namespace
}  // namespace nwd::tls
