#include "common/tls/identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nwd::tls {
namespace {

using ::testing::HasSubstr;

TEST(IdentityTest, AnOrganisationAndAServiceAreTold) {
  EXPECT_EQ(*ParseIdentity({"spiffe://hub.test/org/hackney-works"}, "hub.test"),
            (Identity{Identity::Kind::kOrganisation, "hub.test", "hackney-works"}));
  const absl::StatusOr<Identity> service = ParseIdentity({"spiffe://hub.test/service/consent"}, "hub.test");
  ASSERT_TRUE(service.ok());
  EXPECT_TRUE(service->is_service());
  EXPECT_EQ(service->name, "consent");
}

TEST(IdentityTest, AnIdentityComesBackFromItsUri) {
  for (const std::string& uri : {OrganisationUri("hub.test", "a"), ServiceUri("hub.test", "referral")}) {
    EXPECT_EQ(ParseIdentity({uri}, "hub.test")->Uri(), uri);
  }
}

TEST(IdentityTest, NoneSeveralAndForeignOnesAreRefused) {
  const struct {
    std::vector<std::string> uris;
    const char* said;
  } cases[] = {{{}, "no URI name"},
               {{"spiffe://hub.test/org/a", "spiffe://hub.test/org/b"}, "2 URI names"},
               {{"spiffe://hub.test/org/a", "https://a.example"}, "2 URI names"},
               {{"spiffe://other.test/org/a"}, "its trust domain is other.test, where hub.test is expected"},
               {{"spiffe://hub.test.evil/org/a"}, "its trust domain is hub.test.evil, where hub.test is expected"},
               {{"spiffe://hub.test"}, "neither /org/<slug> nor"},
               {{"https://hub.test/org/a"}, "not a SPIFFE id"},
               {{"SPIFFE://hub.test/org/a"}, "not a SPIFFE id"}};
  for (const auto& [uris, said] : cases) {
    const absl::Status status = ParseIdentity(uris, "hub.test").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated) << said;
    EXPECT_THAT(std::string(status.message()), HasSubstr(said));
  }
}

TEST(IdentityTest, APathOfAnotherFormIsRefused) {
  for (const char* path : {"", "org", "org/", "org/A", "org/a/b", "org/a_b", "org/-a", "org/a-", "service/", "user/a",
                           "/org/a", "org/a?x", "org/%61"}) {
    EXPECT_EQ(ParseIdentity({std::string("spiffe://hub.test/") + path}, "hub.test").status().code(),
              absl::StatusCode::kUnauthenticated)
        << path;
  }
  EXPECT_TRUE(IsIdentityName(std::string(kIdentityNameBytesMax, 'a')));
  EXPECT_FALSE(IsIdentityName(std::string(kIdentityNameBytesMax + 1, 'a')));
}

}  // namespace
}  // namespace nwd::tls
