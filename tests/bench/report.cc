#include "tests/bench/report.h"

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/str_format.h"
#include "common/base/strings.h"

namespace nwd::bench {
namespace {

std::string Count(double value) { return value > 0 ? absl::StrFormat("%.0f", value) : "-"; }

}  // namespace

void Report::Add(Row row) {
  if (rows_.empty()) {
    std::printf("%-20s %24s %9s %9s %8s %8s %8s %8s  %-24s\n", "bench", "figure", "calls/s", "echo/s", "p50 us",
                "p99 us", "cpu us", "echo cpu", "goal");
  }
  const std::string figure = absl::StrFormat("%.*f %s", row.value < 100 ? 2 : 0, row.value, row.unit);
  std::printf("%-20s %24s %9s %9s %8s %8s %8s %8s  %-24s %s\n", row.name.c_str(), figure.c_str(),
              Count(row.ops_per_s).c_str(), Count(row.baseline_ops_per_s).c_str(), Count(row.p50_us).c_str(),
              Count(row.p99_us).c_str(), Count(row.cpu_us).c_str(), Count(row.baseline_cpu_us).c_str(),
              row.goal.c_str(), row.pass ? "ok" : "MISSED");
  std::string parts;
  for (const auto& [process, cpu_us] : row.cpu_us_by_process) {
    if (cpu_us >= 1) parts += absl::StrFormat("%s%s %.0f", parts.empty() ? "cpu us: " : ", ", process, cpu_us);
  }
  if (!parts.empty()) std::printf("%20s %s\n", "", parts.c_str());
  if (!row.note.empty()) std::printf("%20s %s\n", "", row.note.c_str());
  std::fflush(stdout);
  rows_.push_back(std::move(row));
}

absl::Status Report::WriteJson(const std::string& path) const {
  nlohmann::json rows = nlohmann::json::array();
  for (const Row& row : rows_) {
    rows.push_back({{"name", row.name},
                    {"value", row.value},
                    {"unit", row.unit},
                    {"ops_per_s", row.ops_per_s},
                    {"baseline_ops_per_s", row.baseline_ops_per_s},
                    {"ratio", row.ratio},
                    {"p50_us", row.p50_us},
                    {"p99_us", row.p99_us},
                    {"baseline_p50_us", row.baseline_p50_us},
                    {"cpu_us", row.cpu_us},
                    {"baseline_cpu_us", row.baseline_cpu_us},
                    {"cpu_us_by_process", row.cpu_us_by_process},
                    {"goal", row.goal},
                    {"pass", row.pass},
                    {"note", row.note}});
  }
  std::ofstream file(path);
  file << rows.dump(2) << "\n";
  file.close();
  if (!file) return absl::FailedPreconditionError(Cat("cannot write ", path));
  return absl::OkStatus();
}

}  // namespace nwd::bench
