// Text of a referral released to its receiver: judged, kept once, listed, and told of when the consent is withdrawn.
#include "tests/services/consent/desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT

constexpr char kReferral[] = "0b7e6d1c-97f5-4c43-8d0e-3f6f0a6f2b11";
constexpr char kOtherReferral[] = "0b7e6d1c-97f5-4c43-8d0e-3f6f0a6f2b12";

class ReferralTextTest : public ::testing::Test {
 protected:
  ReferralTextTest() {
    desk_.Add("lambeth", ORGANISATION_KIND_BOROUGH);
    desk_.Add("college", ORGANISATION_KIND_COLLEGE);
    desk_.Add("stranger");
    desk_.Add("auditor", ORGANISATION_KIND_OTHER, {ROLE_AUDITOR});
    ref_ = desk_.Register("lambeth", "Ada Lovelace");
    person_id_ = desk_.PersonId("lambeth", ref_);
    v1::ConsentTerms terms = desk_.Terms({"college"});
    terms.set_purpose(PURPOSE_REFERRAL);
    terms.set_standing(false);
    consent_ = desk_.Give("lambeth", ref_, terms);
  }
  absl::StatusOr<v1::ReleaseReferralTextResponse> Release(const std::string& to, const std::string& referral_id) {
    v1::ReleaseReferralTextRequest request;
    request.set_referral_id(referral_id);
    request.set_consent_id(consent_);
    request.set_person_id(person_id_);
    request.set_organisation_id(desk_.IdOf(to));
    request.set_source_organisation_id(desk_.IdOf("lambeth"));
    return desk_.Ask(desk_.services().access(), &AccessService::ReleaseReferralText, "service/referral", request);
  }
  bool Released(const std::string& to = "college", const std::string& referral_id = kReferral) {
    const auto answer = Release(to, referral_id);
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() && answer->permitted();
  }
  v1::ListDisclosuresResponse Listed(const std::string& who) {
    v1::ListDisclosuresRequest request;
    if (who == "auditor") {
      request.set_recipient_organisation_id(desk_.IdOf("college"));
    } else {
      request.set_person_ref(ref_);
    }
    const auto listed = desk_.Ask(desk_.services().disclosure(), &DisclosureService::ListDisclosures, who, request);
    EXPECT_TRUE(listed.ok()) << listed.status();
    return listed.value_or(v1::ListDisclosuresResponse());
  }
  v1::ListNoticesResponse Notices(const std::string& who) {
    return desk_.Ask(desk_.services().notice(), &NoticeService::ListNotices, who, v1::ListNoticesRequest()).value();
  }
  Desk desk_;
  std::string ref_, person_id_, consent_;
};

TEST_F(ReferralTextTest, IsADisclosureToItsReceiverOfItsSourcesText) {
  EXPECT_TRUE(Released());
  for (const std::string who : {"lambeth", "auditor"}) {
    const v1::ListDisclosuresResponse listed = Listed(who);
    ASSERT_EQ(listed.disclosures_size(), 1) << who;
    const v1::Disclosure& disclosure = listed.disclosures(0);
    EXPECT_EQ(disclosure.referral_id(), kReferral);
    EXPECT_EQ(disclosure.recipient_organisation_id(), desk_.IdOf("college"));
    EXPECT_EQ(disclosure.consent_id(), consent_);
    EXPECT_EQ(disclosure.purpose(), PURPOSE_REFERRAL);
    EXPECT_EQ(disclosure.categories_size(), 0);
  }
  EXPECT_EQ(desk_.Audited("referral-text.disclosed"), 1);
}

TEST_F(ReferralTextTest, IsOneDisclosureOfAReferralHoweverOftenItIsRead) {
  EXPECT_TRUE(Released());
  ASSERT_TRUE(desk_.Open(consent_, person_id_, "college", kReferral, 1).ok());
  EXPECT_TRUE(Released());
  ASSERT_TRUE(desk_.Close(consent_, "college", kReferral, 2).ok());
  ASSERT_TRUE(desk_.Open(consent_, person_id_, "college", kReferral, 3).ok());
  EXPECT_TRUE(Released());
  EXPECT_EQ(Listed("lambeth").disclosures_size(), 1);
  EXPECT_TRUE(Released("college", kOtherReferral));
  EXPECT_EQ(Listed("lambeth").disclosures_size(), 2) << "another referral's is another";
}

TEST_F(ReferralTextTest, BeforeAcceptanceOpensNothingOfTheRecord) {
  const std::string college_ref = desk_.RefFor("college", ref_, "lambeth");
  EXPECT_TRUE(Released());
  v1::CheckAccessRequest check = desk_.CheckRequest(college_ref, consent_);
  check.set_purpose(PURPOSE_REFERRAL);
  const auto checked = desk_.Ask(desk_.services().access(), &AccessService::CheckAccess, "college", check);
  ASSERT_TRUE(checked.ok()) << checked.status();
  EXPECT_EQ(checked->denied_categories(0).reason(), v1::DENIAL_REASON_NO_OPEN_REFERRAL);
  ASSERT_TRUE(desk_.Open(consent_, person_id_, "college", kReferral, 1).ok()) << "and acceptance opens it";
}

TEST_F(ReferralTextTest, WhoReadNothingElseIsToldOfTheWithdrawal) {
  EXPECT_TRUE(Released());
  EXPECT_EQ(desk_.Withdraw("lambeth", consent_)->notices(), 1);
  const v1::ListNoticesResponse notices = Notices("college");
  ASSERT_EQ(notices.notices_size(), 1);
  EXPECT_EQ(notices.notices(0).type(), v1::NOTICE_TYPE_WITHDRAWAL);
  EXPECT_EQ(notices.notices(0).disclosure_count(), 1);
  EXPECT_EQ(notices.notices(0).disclosure_ids(0), Listed("lambeth").disclosures(0).disclosure_id());
}

TEST_F(ReferralTextTest, WhoReadNothingAtAllIsNotTold) {
  ASSERT_TRUE(desk_.Open(consent_, person_id_, "college", kReferral, 1).ok());
  EXPECT_EQ(desk_.Withdraw("lambeth", consent_)->notices(), 0);
}

TEST_F(ReferralTextTest, IsReleasedToNobodyTheConsentDoesNotPermit) {
  EXPECT_FALSE(Released("stranger"));
  access::Organisation suspended = *desk_.registry().FindById(desk_.IdOf("college"));
  suspended.state = ORGANISATION_STATE_SUSPENDED;
  desk_.registry().Set(suspended);
  EXPECT_FALSE(Released());
  suspended.state = ORGANISATION_STATE_ACTIVE;
  desk_.registry().Set(suspended);
  ASSERT_TRUE(desk_.Withdraw("lambeth", consent_).ok());
  EXPECT_FALSE(Released()) << "from the withdrawal on";
  EXPECT_EQ(Listed("lambeth").disclosures_size(), 0);
  person_id_ = desk_.PersonId("lambeth", desk_.Register("lambeth", "Ben Bitdiddle"));
  EXPECT_FALSE(Released()) << "of somebody else";
}

}  // namespace
}  // namespace nwd::consent
