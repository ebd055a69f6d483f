// The facts of deploy/data as values. Loaded once at start, immutable after, so safe to share between threads; the
// pointers and spans it gives live as long as it does, also when it is moved.
//
//   NWD_ASSIGN_OR_RETURN(facts::Facts facts, facts::Facts::Load("deploy/data"));
//   facts.FindBorough("E09000022")->name;                          // "Lambeth"
//   facts.HubOf("E09000022")->slug;                                // "central-london-forward"
//   facts.living_wage().RequiredOn(absl::CivilDay(2025, 6, 1));    // £13.85
//
// Lookups by code and slug are exact and give nullptr for what is unknown.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/facts/living_wage.h"
#include "common/geo/point.h"

namespace nwd::facts {

struct Borough {
  std::string code;  // ONS code, "E09000022"
  std::string name;  // "Lambeth"
  std::string slug;  // "lambeth"
  std::string hub;   // slug of its hub
  geo::Point centre;
};

// A sub-regional partnership: the area one deployment serves.
struct Hub {
  std::string slug;
  std::string name;
};

// A group of people the programmes put first. A person can be in many.
struct PriorityGroup {
  std::string slug;
  std::string name;
  std::string parent;  // slug of the wider group that holds this one; empty if none
};

class Facts {
 public:
  // Reads boroughs.csv, hubs.csv, priority-groups.csv and london-living-wage.csv in the
  // folder. Errors name file and line: NOT_FOUND for a missing file, INVALID_ARGUMENT for a row that does not fit.
  static absl::StatusOr<Facts> Load(const std::filesystem::path& folder);

  std::span<const Borough> boroughs() const { return boroughs_; }  // by code
  const Borough* FindBorough(std::string_view code) const;
  const Borough* FindBoroughBySlug(std::string_view slug) const;

  std::span<const Hub> hubs() const { return hubs_; }
  const Hub* FindHub(std::string_view slug) const;
  const Hub* HubOf(std::string_view borough_code) const;
  std::vector<const Borough*> BoroughsOf(std::string_view hub_slug) const;

  std::span<const PriorityGroup> priority_groups() const { return priority_groups_; }
  const PriorityGroup* FindPriorityGroup(std::string_view slug) const;
  // The group and the wider ones that hold it, narrowest first; empty if unknown. "black" → black, ethnic-minority.
  std::vector<const PriorityGroup*> WithParents(std::string_view slug) const;

  const LivingWage& living_wage() const { return living_wage_; }

 private:
  Facts(std::vector<Borough> boroughs, std::vector<Hub> hubs, std::vector<PriorityGroup> priority_groups,
        LivingWage living_wage);

  std::vector<Borough> boroughs_;
  std::vector<Hub> hubs_;
  std::vector<PriorityGroup> priority_groups_;
  LivingWage living_wage_;
};

}  // namespace nwd::facts
