#include "deploy/demo/cohort.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "absl/strings/str_format.h"
#include "common/base/strings.h"
#include "common/facts/age_bands.h"

namespace nwd::demo {
namespace {

using nlohmann::json;

constexpr int kWholeNamePercent = 12;
constexpr int kPreferredNamePercent = 30;
constexpr int kSecondNeedPercent = 45;
constexpr int kAccessNeedPercent = 15;
// Most people walk in near where they live.
constexpr int kNearPercent = 60;
constexpr std::array kNearBoroughs = {"lambeth", "southwark", "lewisham", "wandsworth"};

// A sequence of numbers that looks random and is the same every time (SplitMix64).
class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed) {}
  int Below(size_t limit) { return static_cast<int>(Next() % limit); }
  bool Percent(int percent) { return Below(100) < percent; }
  const json& Of(const json& list) { return list.at(Below(list.size())); }

 private:
  uint64_t Next() {
    uint64_t z = state_ += 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  uint64_t state_;
};

// Nine digits and the tenth that makes them a number of their kind; `wanted` is what the weighted sum must leave,
// modulo 11.
std::string WithCheckDigit(int nine_digits, int wanted) {
  for (;; ++nine_digits) {
    const std::string digits = absl::StrFormat("%09d", nine_digits);
    int sum = 0;
    for (int i = 0; i < 9; ++i) sum += (10 - i) * (digits[i] - '0');
    const int check = ((wanted - sum) % 11 + 11) % 11;
    if (check < 10) return Cat(digits, check);
  }
}

std::string Nino(int index) {
  static constexpr std::array kPrefixes = {"AB", "CE", "EH", "JK", "LM", "PR", "SW", "TY"};
  return absl::StrFormat("%s%06d%c", kPrefixes[index % kPrefixes.size()], (104729 + index * 7919) % 1000000,
                         'A' + index % 4);
}

common::v1::EntryChannel ChannelOf(const std::string& channel) {
  static const auto* const kChannels = new std::map<std::string, common::v1::EntryChannel>{
      {"walk-in", common::v1::ENTRY_CHANNEL_SELF},        {"online search", common::v1::ENTRY_CHANNEL_SELF},
      {"jobcentre", common::v1::ENTRY_CHANNEL_JOBCENTRE}, {"college", common::v1::ENTRY_CHANNEL_COLLEGE},
      {"gp", common::v1::ENTRY_CHANNEL_HEALTH},           {"library", common::v1::ENTRY_CHANNEL_BOROUGH},
      {"food bank", common::v1::ENTRY_CHANNEL_VCS},
  };
  const auto found = kChannels->find(channel);
  return found == kChannels->end() ? common::v1::ENTRY_CHANNEL_OTHER : found->second;
}

int AgeFrom(const json& bands, Dice& dice) {
  int percent = dice.Below(100);
  for (const json& band : bands) {
    percent -= band.at("share_percent").get<int>();
    if (percent < 0)
      return band.at("from").get<int>() + dice.Below(band.at("to").get<int>() - band.at("from").get<int>() + 1);
  }
  return 30;
}

std::vector<std::string> GroupsFor(const json& lists, int age, Dice& dice) {
  std::vector<std::string> groups;
  for (const json& group : lists.at("priority_groups")) {
    const std::string slug = group.at("slug");
    const bool drawn = dice.Percent(group.at("share_percent"));
    if (drawn && (slug != "young-send" || age < 25)) groups.push_back(slug);
  }
  if (age <= 18) groups.emplace_back("aged-16-18");
  if (age >= 19 && age <= 24) groups.emplace_back("aged-19-24");
  if (age >= 50) groups.emplace_back("aged-50-plus");
  std::sort(groups.begin(), groups.end());
  groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
  return groups;
}

const json& BoroughFrom(const json& lists, Dice& dice) {
  const json& anywhere = dice.Of(lists.at("boroughs"));
  if (!dice.Percent(kNearPercent)) return anywhere;
  const std::string near = kNearBoroughs[dice.Below(kNearBoroughs.size())];
  for (const json& borough : lists.at("boroughs")) {
    if (borough.at("slug") == near) return borough;
  }
  return anywhere;
}

MadeUpPerson MakePerson(const json& lists, int index, absl::CivilDay today) {
  Dice dice(index + 1);
  MadeUpPerson who;
  const json& names = dice.Of(lists.at("names"));
  who.full_name =
      Cat(dice.Of(names.at("given")).get<std::string>(), " ", dice.Of(names.at("family")).get<std::string>());
  if (dice.Percent(kWholeNamePercent)) who.full_name = dice.Of(lists.at("whole_names"));
  if (dice.Percent(kPreferredNamePercent)) who.preferred_name = dice.Of(lists.at("preferred_names"));
  who.age = AgeFrom(lists.at("ages"), dice);
  who.born = absl::CivilDay(today.year() - who.age, today.month(), 1) - 1 - dice.Below(300);
  who.age = today.year() - who.born.year() -
            (absl::CivilDay(who.born.year(), today.month(), today.day()) <
             absl::CivilDay(who.born.year(), who.born.month(), who.born.day()));
  const json& borough = BoroughFrom(lists, dice);
  who.borough = borough.at("code");
  who.postcode = dice.Of(borough.at("postcodes"));
  who.language = dice.Of(lists.at("languages"));
  who.phone = absl::StrFormat("07700 900%03d", index % 1000);
  // One in five gives an NHS number instead, and some a learner number besides.
  if (index % 5 == 4) {
    who.nhs_number = WithCheckDigit(999000000 + index * 131, 0);
  } else {
    who.nino = Nino(index);
  }
  if (index % 5 == 2) who.uln = WithCheckDigit(927000000 + index * 977, 10);

  const int needs = dice.Percent(kSecondNeedPercent) ? 2 : 1;
  for (int i = 0; i < needs; ++i) {
    const json& need = dice.Of(lists.at("needs"));
    const bool again = !who.needs.empty() && who.needs.front().code == need.at("need");
    if (!again) who.needs.push_back({need.at("need"), need.at("text"), need.at("category")});
  }
  if (dice.Percent(kAccessNeedPercent)) who.access_needs.push_back(dice.Of(lists.at("access_needs")));
  who.goals.push_back(dice.Of(lists.at("goals")));
  who.priority_groups = GroupsFor(lists, who.age, dice);
  who.months_out_of_work = dice.Below(40);
  who.entry_channel = ChannelOf(dice.Of(lists.at("entry_channels")));
  return who;
}

}  // namespace

std::string MadeUpPerson::AgeBand() const { return std::string(facts::AgeBandOf(age).name); }

absl::StatusOr<std::vector<MadeUpPerson>> MakeCohort(const std::string& lists_file, int people, absl::CivilDay today) {
  std::ifstream file(lists_file);
  const json lists = json::parse(file, nullptr, false);
  if (!lists.is_object()) return absl::InvalidArgumentError(Cat("cannot read the lists of people in ", lists_file));
  std::vector<MadeUpPerson> cohort;
  try {
    for (int i = 0; i < people; ++i) cohort.push_back(MakePerson(lists, i, today));
  } catch (const json::exception& error) {
    return absl::InvalidArgumentError(Cat(lists_file, " is not what the demo can read: ", error.what()));
  }
  return cohort;
}

}  // namespace nwd::demo
