#include "common/metrics/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <regex>

#include "absl/time/clock.h"
#include "common/metrics/grpc_server_metrics.h"
#include "common/metrics/process_metrics.h"

namespace nwd::metrics {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// The value of the sample whose name and labels are exactly `sample`.
double Sample(const Registry& registry, const std::string& sample) {
  const std::string text = "\n" + registry.Text();
  const size_t at = text.find("\n" + sample + " ");
  if (at == std::string::npos) {
    ADD_FAILURE() << sample << " is not in:" << text;
    return -1;
  }
  return std::stod(text.substr(at + sample.size() + 2));
}

TEST(MetricsTest, CountersGaugesAndHistogramsAreServed) {
  Registry registry;
  Counter counter = registry.AddCounter("nwd_test_total", "What it counts.").With({{"kind", "a"}});
  counter.Increment();
  counter.Increment(2);
  Gauge gauge = registry.AddGauge("nwd_test_bytes", "What it holds.").With();
  gauge.Set(5);
  gauge.Add(-2);
  registry.AddHistogram("nwd_test_seconds", "How long.", {0.1, 1}).With().Observe(absl::Milliseconds(500));

  EXPECT_EQ(Sample(registry, "nwd_test_total{kind=\"a\"}"), 3);
  EXPECT_EQ(Sample(registry, "nwd_test_bytes"), 3);
  EXPECT_EQ(Sample(registry, "nwd_test_seconds_bucket{le=\"0.1\"}"), 0);
  EXPECT_EQ(Sample(registry, "nwd_test_seconds_bucket{le=\"1\"}"), 1);
  EXPECT_EQ(Sample(registry, "nwd_test_seconds_sum"), 0.5);
  EXPECT_THAT(registry.Text(), HasSubstr("# HELP nwd_test_total What it counts.\n# TYPE nwd_test_total counter\n"));
}

TEST(MetricsTest, TheSameNameAndLabelsAreTheSameFigure) {
  Registry registry;
  registry.AddCounter("nwd_test_total", "Help.").With({{"a", "1"}, {"b", "2"}}).Increment();
  Counter again = registry.AddCounter("nwd_test_total", "Help.").With({{"b", "2"}, {"a", "1"}});
  again.Increment();
  EXPECT_EQ(again.Value(), 2);
}

TEST(MetricsTest, AScrapeReadsFiguresWhenAskedUntilTheRegistrationGoes) {
  Registry registry;
  int reads = 0;
  {
    const Registration first = registry.OnScrape([&](Scrape& scrape) {
      scrape.Gauge("nwd_test_keys", "Keys.", ++reads, {{"store", "one"}});
      scrape.Counter("nwd_test_reads_total", "Reads.", reads);
    });
    const Registration second = registry.OnScrape([](Scrape& scrape) {
      scrape.Gauge("nwd_test_keys", "Keys.", 7, {{"store", "two"}});
    });
    EXPECT_EQ(reads, 0);
    EXPECT_EQ(Sample(registry, "nwd_test_keys{store=\"one\"}"), 1);
    EXPECT_EQ(Sample(registry, "nwd_test_keys{store=\"two\"}"), 7);
    EXPECT_EQ(Sample(registry, "nwd_test_reads_total"), 3);
    EXPECT_EQ(reads, 3);
  }
  EXPECT_THAT(registry.Text(), Not(HasSubstr("nwd_test_keys")));
  EXPECT_EQ(reads, 3);
}

TEST(MetricsTest, ProcessFiguresAreOfThisProcess) {
  Registry registry;
  const Registration process = AddProcessMetrics(registry);
  const double files = Sample(registry, "process_open_fds");
  const int extra = dup(0);
  EXPECT_EQ(Sample(registry, "process_open_fds"), files + 1);
  close(extra);
  EXPECT_GT(Sample(registry, "process_resident_memory_bytes"), 1 << 20);
  EXPECT_GE(Sample(registry, "process_cpu_seconds_total"), 0);
  EXPECT_GE(Sample(registry, "process_max_fds"), files);
  EXPECT_GE(Sample(registry, "process_threads"), 1);
  EXPECT_NEAR(Sample(registry, "process_start_time_seconds"), absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch()),
              600);
}

TEST(GrpcServerMetricsTest, ACallIsCountedUnderTheCommonNames) {
  Registry registry;
  GrpcServerMetrics metrics(registry);
  GrpcServerMetrics::Method& method = metrics.Add("nwd.consent.v1.AccessService", "CheckAccess", RpcType::kUnary);
  method.Started();
  method.Received();
  method.Sent();
  method.Handled(0, absl::Microseconds(80));
  method.Started();
  method.Handled(16, absl::Microseconds(60));
  method.Handled(99, absl::ZeroDuration());

  const std::string labels =
      "{grpc_method=\"CheckAccess\",grpc_service=\"nwd.consent.v1.AccessService\",grpc_type=\"unary\"}";
  const auto handled = [&](const std::string& code) {
    return Sample(
        registry,
        "grpc_server_handled_total{grpc_code=\"" + code +
            "\",grpc_method=\"CheckAccess\",grpc_service=\"nwd.consent.v1.AccessService\",grpc_type=\"unary\"}");
  };
  EXPECT_EQ(Sample(registry, "grpc_server_started_total" + labels), 2);
  EXPECT_EQ(Sample(registry, "grpc_server_msg_received_total" + labels), 1);
  EXPECT_EQ(Sample(registry, "grpc_server_msg_sent_total" + labels), 1);
  EXPECT_EQ(Sample(registry, "grpc_server_handling_seconds_count" + labels), 3);
  EXPECT_EQ(handled("OK"), 1);
  EXPECT_EQ(handled("Unauthenticated"), 1);
  EXPECT_EQ(handled("Unknown"), 1);
  EXPECT_EQ(handled("PermissionDenied"), 0);
}

}  // namespace
}  // namespace nwd::metrics
