#include "services/directory/service_ids.h"

#include <gtest/gtest.h>

namespace nwd::directory {
namespace {

const ids::Uuid kFeed = *ids::Uuid::Parse("00112233-4455-6677-8899-aabbccddeeff");

TEST(ServiceIds, AUuidIsKeptInLowerCase) {
  EXPECT_EQ(OwnServiceId("558D6387-D83D-5523-ADB8-82CFDA864494")->ToString(), "558d6387-d83d-5523-adb8-82cfda864494");
  EXPECT_FALSE(OwnServiceId("4005"));
  EXPECT_FALSE(OwnServiceId("00000000-0000-0000-0000-000000000000"));
}

TEST(ServiceIds, AnyOtherIdGetsAlwaysTheSameUuid) {
  const ids::Uuid id = DerivedServiceId(kFeed, "4005");
  EXPECT_EQ(id, DerivedServiceId(kFeed, "4005"));
  EXPECT_NE(id, DerivedServiceId(kFeed, "4006"));
  EXPECT_NE(id, DerivedServiceId(*ids::Uuid::Parse("10112233-4455-6677-8899-aabbccddeeff"), "4005"));
  EXPECT_EQ(id.ToString()[14], '8') << "the version RFC 9562 keeps for ids of one's own making";
}

}  // namespace
}  // namespace nwd::directory
