// TransitionReferral with validate_only: every check of the move, and no effect.
#include "tests/services/referral/office.h"

namespace nwd::referral {
namespace {

using namespace v1;  // NOLINT: actions and reasons

class ValidateOnly : public Office {
 protected:
  // The answer; whatever it is, nothing changed.
  absl::StatusOr<TransitionReferralResponse> Try(const std::string& who, TransitionReferralRequest request) {
    request.set_validate_only(true);
    request.set_request_id("7f6d1a52-0c55-4a35-9d8b-5d1a7e8f2b10");
    const std::string before = Stored(request.referral_id()).SerializeAsString();
    const size_t changes = Changes().size();
    const int64_t places = PlacesHeld("esol");
    const std::set<std::string> open = consent_.open;
    auto answer = Move(who, request);
    EXPECT_EQ(Stored(request.referral_id()).SerializeAsString(), before);
    EXPECT_EQ(Changes().size(), changes);
    EXPECT_EQ(PlacesHeld("esol"), places);
    EXPECT_EQ(consent_.open, open);
    return answer;
  }
};

TEST_F(ValidateOnly, SaysWhereTheMoveWouldLeadAndMakesNothing) {
  const std::string id = Made();
  const auto tried = Try("college", MoveRequest(id, REFERRAL_ACTION_ACCEPT));
  ASSERT_TRUE(tried.ok()) << tried.status();
  EXPECT_EQ(tried->state(), REFERRAL_STATE_ACCEPTED);
  EXPECT_EQ(tried->etag(), "");
  Moved("college", id, REFERRAL_ACTION_ACCEPT);
}

TEST_F(ValidateOnly, ASendIsCheckedAsASendIs) {
  const std::string id = Made(/*send=*/false);
  const auto tried = Try("jobcentre", MoveRequest(id, REFERRAL_ACTION_SEND));
  ASSERT_TRUE(tried.ok()) << tried.status();
  EXPECT_EQ(tried->state(), REFERRAL_STATE_SENT);
  consent_.permits.clear();
  EXPECT_EQ(status::ReasonOf(Try("jobcentre", MoveRequest(id, REFERRAL_ACTION_SEND)).status()), "NO_BASIS");
}

TEST_F(ValidateOnly, RefusesWhatTheMoveWouldBeRefusedFor) {
  const std::string id = InProgress();
  EXPECT_EQ(status::ReasonOf(Try("college", MoveRequest(id, REFERRAL_ACTION_COMPLETE)).status()), "NO_OUTCOME");
  EXPECT_EQ(status::ReasonOf(Try("college", MoveRequest(id, REFERRAL_ACTION_ACCEPT)).status()), "WRONG_STATE");
  EXPECT_EQ(status::ReasonOf(Try("jobcentre", MoveRequest(id, REFERRAL_ACTION_END)).status()), "WRONG_ACTOR");
  EXPECT_TRUE(absl::IsInvalidArgument(Try("college", MoveRequest(id, REFERRAL_ACTION_END)).status())) << "no reason";
  TransitionReferralRequest stale = MoveRequest(id, REFERRAL_ACTION_END, REFERRAL_REASON_DISENGAGED);
  stale.set_etag("r1");
  EXPECT_TRUE(absl::IsAborted(Try("college", stale).status()));
  EXPECT_EQ(Try("stranger", MoveRequest(id, REFERRAL_ACTION_END)).status(), status::Denied());
}

TEST_F(ValidateOnly, ClosesNoAccess) {
  const std::string id = InProgress();
  const auto tried = Try("college", MoveRequest(id, REFERRAL_ACTION_END, REFERRAL_REASON_DISENGAGED));
  ASSERT_TRUE(tried.ok()) << tried.status();
  EXPECT_EQ(tried->state(), REFERRAL_STATE_ENDED_EARLY);
  EXPECT_TRUE(consent_.open.contains(id));
  EXPECT_EQ(RowsUnder('q'), 0);
}

TEST_F(ValidateOnly, ARedirectBeforeAcceptanceSaysNothingOfWhomTheConsentNames) {
  const std::string id = Made();
  TransitionReferralRequest request = MoveRequest(id, REFERRAL_ACTION_REDIRECT, REFERRAL_REASON_WRONG_SERVICE);
  request.set_redirect_service_id(Id("debt-advice"));
  const auto unnamed = Try("college", request);
  consent_.permits.insert({Id("consent-1"), Id("charity")});
  const auto named = Try("college", request);
  ASSERT_TRUE(unnamed.ok() && named.ok()) << unnamed.status() << named.status();
  EXPECT_EQ(named->state(), REFERRAL_STATE_REDIRECTED);
  EXPECT_EQ(named->SerializeAsString(), unnamed->SerializeAsString());
}

TEST_F(ValidateOnly, ARedirectAfterAcceptanceSaysWhereTheChildWouldBe) {
  const std::string id = Accepted();
  TransitionReferralRequest request = MoveRequest(id, REFERRAL_ACTION_REDIRECT, REFERRAL_REASON_WRONG_SERVICE);
  request.set_redirect_service_id(Id("debt-advice"));
  const auto draft = Try("college", request);
  ASSERT_TRUE(draft.ok()) << draft.status();
  EXPECT_EQ(draft->child_state(), REFERRAL_STATE_DRAFT) << "the consent does not name the new receiver";
  EXPECT_EQ(draft->child_referral_id(), "");
  consent_.permits.insert({Id("consent-1"), Id("charity")});
  const auto sent = Try("college", request);
  ASSERT_TRUE(sent.ok()) << sent.status();
  EXPECT_EQ(sent->child_state(), REFERRAL_STATE_SENT);
}

TEST_F(ValidateOnly, TextOfAnErasedPersonIsRefusedAndNobodyGetsAKey) {
  const std::string id = InProgress();
  TellErased("ada");
  GoThroughEndedBases();
  TransitionReferralRequest request = MoveRequest(id, REFERRAL_ACTION_END, REFERRAL_REASON_DISENGAGED);
  EXPECT_TRUE(Try("college", request).ok());
  request.set_text("never came");
  EXPECT_EQ(Try("college", request).status(), status::Denied());
}

}  // namespace
}  // namespace nwd::referral
