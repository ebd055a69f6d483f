#include "services/consent/references.h"

#include <gtest/gtest.h>

#include <set>

namespace nwd::consent {
namespace {

crypto::HubKey Key(char fill = 'A') { return *crypto::HubKey::FromEnvironment("TEST", std::string(43, fill) + "="); }

const ids::Uuid kLambeth = *ids::Uuid::Parse("11111111-1111-1111-1111-111111111111");
const ids::Uuid kCollege = *ids::Uuid::Parse("22222222-2222-2222-2222-222222222222");
const ids::Uuid kPerson = *ids::Uuid::Parse("33333333-3333-4333-8333-333333333333");

TEST(References, LeadBackToThePersonForTheirOwnOrganisation) {
  const References references(Key());
  const std::string reference = references.ReferenceOf(kLambeth, kPerson);
  EXPECT_EQ(reference.size(), 29u);
  EXPECT_EQ(reference.substr(0, 3), "p1_");
  EXPECT_EQ(references.PersonOf(kLambeth, reference), kPerson);
}

TEST(References, AreTheSameForever) {
  const References references(Key());
  EXPECT_EQ(references.ReferenceOf(kLambeth, kPerson), References(Key()).ReferenceOf(kLambeth, kPerson));
  EXPECT_EQ(references.ReferenceOf(kLambeth, kPerson), "p1_7iy5rjuo7v222etiec52oon76a");
}

TEST(References, OfTwoOrganisationsCannotBeJoined) {
  const References references(Key());
  const std::string lambeth = references.ReferenceOf(kLambeth, kPerson),
                    college = references.ReferenceOf(kCollege, kPerson);
  EXPECT_NE(lambeth, college);
  EXPECT_NE(references.PersonOf(kCollege, lambeth), kPerson);
}

TEST(References, WhatIsNoReferenceNamesNobody) {
  const References references(Key());
  const std::string good = references.ReferenceOf(kLambeth, kPerson);
  for (const std::string& bad : {std::string(), std::string("p1_"), good + "a", good.substr(0, 28),
                                 "p2_" + good.substr(3), "p1_" + std::string(26, '!'), "P1_" + good.substr(3)}) {
    EXPECT_FALSE(references.PersonOf(kLambeth, bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace nwd::consent
