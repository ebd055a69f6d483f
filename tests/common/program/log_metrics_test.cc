#include "common/program/log_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/log/log.h"

namespace nwd::program {
namespace {

TEST(LogMetrics, DroppedLinesAreAFigure) {
  metrics::Registry registry;
  const metrics::Registration figures = AddLogMetrics(registry);
  EXPECT_THAT(registry.Text(),
              ::testing::HasSubstr("nwd_log_dropped_lines_total " + std::to_string(log::DroppedLines())));
}

}  // namespace
}  // namespace nwd::program
