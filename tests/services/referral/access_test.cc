// The receiver's access to the record: opened after ACCEPT before the reply, closed before a move that leaves the
// taken-on states; and redirects, which ask for another receiver.
#include "common/rpc/traceparent.h"
#include "services/referral/closing.h"
#include "tests/services/referral/office.h"

namespace nwd::referral {
namespace {

using namespace v1;  // NOLINT: actions and reasons

using Access = Office;

TEST_F(Access, IsOpenWhenAcceptIsAnswered) {
  const std::string id = Made();
  EXPECT_FALSE(consent_.open.contains(id));
  Moved("college", id, REFERRAL_ACTION_ACCEPT);
  EXPECT_TRUE(consent_.open.contains(id));
}

TEST_F(Access, IsOpenedUnderTheTraceOfTheCallThatCausedIt) {
  const std::string id = Made();
  Moved("college", id, REFERRAL_ACTION_ACCEPT);
  ASSERT_EQ(consent_.traceparents.size(), 1u);
  EXPECT_EQ(rpc::TraceIdIn(consent_.traceparents.front()), kTraceId);
}

TEST_F(Access, IsClosedByEveryMoveThatLeavesTheTakenOnStates) {
  const std::vector<std::tuple<std::string, ReferralAction, ReferralReason>> moves = {
      {"college", REFERRAL_ACTION_NOT_STARTED, REFERRAL_REASON_NO_CONTACT},
      {"jobcentre", REFERRAL_ACTION_WITHDRAW, REFERRAL_REASON_UNSPECIFIED},
      {"college", REFERRAL_ACTION_CANCEL, REFERRAL_REASON_PERSON_DECLINED},
      {"jobcentre", REFERRAL_ACTION_CANCEL, REFERRAL_REASON_PERSON_DECLINED},
      {"jobcentre", REFERRAL_ACTION_VOID, REFERRAL_REASON_DUPLICATE}};
  for (const auto& [who, action, reason] : moves) {
    const std::string id = Accepted();
    Moved(who, id, action, reason);
    EXPECT_FALSE(consent_.open.contains(id)) << ActionWord(action);
  }
}

TEST_F(Access, StaysThroughWaitingStartingAndPausing) {
  const std::string id = Accepted();
  for (const ReferralAction action : {REFERRAL_ACTION_WAITLIST, REFERRAL_ACTION_PROMOTE, REFERRAL_ACTION_START}) {
    Moved("college", id, action);
    EXPECT_TRUE(consent_.open.contains(id)) << ActionWord(action);
  }
  Moved("college", id, REFERRAL_ACTION_HOLD, REFERRAL_REASON_MOVED);
  EXPECT_TRUE(consent_.open.contains(id));
}

TEST_F(Access, AMoveThatCannotCloseItIsNotMade) {
  const std::string id = InProgress();
  consent_.down = true;
  EXPECT_EQ(Move("college", id, REFERRAL_ACTION_END, REFERRAL_REASON_DISENGAGED).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(StateNow(id), "IN_PROGRESS");
}

TEST_F(Access, IsOpenedAgainWhereTheMoveItWasClosedForFailsAfterAll) {
  const std::string id = InProgress();
  bool raced = false;
  consent_.on_close = [&] {
    if (std::exchange(raced, true)) return;
    Moved("college", id, REFERRAL_ACTION_HOLD, REFERRAL_REASON_MOVED);  // somebody was faster
  };
  EXPECT_EQ(Move("college", id, REFERRAL_ACTION_END, REFERRAL_REASON_DISENGAGED).status().code(),
            absl::StatusCode::kAborted);
  EXPECT_EQ(StateNow(id), "ON_HOLD");
  EXPECT_TRUE(consent_.open.contains(id));
  Moved("college", id, REFERRAL_ACTION_END, REFERRAL_REASON_DISENGAGED);
  EXPECT_FALSE(consent_.open.contains(id)) << "and the next closing counts";
}

TEST_F(Access, IsOpenedAgainWhereNobodyLearnsThatItWasClosed) {
  const std::string id = InProgress();
  consent_.close_answers_are_lost = true;
  EXPECT_EQ(Move("college", id, REFERRAL_ACTION_END, REFERRAL_REASON_DISENGAGED).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(StateNow(id), "IN_PROGRESS");
  EXPECT_TRUE(consent_.open.contains(id));
  EXPECT_EQ(RowsUnder('q'), 0);
  consent_.close_answers_are_lost = false;
  Moved("college", id, REFERRAL_ACTION_END, REFERRAL_REASON_DISENGAGED);
  EXPECT_FALSE(consent_.open.contains(id));
  EXPECT_EQ(RowsUnder('q'), 0);
}

TEST_F(Access, IsNotClosedForAMoveWhoseTextHasNoKey) {
  const std::string id = InProgress();
  TellErased("ada");
  GoThroughEndedBases();
  const int calls = consent_.calls;
  EXPECT_EQ(Move("college", id, REFERRAL_ACTION_END, REFERRAL_REASON_DISENGAGED, "never came").status(),
            status::Denied());
  EXPECT_EQ(consent_.calls, calls);
  EXPECT_TRUE(consent_.open.contains(id));
}

TEST_F(Access, ThatACrashLeftClosedIsOpenedAgainByTheSuite) {
  const std::string id = InProgress();
  storage::Grant grant = GrantOf(Stored(id));
  grant.set_access_number(grant.access_number() + 1);
  const auto closing = async::BlockOn(BeginClosing(parts_, grant, kTraceId, clock_.Now()));
  ASSERT_TRUE(closing.ok()) << closing.status();
  ASSERT_TRUE(async::BlockOn(consent_.CloseAccess(grant, {})).ok());
  // Here the process dies.
  JanitorRound();
  EXPECT_EQ(outbox_.figures().waiting, 0) << "it may still be on its way";
  clock_.Advance(kClosingTakesMax);
  JanitorRound();
  EXPECT_EQ(outbox_.figures().waiting, 1);
  EXPECT_EQ(Stored(id).access_number(), grant.access_number() + 1) << "later than the closing";
  EXPECT_EQ(RowsUnder('q'), 0);
}

TEST_F(Access, OfAMoveThatWasMadeStaysClosedThoughItsRecordWasLeft) {
  const std::string id = InProgress();
  const auto closing = async::BlockOn(BeginClosing(parts_, GrantOf(Stored(id)), kTraceId, clock_.Now()));
  ASSERT_TRUE(closing.ok()) << closing.status();
  clock_.Advance(absl::Seconds(1));
  Moved("college", id, REFERRAL_ACTION_END, REFERRAL_REASON_DISENGAGED);
  clock_.Advance(kClosingTakesMax);
  JanitorRound();
  EXPECT_EQ(outbox_.figures().waiting, 0);
  EXPECT_EQ(RowsUnder('q'), 0);
}

TEST_F(Access, IsOpenedByTheOutboxWhereTheConsentServiceWasDownAfterTheCommit) {
  const std::string id = Made();
  consent_.on_permits = [&] { consent_.down = true; };  // asked, then gone
  Moved("college", id, REFERRAL_ACTION_ACCEPT);
  EXPECT_EQ(StateNow(id), "ACCEPTED");
  EXPECT_FALSE(consent_.open.contains(id));
  EXPECT_EQ(outbox_.figures().waiting, 1);
}

TEST_F(Access, IsWaitedForNoLongerThanItsCallerWaits) {
  constexpr absl::Duration kPatience = absl::Milliseconds(500);
  const std::string id = Made();
  const TransitionReferralRequest request = MoveRequest(id, REFERRAL_ACTION_ACCEPT);
  const google::protobuf::MethodDescriptor& method = MethodOf(*TransitionReferralRequest::descriptor());
  rpc::Call call(method, *access::RuleOf(method), clock_);
  Admit("college", call, absl::Now() + kPatience);
  consent_.hangs = true;
  const auto accepted = async::BlockOn(referrals_.TransitionReferral(call, request));
  ASSERT_TRUE(accepted.ok()) << "what has committed is answered: " << accepted.status();
  ASSERT_EQ(consent_.open_timeouts.size(), 1u);
  EXPECT_LE(consent_.open_timeouts[0], kPatience);
  EXPECT_EQ(outbox_.figures().waiting, 1) << "and goes on in the background";
}

TEST_F(Access, IsLeftToTheOutboxWhereTheCallerHasHardlyAnyTimeLeft) {
  storage::Grant grant;
  grant.set_referral_id(Id("referral"));
  grant.set_access_number(1);
  std::vector<outbox::EntryId> added(1);
  auto body = [&](store::Txn& txn) -> absl::Status {
    added[0] = outbox_.Add(txn, kOpenAccess, grant.referral_id(), grant.SerializeAsString());
    return absl::OkStatus();
  };
  ASSERT_TRUE(async::BlockOn(store_.Update(body)).ok());
  async::BlockOn(Deliver(outbox_, added, absl::Now() + kInlineTryMin / 2));
  EXPECT_EQ(consent_.calls, 0);
  EXPECT_EQ(outbox_.figures().failures, 0);
  async::BlockOn(Deliver(outbox_, added, absl::InfiniteFuture()));
  EXPECT_TRUE(consent_.open.contains(grant.referral_id())) << "it was kept";
}

TEST_F(Access, AReopenedReferralOpensItAgainOnAccept) {
  const std::string id = InProgress();
  outcome_.outcomes[id] = 1;
  Moved("college", id, REFERRAL_ACTION_COMPLETE);
  Moved("jobcentre", id, REFERRAL_ACTION_CLOSE);
  Moved("college", id, REFERRAL_ACTION_REOPEN);
  EXPECT_FALSE(consent_.open.contains(id));
  Moved("college", id, REFERRAL_ACTION_ACCEPT);
  EXPECT_TRUE(consent_.open.contains(id));
}

class Redirect : public Office {
 protected:
  absl::StatusOr<TransitionReferralResponse> RedirectTo(const std::string& id, const std::string& service) {
    TransitionReferralRequest request = MoveRequest(id, REFERRAL_ACTION_REDIRECT, REFERRAL_REASON_WRONG_SERVICE);
    request.set_redirect_service_id(Id(service));
    return Move("college", request);
  }
};

TEST_F(Redirect, GoesOnAsASentReferralWhereTheConsentNamesTheNewReceiver) {
  consent_.permits.insert({Id("consent-1"), Id("charity")});
  const std::string id = Accepted();
  const auto redirected = RedirectTo(id, "debt-advice");
  ASSERT_TRUE(redirected.ok()) << redirected.status();
  EXPECT_EQ(redirected->child_state(), REFERRAL_STATE_SENT);
  const auto child = See("jobcentre", redirected->child_referral_id());
  ASSERT_TRUE(child.ok()) << child.status();
  EXPECT_EQ(child->parent_referral_id(), id);
  EXPECT_EQ(child->correlation_id(), See("jobcentre", id)->correlation_id());
  EXPECT_EQ(child->referrer_organisation_id(), Id("jobcentre"));
  EXPECT_EQ(child->notes(), "speaks Tigrinya at home");
  EXPECT_EQ(See("charity", redirected->child_referral_id())->state(), REFERRAL_STATE_SENT);
  EXPECT_FALSE(consent_.open.contains(id));
  EXPECT_EQ(PlacesHeld("esol"), 0);
  EXPECT_EQ(PlacesHeld("debt-advice"), 1);
  Moved("charity", redirected->child_referral_id(), REFERRAL_ACTION_ACCEPT);
  EXPECT_EQ(See("charity", redirected->child_referral_id())->person_ref(), Ref("charity", "ada"));
}

TEST_F(Redirect, WaitsAsADraftOfTheReferrerWhereTheConsentDoesNot) {
  const std::string id = Made();
  const auto redirected = RedirectTo(id, "debt-advice");
  ASSERT_TRUE(redirected.ok()) << redirected.status();
  EXPECT_EQ(redirected->child_state(), REFERRAL_STATE_DRAFT);
  EXPECT_EQ(See("charity", redirected->child_referral_id()).status(), status::Denied());
  EXPECT_EQ(See("college", redirected->child_referral_id()).status(), status::Denied());
  EXPECT_EQ(EventsSeen("jobcentre", redirected->child_referral_id()), (std::vector<std::string>{"CREATE"}));
  EXPECT_EQ(PlacesHeld("debt-advice"), 0);
}

TEST_F(Redirect, WaitsAsADraftWhereTheNewServiceIsFull) {
  consent_.permits.insert({Id("consent-1"), Id("charity")});
  directory_.known[Id("debt-advice")].set_capacity(0);
  const std::string id = Made();
  EXPECT_EQ(RedirectTo(id, "debt-advice")->child_state(), REFERRAL_STATE_DRAFT);
  EXPECT_EQ(StateNow(id), "REDIRECTED");
}

TEST_F(Redirect, NeedsAnotherServiceThatExists) {
  const std::string id = Made();
  EXPECT_EQ(RedirectTo(id, "esol").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(RedirectTo(id, "nowhere").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(StateNow(id), "SENT");
}

}  // namespace
}  // namespace nwd::referral
