// Referrals that rest on an authority: where consent is the wrong basis.
#include <gmock/gmock.h>

#include "tests/services/referral/office.h"

namespace nwd::referral {
namespace {

using namespace v1;  // NOLINT: actions and reasons

class OnAuthority : public Office {
 protected:
  OnAuthority() { consent_.permits.insert({Id("authority-1"), Id("college")}); }

  static CreateReferralRequest OnIt(const std::string& person = "ada") {
    CreateReferralRequest request = Request();
    request.set_person_ref(Ref("jobcentre", person));
    request.clear_consent_id();
    request.set_authority_id(Id("authority-1"));
    return request;
  }
  std::string Sent(const CreateReferralRequest& request = OnIt()) {
    const auto made = Create(request);
    EXPECT_TRUE(made.ok()) << made.status();
    return made.ok() ? made->referral_id() : Id("none");
  }
  std::string Running(const CreateReferralRequest& request = OnIt()) {
    const std::string id = Sent(request);
    Moved("college", id, REFERRAL_ACTION_ACCEPT);
    Moved("college", id, REFERRAL_ACTION_START);
    return id;
  }
  void TellAuthority(const std::string& state) {
    common::v1::Change change;
    change.mutable_authority()->set_authority_id(Id("authority-1"));
    change.mutable_authority()->set_person_id(Id("ada"));
    change.mutable_authority()->set_state(state);
    Tell(change);
  }
  common::v1::ReferralChange LastChange() {
    const auto entries = store_.ReadFeed(store::Feed::kChanges, 0, 1000);
    common::v1::Change change;
    EXPECT_TRUE(entries.ok() && change.ParseFromString(entries->back().bytes));
    return change.referral();
  }
};

TEST_F(OnAuthority, ARequestNamesExactlyOneBasis) {
  CreateReferralRequest request = OnIt();
  request.set_consent_id(Id("consent-1"));
  for (int i = 0; i < 2; ++i) {
    const auto made = Create(request);
    EXPECT_EQ(made.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(made.status().message(), ::testing::HasSubstr("exactly one of consent_id and authority_id"));
    request.clear_consent_id();
    request.clear_authority_id();
  }
}

TEST_F(OnAuthority, IsSentWhereThatPermitsTheReceiver) {
  const std::string id = Sent();
  EXPECT_EQ(StateNow(id), "SENT");
  EXPECT_EQ(LastChange().authority_id(), Id("authority-1"));
  EXPECT_EQ(LastChange().consent_id(), "");
  consent_.permits.clear();
  EXPECT_EQ(status::ReasonOf(Create(OnIt("ben")).status()), "NO_BASIS");
}

TEST_F(OnAuthority, TheReceiverLearnsWhichOnAcceptanceAndNoAccessIsOpenedForIt) {
  const std::string id = Sent();
  EXPECT_EQ(See("college", id)->authority_id(), "");
  Moved("college", id, REFERRAL_ACTION_ACCEPT);
  EXPECT_EQ(See("college", id)->authority_id(), Id("authority-1"));
  EXPECT_EQ(See("college", id)->consent_id(), "");
  EXPECT_EQ(See("college", id)->notes(), "speaks Tigrinya at home");
  EXPECT_EQ(consent_.released.back().question.basis.authority_id, Id("authority-1"));
  EXPECT_TRUE(consent_.open.empty()) << "what an authority permits depends on no referral";
  EXPECT_EQ(outbox_.figures().waiting, 0);

  const int asked = consent_.calls;
  Moved("college", id, REFERRAL_ACTION_NOT_STARTED, REFERRAL_REASON_NO_CONTACT);
  EXPECT_EQ(consent_.calls, asked) << "nor is any closed";
}

TEST_F(OnAuthority, AnObjectionIsThePersonsNo) {
  const std::string sent = Sent(), running = Running(OnIt("ben"));
  TellAuthority("OBJECTED");
  EXPECT_EQ(GoThroughEndedBases(), 2);
  EXPECT_EQ(StateNow(sent), "CANCELLED_BY_PERSON");
  EXPECT_EQ(Stored(sent).reason(), REFERRAL_REASON_PERSON_OBJECTED);
  EXPECT_EQ(StateNow(running), "IN_PROGRESS");
  EXPECT_EQ(EventsSeen("college", running).back(), "ACCESS_ENDED");
  EXPECT_EQ(Stored(running).reason(), REFERRAL_REASON_PERSON_OBJECTED);
  EXPECT_EQ(See("college", running)->notes(), "");
  EXPECT_EQ(PlacesHeld("esol"), 1) << "the course goes on";
  EXPECT_EQ(outbox_.figures().waiting, 0) << "there is no access to close";
}

class EndedOtherwise : public OnAuthority, public ::testing::WithParamInterface<std::string> {};

TEST_P(EndedOtherwise, EndsAccessAndCancelsNothing) {
  const std::string sent = Sent(), running = Running(OnIt("ben"));
  TellAuthority(GetParam());
  EXPECT_EQ(GoThroughEndedBases(), 2);
  EXPECT_EQ(StateNow(sent), "SENT");
  EXPECT_EQ(StateNow(running), "IN_PROGRESS");
  for (const std::string& id : {sent, running}) {
    EXPECT_EQ(EventsSeen("jobcentre", id).back(), "ACCESS_ENDED");
    EXPECT_EQ(Stored(id).reason(), REFERRAL_REASON_AUTHORITY_ENDED);
  }
  EXPECT_EQ(See("college", running)->notes(), "");
  EXPECT_EQ(PlacesHeld("esol"), 2);
  EXPECT_EQ(status::ReasonOf(Move("college", sent, REFERRAL_ACTION_ACCEPT).status()), "NO_BASIS");
  Moved("jobcentre", sent, REFERRAL_ACTION_WITHDRAW);
  TellAuthority(GetParam());
  EXPECT_EQ(RowsUnder('w'), 0) << "told twice";
}

INSTANTIATE_TEST_SUITE_P(As, EndedOtherwise, ::testing::Values("ENDED", "OVERTURNED"),
                         [](const auto& state) { return state.param; });

TEST_F(OnAuthority, WhoMayStillObjectCancelsWhatHasNotStarted) {
  const std::string sent = Sent(), running = Running(OnIt("ben"));
  TellAuthority("ENDED");
  EXPECT_EQ(GoThroughEndedBases(), 2);
  TellAuthority("OBJECTED");
  EXPECT_EQ(GoThroughEndedBases(), 1) << "access to the one that runs has ended already";
  EXPECT_EQ(StateNow(sent), "CANCELLED_BY_PERSON");
  TellAuthority("OBJECTED");
  TellAuthority("ENDED");
  EXPECT_EQ(RowsUnder('w'), 0) << "their no stands, whatever is told again";
}

TEST_F(OnAuthority, OneThatStandsChangesNothing) {
  const std::string id = Sent();
  for (const char* state : {"ASSERTED", "APPROVED", "ACTIVE"}) TellAuthority(state);
  EXPECT_EQ(GoThroughEndedBases(), 0);
  EXPECT_EQ(StateNow(id), "SENT");
}

TEST_F(OnAuthority, ARedirectedOneRestsOnTheSame) {
  consent_.permits.insert({Id("authority-1"), Id("charity")});
  TransitionReferralRequest redirect = MoveRequest(Sent(), REFERRAL_ACTION_REDIRECT);
  redirect.set_redirect_service_id(Id("debt-advice"));
  const auto moved = Move("college", redirect);
  ASSERT_TRUE(moved.ok()) << moved.status();
  EXPECT_EQ(moved->child_state(), REFERRAL_STATE_SENT);
  EXPECT_EQ(Stored(moved->child_referral_id()).authority_id(), Id("authority-1"));
}

}  // namespace
}  // namespace nwd::referral
