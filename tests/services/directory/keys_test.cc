#include "services/directory/keys.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace nwd::directory {
namespace {

const ids::Uuid kId = *ids::Uuid::Parse("00112233-4455-6677-8899-aabbccddeeff");
constexpr char kIdHex[] = "00112233445566778899aabbccddeeff";

// A key's table tag, then the rest in hexadecimal.
std::string Shown(const std::string& key) {
  return absl::StrCat(key.substr(0, 1), " ", absl::BytesToHexString(key.substr(1)));
}

TEST(Keys, AreTheBytesThatLieOnDisk) {
  EXPECT_EQ(Shown(keys::Organisation(kId)), absl::StrCat("o ", kIdHex));
  EXPECT_EQ(Shown(keys::Slug("ab")), "s 616200");
  EXPECT_EQ(Shown(keys::Identity("sp")), "i 737000");
  EXPECT_EQ(Shown(keys::Admin(kId)), absl::StrCat("a ", kIdHex));
  EXPECT_EQ(Shown(keys::Feed(kId)), absl::StrCat("f ", kIdHex));
  EXPECT_EQ(Shown(keys::FeedSlug("ab")), "g 616200");
  EXPECT_EQ(Shown(keys::Import(kId)), absl::StrCat("m ", kIdHex));
  EXPECT_EQ(Shown(keys::Page(kId, "p1")), absl::StrCat("n ", kIdHex, "703100"));
  EXPECT_EQ(Shown(keys::PageContent(kId, "p1")), absl::StrCat("p ", kIdHex, "703100"));
  EXPECT_EQ(Shown(keys::Service(kId, 258)), absl::StrCat("c ", kIdHex, "0000000000000102"));
  EXPECT_EQ(Shown(keys::Capacity(kId)), absl::StrCat("k ", kIdHex));
  EXPECT_EQ(Shown(keys::ProviderLink(kId, "x")), absl::StrCat("l ", kIdHex, "7800"));
  EXPECT_EQ(Shown(keys::Taken(kId)), absl::StrCat("t ", kIdHex));
  EXPECT_EQ(Shown(keys::HeldPlace(kId)), absl::StrCat("h ", kIdHex));
  EXPECT_EQ(Shown(keys::Agreement(kId)), absl::StrCat("d ", kIdHex));
  EXPECT_EQ(Shown(keys::AgreementByTime(258, kId)), absl::StrCat("e fffffffffffffefd", kIdHex));
}

TEST(Keys, ServiceRowsStandOldestGenerationFirst) {
  EXPECT_LT(keys::Service(kId, 2), keys::Service(kId, 10));
  EXPECT_TRUE(keys::Service(kId, 2).starts_with(keys::ServiceRows(kId)));
}

}  // namespace
}  // namespace nwd::directory
