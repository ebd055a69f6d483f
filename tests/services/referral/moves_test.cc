// Moving referrals through the service: etags, retries, sides, places, texts.
#include "tests/services/referral/office.h"

namespace nwd::referral {
namespace {

using namespace v1;  // NOLINT: actions and reasons

using Moves = Office;

TEST_F(Moves, FromSentToClosedEachByWhoseMoveItIs) {
  const std::string id = Made();
  Moved("college", id, REFERRAL_ACTION_RECEIVE);
  Moved("college", id, REFERRAL_ACTION_ASK, REFERRAL_REASON_UNSPECIFIED, "mornings or evenings?");
  Moved("jobcentre", id, REFERRAL_ACTION_ANSWER, REFERRAL_REASON_UNSPECIFIED, "mornings");
  Moved("college", id, REFERRAL_ACTION_ACCEPT);
  Moved("college", id, REFERRAL_ACTION_WAITLIST);
  Moved("college", id, REFERRAL_ACTION_PROMOTE);
  Moved("college", id, REFERRAL_ACTION_START);
  Moved("college", id, REFERRAL_ACTION_HOLD, REFERRAL_REASON_WORK_OR_CARING);
  Moved("college", id, REFERRAL_ACTION_RESUME);
  outcome_.outcomes[id] = 1;
  Moved("college", id, REFERRAL_ACTION_COMPLETE);
  Moved("jobcentre", id, REFERRAL_ACTION_CLOSE);
  EXPECT_EQ(StateNow(id), "CLOSED");
  EXPECT_EQ(PlacesHeld("esol"), 0);
  EXPECT_EQ(EventsSeen("jobcentre", id),
            (std::vector<std::string>{"CREATE", "SEND", "RECEIVE", "ASK", "ANSWER", "ACCEPT", "WAITLIST", "PROMOTE",
                                      "START", "HOLD", "RESUME", "COMPLETE", "CLOSE"}));
  EXPECT_EQ(EventsSeen("college", id).front(), "SEND") << "what came before is the referrer's";
}

TEST_F(Moves, ReceiveAsksNobody) {
  const std::string id = Made();
  consent_.down = outcome_.down = directory_.down = true;
  Moved("college", id, REFERRAL_ACTION_RECEIVE);
}

TEST_F(Moves, AStaleEtagChangesNothing) {
  const std::string id = Made();
  TransitionReferralRequest late = MoveRequest(id, REFERRAL_ACTION_WITHDRAW);
  Moved("college", id, REFERRAL_ACTION_RECEIVE);
  EXPECT_EQ(Move("jobcentre", late).status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(StateNow(id), "RECEIVED");
}

TEST_F(Moves, ARetryIsAnsweredThoughTheStateHasMovedOn) {
  const std::string id = Made();
  TransitionReferralRequest accept = MoveRequest(id, REFERRAL_ACTION_ACCEPT);
  accept.set_request_id(Id("accept"));
  const auto first = Move("college", accept);
  ASSERT_TRUE(first.ok()) << first.status();
  consent_.down = true;
  const auto again = Move("college", accept);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->etag(), first->etag());
  EXPECT_EQ(Stored(id).sequence(), 3);
}

TEST_F(Moves, AStrangerAndAReceiverOfADraftGetTheSameAnswerAsForNothing) {
  const std::string draft = Made(/*send=*/false);
  EXPECT_EQ(Move("stranger", draft, REFERRAL_ACTION_RECEIVE).status(), status::Denied());
  EXPECT_EQ(Move("college", draft, REFERRAL_ACTION_CANCEL).status(), status::Denied());
  TransitionReferralRequest nothing = MoveRequest(draft, REFERRAL_ACTION_RECEIVE);
  nothing.set_referral_id(Id("nothing"));
  EXPECT_EQ(Move("college", nothing).status(), status::Denied());
  EXPECT_EQ(See("college", draft).status(), status::Denied());
}

TEST_F(Moves, TheWrongSideIsToldWhoseMoveItIs) {
  const std::string id = Made();
  const absl::Status refused = Move("jobcentre", id, REFERRAL_ACTION_ACCEPT).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_NE(refused.message().find("the receiving organisation"), absl::string_view::npos) << refused;
}

TEST_F(Moves, NoOrganisationActsAsTheSuite) {
  const std::string id = Made();
  for (const ReferralAction action : {REFERRAL_ACTION_EXPIRE, REFERRAL_ACTION_SWEEP, REFERRAL_ACTION_ACCESS_ENDED}) {
    EXPECT_EQ(Move("college", id, action).status().code(), absl::StatusCode::kPermissionDenied) << ActionWord(action);
    EXPECT_EQ(Move("jobcentre", id, action).status().code(), absl::StatusCode::kPermissionDenied) << ActionWord(action);
  }
}

TEST_F(Moves, CompleteNeedsAnOutcomeAskedAtOnce) {
  const std::string id = InProgress();
  EXPECT_EQ(status::ReasonOf(Move("college", id, REFERRAL_ACTION_COMPLETE).status()), "NO_OUTCOME");
  EXPECT_TRUE(consent_.open.contains(id)) << "a move that is refused closes no access";
  outcome_.down = true;
  EXPECT_EQ(Move("college", id, REFERRAL_ACTION_COMPLETE).status().code(), absl::StatusCode::kUnavailable);
  outcome_.down = false;
  outcome_.outcomes[id] = 1;
  Moved("college", id, REFERRAL_ACTION_COMPLETE);
}

TEST_F(Moves, PlacesFollowTheWaitingList) {
  directory_.known[Id("esol")].set_capacity(1);
  const std::string ada = Accepted();
  Moved("college", ada, REFERRAL_ACTION_WAITLIST);
  EXPECT_EQ(PlacesHeld("esol"), 0);
  CreateReferralRequest for_ben = Request();
  for_ben.set_person_ref(Ref("jobcentre", "ben"));
  const auto ben = Create(for_ben);
  ASSERT_TRUE(ben.ok()) << ben.status();
  EXPECT_EQ(status::ReasonOf(Move("college", ada, REFERRAL_ACTION_PROMOTE).status()), "SERVICE_FULL");
  EXPECT_EQ(status::ReasonOf(Move("college", ada, REFERRAL_ACTION_START).status()), "SERVICE_FULL");
  Moved("college", ben->referral_id(), REFERRAL_ACTION_DECLINE, REFERRAL_REASON_NOT_ELIGIBLE);
  Moved("college", ada, REFERRAL_ACTION_PROMOTE);
  EXPECT_EQ(PlacesHeld("esol"), 1);
}

TEST_F(Moves, AnAcceptedReferralKeepsItsPlaceWhereTheServiceIsFullByItself) {
  directory_.known[Id("esol")].set_capacity(1);
  const std::string id = Made();
  Moved("college", id, REFERRAL_ACTION_ACCEPT);
  Moved("college", id, REFERRAL_ACTION_START);
  EXPECT_EQ(PlacesHeld("esol"), 1);
}

TEST_F(Moves, ADeclineOffersTheReferrerAlternativesWithRoom) {
  directory_.alternatives = {Id("debt-advice"), Id("cv-help")};
  const std::string id = Made();
  Moved("college", id, REFERRAL_ACTION_DECLINE, REFERRAL_REASON_NO_CAPACITY);
  EXPECT_EQ(directory_.asked.categories, (std::vector<std::string>{"esol"}));
  EXPECT_EQ(directory_.asked.borough, "E09000022");
  EXPECT_EQ(directory_.asked.age, 25);
  EXPECT_EQ(See("jobcentre", id)->alternative_service_ids_size(), 2);
  EXPECT_EQ(See("college", id)->alternative_service_ids_size(), 0);
}

TEST_F(Moves, ADeclineDoesNotWaitForTheDirectory) {
  const std::string id = Made();
  directory_.down = true;
  Moved("college", id, REFERRAL_ACTION_DECLINE, REFERRAL_REASON_RISK);
}

TEST_F(Moves, ReopenAsksAgainWorksOnceAndWithinThirtyDays) {
  const std::string id = Made();
  Moved("college", id, REFERRAL_ACTION_DECLINE, REFERRAL_REASON_NO_CAPACITY);
  consent_.permits.clear();
  EXPECT_EQ(status::ReasonOf(Move("college", id, REFERRAL_ACTION_REOPEN).status()), "NO_BASIS");
  consent_.permits.insert({Id("consent-1"), Id("college")});
  Moved("college", id, REFERRAL_ACTION_REOPEN);
  EXPECT_EQ(StateNow(id), "RECEIVED");
  EXPECT_EQ(PlacesHeld("esol"), 1);
  Moved("college", id, REFERRAL_ACTION_DECLINE, REFERRAL_REASON_NO_CAPACITY);
  EXPECT_EQ(status::ReasonOf(Move("college", id, REFERRAL_ACTION_REOPEN).status()), "REOPENED_BEFORE");
}

TEST_F(Moves, ReopenIsTooLateAfterThirtyDays) {
  const std::string id = Made();
  Moved("college", id, REFERRAL_ACTION_DECLINE, REFERRAL_REASON_NO_CAPACITY);
  clock_.Advance(CalendarDays(Times().reopen_within_calendar_days) + absl::Seconds(1));
  EXPECT_EQ(status::ReasonOf(Move("college", id, REFERRAL_ACTION_REOPEN).status()), "REOPEN_TOO_LATE");
}

TEST_F(Moves, AReopenedReferralStandsInTheWayOfANewOneAndTheOtherWayRound) {
  const std::string id = Made();
  Moved("college", id, REFERRAL_ACTION_DECLINE, REFERRAL_REASON_NO_CAPACITY);
  const std::string next = Made();
  EXPECT_EQ(status::ReasonOf(Move("college", id, REFERRAL_ACTION_REOPEN).status()), "ALREADY_REFERRED");
  Moved("jobcentre", next, REFERRAL_ACTION_WITHDRAW);
  Moved("college", id, REFERRAL_ACTION_REOPEN);
  EXPECT_EQ(status::ReasonOf(Create(Request()).status()), "ALREADY_REFERRED");
}

TEST_F(Moves, EveryChangeSaysWhetherThePlaceIsHeld) {
  const std::string id = Made(/*send=*/false);
  EXPECT_FALSE(LastHoldsPlace());
  Moved("jobcentre", id, REFERRAL_ACTION_SEND);
  EXPECT_TRUE(LastHoldsPlace());
  Moved("college", id, REFERRAL_ACTION_ACCEPT);
  EXPECT_TRUE(LastHoldsPlace());
  Moved("college", id, REFERRAL_ACTION_WAITLIST);
  EXPECT_FALSE(LastHoldsPlace());
  Moved("college", id, REFERRAL_ACTION_START);
  EXPECT_TRUE(LastHoldsPlace());
  Moved("college", id, REFERRAL_ACTION_HOLD, REFERRAL_REASON_MOVED);
  EXPECT_TRUE(LastHoldsPlace());
  Moved("college", id, REFERRAL_ACTION_END, REFERRAL_REASON_DISENGAGED);
  EXPECT_FALSE(LastHoldsPlace());
}

TEST_F(Moves, OfAnErasedPersonGoOnWithoutTextSoThatThePlaceComesFree) {
  const std::string id = InProgress();
  TellErased("ada");
  GoThroughEndedBases();
  Moved("college", id, REFERRAL_ACTION_END, REFERRAL_REASON_DISENGAGED);
  EXPECT_EQ(PlacesHeld("esol"), 0);
}

TEST_F(Moves, NoShowNeedsAMissedAppointment) {
  const std::string id = Accepted();
  EXPECT_EQ(status::ReasonOf(Move("college", id, REFERRAL_ACTION_NOT_STARTED, REFERRAL_REASON_NO_SHOW).status()),
            "NO_MISSED_APPOINTMENT");
  Moved("college", id, REFERRAL_ACTION_NOT_STARTED, REFERRAL_REASON_NO_CONTACT);
}

TEST_F(Moves, ADraftIsSentOnceTheConsentIsThere) {
  consent_.permits.clear();
  const std::string id = Made(/*send=*/false);
  EXPECT_EQ(status::ReasonOf(Move("jobcentre", id, REFERRAL_ACTION_SEND).status()), "NO_BASIS");
  consent_.permits.insert({Id("consent-1"), Id("college")});
  Moved("jobcentre", id, REFERRAL_ACTION_SEND);
  EXPECT_EQ(StateNow(id), "SENT");
}

TEST_F(Moves, VoidTakesAReferralOutWhereverItIs) {
  const std::string running = InProgress();
  Moved("jobcentre", running, REFERRAL_ACTION_VOID, REFERRAL_REASON_SENT_IN_ERROR);
  EXPECT_EQ(StateNow(running), "ENTERED_IN_ERROR");
  EXPECT_EQ(PlacesHeld("esol"), 0);
  EXPECT_FALSE(consent_.open.contains(running));
}

TEST_F(Moves, AnOrganisationThatRefersToItselfActsOnBothSides) {
  directory_.Add("own-course", "jobcentre");
  consent_.permits.insert({Id("consent-1"), Id("jobcentre")});
  CreateReferralRequest request = Request();
  request.set_service_id(Id("own-course"));
  const auto made = Create(request);
  ASSERT_TRUE(made.ok()) << made.status();
  Moved("jobcentre", made->referral_id(), REFERRAL_ACTION_ACCEPT);
  Moved("jobcentre", made->referral_id(), REFERRAL_ACTION_START);
  Moved("jobcentre", made->referral_id(), REFERRAL_ACTION_CANCEL, REFERRAL_REASON_PERSON_DECLINED);
}

}  // namespace
}  // namespace nwd::referral
