// A program of its own: here OpenSSL has been used, with the system's configuration, before RequireTls13 is called.
// That it works on the wire is proven by credentials_test.cc.
#include "common/tls/openssl_policy.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

namespace nwd::tls {
namespace {

TEST(OpensslPolicyTest, HoldsWhereALibraryHasStartedOpensslBeforeMain) {
  SSL_CTX_free(SSL_CTX_new(TLS_method()));
  ASSERT_FALSE(OnlyTls13());
  EXPECT_EQ(RequireTls13(), absl::OkStatus());
  EXPECT_TRUE(OnlyTls13());
}

}  // namespace
}  // namespace nwd::tls
