// Consents that cite another as the one whose place they take: it has one successor.
#include <thread>
#include <vector>

#include "tests/services/consent/desk.h"

namespace nwd::consent {
namespace {

class SupersedingTest : public ::testing::Test {
 protected:
  SupersedingTest() {
    for (const char* slug : {"lambeth", "college"}) desk_.Add(slug);
    ref_ = desk_.Register("lambeth", "Ada Lovelace");
    college_ref_ = desk_.RefFor("college", ref_, "lambeth");
  }
  absl::StatusOr<v1::CreateConsentResponse> Create(const v1::ConsentTerms& terms) {
    v1::CreateConsentRequest request;
    request.set_person_ref(ref_);
    *request.mutable_terms() = terms;
    return desk_.Ask(desk_.services().consent(), &ConsentService::CreateConsent, "lambeth", request);
  }
  absl::StatusOr<v1::RequestConsentResponse> Request(const std::string& id, const std::string& etag) {
    v1::RequestConsentRequest request;
    request.set_consent_id(id);
    request.set_etag(etag);
    return desk_.Ask(desk_.services().decision(), &DecisionService::RequestConsent, "lambeth", request);
  }
  // Terms of a consent that cites this one as the one it renews.
  v1::ConsentTerms Renewing(const std::string& old) {
    v1::ConsentTerms terms = desk_.Terms({"college"});
    terms.set_supersedes_consent_id(old);
    return terms;
  }
  static auto AlreadySuperseded() { return Refused(absl::StatusCode::kFailedPrecondition, "ALREADY_SUPERSEDED"); }
  absl::StatusOr<v1::RecordDecisionResponse> Decide(const std::string& id, v1::ConsentState decision) {
    v1::RecordDecisionRequest request;
    request.set_consent_id(id);
    request.set_etag("r1");
    request.set_decision(decision);
    return desk_.Ask(desk_.services().decision(), &DecisionService::RecordDecision, "lambeth", request);
  }

  Desk desk_;
  std::string ref_, college_ref_;
};

TEST_F(SupersedingTest, OnlyOneTakesThePlaceOfAConsent) {
  const std::string old = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  const std::string first = desk_.Draw("lambeth", ref_, Renewing(old)),
                    second = desk_.Draw("lambeth", ref_, Renewing(old));
  desk_.Decide("lambeth", first, v1::CONSENT_STATE_GIVEN);
  const auto late = Decide(second, v1::CONSENT_STATE_GIVEN);
  EXPECT_THAT(late, AlreadySuperseded());
  EXPECT_THAT(WireTextOf(late.status()), ::testing::HasSubstr("SUPERSEDED: another took its place"));
  EXPECT_EQ(desk_.Get("lambeth", second).state(), v1::CONSENT_STATE_REQUESTED);
  EXPECT_FALSE(desk_.Check("college", college_ref_, second)->permitted());
  EXPECT_TRUE(desk_.Check("college", college_ref_, first)->permitted());
  EXPECT_TRUE(Decide(second, v1::CONSENT_STATE_REFUSED).ok()) << "a no needs no place";
}

TEST_F(SupersedingTest, WhatCitesASupersededConsentIsNeitherDrawnUpNorPutToThePerson) {
  const std::string old = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  const auto draft = Create(Renewing(old));
  ASSERT_TRUE(draft.ok()) << draft.status();
  const std::string deferred = desk_.Draw("lambeth", ref_, Renewing(old));
  desk_.Decide("lambeth", deferred, v1::CONSENT_STATE_DEFERRED);
  const std::string renewed = desk_.Give("lambeth", ref_, Renewing(old));
  EXPECT_THAT(Create(Renewing(old)), AlreadySuperseded());
  EXPECT_THAT(Request(draft->consent_id(), draft->etag()), AlreadySuperseded());
  EXPECT_THAT(Request(deferred, desk_.Get("lambeth", deferred).etag()), AlreadySuperseded());
  EXPECT_TRUE(Create(Renewing(renewed)).ok()) << "the consent in force is the one to cite";
}

TEST_F(SupersedingTest, OneWhoseTimeIsOverHasOneSuccessorToo) {
  const std::string old = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  desk_.clock().Advance(absl::Hours(24 * 91));
  ASSERT_TRUE(async::BlockOn(desk_.services().janitor().AnnounceEnded()).ok());
  ASSERT_EQ(desk_.Get("lambeth", old).state(), v1::CONSENT_STATE_EXPIRED);
  const std::string renewed = desk_.Give("lambeth", ref_, Renewing(old));
  EXPECT_EQ(desk_.Get("lambeth", renewed).state(), v1::CONSENT_STATE_GIVEN);
  EXPECT_EQ(desk_.Get("lambeth", old).state(), v1::CONSENT_STATE_SUPERSEDED);
  EXPECT_THAT(Create(Renewing(old)).status(), AlreadySuperseded());
}

TEST_F(SupersedingTest, WhateverElseAConsentEndedByItCanBeAskedForAnew) {
  const auto end = [&](const std::string& old, v1::ConsentState state) {
    switch (state) {
      case v1::CONSENT_STATE_WITHDRAWN:
        return desk_.Withdraw("lambeth", old).status();
      case v1::CONSENT_STATE_REVOKED:
        return desk_.Revoke("lambeth", old).status();
      case v1::CONSENT_STATE_INVALIDATED:
        return desk_.Invalidate("lambeth", old, v1::INVALIDATE_REASON_NOT_INFORMED).status();
      case v1::CONSENT_STATE_REFUSED:
        return Decide(old, v1::CONSENT_STATE_REFUSED).status();
      default:  // what time alone brings
        desk_.clock().Advance(absl::Hours(24 * 91));
        return async::BlockOn(desk_.services().janitor().AnnounceEnded());
    }
  };
  for (const v1::ConsentState state :
       {v1::CONSENT_STATE_WITHDRAWN, v1::CONSENT_STATE_REVOKED, v1::CONSENT_STATE_INVALIDATED, v1::CONSENT_STATE_LAPSED,
        v1::CONSENT_STATE_REFUSED}) {
    SCOPED_TRACE(v1::ConsentState_Name(state));
    const bool was_given = state != v1::CONSENT_STATE_LAPSED && state != v1::CONSENT_STATE_REFUSED;
    const std::string old = was_given ? desk_.Give("lambeth", ref_, desk_.Terms({"college"}))
                                      : desk_.Draw("lambeth", ref_, desk_.Terms({"college"}));
    ASSERT_TRUE(end(old, state).ok());
    ASSERT_EQ(desk_.Get("lambeth", old).state(), state);
    desk_.clock().Advance(absl::Seconds(1));
    for (int times = 0; times < 2; ++times) {
      const std::string anew = desk_.Give("lambeth", ref_, Renewing(old));
      EXPECT_EQ(desk_.Get("lambeth", anew).state(), v1::CONSENT_STATE_GIVEN);
    }
    EXPECT_EQ(desk_.Get("lambeth", old).state(), state);
  }
}

TEST_F(SupersedingTest, ANoReachesBackToTheFirstHoweverOftenItWasRenewed) {
  desk_.Put("lambeth", ref_, desk_.Skills("bricklaying"));
  std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  ASSERT_TRUE(desk_.Read("college", college_ref_, id).ok());
  for (int renewals = 0; renewals < 30; ++renewals) id = desk_.Give("lambeth", ref_, Renewing(id));
  const auto withdrawn = desk_.Withdraw("lambeth", id);
  ASSERT_TRUE(withdrawn.ok()) << withdrawn.status();
  EXPECT_EQ(withdrawn->notices(), 1);
}

TEST_F(SupersedingTest, OfManyWhoGiveInThePlaceOfOneAtTheSameMomentOneWins) {
  constexpr int kDesks = 8, kRounds = 10;
  for (int round = 0; round < kRounds; ++round) {
    const std::string old = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
    std::vector<std::string> drawn;
    for (int i = 0; i < kDesks; ++i) drawn.push_back(desk_.Draw("lambeth", ref_, Renewing(old)));
    std::vector<absl::Status> answers(kDesks);
    std::vector<std::thread> desks;
    for (int i = 0; i < kDesks; ++i) {
      desks.emplace_back([&, i] { answers[i] = Decide(drawn[i], v1::CONSENT_STATE_GIVEN).status(); });
    }
    for (std::thread& desk : desks) desk.join();
    int given = 0;
    for (int i = 0; i < kDesks; ++i) {
      given += answers[i].ok();
      EXPECT_TRUE(answers[i].ok() || status::ReasonOf(answers[i]) == "ALREADY_SUPERSEDED") << answers[i];
      EXPECT_EQ(desk_.Check("college", college_ref_, drawn[i])->permitted(), answers[i].ok());
    }
    EXPECT_EQ(given, 1);
  }
}

}  // namespace
}  // namespace nwd::consent
