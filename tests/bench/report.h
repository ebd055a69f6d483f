// Rows of figures, as a table for people and as JSON for programs.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace nwd::bench {

struct Row {
  std::string name;
  double value = 0;  // what the goal is about
  std::string unit;  // "of echo", "s", "MiB"
  double ops_per_s = 0;
  double baseline_ops_per_s = 0;  // of the echo; 0 where there is none
  double ratio = 0;
  double p50_us = 0;
  double p99_us = 0;
  double baseline_p50_us = 0;
  double cpu_us = 0;           // processor time of a call, client and services together
  double baseline_cpu_us = 0;  // of an echo, client and echo together
  std::map<std::string, double> cpu_us_by_process;
  std::string goal;
  bool pass = false;
  std::string note;
};

class Report {
 public:
  // Prints it as a line of the table.
  void Add(Row row);
  const std::vector<Row>& rows() const { return rows_; }
  // An array of rows.
  absl::Status WriteJson(const std::string& path) const;

 private:
  std::vector<Row> rows_;
};

}  // namespace nwd::bench
