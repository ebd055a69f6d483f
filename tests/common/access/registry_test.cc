#include "common/access/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nwd::access {
namespace {

Organisation With(const std::string& id, std::vector<std::string> identities) {
  Organisation organisation;
  organisation.organisation_id = id;
  organisation.identities = std::move(identities);
  return organisation;
}

class RegistryTest : public ::testing::Test {
 protected:
  std::string OwnerOf(const std::string& identity) const {
    const OrganisationPtr found = registry_.FindByIdentity(identity);
    return found == nullptr ? "(nobody)" : found->organisation_id;
  }
  Registry registry_;
};

TEST_F(RegistryTest, AnOrganisationIsFoundByItsIdAndEachIdentity) {
  registry_.Set(With("a", {"x", "y"}));
  EXPECT_EQ(OwnerOf("x"), "a");
  EXPECT_EQ(OwnerOf("y"), "a");
  EXPECT_NE(registry_.FindById("a"), nullptr);
  EXPECT_EQ(registry_.FindById("b"), nullptr);
}

TEST_F(RegistryTest, AnIdentityThatIsTakenAwayIsNobodys) {
  registry_.Set(With("a", {"x", "y"}));
  registry_.Set(With("a", {"y"}));
  EXPECT_EQ(OwnerOf("x"), "(nobody)");
  EXPECT_EQ(OwnerOf("y"), "a");
}

TEST_F(RegistryTest, AnIdentityThatMovedStaysWhereItWentWhenItsFormerOwnerChangesLater) {
  registry_.Set(With("a", {"x"}));
  registry_.Set(With("b", {"x"}));
  registry_.Set(With("a", {}));
  EXPECT_EQ(OwnerOf("x"), "b");
}

TEST_F(RegistryTest, WhatAReaderHoldsStaysAsItWas) {
  registry_.Set(With("a", {"x"}));
  const OrganisationPtr held = registry_.FindById("a");
  registry_.Set(With("a", {}));
  EXPECT_THAT(held->identities, ::testing::ElementsAre("x"));
}

TEST_F(RegistryTest, ARevocationListTakesThePlaceOfTheOneBefore) {
  EXPECT_FALSE(registry_.Revoked("1"));
  registry_.SetRevoked({"1", "2"});
  EXPECT_TRUE(registry_.Revoked("1"));
  EXPECT_FALSE(registry_.Revoked("3"));
  registry_.SetRevoked({"3"});
  EXPECT_FALSE(registry_.Revoked("1"));
  EXPECT_TRUE(registry_.Revoked("3"));
}

}  // namespace
}  // namespace nwd::access
