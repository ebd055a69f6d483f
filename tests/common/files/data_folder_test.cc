#include "common/files/data_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace nwd::files {
namespace {

using ::testing::HasSubstr;

class DataFolderTest : public ::testing::Test {
 protected:
  DataFolderTest() {
    std::string pattern = ::testing::TempDir() + "data_folder.XXXXXX";
    root_ = mkdtemp(pattern.data());
  }
  ~DataFolderTest() override { std::filesystem::remove_all(root_); }

  crypto::HubKey Key(const std::string& name) const {
    return *crypto::HubKey::FromFile(root_ + "/" + name + ".key", crypto::HubKey::IfMissing::kCreate);
  }

  std::string root_;
};

TEST_F(DataFolderTest, IsMadeForThisUserAloneAndOpensAgain) {
  const std::string folder = root_ + "/data/consent";
  ASSERT_TRUE(OpenDataFolder(folder, "consent", Key("hub")).ok());
  struct stat info {};
  ASSERT_EQ(stat(folder.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
  EXPECT_TRUE(OpenDataFolder(folder, "consent", Key("hub")).ok()) << "the same key file, read anew";
}

TEST_F(DataFolderTest, OfAnotherServiceIsRefusedByName) {
  ASSERT_TRUE(OpenDataFolder(root_ + "/d", "consent", Key("hub")).ok());
  const absl::Status status = OpenDataFolder(root_ + "/d", "directory", Key("hub"));
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("is not the directory service's (its mark says: service consent)"));
  EXPECT_TRUE(OpenDataFolder(root_ + "/d", "consent", Key("hub")).ok()) << "and is unharmed";
}

TEST_F(DataFolderTest, WrittenUnderAnotherHubKeyIsRefused) {
  ASSERT_TRUE(OpenDataFolder(root_ + "/d", "consent", Key("hub")).ok());
  const absl::Status status = OpenDataFolder(root_ + "/d", "consent", Key("other"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("was written under another hub key"));
  EXPECT_TRUE(OpenDataFolder(root_ + "/d", "consent", Key("hub")).ok()) << "and is unharmed";
}

TEST_F(DataFolderTest, AStoreThatTheMarkNamesMustBeThere) {
  const std::string folder = root_ + "/d";
  ASSERT_TRUE(OpenDataFolder(folder, "consent", Key("hub")).ok());
  for (const char* store : {"data", "keys"}) {
    std::filesystem::create_directory(folder + "/" + store);
    std::ofstream(folder + "/" + store + "/file") << "kept";
  }
  ASSERT_TRUE(MarkStores(folder, {"data", "keys"}).ok());
  ASSERT_TRUE(MarkStores(folder, {"data", "keys"}).ok()) << "again changes nothing";
  EXPECT_TRUE(OpenDataFolder(folder, "consent", Key("hub")).ok());
  EXPECT_THAT(std::string(OpenDataFolder(folder, "consent", Key("other")).message()), HasSubstr("another hub key"));
  std::filesystem::remove_all(folder + "/keys");
  EXPECT_THAT(std::string(OpenDataFolder(folder, "consent", Key("hub")).message()),
              HasSubstr("restore keys from its backup"));
}

TEST_F(DataFolderTest, AMarkThatWasCutShortOrIsNotAFileIsRefused) {
  ASSERT_TRUE(OpenDataFolder(root_ + "/d", "consent", Key("hub")).ok());
  std::ofstream(root_ + "/d/mark") << "service consent\nhub-key-check 12";
  EXPECT_FALSE(OpenDataFolder(root_ + "/d", "consent", Key("hub")).ok());
  std::filesystem::remove(root_ + "/d/mark");
  std::filesystem::create_directory(root_ + "/d/mark");
  EXPECT_FALSE(OpenDataFolder(root_ + "/d", "consent", Key("hub")).ok());
}

TEST_F(DataFolderTest, WithDataButWithoutAMarkIsRefused) {
  ASSERT_TRUE(OpenDataFolder(root_ + "/d", "consent", Key("hub")).ok());
  std::filesystem::create_directory(root_ + "/d/data");
  std::filesystem::remove(root_ + "/d/mark");
  EXPECT_THAT(std::string(OpenDataFolder(root_ + "/d", "consent", Key("other")).message()),
              HasSubstr("holds data but no file named mark"));
  EXPECT_FALSE(std::filesystem::exists(root_ + "/d/mark")) << "nothing was stamped";
}

TEST_F(DataFolderTest, WhereNoneCanBeMadeSaysWhatToDo) {
  std::ofstream(root_ + "/file") << "not a folder";
  const absl::Status status = OpenDataFolder(root_ + "/file/data", "consent", Key("hub"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("give --data a folder this user may write to"));
}

}  // namespace
}  // namespace nwd::files
