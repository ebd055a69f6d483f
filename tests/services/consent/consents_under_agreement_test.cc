// Consents that fall under a data-sharing agreement: what they may cite, and what they permit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "common/receipt/receipt.h"
#include "common/replica/directory_replica.h"
#include "tests/common/replica/owner.h"
#include "tests/services/consent/desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT
using ::testing::ElementsAre;

class ConsentsUnderAgreementTest : public ::testing::Test {
 protected:
  ConsentsUnderAgreementTest() {
    desk_.Add("lambeth", ORGANISATION_KIND_BOROUGH);
    desk_.Add("college", ORGANISATION_KIND_COLLEGE);
    desk_.Add("charity");
    ref_ = desk_.Register("lambeth", "Ada Lovelace");
    agreement_ = desk_.AgreementOf({"lambeth", "college"});
  }

  // Terms for skills and contact, to college.
  v1::ConsentTerms Terms(const std::string& agreement_id) {
    v1::ConsentTerms terms = desk_.Terms({"college"});
    terms.mutable_categories()->RemoveLast();
    terms.set_agreement_id(agreement_id);
    return terms;
  }
  absl::StatusOr<v1::CreateConsentResponse> Draw(const v1::ConsentTerms& terms) {
    v1::CreateConsentRequest request;
    request.set_person_ref(ref_);
    *request.mutable_terms() = terms;
    request.set_request(true);
    return desk_.Ask(desk_.services().consent(), &ConsentService::CreateConsent, "lambeth", request);
  }
  absl::StatusOr<v1::CreateConsentResponse> Draw(const std::string& agreement_id) { return Draw(Terms(agreement_id)); }
  std::string Give(const AgreementChange& agreement) {
    const auto drawn = Draw(agreement.agreement_id());
    EXPECT_TRUE(drawn.ok()) << drawn.status();
    desk_.Decide("lambeth", drawn->consent_id(), v1::CONSENT_STATE_GIVEN);
    return drawn->consent_id();
  }
  v1::CheckAccessResponse Check(const std::string& who, const std::string& consent,
                                std::vector<Category> categories = {CATEGORY_SKILLS}) {
    auto checked = desk_.Check(who, desk_.RefFor(who, ref_, "lambeth"), consent, std::move(categories));
    EXPECT_TRUE(checked.ok()) << checked.status();
    return checked.value_or(v1::CheckAccessResponse());
  }
  // The directory's feed tells of the agreement, and this service has followed it.
  void Follow(replica::Owner& directory, const AgreementChange& agreement) {
    Change change;
    *change.mutable_agreement() = agreement;
    directory.AppendNow(change);
    replica::DirectoryReplica replica(desk_.store(), replica::DirectoryPeer{directory.Reading(), {}, {}, {}},
                                      desk_.registry(), desk_.clock());
    auto run = [&]() -> async::Task<void> {
      rpc::Stop stop;
      async::Signal ended;
      auto follow = [&]() -> async::Task<void> {
        co_await replica.Run(stop);
        ended.Notify();
      };
      async::Spawn(follow());
      while (!replica.follower().CaughtUp()) co_await async::SleepUntil(absl::Now() + absl::Milliseconds(1));
      stop.Request();
      co_await ended.WaitPast(0, absl::InfiniteFuture());
    };
    async::BlockOn(run());
  }
  void ExpectNotUnderAgreement(const v1::CheckAccessResponse& checked) {
    EXPECT_FALSE(checked.permitted());
    ASSERT_EQ(checked.denied_categories_size(), 1);
    EXPECT_EQ(checked.denied_categories(0).reason(), v1::DENIAL_REASON_NOT_UNDER_AGREEMENT);
  }

  Desk desk_;
  std::string ref_;
  AgreementChange agreement_;
};

TEST_F(ConsentsUnderAgreementTest, WhatTheAgreementDoesNotForeseeIsNamedAllAtOnceAndNothingIsKept) {
  agreement_.clear_lawful_bases();
  agreement_.add_lawful_bases(LAWFUL_BASIS_PUBLIC_TASK);
  desk_.AddAgreement(agreement_);
  v1::ConsentTerms terms = desk_.Terms({"college", "charity"});  // skills, contact and goals
  terms.set_purpose(PURPOSE_REFERRAL);
  terms.set_agreement_id(agreement_.agreement_id());
  const auto drawn = Draw(terms);
  EXPECT_THAT(drawn, Invalid());
  EXPECT_THAT(FieldsOf(drawn.status()),
              ElementsAre("terms.agreement_id", "terms.purpose", "terms.categories[2].category",
                          "terms.recipient_organisation_ids[1]"));
  EXPECT_EQ(desk_.Audited("consent.created"), 0);
}

TEST_F(ConsentsUnderAgreementTest, EachThingThatItForeseesIsItsOwn) {
  desk_.AddAgreement(agreement_);
  const auto faults = [&](void (*spoil)(Desk&, v1::ConsentTerms&)) {
    v1::ConsentTerms terms = Terms(agreement_.agreement_id());
    spoil(desk_, terms);
    return FieldsOf(Draw(terms).status());
  };
  EXPECT_THAT(faults([](Desk&, v1::ConsentTerms&) {}), ElementsAre());
  EXPECT_THAT(faults([](Desk&, v1::ConsentTerms& terms) { terms.set_purpose(PURPOSE_EVALUATION); }),
              ElementsAre("terms.purpose"));
  EXPECT_THAT(faults([](Desk&, v1::ConsentTerms& terms) { terms.mutable_categories(0)->set_category(CATEGORY_GOALS); }),
              ElementsAre("terms.categories[0].category"));
  EXPECT_THAT(faults([](Desk& desk, v1::ConsentTerms& terms) {
                terms.set_recipient_organisation_ids(0, desk.IdOf("charity"));
              }),
              ElementsAre("terms.recipient_organisation_ids[0]"));
}

// An agreement's terms never change, and are judged at each check all the same.
TEST_F(ConsentsUnderAgreementTest, OnlyWhatTheAgreementCoversTooIsPermitted) {
  agreement_.add_categories(CATEGORY_GOALS);
  agreement_.add_party_organisation_ids(desk_.IdOf("charity"));
  desk_.AddAgreement(agreement_);
  v1::ConsentTerms terms = desk_.Terms({"college", "charity"});
  terms.set_agreement_id(agreement_.agreement_id());
  const std::string consent = desk_.Give("lambeth", ref_, terms);
  agreement_.mutable_categories()->RemoveLast();
  agreement_.mutable_party_organisation_ids()->RemoveLast();
  desk_.AddAgreement(agreement_);
  const v1::CheckAccessResponse checked =
      Check("college", consent, {CATEGORY_SKILLS, CATEGORY_CONTACT, CATEGORY_GOALS});
  EXPECT_THAT(checked.permitted_categories(), ElementsAre(CATEGORY_CONTACT, CATEGORY_SKILLS));
  ASSERT_EQ(checked.denied_categories_size(), 1);
  EXPECT_EQ(checked.denied_categories(0).category(), CATEGORY_GOALS);
  EXPECT_EQ(checked.denied_categories(0).reason(), v1::DENIAL_REASON_NOT_UNDER_AGREEMENT);
  ExpectNotUnderAgreement(Check("charity", consent));
}

TEST_F(ConsentsUnderAgreementTest, AnEndThatTheFeedBringsStopsChecksAndReadsAtOnce) {
  replica::Owner directory;
  Follow(directory, agreement_);
  const std::string consent = Give(agreement_);
  desk_.Put("lambeth", ref_, desk_.Skills("welding"));
  const std::string theirs = desk_.RefFor("college", ref_, "lambeth");
  EXPECT_TRUE(Check("college", consent).permitted());
  EXPECT_TRUE(desk_.Read("college", theirs, consent).ok());

  *agreement_.mutable_end_time() = ToTimestamp(desk_.clock().Now());
  Follow(directory, agreement_);
  ExpectNotUnderAgreement(Check("college", consent));
  EXPECT_THAT(desk_.Read("college", theirs, consent), Denied());
}

TEST_F(ConsentsUnderAgreementTest, ItEndsByItsTimeAndCannotBeRenewedByTheConsent) {
  *agreement_.mutable_end_time() = ToTimestamp(desk_.clock().Now() + absl::Hours(1));
  desk_.AddAgreement(agreement_);
  const std::string consent = Give(agreement_);
  EXPECT_TRUE(Check("college", consent).permitted());
  desk_.clock().Advance(absl::Hours(1));
  ExpectNotUnderAgreement(Check("college", consent));
  EXPECT_THAT(FieldsOf(Draw(agreement_.agreement_id()).status()), ElementsAre("terms.agreement_id"));
}

TEST_F(ConsentsUnderAgreementTest, OneThatHasStillToBeginMayBeCitedAndPermitsFromThen) {
  *agreement_.mutable_valid_from() = ToTimestamp(desk_.clock().Now() + absl::Hours(1));
  desk_.AddAgreement(agreement_);
  const std::string consent = Give(agreement_);
  ExpectNotUnderAgreement(Check("college", consent));
  desk_.clock().Advance(absl::Hours(1));
  EXPECT_TRUE(Check("college", consent).permitted());
}

TEST_F(ConsentsUnderAgreementTest, AnAgreementThatNobodyKnowsIsRefusedAfterTheDirectoryWasAsked) {
  const int asked = desk_.asked();
  const auto drawn = Draw(ids::Uuid::Random().ToString());
  EXPECT_THAT(drawn, Invalid());
  EXPECT_THAT(FieldsOf(drawn.status()), ElementsAre("terms.agreement_id"));
  EXPECT_EQ(desk_.asked(), asked + 1);
}

TEST_F(ConsentsUnderAgreementTest, OneThatIsNotHereYetIsFetched) {
  desk_.AddAgreementToDirectoryOnly(agreement_);
  EXPECT_TRUE(Check("college", Give(agreement_)).permitted());
}

TEST_F(ConsentsUnderAgreementTest, TheCaptorMustBeAParty) {
  const AgreementChange others = desk_.AgreementOf({"college", "charity"});
  desk_.AddAgreement(others);
  const auto drawn = Draw(others.agreement_id());
  EXPECT_THAT(drawn, Invalid());
  EXPECT_THAT(WireTextOf(drawn.status()), ::testing::HasSubstr("not a party"));
}

TEST_F(ConsentsUnderAgreementTest, AFaultyAgreementIsNamedWithAllOtherFaults) {
  v1::CreateConsentRequest request;
  request.set_person_ref(ref_);
  *request.mutable_terms() = desk_.Terms({"college"});
  request.mutable_terms()->set_agreement_id(ids::Uuid::Random().ToString());
  request.mutable_terms()->add_recipient_organisation_ids(ids::Uuid::Random().ToString());
  const auto drawn = desk_.Ask(desk_.services().consent(), &ConsentService::CreateConsent, "lambeth", request);
  EXPECT_THAT(FieldsOf(drawn.status()), ElementsAre("terms.recipient_organisation_ids[1]", "terms.agreement_id"));
}

TEST_F(ConsentsUnderAgreementTest, AReferralsTextIsNotReleasedOutsideTheAgreement) {
  agreement_.add_purposes(PURPOSE_REFERRAL);
  agreement_.add_party_organisation_ids(desk_.IdOf("charity"));
  desk_.AddAgreement(agreement_);
  v1::ConsentTerms terms = Terms(agreement_.agreement_id());
  terms.set_purpose(PURPOSE_REFERRAL);
  terms.add_recipient_organisation_ids(desk_.IdOf("charity"));
  const std::string consent = desk_.Give("lambeth", ref_, terms);
  agreement_.mutable_party_organisation_ids()->RemoveLast();
  desk_.AddAgreement(agreement_);
  const auto released = [&](const std::string& to) {
    v1::ReleaseReferralTextRequest request;
    request.set_consent_id(consent);
    request.set_person_id(desk_.PersonId("lambeth", ref_));
    request.set_organisation_id(desk_.IdOf(to));
    request.set_referral_id(ids::Uuid::Random().ToString());
    request.set_source_organisation_id(desk_.IdOf("lambeth"));
    return desk_.Ask(desk_.services().access(), &AccessService::ReleaseReferralText, "service/referral", request)
        ->permitted();
  };
  EXPECT_TRUE(released("college"));
  EXPECT_FALSE(released("charity")) << "no party";
}

TEST_F(ConsentsUnderAgreementTest, ItIsShownToThePartiesAndInTheReceipt) {
  desk_.AddAgreement(agreement_);
  const std::string consent = Give(agreement_);
  EXPECT_EQ(desk_.Get("college", consent).terms().agreement_id(), agreement_.agreement_id());
  v1::GetReceiptRequest request;
  request.set_consent_id(consent);
  const auto got = desk_.Ask(desk_.services().receipt(), &ReceiptService::GetReceipt, "lambeth", request);
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(receipt::Read(got->content())->agreement_id, agreement_.agreement_id());
}

}  // namespace
}  // namespace nwd::consent
