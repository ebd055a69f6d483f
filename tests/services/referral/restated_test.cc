// What the feed restates of referrals, and what comes of consents that the consent service restates.
#include "services/referral/restated.h"

#include <map>

#include "tests/common/replica/restating.h"
#include "tests/services/referral/office.h"

namespace nwd::referral {
namespace {

using namespace v1;  // NOLINT: actions and reasons
using common::v1::Change;

class Restated : public Office {
 protected:
  std::string For(const std::string& person) {
    CreateReferralRequest request = Request();
    request.set_person_ref(Ref("jobcentre", person));
    const auto made = Create(request);
    EXPECT_TRUE(made.ok()) << made.status();
    return made.ok() ? made->referral_id() : Id("none");
  }
  // As the consent service restates a chain of two, whichever it comes upon first.
  void TellChain(bool oldest_first, const std::string& state_of_renewal) {
    if (oldest_first) TellConsent("consent-1", "SUPERSEDED");
    TellConsent("consent-2", state_of_renewal, "consent-1");
    if (!oldest_first) TellConsent("consent-1", "SUPERSEDED");
  }
};

TEST_F(Restated, EveryReferralIsToldByItsLastEventAgain) {
  const std::string draft = Made(/*send=*/false);
  const std::string running = InProgress();
  const std::string declined = For("ben");
  Moved("college", declined, REFERRAL_ACTION_DECLINE, REFERRAL_REASON_NO_CAPACITY);
  BookAppointmentRequest booking;
  booking.set_referral_id(running);
  *booking.mutable_start_time() = MicrosToTimestamp(Micros(clock_.Now() + absl::Hours(24)));
  booking.set_duration_minutes(30);
  ASSERT_TRUE(Call("college", appointments_, &AppointmentService::BookAppointment, booking).ok());

  std::map<std::string, std::string> told;  // the last of each
  for (const Change& change : replica::ChangesAfter(store_, 0)) {
    if (change.has_referral()) told[change.referral().referral_id()] = change.ShortDebugString();
  }
  std::map<std::string, std::string> restated;
  for (const Change& change : replica::Restate(store_, clock_, RestatedTables())) {
    EXPECT_TRUE(restated.emplace(change.referral().referral_id(), replica::Unmarked(change).ShortDebugString()).second);
  }
  EXPECT_EQ(restated.size(), 3u);
  EXPECT_EQ(restated, told);
}

TEST_F(Restated, ASweptDraftIsGone) {
  Made(/*send=*/false);
  clock_.Advance(CalendarDays(Times().draft_kept_calendar_days));
  EXPECT_EQ(JanitorRound(), 1);
  EXPECT_TRUE(replica::Restate(store_, clock_, RestatedTables()).empty());
}

TEST_F(Restated, ARenewalThatWasWithdrawnEndsWhatRestsOnTheOldOne) {
  const std::string id = Made();
  TellChain(/*oldest_first=*/true, "WITHDRAWN");
  EXPECT_EQ(GoThroughEndedBases(), 1);
  EXPECT_EQ(StateNow(id), "CANCELLED_BY_PERSON");
}

TEST_F(Restated, AndSoItDoesWhereItIsToldBeforeTheOldOne) {
  const std::string id = Made();
  TellChain(/*oldest_first=*/false, "WITHDRAWN");
  EXPECT_EQ(GoThroughEndedBases(), 1);
  EXPECT_EQ(StateNow(id), "CANCELLED_BY_PERSON");
}

TEST_F(Restated, ARenewalThatHasExpiredIsNotAskedAbout) {
  const std::string id = Made();
  const int asked = consent_.calls;
  TellChain(/*oldest_first=*/false, "EXPIRED");
  EXPECT_EQ(GoThroughEndedBases(), 0);
  EXPECT_EQ(consent_.calls, asked);
  EXPECT_EQ(StateNow(id), "SENT");
  EXPECT_EQ(RowsUnder('w'), 0);
}

TEST_F(Restated, ARenewalInForceCarriesOnWhatRestsOnTheOldOne) {
  const std::string id = Made();
  consent_.permits = {{Id("consent-2"), Id("college")}};
  TellChain(/*oldest_first=*/false, "GIVEN");
  EXPECT_EQ(GoThroughEndedBases(), 1);
  EXPECT_EQ(Stored(id).consent_id(), Id("consent-2"));
}

TEST_F(Restated, WhatWasHeardBeforeIsNotGoneThroughAgain) {
  const std::string left_out = Made();
  consent_.permits.clear();
  TellChain(/*oldest_first=*/true, "GIVEN");
  EXPECT_EQ(GoThroughEndedBases(), 0);
  const int asked = consent_.calls;
  TellChain(/*oldest_first=*/true, "GIVEN");
  EXPECT_EQ(GoThroughEndedBases(), 0);
  EXPECT_EQ(consent_.calls, asked) << "each question is an entry about the person in the audit log";
  EXPECT_EQ(Stored(left_out).consent_id(), Id("consent-1"));
}

}  // namespace
}  // namespace nwd::referral
