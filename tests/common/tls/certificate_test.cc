#include "common/tls/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/common/tls/test_pki.h"

namespace nwd::tls {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(CertificateTest, FactsAreReadFromPem) {
  const TestPki pki;
  pki::Request request = pki.Organisation("hackney-works");
  request.uris = {"spiffe://hub.test/org/a", "https://b.example/"};
  const absl::StatusOr<CertificateFacts> facts = ParseCertificate(pki.authority().Issue(request)->certificate_pem);
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_THAT(facts->uris, ElementsAre("spiffe://hub.test/org/a", "https://b.example/"));
  EXPECT_EQ(facts->not_before, absl::FromTimeT(absl::ToTimeT(request.not_before)));
  EXPECT_EQ(facts->not_after, absl::FromTimeT(absl::ToTimeT(request.not_after)));
}

TEST(CertificateTest, SerialsAreLowerCaseHexAndDiffer) {
  const TestPki pki;
  const auto serial = [&] {
    return ParseCertificate(pki.authority().Issue(pki.Organisation("a"))->certificate_pem)->serial;
  };
  const std::string one = serial(), two = serial();
  EXPECT_NE(one, two);
  EXPECT_EQ(one.size(), 32u);
  EXPECT_EQ(one.find_first_not_of("0123456789abcdef"), std::string::npos) << one;
}

TEST(CertificateTest, TheFirstOfAChainCounts) {
  const TestPki pki;
  const std::string leaf = pki.authority().Issue(pki.Organisation("a"))->certificate_pem;
  EXPECT_EQ(ParseCertificate(leaf + pki.authority().certificate_pem())->uris, ParseCertificate(leaf)->uris);
  EXPECT_THAT(ParseCertificate(pki.authority().certificate_pem())->uris, IsEmpty());
}

TEST(CertificateTest, WhatIsNoCertificateIsRefused) {
  const TestPki pki;
  std::string broken = pki.authority().certificate_pem();
  broken[60] = '!';
  for (const std::string& text : {std::string(), std::string("hello"), broken, broken.substr(0, 100)}) {
    EXPECT_EQ(ParseCertificate(text).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace nwd::tls
