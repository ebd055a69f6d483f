#include "deploy/pki/hub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/tls/certificate_files.h"

namespace nwd::pki {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class HubTest : public ::testing::Test {
 protected:
  HubTest() : folder_(absl::StrCat(::testing::TempDir(), "/nwd_hub_", getpid())) {
    std::filesystem::remove_all(folder_);
  }
  ~HubTest() override { std::filesystem::remove_all(folder_); }

  HubOptions Options() const {
    return {.folder = folder_,
            .trust_domain = "hub.test",
            .organisations = {"hackney-works", "camden"},
            .services = {"consent"},
            .now = now_};
  }

  tls::CheckedCertificate Read(const std::string& folder, absl::Time now) {
    const auto files = tls::ReadCertificateFiles(folder);
    EXPECT_TRUE(files.ok()) << files.status();
    const auto checked = tls::CheckCertificateFiles(*files, "hub.test", now);
    EXPECT_TRUE(checked.ok()) << checked.status();
    return *checked;
  }
  std::string SerialOf(const std::string& slug, absl::Time now) {
    return Read(OrganisationFolder(folder_, slug), now).facts.serial;
  }

  static int Mode(const std::string& path) {
    struct stat info;
    return stat(path.c_str(), &info) == 0 ? info.st_mode & 0777 : -1;
  }

  const std::string folder_;
  const absl::Time now_ = absl::Now();
};

TEST_F(HubTest, EveryoneGetsAUsableIdentity) {
  ASSERT_TRUE(InitHub(Options()).ok());
  EXPECT_EQ(Read(ServiceFolder(folder_, "consent"), now_).identity.Uri(), "spiffe://hub.test/service/consent");
  EXPECT_EQ(Read(OrganisationFolder(folder_, "camden"), now_).identity.Uri(), "spiffe://hub.test/org/camden");
}

TEST_F(HubTest, OnlyTheOwnerReadsKeys) {
  ASSERT_TRUE(InitHub(Options()).ok());
  EXPECT_EQ(Mode(AuthorityFolder(folder_) + "/ca.key"), 0600);
  EXPECT_EQ(Mode(ServiceFolder(folder_, "consent") + "/tls.key"), 0600);
  EXPECT_EQ(Mode(ServiceFolder(folder_, "consent") + "/tls.crt"), 0644);
  EXPECT_EQ(Mode(ServiceFolder(folder_, "consent")), 0700);
}

TEST_F(HubTest, RunAgainItKeepsWhatIsGoodAndAddsWhatIsNew) {
  ASSERT_TRUE(InitHub(Options()).ok());
  const std::string before = SerialOf("camden", now_);
  HubOptions more = Options();
  more.organisations.push_back("mind-in-hackney");
  ASSERT_TRUE(InitHub(more).ok());
  EXPECT_EQ(SerialOf("camden", now_), before);
  EXPECT_EQ(Read(OrganisationFolder(folder_, "mind-in-hackney"), now_).identity.name, "mind-in-hackney");
}

TEST_F(HubTest, WhatIsAboutToEndIsIssuedAnew) {
  ASSERT_TRUE(InitHub(Options()).ok());
  const std::string before = SerialOf("camden", now_);
  HubOptions later = Options();
  later.now = now_ + kCertificateLifetime - kRenewBefore - absl::Hours(1);
  ASSERT_TRUE(InitHub(later).ok());
  EXPECT_EQ(SerialOf("camden", later.now), before);
  later.now += absl::Hours(2);
  ASSERT_TRUE(InitHub(later).ok());
  EXPECT_NE(SerialOf("camden", later.now), before);
}

TEST_F(HubTest, ServicesCertificatesAreForTheHostsThatAreNamedAndStaySoWhenRenewed) {
  HubOptions options = Options();
  options.dns = {"consent.hub.example", "*.hub.example"};
  options.ips = {"10.1.2.3", "2001:DB8:0::1"};
  ASSERT_TRUE(InitHub(options).ok());
  const auto names = [&](absl::Time now) { return Read(ServiceFolder(folder_, "consent"), now).facts; };
  const tls::CertificateFacts first = names(now_);
  EXPECT_THAT(first.dns, IsSupersetOf({"localhost", "consent.hub.example", "*.hub.example"}));
  EXPECT_THAT(first.ips, IsSupersetOf({"127.0.0.1", "::1", "10.1.2.3", "2001:db8::1"}));
  EXPECT_THAT(Read(OrganisationFolder(folder_, "camden"), now_).facts.dns, IsEmpty()) << "nobody dials them";

  ASSERT_TRUE(InitHub(options).ok());
  EXPECT_EQ(names(now_).serial, first.serial) << "nothing to do";
  HubOptions renewal = Options();
  renewal.now = now_ + kCertificateLifetime - absl::Hours(1);
  ASSERT_TRUE(InitHub(renewal).ok());
  EXPECT_NE(names(renewal.now).serial, first.serial);
  EXPECT_EQ(names(renewal.now).dns, first.dns);
  EXPECT_EQ(names(renewal.now).ips, first.ips);
  renewal.dns = {"other.hub.example"};
  ASSERT_TRUE(InitHub(renewal).ok());
  EXPECT_THAT(names(renewal.now).dns, IsSupersetOf({"other.hub.example", "consent.hub.example"}));
}

TEST_F(HubTest, WhatIsRevokedIsIssuedAnewAndListedForEveryService) {
  HubOptions options = Options();
  options.services = {"consent", "referral"};
  ASSERT_TRUE(InitHub(options).ok());
  const std::string stolen = Read(ServiceFolder(folder_, "consent"), now_).facts.serial;
  const std::string lost = SerialOf("camden", now_);
  options.services = {"consent"};
  options.organisations = {"camden"};
  const auto revoked = Revoke(options, {"0A:BC"});
  ASSERT_TRUE(revoked.ok()) << revoked.status();
  EXPECT_THAT(*revoked, UnorderedElementsAre("abc", stolen, lost));
  for (const char* service : {"consent", "referral"}) {
    const tls::CheckedCertificate checked = Read(ServiceFolder(folder_, service), now_);
    EXPECT_THAT(checked.revoked_serials, UnorderedElementsAre("abc", stolen, lost)) << service;
    EXPECT_FALSE(checked.IsRevoked()) << service;
  }
  EXPECT_NE(SerialOf("camden", now_), lost);
  for (const char* slug : {"camden", "hackney-works"}) {
    EXPECT_THAT(Read(OrganisationFolder(folder_, slug), now_).revoked_serials,
                UnorderedElementsAre("abc", stolen, lost))
        << slug << ": clients judge services by it";
  }

  options.services = {};
  options.organisations = {};
  ASSERT_TRUE(Revoke(options, {"def"}).ok());
  EXPECT_THAT(Read(ServiceFolder(folder_, "referral"), now_).revoked_serials,
              UnorderedElementsAre("abc", stolen, lost, "def"))
      << "a list only grows";
  HubOptions later = Options();
  later.services = {"outcome"};
  later.organisations = {"mind-in-hackney"};
  ASSERT_TRUE(InitHub(later).ok());
  EXPECT_THAT(Read(ServiceFolder(folder_, "outcome"), now_).revoked_serials, SizeIs(4)) << "a service that is new";
  EXPECT_THAT(Read(OrganisationFolder(folder_, "mind-in-hackney"), now_).revoked_serials, SizeIs(4));
}

TEST_F(HubTest, ACertificateThatAServiceStillHasIsRevokedByItsNameOnly) {
  ASSERT_TRUE(InitHub(Options()).ok());
  const std::string serial = Read(ServiceFolder(folder_, "consent"), now_).facts.serial;
  HubOptions options = Options();
  options.organisations = {};
  options.services = {};
  const absl::Status status = Revoke(options, {"abc", serial}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("revoke it by --service consent"));
  EXPECT_FALSE(std::filesystem::exists(AuthorityFolder(folder_) + "/ca.crl")) << "nothing is done";
  options.services = {"consent"};
  ASSERT_TRUE(Revoke(options, {serial}).ok()) << "both ways at once";
  EXPECT_NE(Read(ServiceFolder(folder_, "consent"), now_).facts.serial, serial);
}

TEST_F(HubTest, WhatCannotBeRevokedIsSaid) {
  EXPECT_TRUE(absl::IsNotFound(Revoke(Options(), {"abc"}).status())) << "no authority";
  ASSERT_TRUE(InitHub(Options()).ok());
  HubOptions options = Options();
  options.services = {};
  options.organisations = {};
  EXPECT_THAT(std::string(Revoke(options, {"no serial"}).status().message()), HasSubstr("'no serial'"));
  options.organisations = {"nobody"};
  EXPECT_THAT(std::string(Revoke(options, {}).status().message()), HasSubstr("nobody/tls.crt"));
}

TEST_F(HubTest, AFolderOfAnotherTrustDomainIsLeftAsItIs) {
  ASSERT_TRUE(InitHub(Options()).ok());
  const std::string before = SerialOf("camden", now_);
  HubOptions other = Options();
  other.trust_domain = "hub.local";
  const absl::Status status = InitHub(other);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("are of the trust domain hub.test, not hub.local"));
  EXPECT_EQ(SerialOf("camden", now_), before);
  other.organisations = {"newcomer"};
  other.services = {};
  EXPECT_EQ(InitHub(other).code(), absl::StatusCode::kFailedPrecondition) << "nor is anything added to it";
}

TEST_F(HubTest, BadNamesAreNamed) {
  HubOptions options = Options();
  options.organisations.push_back("../camden");
  absl::Status status = InitHub(options);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("'../camden'"));
  options = Options();
  options.trust_domain = "Hub Test";
  EXPECT_EQ(InitHub(options).code(), absl::StatusCode::kInvalidArgument);
  for (const char* name : {"two words", "10.1.2.3", "-a.example", "a..example", "https://a.example"}) {
    options = Options();
    options.dns = {name};
    status = InitHub(options);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << name;
    EXPECT_THAT(std::string(status.message()), HasSubstr(name));
  }
  options = Options();
  options.ips = {"10.1.2"};
  EXPECT_THAT(std::string(InitHub(options).message()), HasSubstr("'10.1.2' is not an IP address"));
  EXPECT_FALSE(std::filesystem::exists(folder_));
}

TEST_F(HubTest, AFolderThatCannotBeWrittenIsSaid) {
  HubOptions options = Options();
  options.folder = "/proc/no-such-folder";
  const absl::Status status = InitHub(options);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("/proc/no-such-folder"));
}

}  // namespace
}  // namespace nwd::pki
