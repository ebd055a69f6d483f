// ExplainAccess, by its RPC, over what is kept.
#include "services/consent/explain_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/calendar/london.h"
#include "services/consent/authority_rows.h"
#include "services/consent/consent_rows.h"
#include "services/consent/explain_scan.h"
#include "services/consent/joins.h"
#include "services/consent/keys.h"
#include "tests/services/consent/desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

constexpr int kPeople = 10;

class ExplainServiceTest : public ::testing::Test {
 protected:
  ExplainServiceTest() {
    desk_.Add("lambeth", ORGANISATION_KIND_BOROUGH);
    desk_.Add("college", ORGANISATION_KIND_COLLEGE);
    desk_.Add("employer", ORGANISATION_KIND_EMPLOYER);
    desk_.Add("auditor", ORGANISATION_KIND_OTHER, {ROLE_AUDITOR});
  }

  // Ten people of lambeth, each with a consent to the college.
  void GiveTen(const std::string& agreement_id = "") {
    for (int i = 0; i < kPeople; ++i) {
      const std::string ref = desk_.Register("lambeth", "Ada " + std::string(1, static_cast<char>('A' + i)));
      v1::ConsentTerms terms = desk_.Terms({"college"});
      terms.set_agreement_id(agreement_id);
      consents_.push_back(desk_.Give("lambeth", ref, terms));
      refs_.push_back(ref);
    }
  }
  v1::ExplainAccessRequest About(const std::string& who) {
    v1::ExplainAccessRequest request;
    request.set_organisation_id(desk_.IdOf(who));
    return request;
  }
  absl::StatusOr<v1::ExplainAccessResponse> Ask(const std::string& who, const v1::ExplainAccessRequest& request) {
    return desk_.Ask(desk_.services().explain(), &ExplainService::ExplainAccess, who, request);
  }
  v1::ExplainAccessResponse Explain(const std::string& who, const v1::ExplainAccessRequest& request) {
    auto explained = Ask(who, request);
    EXPECT_TRUE(explained.ok()) << explained.status();
    return explained.value_or(v1::ExplainAccessResponse());
  }
  // The categories in which something is permitted to `count` people.
  static std::vector<Category> Permitted(const v1::ExplainAccessResponse& told, int count, bool with_draft = false) {
    std::vector<Category> categories;
    for (const v1::AccessExplanation& row : told.explanations()) {
      const v1::PeopleCount& people = with_draft ? row.with_draft() : row.now();
      if (row.reason() == v1::DENIAL_REASON_UNSPECIFIED && people.people() == count) {
        categories.push_back(row.category());
      }
    }
    return categories;
  }
  // Rows straight into the store, of as many people: quicker than by the RPCs.
  template <class Put>
  void Keep(int rows, Put put) {
    auto body = [&](store::Txn& txn) {
      for (int i = 0; i < rows; ++i) put(txn);
      return absl::OkStatus();
    };
    ASSERT_TRUE(async::BlockOn(desk_.store().Update(body)).ok());
  }
  storage::Consent Row(const std::string& recipient) {
    storage::Consent consent;
    consent.set_consent_id(std::string(ids::Uuid::Random().bytes()));
    consent.set_person_id(std::string(ids::Uuid::Random().bytes()));
    consent.set_captor_organisation_id(std::string(IdIn(desk_.IdOf("lambeth")).bytes()));
    consent.set_state(v1::CONSENT_STATE_GIVEN);
    consent.set_purpose(PURPOSE_EMPLOYMENT_SUPPORT);
    consent.set_categories(MaskOf(CATEGORY_SKILLS));
    consent.add_recipients()->set_organisation_id(std::string(IdIn(desk_.IdOf(recipient)).bytes()));
    consent.set_mode(v1::SHARING_MODE_VIEW);
    consent.set_standing(true);
    consent.set_valid_until_us(Micros(desk_.clock().Now() + absl::Hours(1)));
    return consent;
  }

  Desk desk_;
  std::vector<std::string> refs_, consents_;
};

TEST_F(ExplainServiceTest, AnAgencyIsToldAboutItselfAndAnAuditorAboutAnybody) {
  GiveTen();
  for (const char* who : {"college", "auditor"}) {
    const v1::ExplainAccessResponse told = Explain(who, About("college"));
    EXPECT_EQ(told.people().people(), 10);
    EXPECT_THAT(Permitted(told, 10), ElementsAre(CATEGORY_CONTACT, CATEGORY_SKILLS, CATEGORY_GOALS));
    EXPECT_EQ(FromTimestamp(told.as_of()), desk_.clock().Now());
    const absl::CivilMonth month(calendar::DayOf(desk_.clock().Now() + absl::Hours(24 * 90)));
    EXPECT_EQ(FromTimestamp(told.explanations(0).last_end_time()), absl::FromCivil(month, calendar::London()));
  }
  EXPECT_THAT(Ask("lambeth", About("college")), Denied());
  EXPECT_EQ(desk_.Audited("access.explained"), 2);
}

TEST_F(ExplainServiceTest, WhatIsWithdrawnIsDeniedAndWhy) {
  GiveTen();
  for (const std::string& consent : consents_) ASSERT_TRUE(desk_.Withdraw("lambeth", consent).ok());
  const v1::ExplainAccessResponse told = Explain("college", About("college"));
  EXPECT_EQ(told.people().people(), 0);
  EXPECT_FALSE(told.people().suppressed());
  ASSERT_EQ(told.explanations_size(), 3);
  for (const v1::AccessExplanation& row : told.explanations()) {
    EXPECT_EQ(row.reason(), v1::DENIAL_REASON_NOT_IN_FORCE);
    EXPECT_EQ(row.now().people(), 10);
  }
}

TEST_F(ExplainServiceTest, WhoIsNotTrustedNowSeesNothing) {
  GiveTen();
  access::Organisation college = *desk_.registry().FindById(desk_.IdOf("college"));
  college.state = ORGANISATION_STATE_SUSPENDED;
  desk_.registry().Set(college);
  const v1::ExplainAccessResponse told = Explain("auditor", About("college"));
  EXPECT_EQ(told.people().people(), 0);
  EXPECT_FALSE(told.people().suppressed());
}

TEST_F(ExplainServiceTest, OnlyThePeopleOfOneOrganisation) {
  GiveTen();
  v1::ExplainAccessRequest request = About("college");
  request.set_held_by_organisation_id(desk_.IdOf("lambeth"));
  EXPECT_EQ(Explain("auditor", request).people().people(), 10);
  request.set_held_by_organisation_id(desk_.IdOf("employer"));
  EXPECT_EQ(Explain("auditor", request).explanations_size(), 0);
}

TEST_F(ExplainServiceTest, AnAgencyAsksOfItsOwnPeopleOrOfAllNeverOfAnothers) {
  GiveTen();
  v1::ExplainAccessRequest request = About("college");
  request.set_held_by_organisation_id(desk_.IdOf("college"));
  const v1::ExplainAccessResponse of_its_own = Explain("college", request);
  EXPECT_EQ(of_its_own.people().people(), 0) << "it registered none of them";
  EXPECT_FALSE(of_its_own.people().suppressed());
  for (const std::string& other : {desk_.IdOf("lambeth"), ids::Uuid::Random().ToString()}) {
    request.set_held_by_organisation_id(other);
    const auto told = Ask("college", request);
    EXPECT_THAT(told, Invalid());
    EXPECT_THAT(FieldsOf(told.status()), ElementsAre("held_by_organisation_id"));
  }
}

TEST_F(ExplainServiceTest, ConsentsThatNobodyGaveTellOfNobody) {
  for (int i = 0; i < kPeople; ++i) {
    const std::string ref = desk_.Register("lambeth", "Ada " + std::string(1, static_cast<char>('A' + i)));
    desk_.Draw("lambeth", ref, desk_.Terms({"college"}));
  }
  for (const char* who : {"college", "auditor"}) {
    const v1::ExplainAccessResponse told = Explain(who, About("college"));
    EXPECT_EQ(told.explanations_size(), 0);
    EXPECT_EQ(told.people().people(), 0);
    EXPECT_FALSE(told.people().suppressed());
  }
}

TEST_F(ExplainServiceTest, PeopleWhoAreOneCountOnce) {
  GiveTen();
  GiveTen();
  for (int i = 0; i < kPeople; ++i) {
    const ids::Uuid one = IdIn(desk_.PersonId("lambeth", refs_[i]));
    const ids::Uuid other = IdIn(desk_.PersonId("lambeth", refs_[kPeople + i]));
    auto join = [&](store::Txn& txn) { return joins::Join(txn, one, other); };
    ASSERT_TRUE(async::BlockOn(desk_.store().Update(join)).value());
  }
  EXPECT_EQ(Explain("college", About("college")).people().people(), 10);
}

TEST_F(ExplainServiceTest, ADraftInTheAgreementsPlaceIsJudgedBesideIt) {
  AgreementChange covering = desk_.AgreementOf({"lambeth", "college"});
  covering.add_categories(CATEGORY_GOALS);
  const std::string agreement = desk_.AddAgreement(covering);
  GiveTen(agreement);
  v1::ExplainAccessRequest request = About("college");
  const auto all = ElementsAre(CATEGORY_CONTACT, CATEGORY_SKILLS, CATEGORY_GOALS);
  EXPECT_THAT(Permitted(Explain("college", request), 10), all);
  request.set_draft_replaces_agreement_id(agreement);
  v1::DraftAgreement& draft = *request.mutable_draft();
  draft.add_party_organisation_ids(desk_.IdOf("college"));
  draft.add_purposes(PURPOSE_EMPLOYMENT_SUPPORT);
  draft.add_categories(CATEGORY_GOALS);
  draft.add_lawful_bases(LAWFUL_BASIS_CONSENT);
  const v1::ExplainAccessResponse told = Explain("college", request);
  EXPECT_THAT(Permitted(told, 10), all);
  EXPECT_THAT(Permitted(told, 10, /*with_draft=*/true), ElementsAre(CATEGORY_GOALS));
  EXPECT_TRUE(desk_.Check("college", desk_.RefFor("college", refs_[0], "lambeth"), consents_[0])->permitted())
      << "asking changes nothing";
}

TEST_F(ExplainServiceTest, FaultsAreNamed) {
  v1::ExplainAccessRequest request = About("college");
  request.set_draft_replaces_agreement_id(ids::Uuid::Random().ToString());
  EXPECT_THAT(FieldsOf(Ask("college", request).status()),
              ElementsAre("draft_replaces_agreement_id", "draft_replaces_agreement_id"))
      << "it replaces nothing, and is no agreement";
  v1::ExplainAccessRequest about_nobody = request;
  about_nobody.set_organisation_id(ids::Uuid::Random().ToString());
  EXPECT_THAT(FieldsOf(Ask("auditor", about_nobody).status()),
              ::testing::IsSupersetOf({"organisation_id", "draft_replaces_agreement_id"}));
  v1::DraftAgreement& draft = *request.mutable_draft();
  draft.add_party_organisation_ids(desk_.IdOf("college"));
  draft.add_purposes(PURPOSE_EMPLOYMENT_SUPPORT);
  draft.add_categories(CATEGORY_GOALS);
  draft.add_lawful_bases(LAWFUL_BASIS_CONSENT);
  request.set_organisation_id(ids::Uuid::Random().ToString());
  EXPECT_THAT(FieldsOf(Ask("auditor", request).status()),
              UnorderedElementsAre("organisation_id", "draft_replaces_agreement_id"));
}

TEST_F(ExplainServiceTest, AuthoritiesCountBesideConsents) {
  GiveTen();
  Keep(8, [&](store::Txn& txn) {
    storage::Authority authority;
    authority.set_authority_id(std::string(ids::Uuid::Random().bytes()));
    authority.set_person_id(std::string(ids::Uuid::Random().bytes()));
    authority.set_state(v1::AUTHORITY_STATE_APPROVED);
    authority.set_lawful_basis(LAWFUL_BASIS_PUBLIC_TASK);
    authority.set_purpose(PURPOSE_REFERRAL);
    authority.set_categories(MaskOf(CATEGORY_SKILLS));
    authority.add_recipients()->set_organisation_id(std::string(IdIn(desk_.IdOf("college")).bytes()));
    authority.set_mode(v1::SHARING_MODE_VIEW);
    authority.set_approve_time_us(Micros(desk_.clock().Now()));
    authority.set_valid_until_us(Micros(desk_.clock().Now() + absl::Hours(1)));
    authorities::Put(txn, authority);
  });
  const v1::ExplainAccessResponse told = Explain("college", About("college"));
  EXPECT_EQ(told.people().people(), 20) << "ten and eight, rounded";
  int on_public_task = 0;
  for (const v1::AccessExplanation& row : told.explanations()) {
    EXPECT_EQ(row.now().people(), 10);
    on_public_task += row.lawful_basis() == LAWFUL_BASIS_PUBLIC_TASK;
  }
  EXPECT_EQ(told.explanations_size(), 4) << "three sections by consent, one by authority";
  EXPECT_EQ(on_public_task, 1);
}

TEST_F(ExplainServiceTest, NoneIsMissedWhereSnapshotsMeet) {
  constexpr int kRows = kExplainRowsAtOnce * 2 + 1;
  static_assert(kRows % 5 == 3, "one fewer would round down");
  Keep(kRows, [&](store::Txn& txn) { consents::Put(txn, Row("college")); });
  EXPECT_EQ(Explain("auditor", About("college")).people().people(), kRows + 2);
}

TEST_F(ExplainServiceTest, ACallerWhoHasGoneIsNotWorkedFor) {
  GiveTen();
  const auto alive = [] { return absl::CancelledError("the caller has gone"); };
  Explanation::Asked asked;
  asked.organisation_id = IdIn(desk_.IdOf("college"));
  asked.now = desk_.clock().Now();
  Explanation explanation(asked);
  EXPECT_TRUE(absl::IsCancelled(ExplainFrom(desk_.store(), std::nullopt, alive, explanation)));
}

TEST_F(ExplainServiceTest, ARowThatDoesNotParseIsFoundAndNothingIsSaid) {
  Keep(1, [&](store::Txn& txn) {
    txn.Put(keys::Consent(ids::Uuid::Random()), "\xff\xff" + std::string(IdIn(desk_.IdOf("college")).bytes()));
  });
  EXPECT_TRUE(absl::IsDataLoss(Ask("college", About("college")).status()));
}

}  // namespace
}  // namespace nwd::consent
