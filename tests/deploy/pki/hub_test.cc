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

TEST_F(HubTest, BadNamesAreNamed) {
  HubOptions options = Options();
  options.organisations.push_back("../camden");
  absl::Status status = InitHub(options);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("'../camden'"));
  options = Options();
  options.trust_domain = "Hub Test";
  EXPECT_EQ(InitHub(options).code(), absl::StatusCode::kInvalidArgument);
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
