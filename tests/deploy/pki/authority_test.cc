#include "deploy/pki/authority.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "common/tls/certificate_files.h"

namespace nwd::pki {
namespace {

using ::testing::HasSubstr;

class AuthorityTest : public ::testing::Test {
 protected:
  const absl::Time now_ = absl::Now();
  const absl::Time begin_ = now_ - absl::Hours(1), end_ = now_ + absl::Hours(1);
  const Authority authority_ = *Authority::Create({.name = "Test", .not_before = begin_, .not_after = end_});

  absl::Status Check(const Issued& issued, const Authority& trusted) {
    return tls::CheckCertificateFiles({issued.certificate_pem, issued.key_pem, trusted.certificate_pem()}, "hub.test",
                                      now_)
        .status();
  }
};

TEST_F(AuthorityTest, WhatItIssuesLeadsBackToIt) {
  for (const Request& request :
       {ForOrganisation("hub.test", "hackney-works", begin_, end_), ForService("hub.test", "consent", begin_, end_)}) {
    const absl::StatusOr<Issued> issued = authority_.Issue(request);
    ASSERT_TRUE(issued.ok()) << issued.status();
    EXPECT_TRUE(Check(*issued, authority_).ok()) << Check(*issued, authority_);
  }
}

TEST_F(AuthorityTest, AnotherAuthorityOfTheSameNameIsNotTrusted) {
  const Authority other = *Authority::Create({.name = "Test", .not_before = begin_, .not_after = end_});
  const Issued issued = *other.Issue(ForOrganisation("hub.test", "a", begin_, end_));
  EXPECT_FALSE(Check(issued, authority_).ok());
}

TEST_F(AuthorityTest, AHolderCannotIssue) {
  const Issued holder = *authority_.Issue(ForOrganisation("hub.test", "a", begin_, end_));
  const Authority pretender = *Authority::FromPem(holder.certificate_pem, holder.key_pem);
  Issued forged = *pretender.Issue(ForService("hub.test", "consent", begin_, end_));
  forged.certificate_pem += holder.certificate_pem;
  EXPECT_FALSE(Check(forged, authority_).ok());
}

TEST_F(AuthorityTest, ItComesBackFromPem) {
  const absl::StatusOr<Authority> again = Authority::FromPem(authority_.certificate_pem(), *authority_.KeyPem());
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(Check(*again->Issue(ForOrganisation("hub.test", "a", begin_, end_)), authority_).ok());
  const Authority other = *Authority::Create({.name = "Other", .not_before = begin_, .not_after = end_});
  EXPECT_EQ(Authority::FromPem(authority_.certificate_pem(), *other.KeyPem()).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(AuthorityTest, WhatCannotBeWrittenInACertificateIsRefused) {
  Request request = ForOrganisation("hub.test", "a", begin_, end_);
  request.uris = {"spiffe://hub.test/org/a,URI:spiffe://hub.test/org/b"};
  EXPECT_EQ(authority_.Issue(request).status().code(), absl::StatusCode::kInvalidArgument);
  request = ForOrganisation("hub.test", "a", begin_, end_);
  request.ips = {"127.0.0.300"};
  EXPECT_THAT(std::string(authority_.Issue(request).status().message()), HasSubstr("127.0.0.300"));
  request = ForOrganisation("hub.test", "a", end_, begin_);
  EXPECT_EQ(authority_.Issue(request).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace nwd::pki
