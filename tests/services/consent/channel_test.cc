// What a resident channel may do for a person who enrolled with it, and what not.
#include "services/consent/enrolments.h"
#include "services/consent/limits.h"
#include "tests/services/consent/desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT
using ::testing::ElementsAre;

constexpr char kNino[] = "AB123456C";

class ChannelTest : public ::testing::Test {
 protected:
  ChannelTest() {
    desk_.Add("lambeth", ORGANISATION_KIND_BOROUGH);
    desk_.Add("jobcentre", ORGANISATION_KIND_JOBCENTRE);
    desk_.Add("college", ORGANISATION_KIND_COLLEGE);
    desk_.AddChannel("app");
    desk_.AddChannel("other-app");
    ref_ = desk_.Register("lambeth", "Ada Lovelace", kNino);
    college_ref_ = desk_.Register("college", "Ada Lovelace", kNino);
    app_ref_ = desk_.Enrol("app", "lambeth", ref_);
    desk_.Put("lambeth", ref_, desk_.Skills("bricklaying"));
  }
  absl::StatusOr<v1::RecordDecisionResponse> Decide(const std::string& who, const std::string& id,
                                                    v1::ConsentState decision) {
    v1::RecordDecisionRequest request;
    request.set_consent_id(id);
    request.set_etag("r1");
    request.set_decision(decision);
    return desk_.Ask(desk_.services().decision(), &DecisionService::RecordDecision, who, request);
  }
  absl::Status Get(const std::string& who, const std::string& id) {
    v1::GetConsentRequest request;
    request.set_consent_id(id);
    return desk_.Ask(desk_.services().consent(), &ConsentService::GetConsent, who, request).status();
  }
  absl::StatusOr<v1::GetReceiptResponse> Receipt(const std::string& who, const std::string& id) {
    v1::GetReceiptRequest request;
    request.set_consent_id(id);
    return desk_.Ask(desk_.services().receipt(), &ReceiptService::GetReceipt, who, request);
  }
  absl::StatusOr<v1::ListConsentsResponse> List(const std::string& who, const std::string& ref) {
    v1::ListConsentsRequest request;
    request.set_person_ref(ref);
    return desk_.Ask(desk_.services().consent(), &ConsentService::ListConsents, who, request);
  }
  absl::StatusOr<v1::ListDisclosuresResponse> Disclosures(const std::string& who, const std::string& ref) {
    v1::ListDisclosuresRequest request;
    request.set_person_ref(ref);
    return desk_.Ask(desk_.services().disclosure(), &DisclosureService::ListDisclosures, who, request);
  }
  bool Permitted(const std::string& id) { return desk_.Check("college", college_ref_, id)->permitted(); }
  // The college captures a consent that lets itself read.
  std::string SelfCaptured() { return desk_.Draw("college", college_ref_, desk_.Terms({"college"})); }
  Desk desk_;
  std::string ref_, college_ref_, app_ref_;
};

TEST_F(ChannelTest, TheirDecisionIsThePersonsOwnAndItsReceiptSaysSo) {
  const std::string id = desk_.Draw("lambeth", ref_, desk_.Terms({"college"}));
  ASSERT_TRUE(Decide("app", id, v1::CONSENT_STATE_GIVEN).ok());
  EXPECT_TRUE(Permitted(id));
  const auto receipt = Receipt("app", id);
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_NE(receipt->content().find(desk_.IdOf("app")), std::string::npos) << "through whom";
  EXPECT_EQ(receipt->content(), Receipt("lambeth", id)->content());
  for (const v1::ConsentState no : {v1::CONSENT_STATE_REFUSED, v1::CONSENT_STATE_DEFERRED}) {
    const std::string other = desk_.Draw("lambeth", ref_, desk_.Terms({"college"}));
    EXPECT_EQ(Decide("app", other, no)->state(), no);
  }
}

TEST_F(ChannelTest, ItTakesBackLetsRestAndResumesAsThePersonAsks) {
  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  ASSERT_TRUE(desk_.Suspend("app", id, v1::SUSPEND_REASON_SAFETY).ok());
  EXPECT_FALSE(Permitted(id));
  EXPECT_THAT(desk_.Resume("lambeth", id, false), Refused(absl::StatusCode::kFailedPrecondition, "PERSON_NOT_ASKED"));
  ASSERT_TRUE(desk_.Resume("app", id, false).ok()) << "what comes through it is the person's word";
  EXPECT_TRUE(Permitted(id));
  ASSERT_TRUE(desk_.Withdraw("app", id).ok());
  EXPECT_FALSE(Permitted(id));
  EXPECT_NE(Receipt("app", id)->content().find(desk_.IdOf("app")), std::string::npos);
}

TEST_F(ChannelTest, WhatTheCaptorStoppedByItselfItResumesItself) {
  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  ASSERT_TRUE(desk_.Suspend("lambeth", id, v1::SUSPEND_REASON_IN_DOUBT).ok());
  EXPECT_THAT(desk_.Resume("app", id, true), Refused(absl::StatusCode::kFailedPrecondition, "SUSPENDED_BY_CAPTOR"));
  EXPECT_TRUE(desk_.Resume("lambeth", id, false).ok());
}

TEST_F(ChannelTest, ItSeesEveryConsentAndEveryDisclosure) {
  const std::string lambeths = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  const std::string colleges = desk_.Give("college", college_ref_, desk_.Terms({"jobcentre"}));
  ASSERT_TRUE(desk_.Read("college", college_ref_, lambeths).ok());
  const auto consents = List("app", app_ref_);
  ASSERT_TRUE(consents.ok()) << consents.status();
  std::vector<std::string> seen;
  for (const v1::Consent& consent : consents->consents()) {
    seen.push_back(consent.consent_id());
    EXPECT_EQ(consent.person_ref(), app_ref_);
    EXPECT_EQ(consent.practitioner(), "") << "which practitioner is the captor's own business";
  }
  EXPECT_THAT(seen, ::testing::UnorderedElementsAre(lambeths, colleges));
  EXPECT_EQ(desk_.Get("app", colleges).person_ref(), app_ref_);
  const auto disclosures = Disclosures("app", app_ref_);
  ASSERT_TRUE(disclosures.ok()) << disclosures.status();
  ASSERT_EQ(disclosures->disclosures_size(), 1);
  EXPECT_EQ(disclosures->disclosures(0).recipient_organisation_id(), desk_.IdOf("college"));
  EXPECT_EQ(disclosures->disclosures(0).person_ref(), app_ref_);
}

TEST_F(ChannelTest, WhoIsNotEnrolledWithItIsNobodyToIt) {
  const std::string id = desk_.Draw("lambeth", ref_, desk_.Terms({"college"}));
  const std::string absent = ids::Uuid::Random().ToString();
  const std::string their_ref = desk_.RefFor("other-app", ref_, "lambeth");
  std::vector<absl::Status> refused = {
      Decide("other-app", id, v1::CONSENT_STATE_GIVEN).status(),
      Decide("other-app", absent, v1::CONSENT_STATE_GIVEN).status(),
      desk_.Withdraw("other-app", id).status(),
      desk_.Withdraw("other-app", absent).status(),
      desk_.Suspend("other-app", id, v1::SUSPEND_REASON_PERSON_ASKED).status(),
      desk_.Corroborate("other-app", id).status(),
      desk_.Corroborate("other-app", absent).status(),
      Get("other-app", id),
      Get("other-app", absent),
      Receipt("other-app", id).status(),
      List("other-app", their_ref).status(),
      Disclosures("other-app", their_ref).status(),
  };
  ASSERT_TRUE(desk_.EndEnrolment("app", app_ref_, "").ok());
  refused.push_back(Decide("app", id, v1::CONSENT_STATE_GIVEN).status());
  refused.push_back(Get("app", id));
  refused.push_back(List("app", app_ref_).status());
  for (const absl::Status& status : refused) EXPECT_EQ(WireTextOf(status), WireTextOf(status::Denied()));
}

TEST_F(ChannelTest, ItStandsForThePersonUnderAllTheirReferencesUntilTheyAreSplit) {
  v1::RegisterPersonRequest again;
  again.mutable_details()->set_full_name("Grace Hopper");
  again.mutable_details()->set_date_of_birth("1950-12-09");
  again.mutable_details()->set_postcode("SW9 8EJ");
  again.mutable_details()->set_uln("9276308686");
  v1::RegisterPersonRequest without = again;
  without.mutable_details()->clear_uln();
  const auto first = desk_.Ask(desk_.services().person(), &PersonService::RegisterPerson, "lambeth", again);
  const auto second = desk_.Ask(desk_.services().person(), &PersonService::RegisterPerson, "jobcentre", without);
  ASSERT_TRUE(second->has_possible_match());
  const std::string app_ref = desk_.Enrol("other-app", "lambeth", first->person_ref());
  const std::string id = desk_.Draw("jobcentre", second->person_ref(), desk_.Terms({"college"}));
  EXPECT_THAT(Get("other-app", id), Denied()) << "not known to be one person";

  v1::ConfirmMatchRequest confirm;
  confirm.set_match_token(second->possible_match().match_token());
  confirm.set_uln("9276308686");
  confirm.set_person_present(true);
  ASSERT_TRUE(desk_.Ask(desk_.services().match(), &MatchService::ConfirmMatch, "jobcentre", confirm).ok());
  EXPECT_EQ(desk_.Get("other-app", id).person_ref(), app_ref) << "the reference it knows";
  EXPECT_TRUE(Decide("other-app", id, v1::CONSENT_STATE_GIVEN).ok());

  v1::SplitPersonRequest split;
  split.set_person_ref(second->person_ref());
  ASSERT_TRUE(desk_.Ask(desk_.services().match(), &MatchService::SplitPerson, "jobcentre", split).ok());
  EXPECT_THAT(Get("other-app", id), Denied());
}

// Nobody can mint their own key.

TEST_F(ChannelTest, AYesThroughItOpensWhatItsRecipientCapturedAndSoDoesItsConfirmation) {
  const std::string decided = SelfCaptured();
  ASSERT_TRUE(Decide("app", decided, v1::CONSENT_STATE_GIVEN).ok());
  EXPECT_TRUE(Permitted(decided));
  EXPECT_TRUE(desk_.Get("college", decided).corroborated());

  const std::string confirmed = desk_.Give("college", college_ref_, desk_.Terms({"college"}));
  EXPECT_FALSE(Permitted(confirmed));
  EXPECT_THAT(desk_.Read("college", college_ref_, confirmed), Denied());
  ASSERT_TRUE(desk_.Corroborate("app", confirmed).ok());
  EXPECT_TRUE(Permitted(confirmed));
  const auto read = desk_.Read("college", college_ref_, confirmed);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->entries_size(), 1) << "what others put in, whoever they are";
  EXPECT_EQ(desk_.Corroborate("app", confirmed)->etag(), desk_.Get("college", confirmed).etag()) << "once is enough";
  EXPECT_EQ(desk_.Audited("consent.corroborated"), 1);
}

TEST_F(ChannelTest, WhomTheCaptorEnrolledItselfConfirmsNothingOfIts) {
  desk_.Enrol("other-app", "college", college_ref_);
  const std::string decided = SelfCaptured();
  ASSERT_TRUE(Decide("other-app", decided, v1::CONSENT_STATE_GIVEN).ok()) << "it is given, as at the captor's own desk";
  EXPECT_FALSE(Permitted(decided));
  EXPECT_THAT(desk_.Corroborate("other-app", decided),
              Refused(absl::StatusCode::kFailedPrecondition, "ENROLLED_BY_CAPTOR"));
  desk_.Enrol("other-app", "lambeth", ref_);
  EXPECT_THAT(desk_.Corroborate("other-app", decided),
              Refused(absl::StatusCode::kFailedPrecondition, "ENROLLED_BY_CAPTOR"))
      << "who was enrolled first may still be there";
  ASSERT_TRUE(desk_.EndEnrolment("lambeth", ref_, "other-app").ok());
  desk_.Enrol("other-app", "lambeth", ref_);
  EXPECT_THAT(desk_.Corroborate("other-app", decided),
              Refused(absl::StatusCode::kFailedPrecondition, "ENROLLED_BY_CAPTOR"))
      << "an end and a new beginning do not show who is there";
  const std::string again = SelfCaptured();
  ASSERT_TRUE(Decide("other-app", again, v1::CONSENT_STATE_GIVEN).ok());
  EXPECT_FALSE(Permitted(again));
  EXPECT_TRUE(desk_.Corroborate("app", decided).ok()) << "the college never enrolled them there";
}

TEST_F(ChannelTest, AnEnrolmentWithMoreMakersThanAreKeptConfirmsNothing) {
  const std::string decided = desk_.Give("college", college_ref_, desk_.Terms({"college"}));
  const ids::Uuid person = *ids::Uuid::Parse(desk_.PersonId("lambeth", ref_));
  const ids::Uuid app = *ids::Uuid::Parse(desk_.IdOf("app"));
  auto body = [&](store::Txn& txn) -> absl::Status {
    for (int i = 0; i < kEnrolmentMakersMax; ++i) {
      NWD_RETURN_IF_ERROR(enrolments::Enrol(txn, person, app, ids::Uuid::Random(), desk_.clock().Now()));
    }
    return absl::OkStatus();
  };
  ASSERT_TRUE(async::BlockOn(desk_.store().Update(body)).ok());
  EXPECT_THAT(desk_.Corroborate("app", decided), Refused(absl::StatusCode::kFailedPrecondition, "ENROLLED_BY_CAPTOR"))
      << "the college may be one of those that are not kept";
}

TEST_F(ChannelTest, WhoIsAPartyDoesNotAlsoSpeakForThePerson) {
  v1::CreateConsentRequest request;
  request.set_person_ref(ref_);
  *request.mutable_terms() = desk_.Terms({"college", "app"});
  EXPECT_THAT(
      FieldsOf(desk_.Ask(desk_.services().consent(), &ConsentService::CreateConsent, "lambeth", request).status()),
      ElementsAre("terms.recipient_organisation_ids[1]"));

  // It was named before it became a channel.
  const std::string named = desk_.Draw("lambeth", ref_, desk_.Terms({"jobcentre"}));
  access::Organisation turned = *desk_.registry().FindById(desk_.IdOf("jobcentre"));
  turned.roles = {ROLE_RESIDENT_CHANNEL};
  desk_.registry().Set(turned);
  desk_.Enrol("jobcentre", "lambeth", ref_);
  EXPECT_THAT(Decide("jobcentre", named, v1::CONSENT_STATE_GIVEN), Denied());
  EXPECT_THAT(desk_.Corroborate("jobcentre", named), Denied());
  ASSERT_TRUE(Decide("app", named, v1::CONSENT_STATE_GIVEN).ok());
  EXPECT_TRUE(desk_.Withdraw("jobcentre", named).ok()) << "a no is taken";
}

TEST_F(ChannelTest, OnAnEndedAuthorityItSaysNoYesEither) {
  v1::ConsentTerms terms = desk_.Terms({"college"});
  Desk::ActAsParent(terms, "2026-03-10");
  const std::string id = desk_.Draw("lambeth", ref_, terms);
  desk_.clock().Advance(absl::Hours(24 * 20));
  EXPECT_THAT(Decide("app", id, v1::CONSENT_STATE_GIVEN),
              Refused(absl::StatusCode::kFailedPrecondition, "AUTHORITY_ENDED"));
  EXPECT_TRUE(Decide("app", id, v1::CONSENT_STATE_REFUSED).ok());
}

TEST_F(ChannelTest, OurServicesNameThePersonByItsReference) {
  EXPECT_EQ(desk_.PersonId("app", app_ref_), desk_.PersonId("lambeth", ref_));
  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  v1::CheckAccessRequest check = desk_.CheckRequest(app_ref_, id);
  check.set_on_behalf_of(desk_.IdOf("college"));
  check.set_person_ref_of(desk_.IdOf("app"));
  const auto checked = desk_.Ask(desk_.services().access(), &AccessService::CheckAccess, "service/referral", check);
  ASSERT_TRUE(checked.ok()) << checked.status();
  EXPECT_TRUE(checked->permitted());
  EXPECT_EQ(checked->person_ref(), college_ref_);
  ASSERT_TRUE(desk_.EndEnrolment("app", app_ref_, "").ok());
  const auto after = desk_.Ask(desk_.services().access(), &AccessService::CheckAccess, "service/referral", check);
  EXPECT_FALSE(after->permitted());
  EXPECT_EQ(after->person_id(), "");
}

}  // namespace
}  // namespace nwd::consent
