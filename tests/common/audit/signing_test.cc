// Which lines of the hub's key file sign.
#include "common/audit/signing.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/testing/temp_folder.h"

namespace nwd::audit {
namespace {

constexpr char kRoot[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
constexpr char kSecond[] = "2 BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA=";
constexpr char kThird[] = "3 CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCA=";

class Signing : public ::testing::Test {
 protected:
  // The public keys that sign.
  std::vector<std::string> Signers(const std::vector<std::string>& lines, bool all = false) {
    const std::string path = folder_ / "hub.key";
    std::ofstream file(path, std::ios::trunc);
    for (const std::string& line : lines) file << line << "\n";
    file.close();
    std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    const auto hub_key = crypto::HubKey::FromFile(path, crypto::HubKey::IfMissing::kFail);
    EXPECT_TRUE(hub_key.ok()) << hub_key.status();
    std::vector<std::string> signers;
    for (const auto& key : all ? AllSigningKeysOf(*hub_key, "consent") : SigningKeysOf(*hub_key, "consent")) {
      signers.emplace_back(key.verifying_key().raw());
    }
    return signers;
  }
  testing::TempFolder folder_;
};

TEST_F(Signing, TheNewestAndTheOneBeforeIt) {
  using Keys = std::vector<std::string>;
  const Keys all = Signers({kRoot, kSecond, kThird}, /*all=*/true);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(Signers({kRoot}), Keys{all[2]});
  EXPECT_EQ(Signers({kRoot, kSecond}), (Keys{all[1], all[2]}));
  EXPECT_EQ(Signers({kRoot, kSecond, kThird}), (Keys{all[0], all[1]}));
}

TEST_F(Signing, TheRootDoesNotComeBackWhereALineIsTakenOut) {
  const std::vector<std::string> all = Signers({kRoot, kSecond, kThird}, /*all=*/true);
  EXPECT_EQ(Signers({kRoot, kThird}), std::vector<std::string>{all[0]});
}

}  // namespace
}  // namespace nwd::audit
