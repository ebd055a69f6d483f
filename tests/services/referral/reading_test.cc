// Who sees what: one referral, lists, events, notes, and what is due.
#include "tests/services/referral/office.h"

namespace nwd::referral {
namespace {

using namespace v1;  // NOLINT: actions and reasons

class Reading : public Office {
 protected:
  ListReferralsResponse List(const std::string& who, const ListReferralsRequest& request) {
    const auto answer = Call(who, referrals_, &ReferralService::ListReferrals, request);
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.value_or(ListReferralsResponse());
  }
  std::vector<std::string> Notes(const std::string& who, const std::string& referral_id) {
    ListNotesRequest request;
    request.set_referral_id(referral_id);
    const auto answer = Call(who, referrals_, &ReferralService::ListNotes, request);
    if (!answer.ok()) return {answer.status().ToString()};
    std::vector<std::string> texts;
    for (const Note& note : answer->notes()) texts.push_back(note.text());
    return texts;
  }
  void Noted(const std::string& who, const std::string& referral_id, const std::string& text) {
    AddNoteRequest request;
    request.set_referral_id(referral_id);
    request.set_text(text);
    const auto added = Call(who, referrals_, &ReferralService::AddNote, request);
    ASSERT_TRUE(added.ok()) << added.status();
    clock_.Advance(absl::Seconds(1));
  }
  store::Position Audited() { return store_.LastPosition(store::Feed::kAudit); }
};

TEST_F(Reading, BeforeAcceptanceTheReceiverSeesTheSummaryAndNoMore) {
  const std::string id = Made();
  const auto seen = See("college", id);
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(seen->summary().need(), "esol");
  EXPECT_EQ(seen->summary().borough(), "E09000022");
  EXPECT_EQ(seen->summary().age_band(), "25-49");
  EXPECT_EQ(seen->person_ref(), "");
  EXPECT_EQ(seen->notes(), "");
  EXPECT_EQ(seen->consent_id(), "");
  EXPECT_EQ(seen->priority_groups_size(), 0);
}

TEST_F(Reading, FromAcceptanceEachSideHasItsOwnReferenceOfThePerson) {
  const std::string id = Accepted();
  EXPECT_EQ(See("college", id)->person_ref(), Ref("college", "ada"));
  EXPECT_EQ(See("college", id)->notes(), "speaks Tigrinya at home");
  EXPECT_EQ(See("college", id)->priority_groups_size(), 0);
  EXPECT_EQ(See("jobcentre", id)->person_ref(), Ref("jobcentre", "ada"));
  EXPECT_EQ(See("jobcentre", id)->priority_groups_size(), 1);
}

TEST_F(Reading, TextShownToTheReceiverIsADisclosureAndIsAskedAbout) {
  const std::string id = Accepted();
  const store::Position before = Audited();
  EXPECT_EQ(See("college", id)->notes(), "speaks Tigrinya at home");
  EXPECT_EQ(Audited(), before + 1);
  consent_.permits.clear();  // withdrawn this instant; the feed has not told us yet
  EXPECT_EQ(See("college", id)->notes(), "");
  EXPECT_EQ(Audited(), before + 1);
  EXPECT_EQ(See("jobcentre", id)->notes(), "speaks Tigrinya at home") << "the referrer's own text";
}

TEST_F(Reading, TextIsReleasedByTheConsentServiceWhichKeepsWhoseItIsAndWhoReadIt) {
  const std::string id = Made();
  ASSERT_TRUE(See("college", id).ok());
  EXPECT_TRUE(consent_.released.empty()) << "no text is shown before ACCEPT";
  Moved("college", id, REFERRAL_ACTION_ACCEPT);
  ASSERT_TRUE(See("jobcentre", id).ok());
  EXPECT_TRUE(consent_.released.empty()) << "to who wrote it";
  ASSERT_TRUE(See("college", id).ok());
  ASSERT_EQ(consent_.released.size(), 1u);
  EXPECT_EQ(consent_.released[0].referral_id, id);
  EXPECT_EQ(consent_.released[0].source_organisation_id, Id("jobcentre"));
  EXPECT_EQ(consent_.released[0].question.basis.consent_id, Id("consent-1"));
  EXPECT_EQ(consent_.released[0].question.organisation_id, Id("college"));
}

TEST_F(Reading, ANavigatorsTextIsItsSponsors) {
  consent_.holders = {"jobcentre"};
  const auto made = Create(Request(), "navigator");
  ASSERT_TRUE(made.ok()) << made.status();
  Moved("college", made->referral_id(), REFERRAL_ACTION_ACCEPT);
  ASSERT_TRUE(See("college", made->referral_id()).ok());
  ASSERT_EQ(consent_.released.size(), 1u);
  EXPECT_EQ(consent_.released[0].source_organisation_id, Id("jobcentre"));
}

TEST_F(Reading, AnAnswerBeforeAcceptanceIsADisclosureToo) {
  const std::string id = Made();
  Moved("college", id, REFERRAL_ACTION_ASK, REFERRAL_REASON_UNSPECIFIED, "Which days?");
  ASSERT_TRUE(See("college", id).ok());
  EXPECT_TRUE(consent_.released.empty()) << "the question is the reader's own";
  Moved("jobcentre", id, REFERRAL_ACTION_ANSWER, REFERRAL_REASON_UNSPECIFIED, "Mondays.");
  EXPECT_EQ(See("college", id)->answer(), "Mondays.");
  EXPECT_EQ(consent_.released.size(), 1u);
}

TEST_F(Reading, AnEndedReferralShowsTheReceiverNoText) {
  const std::string id = Accepted();
  Moved("college", id, REFERRAL_ACTION_NOT_STARTED, REFERRAL_REASON_NO_CONTACT);
  EXPECT_EQ(See("college", id)->notes(), "");
  EXPECT_EQ(See("college", id)->person_ref(), Ref("college", "ada")) << "it knows whom it was about";
}

TEST_F(Reading, AQuestionAndItsAnswerAreForBoth) {
  const std::string id = Made();
  Moved("college", id, REFERRAL_ACTION_ASK, REFERRAL_REASON_UNSPECIFIED, "mornings?");
  EXPECT_EQ(See("jobcentre", id)->question(), "mornings?");
  Moved("jobcentre", id, REFERRAL_ACTION_ANSWER, REFERRAL_REASON_UNSPECIFIED, "yes");
  EXPECT_EQ(See("college", id)->answer(), "yes");
  EXPECT_EQ(See("college", id)->notes(), "") << "an answer opens nothing else";
}

TEST_F(Reading, AStrangerSeesNothing) {
  const std::string id = Accepted();
  EXPECT_EQ(See("stranger", id).status(), status::Denied());
  EXPECT_EQ(EventsSeen("stranger", id), (std::vector<std::string>{status::Denied().ToString()}));
  EXPECT_EQ(Notes("stranger", id), (std::vector<std::string>{status::Denied().ToString()}));
  EXPECT_EQ(List("stranger", {}).referrals_size(), 0);
}

TEST_F(Reading, TheOutcomeServiceLearnsTheParties) {
  const std::string id = Made();
  GetReferralPartiesRequest request;
  request.set_referral_id(id);
  const auto parties = Call("service/outcome", referrals_, &ReferralService::GetReferralParties, request);
  ASSERT_TRUE(parties.ok()) << parties.status();
  EXPECT_EQ(parties->person_id(), Id("ada"));
  EXPECT_EQ(parties->referrer_organisation_id(), Id("jobcentre"));
  EXPECT_EQ(parties->receiver_organisation_id(), Id("college"));
  EXPECT_EQ(parties->state(), REFERRAL_STATE_SENT);
}

TEST_F(Reading, ListsAreNewestFirstBySideStateAndPerson) {
  const std::string first = Accepted();
  clock_.Advance(absl::Minutes(1));
  CreateReferralRequest for_ben = Request();
  for_ben.set_person_ref(Ref("jobcentre", "ben"));
  const std::string second = Create(for_ben)->referral_id();
  clock_.Advance(absl::Minutes(1));
  const std::string draft = Made(/*send=*/false);

  const ListReferralsResponse all = List("jobcentre", {});
  ASSERT_EQ(all.referrals_size(), 3);
  EXPECT_EQ(all.referrals(0).referral_id(), draft);
  EXPECT_EQ(all.referrals(2).referral_id(), first);
  EXPECT_EQ(all.referrals(2).notes(), "") << "lists carry no text";
  EXPECT_EQ(List("college", {}).referrals_size(), 2) << "a draft is the referrer's";

  ListReferralsRequest request;
  request.set_side(ListReferralsRequest::SIDE_RECEIVER);
  EXPECT_EQ(List("jobcentre", request).referrals_size(), 0);
  EXPECT_EQ(List("college", request).referrals_size(), 2);

  request.Clear();
  request.add_states(REFERRAL_STATE_SENT);
  ASSERT_EQ(List("college", request).referrals_size(), 1);
  EXPECT_EQ(List("college", request).referrals(0).referral_id(), second);

  request.Clear();
  request.set_person_ref(Ref("jobcentre", "ada"));
  EXPECT_EQ(List("jobcentre", request).referrals_size(), 2);
  request.set_person_ref(Ref("college", "ada"));
  EXPECT_EQ(List("college", request).referrals_size(), 1);
  request.set_person_ref(Ref("college", "ben"));
  EXPECT_EQ(List("college", request).referrals_size(), 0) << "not accepted yet: a list must not tell who it is";
}

TEST_F(Reading, ListsOfOnePersonHoldWhatLiesUnderAnyReferenceOfTheirsInOrderOverPages) {
  CreateReferralRequest of_ben = Request(/*send=*/false);
  of_ben.set_person_ref(Ref("jobcentre", "ben"));
  std::vector<std::string> newest_first;
  for (int i = 0; i < 5; ++i) {
    newest_first.insert(newest_first.begin(), Create(i % 2 == 0 ? Request(/*send=*/false) : of_ben)->referral_id());
    clock_.Advance(absl::Seconds(1));
  }
  const auto listed = [&](const std::string& person, int page_size) {
    ListReferralsRequest request;
    request.set_person_ref(Ref("jobcentre", person));
    request.set_page_size(page_size);
    std::vector<std::string> ids;
    do {
      const ListReferralsResponse page = List("jobcentre", request);
      for (const Referral& referral : page.referrals()) ids.push_back(referral.referral_id());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return ids;
  };
  EXPECT_EQ(listed("ada", 0).size(), 3u);
  consent_.joined = {"ada", "ben"};
  EXPECT_EQ(listed("ada", 0), newest_first);
  EXPECT_EQ(listed("ben", 2), newest_first) << "page by page, from the other reference";
  consent_.down = true;
  EXPECT_EQ(listed("ada", 0).size(), 3u) << "what lies under the reference itself";
  consent_.down = false;
  consent_.joined.clear();
  EXPECT_EQ(listed("ben", 0).size(), 2u) << "split again";
}

TEST_F(Reading, PagesFollowEachOtherWhileReferralsAreMade) {
  for (int i = 0; i < 7; ++i) {
    Made(/*send=*/false);
    clock_.Advance(absl::Seconds(1));
  }
  ListReferralsRequest request;
  request.set_page_size(3);
  std::set<std::string> seen;
  int pages = 0;
  do {
    const ListReferralsResponse page = List("jobcentre", request);
    for (const Referral& referral : page.referrals()) EXPECT_TRUE(seen.insert(referral.referral_id()).second);
    request.set_page_token(page.next_page_token());
    clock_.Advance(absl::Seconds(1));
    Made(/*send=*/false);
    ++pages;
  } while (!request.page_token().empty());
  EXPECT_EQ(seen.size(), 7u);
  EXPECT_EQ(pages, 3);
}

TEST_F(Reading, APageTokenServesItsCallerAndItsQueryOnly) {
  Made(/*send=*/false);
  Made(/*send=*/false);
  ListReferralsRequest request;
  request.set_page_size(1);
  const std::string token = List("jobcentre", request).next_page_token();
  ASSERT_NE(token, "");
  request.set_page_token(token);
  EXPECT_EQ(Call("college", referrals_, &ReferralService::ListReferrals, request).status().code(),
            absl::StatusCode::kInvalidArgument);
  request.add_states(REFERRAL_STATE_SENT);
  EXPECT_EQ(Call("jobcentre", referrals_, &ReferralService::ListReferrals, request).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(Reading, NotesAreForBothFromAcceptanceAndForTheirAuthorAlways) {
  const std::string id = Made();
  Noted("jobcentre", id, "prefers mornings");
  Noted("college", id, "looks like level 1");
  EXPECT_EQ(Notes("jobcentre", id), (std::vector<std::string>{"prefers mornings"}));
  EXPECT_EQ(Notes("college", id), (std::vector<std::string>{"looks like level 1"}));
  Moved("college", id, REFERRAL_ACTION_ACCEPT);
  EXPECT_EQ(Notes("jobcentre", id).size(), 2u);
  const store::Position before = Audited();
  EXPECT_EQ(Notes("college", id).size(), 2u);
  EXPECT_EQ(Audited(), before + 1) << "one note of the other side was disclosed";
  consent_.permits.clear();
  EXPECT_EQ(Notes("college", id), (std::vector<std::string>{"looks like level 1"}));
}

TEST_F(Reading, OnlyAPageWithANoteOfTheOtherSideIsADisclosure) {
  const std::string id = Accepted();
  EXPECT_TRUE(Notes("college", id).empty());
  Noted("college", id, "met on Monday");
  EXPECT_EQ(Notes("college", id).size(), 1u);
  EXPECT_TRUE(consent_.released.empty()) << "nobody was shown anything of another's";
  consent_.down = true;
  EXPECT_EQ(Notes("college", id).size(), 1u) << "and nobody need be asked";
  consent_.down = false;
  Noted("jobcentre", id, "works nights");
  const store::Position before = Audited();
  EXPECT_EQ(Notes("college", id).size(), 2u);
  EXPECT_EQ(consent_.released.size(), 1u);
  EXPECT_EQ(Audited(), before + 1);
}

TEST_F(Reading, WhileTheConsentServiceIsDownOnlyWhatShowsAReceiverTextFails) {
  const std::string id = Accepted();
  Noted("jobcentre", id, "works nights");
  consent_.down = true;
  EXPECT_TRUE(absl::IsUnavailable(See("college", id).status()));
  ListNotesRequest notes;
  notes.set_referral_id(id);
  EXPECT_TRUE(absl::IsUnavailable(Call("college", referrals_, &ReferralService::ListNotes, notes).status()));
  EXPECT_TRUE(See("jobcentre", id).ok());
  EXPECT_TRUE(Call("jobcentre", referrals_, &ReferralService::ListNotes, notes).ok());
  EXPECT_EQ(List("college", {}).referrals_size(), 1);
  EXPECT_EQ(EventsSeen("college", id).back(), "ACCEPT");
}

TEST_F(Reading, ANoteThatComesWithADeclineReachesTheReferrer) {
  const std::string id = Made();
  Moved("college", id, REFERRAL_ACTION_DECLINE, REFERRAL_REASON_NOT_ELIGIBLE, "needs entry level 3 first");
  EXPECT_EQ(Notes("jobcentre", id), (std::vector<std::string>{"needs entry level 3 first"}));
}

TEST_F(Reading, WhatIsDueIsListedForWhoseMoveItIs) {
  const std::string id = Made();
  ListDueRequest now;
  EXPECT_EQ(Call("college", referrals_, &ReferralService::ListDue, now)->referrals_size(), 0) << "not due yet";
  ListDueRequest soon;
  *soon.mutable_due_before() = ToTimestamp(clock_.Now() + absl::Hours(24 * 7));
  ASSERT_EQ(Call("college", referrals_, &ReferralService::ListDue, soon)->referrals_size(), 1);
  PassWorkingDays(3);
  const auto due = Call("college", referrals_, &ReferralService::ListDue, now);
  ASSERT_TRUE(due.ok() && due->referrals_size() == 1) << due.status();
  EXPECT_EQ(due->referrals(0).due_organisation_id(), Id("college"));
  EXPECT_EQ(Call("jobcentre", referrals_, &ReferralService::ListDue, now)->referrals_size(), 0);
  Moved("college", id, REFERRAL_ACTION_ASK, REFERRAL_REASON_UNSPECIFIED, "?");
  EXPECT_EQ(Call("college", referrals_, &ReferralService::ListDue, now)->referrals_size(), 0)
      << "it asked: the referrer's move";
}

TEST_F(Reading, APractitionerIsShownToTheirOwnOrganisationOnly) {
  const std::string id = Made();
  Moved("college", id, REFERRAL_ACTION_RECEIVE);
  ListEventsRequest request;
  request.set_referral_id(id);
  const auto by_referrer = Call("jobcentre", referrals_, &ReferralService::ListEvents, request);
  const auto by_receiver = Call("college", referrals_, &ReferralService::ListEvents, request);
  EXPECT_EQ(by_referrer->events(1).practitioner(), "jobcentre-adviser");
  EXPECT_EQ(by_referrer->events(2).practitioner(), "");
  EXPECT_EQ(by_receiver->events(0).practitioner(), "");
  EXPECT_EQ(by_receiver->events(1).practitioner(), "college-adviser");
}

}  // namespace
}  // namespace nwd::referral
