// Making and sending referrals.
#include "tests/services/referral/office.h"

namespace nwd::referral {
namespace {

using Creating = Office;

TEST_F(Creating, AndSendInOneCallTakesAPlaceAndTellsTheFeed) {
  const auto made = Create(Request());
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->state(), v1::REFERRAL_STATE_SENT);
  EXPECT_EQ(PlacesHeld("esol"), 1);
  EXPECT_EQ(Changes(), (std::vector<std::string>{"CREATE →DRAFT", "SEND DRAFT→SENT"}));
  EXPECT_EQ(consent_.calls, 1) << "who it is and whether the consent permits it, in one; nothing else is asked";
  EXPECT_EQ(store_.LastPosition(store::Feed::kAudit), 2u);
}

TEST_F(Creating, ADraftAsksForNoConsentAndTakesNoPlace) {
  consent_.permits.clear();
  const std::string id = Made(/*send=*/false);
  EXPECT_EQ(StateNow(id), "DRAFT");
  EXPECT_EQ(PlacesHeld("esol"), 0);
}

TEST_F(Creating, IsDeniedForAPersonTheCallerDoesNotHold) {
  EXPECT_EQ(Create(Request(), "stranger").status(), status::Denied());
  v1::CreateReferralRequest request = Request();
  request.set_person_ref(Ref("jobcentre", "zoe"));
  EXPECT_EQ(Create(request).status(), status::Denied());
}

TEST_F(Creating, NeedsAConsentThatPermitsTheReceiver) {
  v1::CreateReferralRequest request = Request();
  request.set_consent_id(Id("consent-2"));
  EXPECT_EQ(status::ReasonOf(Create(request).status()), "NO_BASIS");
  EXPECT_TRUE(Changes().empty());
}

TEST_F(Creating, NeedsAServiceThatExistsIsActiveAndTakesReferrals) {
  v1::CreateReferralRequest request = Request();
  request.set_service_id(Id("nowhere"));
  EXPECT_EQ(Create(request).status().code(), absl::StatusCode::kNotFound);
  directory_.known[Id("esol")].set_active(false);
  EXPECT_EQ(status::ReasonOf(Create(Request()).status()), "SERVICE_NOT_TAKING");
  directory_.known[Id("esol")].set_active(true);
  directory_.known[Id("esol")].set_accepts_referrals(false);
  EXPECT_EQ(status::ReasonOf(Create(Request()).status()), "SERVICE_NOT_TAKING");
  directory_.known[Id("esol")].set_organisation_id("");
  EXPECT_EQ(status::ReasonOf(Create(Request(false)).status()), "SERVICE_NOT_TAKING");
}

TEST_F(Creating, AsksTheDirectoryAboutAServiceItDoesNotKnow) {
  directory_.unknown.insert(*directory_.known.find(Id("esol")));
  directory_.known.clear();
  EXPECT_TRUE(Create(Request()).ok());
}

TEST_F(Creating, AsksTheDirectoryAboutAServiceThatNobodyAnsweredForSoFar) {
  directory_.unknown[Id("esol")] = directory_.known[Id("esol")];  // linked a moment ago
  directory_.known[Id("esol")].clear_organisation_id();
  EXPECT_TRUE(Create(Request()).ok());
}

TEST_F(Creating, AServiceNobodyAnswersForIsRefusedThoughTheDirectoryIsDown) {
  directory_.known[Id("esol")].clear_organisation_id();
  directory_.down = true;
  EXPECT_EQ(status::ReasonOf(Create(Request()).status()), "SERVICE_NOT_TAKING");
}

TEST_F(Creating, GoesOnWhileTheDirectoryIsDown) {
  directory_.down = true;
  EXPECT_TRUE(Create(Request()).ok());
}

TEST_F(Creating, IsUnavailableWhileTheConsentServiceIsDownAndChangesNothing) {
  consent_.down = true;
  EXPECT_EQ(Create(Request()).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(Changes().empty());
}

TEST_F(Creating, TheLastPlaceGoesToOneReferralOnly) {
  directory_.known[Id("esol")].set_capacity(1);
  EXPECT_TRUE(Create(Request()).ok());
  v1::CreateReferralRequest second = Request();
  second.set_person_ref(Ref("jobcentre", "ben"));
  EXPECT_EQ(status::ReasonOf(Create(second).status()), "SERVICE_FULL");
  EXPECT_EQ(PlacesHeld("esol"), 1);
}

TEST_F(Creating, ASecondOpenReferralOfTheSamePersonToTheSameServiceIsRefusedUntilTheFirstIsOver) {
  const std::string first = Made();
  EXPECT_EQ(status::ReasonOf(Create(Request()).status()), "ALREADY_REFERRED");
  EXPECT_TRUE(Create(Request(false)).ok()) << "a draft may be prepared";
  v1::CreateReferralRequest other_person = Request();
  other_person.set_person_ref(Ref("jobcentre", "ben"));
  EXPECT_TRUE(Create(other_person).ok());
  Moved("jobcentre", first, v1::REFERRAL_ACTION_WITHDRAW);
  EXPECT_TRUE(Create(Request()).ok());
}

v1::CreateReferralRequest OfBen(v1::CreateReferralRequest request) {
  request.set_person_ref(Ref("jobcentre", "ben"));
  return request;
}

TEST_F(Creating, ASecondOpenReferralUnderAnotherReferenceOfOnePersonIsRefusedAlikeUntilTheyAreSplit) {
  const std::string first = Made();
  const absl::Status refused = Create(Request()).status();
  consent_.joined = {"ada", "ben"};
  consent_.calls = 0;
  EXPECT_EQ(Create(OfBen(Request())).status(), refused) << "as without a join";
  EXPECT_EQ(status::ReasonOf(refused), "ALREADY_REFERRED");
  EXPECT_EQ(consent_.calls, 1) << "who is one with whom is told with the rest";
  const auto draft = Create(OfBen(Request(false)));
  ASSERT_TRUE(draft.ok()) << "a draft may be prepared";
  EXPECT_EQ(status::ReasonOf(Move("jobcentre", draft->referral_id(), v1::REFERRAL_ACTION_SEND).status()),
            "ALREADY_REFERRED");
  v1::CreateReferralRequest checked = OfBen(Request());
  checked.set_validate_only(true);
  EXPECT_EQ(status::ReasonOf(Create(checked).status()), "ALREADY_REFERRED");

  consent_.joined.clear();
  Moved("jobcentre", draft->referral_id(), v1::REFERRAL_ACTION_SEND);
  EXPECT_EQ(PlacesHeld("esol"), 2) << "they are two again";
}

TEST_F(Creating, OfTwoReferralsThatTurnOutToBeOfOnePersonOneHasToGoBeforeTheOtherIsAccepted) {
  const std::string first = Made();
  const auto second = Create(OfBen(Request()));
  ASSERT_TRUE(second.ok()) << second.status();
  consent_.joined = {"ada", "ben"};
  EXPECT_EQ(status::ReasonOf(Move("college", first, v1::REFERRAL_ACTION_ACCEPT).status()), "ALREADY_REFERRED");
  Moved("college", second->referral_id(), v1::REFERRAL_ACTION_DECLINE, v1::REFERRAL_REASON_DUPLICATE);
  Moved("college", first, v1::REFERRAL_ACTION_ACCEPT);
  EXPECT_EQ(status::ReasonOf(Move("college", second->referral_id(), v1::REFERRAL_ACTION_REOPEN).status()),
            "ALREADY_REFERRED");
}

TEST_F(Creating, ARetryIsAnsweredAsTheFirstTime) {
  v1::CreateReferralRequest request = Request();
  request.set_request_id(Id("try"));
  const auto first = Create(request);
  const auto again = Create(request);
  ASSERT_TRUE(first.ok() && again.ok()) << again.status();
  EXPECT_EQ(first->referral_id(), again->referral_id());
  EXPECT_EQ(PlacesHeld("esol"), 1);
  request.mutable_summary()->set_need("debt");
  EXPECT_EQ(Create(request).status().code(), absl::StatusCode::kAlreadyExists);
}

TEST_F(Creating, ARetryIsAnsweredThoughTheServicesItAskedAreDown) {
  v1::CreateReferralRequest request = Request();
  request.set_request_id(Id("try"));
  const auto first = Create(request);
  ASSERT_TRUE(first.ok()) << first.status();
  consent_.down = true;
  const auto again = Create(request);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->referral_id(), first->referral_id());
  EXPECT_EQ(PlacesHeld("esol"), 1);
  request.set_request_id(Id("another try"));
  EXPECT_EQ(Create(request).status().code(), absl::StatusCode::kUnavailable) << "that one was never made";
}

TEST_F(Creating, ARetryIsDeniedOnceThePersonIsNoLongerHeld) {
  v1::CreateReferralRequest request = Request();
  request.set_request_id(Id("try"));
  ASSERT_TRUE(Create(request).ok());
  consent_.holders.clear();
  EXPECT_EQ(Create(request).status(), status::Denied());
}

TEST_F(Creating, ANeedIsACodeAndNeverASentence) {
  v1::CreateReferralRequest request = Request();
  for (const char* need : {"Ada needs English", "ESOL", "esol!", "has been hit"}) {
    request.mutable_summary()->set_need(need);
    EXPECT_EQ(Create(request).status().code(), absl::StatusCode::kInvalidArgument) << need;
  }
  request.mutable_summary()->set_need("cv-help");
  EXPECT_TRUE(Create(request).ok());
}

TEST_F(Creating, ANavigatorRefersByItsSponsorsReferenceAndTheReferralIsItsOwn) {
  const auto made = Create(Request(), "navigator");
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(See("navigator", made->referral_id())->person_ref(), Ref("jobcentre", "ada"));
  EXPECT_EQ(See("jobcentre", made->referral_id()).status(), status::Denied());
}

TEST_F(Creating, AnErasedPersonIsNeverGivenAKeyAgain) {
  const std::string id = Made();
  TellErased("ada");
  GoThroughEndedBases();
  v1::CreateReferralRequest request = Request();
  request.set_service_id(Id("debt-advice"));
  consent_.permits.insert({Id("consent-1"), Id("charity")});
  EXPECT_EQ(Create(request).status(), status::Denied());
  v1::AddNoteRequest note;
  note.set_referral_id(id);
  note.set_text("called today");
  EXPECT_EQ(Call("jobcentre", referrals_, &ReferralService::AddNote, note).status(), status::Denied());
  EXPECT_EQ(async::BlockOn(keys_.Find(*ids::Uuid::Parse(Id("ada")))).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(Creating, ValidateOnlyMakesEveryCheckAndChangesNothing) {
  v1::CreateReferralRequest request = Request();
  request.set_validate_only(true);
  const auto checked = Create(request);
  ASSERT_TRUE(checked.ok()) << checked.status();
  EXPECT_EQ(checked->referral_id(), "");
  EXPECT_EQ(checked->state(), v1::REFERRAL_STATE_SENT);
  EXPECT_TRUE(Changes().empty());
  directory_.known[Id("esol")].set_capacity(0);
  EXPECT_EQ(status::ReasonOf(Create(request).status()), "SERVICE_FULL");
}

TEST_F(Creating, NamesEveryViolationAtOnce) {
  v1::CreateReferralRequest request = Request();
  request.mutable_summary()->set_age_band("old");
  request.add_priority_groups("no-such-group");
  request.add_priority_groups("women");
  const absl::Status status = Create(request).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  for (const char* field : {"summary.age_band", "priority_groups[1]", "priority_groups[2]"}) {
    EXPECT_NE(status.ToString().find(field), std::string::npos) << field << " in " << status;
  }
}

TEST_F(Creating, AConsentThatEndsBetweenTheCheckAndTheTransactionStopsTheSend) {
  consent_.on_permits = [&] { TellConsent("consent-1", "WITHDRAWN"); };
  EXPECT_EQ(status::ReasonOf(Create(Request()).status()), "NO_BASIS");
  EXPECT_EQ(PlacesHeld("esol"), 0);
}

TEST_F(Creating, NoTextLiesInTheStoreUnsealed) {
  Made();
  std::string all;
  auto body = [&](const store::Reader& reader) {
    return reader.Scan({}, store::Direction::kForward, [&](std::string_view key, std::string_view value) {
      all.append(key).append(value);
      return store::Visit::kContinue;
    });
  };
  ASSERT_TRUE(async::BlockOn(store_.View(body)).ok());
  EXPECT_EQ(all.find("Tigrinya"), std::string::npos);
  EXPECT_NE(all.find("esol"), std::string::npos) << "the scan must see what is there";
}

}  // namespace
}  // namespace nwd::referral
