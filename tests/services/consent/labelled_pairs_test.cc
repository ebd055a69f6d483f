// Precision and recall of matching over made-up pairs with labels, through the service, printed by group.
#include <iostream>
#include <map>

#include "absl/strings/str_format.h"
#include "services/consent/limits.h"
#include "tests/services/consent/desk.h"
#include "tests/services/consent/labelled_pairs.h"

namespace nwd::consent {
namespace {

constexpr int kEach = 24;
constexpr uint64_t kSeed = 20261129;
constexpr int kPairsADay = kShownADayMax / 2;  // so that no day's share is used up

enum class Found { kNothing, kPossible, kCertain };

// Of one group of pairs.
struct Tally {
  int same = 0, same_certain = 0, same_possible = 0;
  int different = 0, different_certain = 0, different_possible = 0;

  void Count(bool is_same, Found found) {
    (is_same ? same : different) += 1;
    if (found == Found::kCertain) (is_same ? same_certain : different_certain) += 1;
    if (found == Found::kPossible) (is_same ? same_possible : different_possible) += 1;
  }
  static double Share(int part, int whole) { return whole == 0 ? 1 : static_cast<double>(part) / whole; }
  double CertainPrecision() const { return Share(same_certain, same_certain + different_certain); }
  double Recall() const { return Share(same_certain + same_possible, same); }
  double PossiblePrecision() const { return Share(same_possible, same_possible + different_possible); }
};

class LabelledPairsTest : public ::testing::Test {
 protected:
  LabelledPairsTest() {
    desk_.Add("lambeth", common::v1::ORGANISATION_KIND_BOROUGH);
    desk_.Add("jobcentre", common::v1::ORGANISATION_KIND_JOBCENTRE);
  }
  v1::RegisterPersonResponse Register(const std::string& who, const v1::PersonDetails& details) {
    v1::RegisterPersonRequest request;
    *request.mutable_details() = details;
    const auto response = desk_.Ask(desk_.services().person(), &PersonService::RegisterPerson, who, request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.value_or(v1::RegisterPersonResponse());
  }
  Found Try(const LabelledPair& pair) {
    const std::string first = Register("lambeth", pair.first).person_ref();
    const v1::RegisterPersonResponse second = Register("jobcentre", pair.second);
    if (desk_.PersonId("lambeth", first) == desk_.PersonId("jobcentre", second.person_ref())) return Found::kCertain;
    if (!second.has_possible_match()) return Found::kNothing;
    if (pair.same && !pair.second.nino().empty()) ExpectJoined(pair, second);
    return Found::kPossible;
  }
  // Of one number: all that differs is what the person can be asked for.
  void ExpectJoined(const LabelledPair& pair, const v1::RegisterPersonResponse& second) {
    v1::ConfirmMatchRequest confirm;
    confirm.set_match_token(second.possible_match().match_token());
    confirm.set_person_present(true);
    if (pair.first.date_of_birth() == pair.second.date_of_birth()) {
      confirm.set_former_name(pair.first.full_name());
    } else {
      confirm.set_date_of_birth(pair.first.date_of_birth());
    }
    const auto joined = desk_.Ask(desk_.services().match(), &MatchService::ConfirmMatch, "jobcentre", confirm);
    EXPECT_TRUE(joined.ok()) << pair.kind << joined.status();
  }
  Desk desk_;
};

TEST_F(LabelledPairsTest, CertainMatchesAreRightAndPossibleOnesMissFew) {
  const std::vector<LabelledPair> pairs = LabelledPairs(kEach, kSeed);
  ASSERT_GE(pairs.size(), 2000u);
  std::map<std::string, Tally> groups;
  std::map<std::string_view, Tally> kinds;
  Tally all;
  for (size_t i = 0; i < pairs.size(); ++i) {
    if (i % kPairsADay == 0) desk_.clock().Advance(absl::Hours(24));
    const LabelledPair& pair = pairs[i];
    const Found found = Try(pair);
    all.Count(pair.same, found);
    kinds[pair.kind].Count(pair.same, found);
    for (const std::string& group :
         {Cat("sex: ", pair.sex), Cat("age: ", pair.age_band), Cat("names: ", pair.origin)}) {
      groups[group].Count(pair.same, found);
    }
  }
  std::cout << absl::StrFormat("%-44s %6s %8s %8s %10s\n", "group", "pairs", "certain", "recall", "possible");
  std::cout << absl::StrFormat("%-44s %6s %8s %8s %10s\n", "", "", "precis.", "", "precis.");
  auto print = [](std::string_view name, const Tally& tally) {
    std::cout << absl::StrFormat("%-44s %6d %8.4f %8.3f %10.3f\n", std::string(name), tally.same + tally.different,
                                 tally.CertainPrecision(), tally.Recall(), tally.PossiblePrecision());
  };
  print("all", all);
  for (const auto& [name, tally] : groups) print(name, tally);
  for (const auto& [kind, tally] : kinds) print(Cat("kind: ", kind), tally);

  EXPECT_GE(all.CertainPrecision(), 0.999);
  EXPECT_GE(all.Recall(), 0.95);
  for (const auto& [name, tally] : groups) {
    EXPECT_GE(tally.CertainPrecision(), 0.999) << name;
    EXPECT_GE(tally.Recall(), 0.9) << name;
  }
  EXPECT_EQ(kinds["identifier agrees"].same_certain, kinds["identifier agrees"].same);
  for (const char* kind : {"changed surname, the same number", "birthday written wrongly, the same number"}) {
    EXPECT_GT(kinds[kind].same, 0) << kind;
    EXPECT_EQ(kinds[kind].same_possible, kinds[kind].same) << kind;
  }
  EXPECT_EQ(kinds["twins"].different_certain + kinds["twins, the other's number given"].different_certain, 0);
  EXPECT_LE(
      Tally::Share(all.different_possible - kinds["twins, the other's number given"].different_possible, all.different),
      0.05)
      << "people who are not the person are shown as possible too often";
}

}  // namespace
}  // namespace nwd::consent
