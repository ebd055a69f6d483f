// People who turned out to be one, as the consent service's feed tells of them: figures count them once, and releases
// before and after give nobody away.
#include <random>

#include "services/outcome/disclosure.h"
#include "services/outcome/indicators.h"
#include "tests/services/outcome/attacker.h"
#include "tests/services/outcome/fixture.h"

namespace nwd::outcome {
namespace {

using common::v1::PersonChange;

class JoinedPeople : public OutcomeFixture {
 protected:
  // Each a minute after the one before, in this month of 2026.
  common::v1::Change Told(PersonChange::Type type, const std::string& person, const std::string& other = "",
                          int month = 3) {
    const absl::Time start = absl::FromCivil(absl::CivilDay(2026, month, 2), absl::UTCTimeZone());
    common::v1::Change change;
    *change.mutable_change_time() = ToTimestamp(start + absl::Minutes(++told_));
    change.mutable_person()->set_person_id(Id(person));
    change.mutable_person()->set_organisation_id(Id("jobcentre"));
    change.mutable_person()->set_type(type);
    if (!other.empty()) change.mutable_person()->set_other_person_id(Id(other));
    return change;
  }
  void Register(const std::string& person, int month = 3) {
    Apply(Told(PersonChange::TYPE_REGISTERED, person, "", month));
  }
  void Join(const std::string& person, const std::string& into) {
    Apply(Told(PersonChange::TYPE_MERGED, person, into));
  }
  void Split(const std::string& person, const std::string& from) {
    Apply(Told(PersonChange::TYPE_SPLIT, person, from));
  }
  int64_t People(const std::string& month = "2026-03") {
    return Figure(Counter::kPeopleRegistered, v1::CUT_HUB, std::string(kWholeCell), month);
  }

  void Release() {
    v1::CreateReleaseRequest request;
    request.set_month("2026-03");
    const auto made = Call("analyst", insight_service_, &InsightService::CreateRelease, request);
    ASSERT_TRUE(made.ok()) << made.status();
  }
  v1::Count Printed(const std::string& month, v1::Period period = v1::PERIOD_MONTH) {
    v1::QueryIndicatorsRequest request;
    request.set_indicator("people-registered");
    request.set_cut(v1::CUT_HUB);
    request.set_month(month);
    request.set_period(period);
    const auto answer = Call("analyst", insight_service_, &InsightService::QueryIndicators, request);
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? answer->cells(0).count() : v1::Count();
  }

 private:
  int told_ = 0;
};

TEST_F(JoinedPeople, AreOnePersonInTheFiguresUntilTheyAreSplit) {
  for (const char* person : {"ada", "ada again", "ben"}) Register(person);
  EXPECT_EQ(People(), 3);
  Join("ada again", "ada");
  EXPECT_EQ(People(), 2);
  Split("ada again", "ada");
  EXPECT_EQ(People(), 3);
}

TEST_F(JoinedPeople, CountInTheMonthOfTheFirstRegistration) {
  Register("ada", 2);
  Register("ada again", 3);
  Join("ada again", "ada");
  EXPECT_EQ(People("2026-02"), 1);
  EXPECT_EQ(People("2026-03"), 0);
  Register("ada first of all", 1);
  Join("ada first of all", "ada again");
  EXPECT_EQ(People("2026-01"), 1);
  EXPECT_EQ(People("2026-02"), 0);
  Split("ada first of all", "ada again");
  EXPECT_EQ(People("2026-01"), 1);
  EXPECT_EQ(People("2026-02"), 1);
  EXPECT_EQ(People("2026-03"), 0) << "the other two are still one";
}

TEST_F(JoinedPeople, ToldOfTwiceOrOfPeopleWhoAreOneAlreadyChangesNothing) {
  for (const char* person : {"ada", "ada again", "ada once more"}) Register(person);
  const common::v1::Change join = Told(PersonChange::TYPE_MERGED, "ada again", "ada");
  Apply(join);
  Apply(join);
  EXPECT_EQ(People(), 2);
  Join("ada once more", "ada again");
  Join("ada once more", "ada");
  EXPECT_EQ(People(), 1);
  const common::v1::Change split = Told(PersonChange::TYPE_SPLIT, "ada again", "ada");
  Apply(split);
  Apply(split);
  EXPECT_EQ(People(), 2) << "who was joined to them stays theirs";
}

TEST_F(JoinedPeople, AWholeFamilyIsJoinedAndSplitAsTheConsentServiceDoesIt) {
  for (const char* person : {"a", "b", "c", "d"}) Register(person);
  Join("b", "a");
  Join("d", "c");
  Join("b", "c");  // and with them a and d
  EXPECT_EQ(People(), 1);
  Split("c", "b");
  EXPECT_EQ(People(), 2);
  Split("d", "c");
  Split("b", "a");
  EXPECT_EQ(People(), 4);
}

TEST_F(JoinedPeople, OfWhomOneRegisteredBeforeAnythingWasToldCountTheOther) {
  Register("ada again");
  Join("ada again", "ada");
  EXPECT_EQ(People(), 1);
  Split("ada again", "ada");
  EXPECT_EQ(People(), 1);
}

TEST_F(JoinedPeople, WhoAreErasedLeaveTheFiguresAndNoRows) {
  Register("ada");
  Register("ada again");
  Join("ada again", "ada");
  for (const char* person : {"ada again", "ada"}) Apply(Told(PersonChange::TYPE_ERASED, person));
  EXPECT_EQ(People(), 1);
  int rows = 0;
  const auto count = [&](const store::Reader& reader) {
    return reader.Scan(store::PrefixRange("p"), store::Direction::kForward, [&](std::string_view, std::string_view) {
      ++rows;
      return store::Visit::kContinue;
    });
  };
  ASSERT_TRUE(async::BlockOn(store_.View(count)).ok());
  EXPECT_EQ(rows, 0);
  Join("ada again", "ada");
  EXPECT_EQ(People(), 1) << "nothing is kept of them again";
}

TEST_F(JoinedPeople, AReleaseStandsAndTheNextShowsTheJoinNoMoreThanTheRoundingDoes) {
  for (int i = 0; i < 11; ++i) Register(Cat("person ", i));
  Release();
  EXPECT_EQ(Printed("2026-03").value(), 10);
  Join("person 1", "person 0");
  EXPECT_EQ(Printed("2026-03").value(), 10) << "frozen";
  Release();
  EXPECT_EQ(Printed("2026-03").value(), 10) << "eleven and ten are printed alike";
  for (int i = 2; i < 5; ++i) Join(Cat("person ", i), "person 0");
  Release();
  EXPECT_EQ(People(), 7);
  EXPECT_EQ(Printed("2026-03").kind(), v1::Count::KIND_SUPPRESSED) << "joined or not, fewer than eight are not printed";
  Split("person 1", "person 0");
  Release();
  EXPECT_EQ(Printed("2026-03").value(), 10);
}

// Joins and splits between releases, and somebody who tries everything that fits what was printed, and is even told which
// figures have not changed.
class JoinsBetweenReleases : public JoinedPeople, public ::testing::WithParamInterface<uint32_t> {
 protected:
  static constexpr int kReleases = 2;
  static constexpr const char* kMonths[] = {"2026-01", "2026-02", "2026-03"};

  uint32_t Below(size_t limit) { return static_cast<uint32_t>(random_() % limit); }

  void RegisterSome() {
    for (int month = 1; month <= 3; ++month) {
      const uint32_t number = Below(2) == 0 ? Below(8) : 8 + Below(10);
      for (uint32_t i = 0; i < number; ++i) Register(people_.emplace_back(Cat(month, "/", i)), month);
    }
  }
  // Each pair of its own, now and then split again.
  void JoinSome() {
    for (uint32_t i = Below(6); i > 0 && people_.size() > 1; --i) {
      std::pair<std::string, std::string> pair;
      for (std::string* person : {&pair.first, &pair.second}) {
        const uint32_t at = Below(people_.size());
        *person = people_[at];
        people_.erase(people_.begin() + at);
      }
      Join(pair.first, pair.second);
      joined_.push_back(pair);
    }
    if (joined_.empty() || Below(2) == 0) return;
    const auto [person, from] = joined_.back();
    joined_.pop_back();
    Split(person, from);
  }

  // What a release says of the months and their quarter.
  void TellAttacker() {
    std::vector<int> months;
    int64_t sum = 0;
    bool hides_zero = false;
    for (const char* month : kMonths) {
      const int64_t exact = People(month);
      sum += exact;
      const bool hidden_zero = exact == 0 && Printed(month).kind() == v1::Count::KIND_SUPPRESSED;
      hides_zero |= hidden_zero;
      const auto [known, is_new] = unknowns_.try_emplace({month, hidden_zero ? -1 : exact}, 0);  // it may have grown
      if (is_new) known->second = attacker_.AddUnknown(std::max<int64_t>(0, exact - 8), exact + 8);
      months.push_back(known->second);
    }
    for (size_t i = 0; i < months.size(); ++i) {
      Tell({months[i]}, Printed(kMonths[i]), People(kMonths[i]), hides_zero);
    }
    Tell(months, Printed("2026-01", v1::PERIOD_QUARTER), sum, hides_zero);
  }
  void Tell(std::vector<int> parts, const v1::Count& printed, int64_t exact, bool hides_zero) {
    printed_ += Cat(printed.kind() == v1::Count::KIND_SUPPRESSED ? "*" : Cat(printed.value()), "(", exact, ") ");
    int64_t low = 0, high = 0;
    if (printed.kind() == v1::Count::KIND_ROUNDED) {
      low = printed.value() == 10 ? 8 : printed.value() - 2;
      high = printed.value() + 2;
    } else if (printed.kind() == v1::Count::KIND_SUPPRESSED) {
      low = hides_zero ? 0 : 1;
      high = exact < 8 ? 7 : 1'000'000;
    }
    const int sum = attacker_.AddSum(std::move(parts), low, high);
    if (printed.kind() == v1::Count::KIND_SUPPRESSED) suppressed_.push_back({sum, exact});
  }

  std::mt19937 random_{GetParam()};
  std::vector<std::string> people_;
  std::vector<std::pair<std::string, std::string>> joined_;
  Attacker attacker_;
  std::map<std::pair<std::string, int64_t>, int> unknowns_;
  std::vector<std::pair<int, int64_t>> suppressed_;
  std::string printed_;
};

TEST_P(JoinsBetweenReleases, LeaveEverySuppressedFigureFiveValues) {
  RegisterSome();
  for (int release = 0; release < kReleases; ++release) {
    if (release > 0) JoinSome();
    ASSERT_NO_FATAL_FAILURE(Release());
    TellAttacker();
    printed_ += "then ";
  }
  for (const auto& [sum, exact] : suppressed_) {
    int64_t least = exact, most = exact;
    for (int64_t by = 1; by < kSpanMin && most - least + 1 < kSpanMin; ++by) {
      if (most == exact + by - 1 && attacker_.CanBe(sum, exact + by)) most = exact + by;
      if (least == exact - by + 1 && attacker_.CanBe(sum, exact - by)) least = exact - by;
    }
    EXPECT_FALSE(attacker_.gave_up());
    EXPECT_GE(most - least + 1, kSpanMin)
        << "a suppressed " << exact << " must be " << least << " to " << most << " after " << printed_;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, JoinsBetweenReleases, ::testing::Range(0u, 60u));

}  // namespace
}  // namespace nwd::outcome
