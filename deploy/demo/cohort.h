// The people of the demo, made up from lists (deploy/sample/people/people.json): the same lists and the same day give the
// same people. Nobody in it exists; numbers pass the checks of their kind, NHS numbers are of the range kept for tests,
// telephone numbers of the one kept for drama.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "nwd/common/v1/vocabulary.pb.h"

namespace nwd::demo {

struct Need {
  std::string code;      // "english"
  std::string text;      // in words
  std::string category;  // of services that meet it: "esol"
};

struct MadeUpPerson {
  std::string full_name;
  std::string preferred_name;
  absl::CivilDay born;
  int age = 0;
  std::string postcode;
  std::string borough;  // ONS code
  std::string language;
  std::string nino;  // empty where they gave none, as the next two
  std::string nhs_number;
  std::string uln;
  std::string phone;
  std::vector<Need> needs;  // at least one, the first the most pressing
  std::vector<std::string> access_needs;
  std::vector<std::string> goals;
  std::vector<std::string> priority_groups;
  int months_out_of_work = 0;
  common::v1::EntryChannel entry_channel = common::v1::ENTRY_CHANNEL_UNSPECIFIED;

  std::string AgeBand() const;
};

// INVALID_ARGUMENT where the lists cannot be read.
absl::StatusOr<std::vector<MadeUpPerson>> MakeCohort(const std::string& lists_file, int people, absl::CivilDay today);

}  // namespace nwd::demo
