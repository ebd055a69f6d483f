// After the answer to a withdrawal, no check or read permits on that consent again, and none after the answer to a
// suspension until it is resumed; with kills in between, nothing that was acknowledged is lost. The real program over mutual TLS; the clients' own log is the oracle.
//
// NWD_LINEARIZABILITY_OPERATIONS says how many operations; see README.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <map>

#include "absl/strings/numbers.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "tests/e2e/world.h"
#include "tests/linearizability/checker.h"
#include "tests/linearizability/load.h"

namespace nwd::linearizability {
namespace {

using e2e::World;
using ::testing::IsEmpty;

constexpr int64_t kOperationsUsual = 40'000;
constexpr int kKills = 4;  // the last one when all is done
constexpr int kPeopleMin = 12;
// One organisation can have 100 consents of a person, and about one in 85 operations asks for one.
constexpr int64_t kOperationsPerPerson = 5'000;
constexpr size_t kToldMax = 5;

int64_t Operations() {
  const char* wanted = std::getenv("NWD_LINEARIZABILITY_OPERATIONS");
  int64_t operations = 0;
  if (wanted == nullptr || !absl::SimpleAtoi(wanted, &operations) || operations <= 0) return kOperationsUsual;
  return operations;
}

int64_t Count(const History& history, Act act, Outcome outcome) {
  return std::count_if(history.operations.begin(), history.operations.end(),
                       [&](const Operation& one) { return one.act == act && one.outcome == outcome; });
}

int64_t CountOf(const History& history, Outcome outcome) {
  return std::count_if(history.operations.begin(), history.operations.end(),
                       [&](const Operation& one) { return one.outcome == outcome; });
}

// Every disclosure to the receiver, as an auditor sees them: its consent's id, by its own.
std::map<std::string, std::string> DisclosuresListed(World& world) {
  std::map<std::string, std::string> listed;
  consent::v1::ListDisclosuresRequest list;
  list.set_recipient_organisation_id(world.IdOf(e2e::kReceiver));
  list.set_page_size(500);
  do {
    const auto page = world.Do<consent::v1::ListDisclosuresResponse>(world.HolderOf(common::v1::ROLE_AUDITOR), list);
    for (const auto& one : page.disclosures()) {
      EXPECT_TRUE(listed.emplace(one.disclosure_id(), one.consent_id()).second) << "one disclosure listed twice";
    }
    list.set_page_token(page.next_page_token());
  } while (!list.page_token().empty());
  return listed;
}

// The run that the tests below look at: made once, at the first look.
struct Ran {
  std::unique_ptr<Load> load;
  Verdict verdict;
  int64_t lost_at_kills_min = 0;  // operations in flight at a kill, at the one that met fewest
};

Ran Make() {
  World& world = World::Get();
  const int64_t operations = Operations();
  Ran ran;
  ran.load =
      std::make_unique<Load>(world, static_cast<int>(std::max<int64_t>(kPeopleMin, operations / kOperationsPerPerson)));
  const absl::Time start = absl::Now();
  for (int i = 0; i < kKills; ++i) {
    const int64_t before = CountOf(ran.load->history(), Outcome::kUnknown);
    ran.load->Run(operations / kKills, [&] { world.Kill("consent"); });
    world.Start("consent");
    const int64_t lost = CountOf(ran.load->history(), Outcome::kUnknown) - before;
    ran.lost_at_kills_min = i == 0 ? lost : std::min(ran.lost_at_kills_min, lost);
  }
  const absl::Duration took = absl::Now() - start;
  ran.load->LookAtAll();
  const History& history = ran.load->history();
  ran.verdict = Judge(history);
  std::printf(
      "%zu operations on %zu consents in %.1f s, %d kills; %lld without an answer; %lld withdrawals, %lld suspensions, "
      "%lld resumptions; of the checks and reads %lld could only be denied and %lld only be permitted\n",
      history.operations.size(), history.standing.size(), absl::ToDoubleSeconds(took), kKills,
      static_cast<long long>(CountOf(history, Outcome::kUnknown)),
      static_cast<long long>(Count(history, Act::kWithdraw, Outcome::kYes)),
      static_cast<long long>(Count(history, Act::kSuspend, Outcome::kYes)),
      static_cast<long long>(Count(history, Act::kResume, Outcome::kYes)),
      static_cast<long long>(ran.verdict.only_denial), static_cast<long long>(ran.verdict.only_permit));
  return ran;
}

const Ran& TheRun() {
  static const Ran* const ran = new Ran(Make());
  return *ran;
}

TEST(Withdrawal, IsLinearizableWithSuspensionsChecksReadsAndGrants) {
  const std::vector<Violation>& violations = TheRun().verdict.violations;
  for (size_t i = 0; i < std::min(kToldMax, violations.size()); ++i) ADD_FAILURE() << violations[i].why;
  EXPECT_EQ(violations.size(), 0u) << "answers that cannot have been";
  EXPECT_THAT(TheRun().load->surprises(), IsEmpty());
}

TEST(Withdrawal, WasTriedInEveryWay) {
  const History& history = TheRun().load->history();
  for (const Row& row : kActs) EXPECT_GT(Count(history, row.act, Outcome::kYes), 0) << row.name;
  for (const Act act : {Act::kSuspend, Act::kResume, Act::kOpen, Act::kCheck, Act::kRead}) {
    EXPECT_GT(Count(history, act, Outcome::kNo), 0) << RowOf(act).name << ": refused";
  }
  EXPECT_GT(Count(history, Act::kLook, Outcome::kSuspended), 0) << "seen suspended";
  EXPECT_GT(TheRun().lost_at_kills_min, 0) << "each kill came under load";
  const int64_t operations = static_cast<int64_t>(history.operations.size());
  EXPECT_LT(CountOf(history, Outcome::kUnknown), operations / 5) << "most were answered";
  EXPECT_GT(TheRun().verdict.only_denial, operations / 50) << "many could only be denied";
  EXPECT_GT(TheRun().verdict.only_permit, operations / 50) << "many could only be permitted";
}

TEST(Withdrawal, EveryReadThatWasAnsweredIsAListedDisclosureAndAUse) {
  const Load& load = *TheRun().load;
  const std::map<std::string, std::string> listed = DisclosuresListed(World::Get());
  std::map<std::string, int64_t> by_consent;
  for (const auto& [disclosure, consent_id] : listed) ++by_consent[consent_id];
  for (const auto& [disclosure, consent] : load.disclosures()) {
    const auto found = listed.find(disclosure);
    ASSERT_TRUE(found != listed.end()) << "a disclosure that was answered was lost";
    EXPECT_EQ(found->second, load.consent_ids()[consent]);
  }
  const std::vector<ReadBounds> reads = ReadsByConsent(load.history());
  for (size_t i = 0; i < reads.size(); ++i) {
    EXPECT_GE(load.uses()[i], reads[i].answered) << "a read that was answered was not counted";
    EXPECT_LE(load.uses()[i], reads[i].attempted) << "more reads were counted than were tried";
    EXPECT_EQ(load.uses()[i], by_consent[load.consent_ids()[i]]) << "a use without its disclosure, or the reverse";
  }
}

}  // namespace
}  // namespace nwd::linearizability
