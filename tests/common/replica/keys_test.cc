#include "common/replica/keys.h"

#include <gtest/gtest.h>

namespace nwd::replica {
namespace {

TEST(ReplicaKeys, AreTheseBytes) {
  const ids::Uuid id = *ids::Uuid::FromBytes("0123456789abcdef");
  EXPECT_EQ(CursorKey("directory"), std::string("Rcdirectory\0", 12));
  EXPECT_EQ(OrganisationKey(id), "Ro0123456789abcdef");
  EXPECT_EQ(ServiceKey(id), "Rs0123456789abcdef");
  EXPECT_EQ(AgreementKey(id), "Ra0123456789abcdef");
  EXPECT_EQ(OrganisationPrefix(), "Ro");
}

}  // namespace
}  // namespace nwd::replica
