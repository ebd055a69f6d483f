#include "common/http/operations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

namespace nwd::http {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ReadinessTest, ReadyMeansNoReasonAgainstIt) {
  Readiness readiness({"starting"});
  EXPECT_FALSE(readiness.ready());
  readiness.Clear("starting");
  EXPECT_TRUE(readiness.ready());
  readiness.Set("store failed");
  readiness.Set("draining");
  readiness.Set("draining");
  EXPECT_THAT(readiness.reasons(), ElementsAre("draining", "store failed"));
  readiness.Clear("draining");
  readiness.Clear("never set");
  EXPECT_FALSE(readiness.ready());
}

TEST(ReadinessTest, AWatcherHearsEachChangeOnce) {
  Readiness readiness({"starting"});
  std::vector<bool> heard;
  readiness.Watch([&](bool ready) { heard.push_back(ready); });
  readiness.Clear("starting");
  readiness.Set("draining");
  readiness.Set("store failed");
  readiness.Clear("draining");
  readiness.Clear("store failed");
  EXPECT_THAT(heard, ElementsAre(false, true, false, true));
}

TEST(OperationsTest, MetricsAndHealthAreServed) {
  metrics::Registry registry;
  registry.AddCounter("nwd_test_total", "Help.").With().Increment();
  Readiness readiness({"starting"});
  HttpServer server({});
  ServeOperations(server, registry, readiness);
  ASSERT_TRUE(server.Start().ok());
  httplib::Client client("127.0.0.1", server.port());

  const httplib::Result metrics = client.Get("/metrics");
  EXPECT_THAT(metrics->body, HasSubstr("nwd_test_total 1\n"));
  EXPECT_EQ(metrics->get_header_value("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(client.Get("/livez")->status, 200);
  EXPECT_EQ(client.Get("/readyz")->status, 503);
  EXPECT_EQ(client.Get("/readyz")->body, "not ready: starting\n");
  readiness.Clear("starting");
  EXPECT_EQ(client.Get("/readyz")->status, 200);
  EXPECT_EQ(client.Get("/livez")->status, 200);
}

}  // namespace
}  // namespace nwd::http
