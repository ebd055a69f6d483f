#include "common/crypto/key_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "common/crypto/hkdf.h"
#include "common/crypto/random.h"

namespace nwd::crypto {
namespace {

using ::testing::HasSubstr;
using IfMissing = HubKey::IfMissing;

// base64 of the bytes 0 to 31.
constexpr char kText[] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
// base64 of 32 bytes of ones.
constexpr char kOther[] = "//////////////////////////////////////////8=";

std::string Root() {
  std::string root;
  for (char byte = 0; byte < 32; ++byte) root.push_back(byte);
  return root;
}

class KeyFile : public ::testing::Test {
 protected:
  KeyFile() {
    std::string folder = ::testing::TempDir() + "/nwd_key_XXXXXX";
    EXPECT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    path_ = folder + "/hub.key";
  }
  ~KeyFile() override { std::filesystem::remove_all(folder_); }

  void Write(const std::string& text, mode_t mode = 0600) {
    std::ofstream(path_) << text;
    ASSERT_EQ(chmod(path_.c_str(), mode), 0);
  }

  std::string folder_;
  std::string path_;
};

TEST_F(KeyFile, ReadsAKeyAndDerivesFromIt) {
  Write(absl::StrCat(kText, "\n"));
  const absl::StatusOr<HubKey> key = HubKey::FromFile(path_, IfMissing::kFail);
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(key->Derive("consent/wrapping"), DeriveKey(Root(), "nwd/v1/consent/wrapping"));
  EXPECT_NE(key->Derive("consent/wrapping"), key->Derive("consent/references"));
}

TEST_F(KeyFile, AFileAndAnEnvironmentVariableWithTheSameTextAreTheSameKey) {
  Write(kText);
  const absl::StatusOr<HubKey> from_file = HubKey::FromFile(path_, IfMissing::kFail);
  const absl::StatusOr<HubKey> from_environment = HubKey::FromEnvironment("NWD_HUB_KEY", kText);
  ASSERT_TRUE(from_file.ok() && from_environment.ok());
  EXPECT_EQ(from_file->Derive("x"), from_environment->Derive("x"));
}

TEST_F(KeyFile, CreatesAPrivateFileOnceWhenAsked) {
  EXPECT_EQ(HubKey::FromFile(path_, IfMissing::kFail).status().code(), absl::StatusCode::kNotFound);
  const absl::StatusOr<HubKey> created = HubKey::FromFile(path_, IfMissing::kCreate);
  ASSERT_TRUE(created.ok()) << created.status();
  struct stat info {};
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  const absl::StatusOr<HubKey> again = HubKey::FromFile(path_, IfMissing::kCreate);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(created->Derive("x"), again->Derive("x"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1) << "nothing is left beside the key";
}

TEST_F(KeyFile, ProcessesThatStartAtOnceAgreeOnOneKey) {
  std::mutex mutex;
  std::set<std::string> derived;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      const absl::StatusOr<HubKey> key = HubKey::FromFile(path_, IfMissing::kCreate);
      const std::lock_guard lock(mutex);
      derived.insert(key.ok() ? key->Derive("x") : key.status().ToString());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(derived.size(), 1u);
}

TEST_F(KeyFile, TellsNobodyToCloseAFileThatHoldsNoKey) {
  Write("root:x:0:0:root:/root:/bin/bash\n", 0644);
  const std::string said(HubKey::FromFile(path_, IfMissing::kFail).status().message());
  EXPECT_THAT(said, HasSubstr("does not hold a key"));
  EXPECT_THAT(said, ::testing::Not(HasSubstr("chmod")));
}

TEST_F(KeyFile, RefusesAFileThatOthersMayRead) {
  for (const mode_t mode : {0640, 0604, 0620, 0602, 0666}) {
    Write(kText, mode);
    const absl::Status status = HubKey::FromFile(path_, IfMissing::kCreate).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << std::oct << mode;
    EXPECT_THAT(std::string(status.message()), HasSubstr("chmod 600 " + path_));
  }
}

TEST_F(KeyFile, RefusesAGarbledKeyWithoutShowingIt) {
  const std::string whole = kText;
  const std::vector<std::string> garbled = {"",
                                            "\n",
                                            whole.substr(0, 43),
                                            whole.substr(0, 40),
                                            absl::StrCat(whole, whole),
                                            absl::StrCat("x", whole),
                                            absl::StrCat(whole.substr(0, 20), "\n", whole.substr(20)),
                                            std::string(44, '*'),
                                            absl::StrCat(whole.substr(0, 42), "9="),
                                            std::string(10000, 'A')};
  for (const std::string& text : garbled) {
    Write(text);
    const absl::Status status = HubKey::FromFile(path_, IfMissing::kCreate).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(path_));
    EXPECT_THAT(std::string(status.message()), HasSubstr("nwd keys create"));
    EXPECT_THAT(std::string(status.message()), ::testing::Not(HasSubstr("AAECAwQF")));
  }
  EXPECT_THAT(std::string(HubKey::FromEnvironment("NWD_HUB_KEY", "nonsense").status().message()),
              HasSubstr("NWD_HUB_KEY"));
}

TEST_F(KeyFile, FurtherLinesWrapAndLeaveTheRootAlone) {
  Write(absl::StrCat(kText, "\n2 ", kOther, "\n7 ", kText, "\n"));
  const absl::StatusOr<HubKey> key = HubKey::FromFile(path_, IfMissing::kFail);
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(key->Derive("x"), DeriveKey(Root(), "nwd/v1/x")) << "references and tokens stay what they were";
  const std::vector<WrappingKey> wrapping = key->WrappingKeys("x");
  ASSERT_EQ(wrapping.size(), 3u);
  EXPECT_EQ(wrapping[0].number, kRootNumber);
  EXPECT_EQ(wrapping[0].key, key->Derive("x"));
  EXPECT_EQ(wrapping[1].number, 2u);
  EXPECT_EQ(wrapping[1].key, DeriveKey(std::string(32, '\xff'), "nwd/v1/x"));
  EXPECT_EQ(wrapping[2].number, 7u);
  EXPECT_NE(key->WrappingKeys("y")[1].key, wrapping[1].key);
}

TEST_F(KeyFile, AddsLinesWithRisingNumbersAndKeepsTheFilePrivate) {
  Write(kText);
  const HubKey before = HubKey::FromFile(path_, IfMissing::kFail).value();
  EXPECT_EQ(AddWrappingKey(path_).value(), 2u);
  EXPECT_EQ(AddWrappingKey(path_).value(), 3u);
  const HubKey after = HubKey::FromFile(path_, IfMissing::kFail).value();
  EXPECT_TRUE(after.SameRoot(before));
  EXPECT_EQ(after.WrappingKeys("x").size(), 3u);
  EXPECT_NE(after.WrappingKeys("x")[1].key, after.WrappingKeys("x")[2].key);
  struct stat info {};
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1) << "nothing is left beside the key";

  Write(absl::StrCat(kText, "\n3 ", kOther));
  EXPECT_EQ(AddWrappingKey(path_).value(), 4u) << "though the line of 2 has gone";
  EXPECT_EQ(AddWrappingKey(folder_ + "/absent").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(KeyFile, RefusesAFurtherLineThatIsCutOffOrGarbled) {
  const std::string other = kOther;
  for (const std::string& line :
       {"2 " + other.substr(0, 43), "2 " + other.substr(0, 1), std::string("2"), other, "two " + other, "02 " + other,
        "1 " + other, "2  " + other, "-2 " + other, "2 " + other + "\n2 " + other, "3 " + other + "\n2 " + other,
        "2 " + other + "\n\n3 " + other, "4294967296 " + other}) {
    Write(absl::StrCat(kText, "\n", line, "\n"));
    const absl::Status status = HubKey::FromFile(path_, IfMissing::kFail).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << line;
    EXPECT_THAT(std::string(status.message()), HasSubstr(path_));
    EXPECT_THAT(std::string(status.message()), ::testing::Not(HasSubstr("////"))) << "no key is shown";
    EXPECT_EQ(AddWrappingKey(path_).status().code(), absl::StatusCode::kFailedPrecondition) << "and is not added to";
  }
}

TEST_F(KeyFile, SaysWhyItCannotBeMade) {
  const absl::Status status = HubKey::FromFile(folder_ + "/absent/hub.key", IfMissing::kCreate).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(std::string(status.message()), HasSubstr("/absent/hub.key"));
  EXPECT_EQ(HubKey::FromFile(folder_, IfMissing::kCreate).status().code(), absl::StatusCode::kFailedPrecondition)
      << "a folder is no key";
}

}  // namespace
}  // namespace nwd::crypto
