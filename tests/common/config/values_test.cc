#include "common/config/values.h"

#include <gtest/gtest.h>

namespace nwd::config {
namespace {

TEST(ValuesTest, AddressesAreHostAndPort) {
  const struct {
    const char *text, *host;
    int port;
  } good[] = {{"127.0.0.1:7102", "127.0.0.1", 7102},
              {"[::1]:0", "::1", 0},
              {":7102", "::", 7102},
              {"consent.hub:65535", "consent.hub", 65535}};
  for (const auto& [text, host, port] : good) {
    const absl::StatusOr<HostPort> parsed = ParseHostPort(text);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(parsed->host, host);
    EXPECT_EQ(parsed->port, port);
  }
  EXPECT_EQ(ParseHostPort("[::1]:7102")->ToString(), "[::1]:7102");
  for (const char* text : {"", "7102", "localhost", "localhost:", "localhost:x", "localhost:65536", "localhost:-1",
                           "localhost:+1", "::1:7102", "[]:1", "[::1:7", "http://a:1", "a b:1"}) {
    EXPECT_FALSE(ParseHostPort(text).ok()) << text;
  }
}

TEST(ValuesTest, SizesHaveUnits) {
  EXPECT_EQ(ParseBytes("65536")->count, 65536u);
  EXPECT_EQ(ParseBytes("64k")->count, 65536u);
  EXPECT_EQ(ParseBytes("4MiB")->count, 4u << 20);
  EXPECT_EQ(ParseBytes("2G")->count, 2ull << 30);
  EXPECT_EQ(ParseBytes("10B")->count, 10u);
  EXPECT_EQ(ParseBytes("4194304")->ToString(), "4M");
  EXPECT_EQ(ParseBytes("0")->ToString(), "0");
  for (const char* text : {"", "M", "-1", "1.5M", "4X", "4Mx", "99999999999T", "99999999999999999999"})
    EXPECT_FALSE(ParseBytes(text).ok()) << text;
}

TEST(ValuesTest, DurationsHaveUnits) {
  EXPECT_EQ(*ParseDuration("250ms"), absl::Milliseconds(250));
  EXPECT_EQ(*ParseDuration("1h30m"), absl::Minutes(90));
  EXPECT_EQ(*ParseDuration("0"), absl::ZeroDuration());
  for (const char* text : {"", "10", "-1s", "inf", "soon"}) EXPECT_FALSE(ParseDuration(text).ok()) << text;
}

}  // namespace
}  // namespace nwd::config
