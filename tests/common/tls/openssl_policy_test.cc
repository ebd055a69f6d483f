// A program of its own: OpenSSL reads its configuration once in a process. That RequireTls13 works is proven on the
// wire by credentials_test.cc; here it comes too late.
#include "common/tls/openssl_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

namespace nwd::tls {
namespace {

TEST(OpensslPolicyTest, IfOpensslWasUsedBeforeTheProgramIsToldNotToStart) {
  SSL_CTX_free(SSL_CTX_new(TLS_method()));
  ASSERT_FALSE(OnlyTls13());
  const absl::Status status = RequireTls13();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("TLS 1.2"));
}

}  // namespace
}  // namespace nwd::tls
