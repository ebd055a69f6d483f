// How long a service keeps each kind of thing: its rows of the retention table, deploy/data/retention.csv. A value;
// thread-safe.
//
//   NWD_ASSIGN_OR_RETURN(const Schedule schedule, Schedule::Load(facts_folder + "/retention.csv", "consent"));
//   std::optional<absl::Duration> kept = schedule.KeptFor("disclosures");     // nothing: for as long as the hub runs
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace nwd::retention {

inline constexpr int kDaysMin = 1;
inline constexpr int kDaysMax = 36'600;  // a hundred years

class Schedule {
 public:
  // NOT_FOUND where the file cannot be read; INVALID_ARGUMENT, with the line, where its days are none of kDaysMin to
  // kDaysMax, or it has a kind of this service twice, or none at all. What the table has of every service is each one's too,
  // as "every/requests".
  static absl::StatusOr<Schedule> Load(const std::string& path, std::string_view service);

  // In days; nothing for a kind that is kept, and for one that is not in the table.
  std::optional<absl::Duration> KeptFor(std::string_view kind) const;
  // Whether the table has a row for it.
  bool Has(std::string_view kind) const { return kept_for_.contains(kind); }
  // The kinds that have a number of days.
  std::vector<std::string> Limited() const;

 private:
  std::map<std::string, std::optional<absl::Duration>, std::less<>> kept_for_;
};

}  // namespace nwd::retention
