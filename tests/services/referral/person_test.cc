// The person as an actor: through a resident channel that they enrolled with.
#include <gmock/gmock.h>

#include "tests/services/referral/office.h"

namespace nwd::referral {
namespace {

using namespace v1;  // NOLINT: actions and reasons
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class Person : public Office {
 protected:
  Person() { consent_.holders.insert("app"); }
  CreateReferralRequest OwnRequest(bool send = true) {
    CreateReferralRequest request = Request(send);
    request.set_person_ref(Ref("app", "ada"));
    return request;
  }
  std::string OwnMade(bool send = true) {
    const auto made = Create(OwnRequest(send), "app");
    EXPECT_TRUE(made.ok()) << made.status();
    return made.ok() ? made->referral_id() : Id("none");
  }
  absl::StatusOr<ListReferralsResponse> List(const std::string& person_ref, ListReferralsRequest request = {}) {
    request.set_person_ref(person_ref);
    return Call("app", referrals_, &ReferralService::ListReferrals, request);
  }
};

TEST_F(Person, RefersThemselvesAndFollowsIt) {
  const std::string id = OwnMade(/*send=*/false);
  Moved("app", id, REFERRAL_ACTION_SEND);
  Moved("college", id, REFERRAL_ACTION_ACCEPT);
  const auto seen = See("app", id);
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(seen->referrer_organisation_id(), Id("app"));
  EXPECT_EQ(seen->person_ref(), Ref("app", "ada"));
  EXPECT_EQ(seen->notes(), "speaks Tigrinya at home") << "their own words";
  EXPECT_THAT(EventsSeen("app", id), ElementsAre("CREATE", "SEND", "ACCEPT"));
  EXPECT_EQ(See("college", id)->person_ref(), Ref("college", "ada")) << "each side sees its own";
}

TEST_F(Person, IsTheReferrerOfWhatTheyMade) {
  const std::string asked = OwnMade();
  Moved("college", asked, REFERRAL_ACTION_ASK, REFERRAL_REASON_UNSPECIFIED, "which mornings?");
  Moved("app", asked, REFERRAL_ACTION_ANSWER, REFERRAL_REASON_UNSPECIFIED, "Tuesdays");
  Moved("app", asked, REFERRAL_ACTION_WITHDRAW);
  const std::string declined = OwnMade();
  Moved("college", declined, REFERRAL_ACTION_DECLINE, REFERRAL_REASON_NO_CAPACITY);
  Moved("app", declined, REFERRAL_ACTION_CLOSE);
}

TEST_F(Person, CancelsWhatAnotherSentAndDoesNothingElseWithIt) {
  const std::string id = Accepted();
  for (const ReferralAction action : {REFERRAL_ACTION_WITHDRAW, REFERRAL_ACTION_START, REFERRAL_ACTION_VOID}) {
    const auto refused = Move("app", id, action);
    EXPECT_EQ(refused.status().code(), absl::StatusCode::kPermissionDenied) << ActionWord(action);
    EXPECT_EQ(status::ReasonOf(refused.status()), "WRONG_ACTOR");
  }
  Moved("app", id, REFERRAL_ACTION_CANCEL, REFERRAL_REASON_PERSON_DECLINED);
  EXPECT_EQ(StateNow(id), "CANCELLED_BY_PERSON");
  EXPECT_FALSE(consent_.open.contains(id)) << "and the receiver's access is closed with it";
}

TEST_F(Person, SeesWhereAReferralStandsAndNotWhatWasWrittenNorOthersReferences) {
  const std::string id = Made();
  Moved("college", id, REFERRAL_ACTION_ASK, REFERRAL_REASON_UNSPECIFIED, "is she well?");
  Moved("jobcentre", id, REFERRAL_ACTION_ANSWER, REFERRAL_REASON_UNSPECIFIED, "she is");
  Moved("college", id, REFERRAL_ACTION_ACCEPT);
  const auto seen = See("app", id);
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(seen->state(), REFERRAL_STATE_ACCEPTED);
  EXPECT_EQ(seen->person_ref(), Ref("app", "ada"));
  EXPECT_EQ(seen->consent_id(), Id("consent-1"));
  EXPECT_EQ(Cat(seen->notes(), seen->question(), seen->answer()), "");
  EXPECT_EQ(seen->priority_groups_size(), 0);
  EXPECT_TRUE(consent_.released.empty()) << "nothing was released to the receiver by this";
  EXPECT_THAT(EventsSeen("app", id), ElementsAre("SEND", "ASK", "ANSWER", "ACCEPT"));
}

TEST_F(Person, ADraftOfAnotherIsNotThereForThem) {
  const std::string id = Made(/*send=*/false);
  EXPECT_EQ(See("app", id).status(), status::Denied());
  EXPECT_EQ(Move("app", id, REFERRAL_ACTION_CANCEL, REFERRAL_REASON_PERSON_DECLINED).status(), status::Denied());
}

TEST_F(Person, WhoIsNotEnrolledOrNoMoreIsDenied) {
  const std::string own = OwnMade();
  const std::string others = Made();
  EXPECT_EQ(List(Ref("app", "ada"))->referrals_size(), 2);
  consent_.holders.erase("app");
  EXPECT_EQ(Create(OwnRequest(), "app").status(), status::Denied());
  EXPECT_EQ(List(Ref("app", "ada")).status(), status::Denied());
  for (const std::string& id : {own, others, Id("nothing")}) {
    EXPECT_EQ(See("app", id).status(), status::Denied());
    EXPECT_THAT(EventsSeen("app", id), ElementsAre(status::Denied().ToString()));
    v1::TransitionReferralRequest cancel = MoveRequest(id, REFERRAL_ACTION_CANCEL, REFERRAL_REASON_PERSON_DECLINED);
    EXPECT_EQ(Move("app", cancel).status(), status::Denied());
  }
  EXPECT_EQ(StateNow(own), "SENT");
}

TEST_F(Person, ARepeatOfReferringThemselvesIsAnsweredOnlyWhileTheyAreEnrolled) {
  CreateReferralRequest request = OwnRequest();
  request.set_request_id(Id("try"));
  const auto first = Create(request, "app");
  ASSERT_TRUE(first.ok()) << first.status();
  directory_.known[Id("esol")].clear_organisation_id();  // so that it fails before anybody is asked about the person
  const auto again = Create(request, "app");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->referral_id(), first->referral_id());
  consent_.holders.erase("app");
  EXPECT_EQ(Create(request, "app").status(), status::Denied());
  consent_.holders.insert("app");
  consent_.down = true;
  EXPECT_EQ(Create(request, "app").status().code(), absl::StatusCode::kUnavailable) << "nobody can say";
}

TEST_F(Person, NothingIsDoneWhileNobodyCanSayWhetherTheyAreEnrolled) {
  const std::string id = OwnMade();
  consent_.down = true;
  EXPECT_EQ(See("app", id).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Move("app", id, REFERRAL_ACTION_WITHDRAW).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(Person, AChannelListsForOnePersonAtATime) {
  EXPECT_EQ(List("").status().code(), absl::StatusCode::kInvalidArgument);
  const std::string own = OwnMade();
  const std::string sent = Made();
  Made(/*send=*/false);
  const auto listed = List(Ref("app", "ada"));
  ASSERT_TRUE(listed.ok()) << listed.status();
  std::vector<std::string> ids;
  for (const Referral& referral : listed->referrals()) {
    ids.push_back(referral.referral_id());
    EXPECT_EQ(referral.person_ref(), Ref("app", "ada")) << "nobody else's reference";
    EXPECT_EQ(Cat(referral.notes(), referral.question(), referral.answer()), "");
  }
  EXPECT_THAT(ids, UnorderedElementsAre(own, sent)) << "what was not sent is nobody else's to know of";
  ListReferralsRequest request;
  request.set_side(ListReferralsRequest::SIDE_REFERRER);
  ASSERT_EQ(List(Ref("app", "ada"), request)->referrals_size(), 1);
  EXPECT_EQ(List(Ref("app", "ada"), request)->referrals(0).referral_id(), own);
  request.set_side(ListReferralsRequest::SIDE_RECEIVER);
  EXPECT_EQ(List(Ref("app", "ada"), request)->referrals_size(), 0);
  // A page at a time, each once.
  request.clear_side();
  request.set_page_size(1);
  const auto first = List(Ref("app", "ada"), request);
  ASSERT_EQ(first->referrals_size(), 1);
  request.set_page_token(first->next_page_token());
  const auto second = List(Ref("app", "ada"), request);
  ASSERT_EQ(second->referrals_size(), 1);
  EXPECT_NE(second->referrals(0).referral_id(), first->referrals(0).referral_id());
}

}  // namespace
}  // namespace nwd::referral
