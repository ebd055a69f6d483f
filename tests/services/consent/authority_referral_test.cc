// What referrals that rest on an authority need of the consent service: the check of who refers, the release of their
// text, and being told what became of the authority.
#include "services/consent/restated.h"
#include "tests/common/replica/restating.h"
#include "tests/services/consent/authority_desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT
using ::testing::ElementsAre;

constexpr char kReferral[] = "0b7e6d1c-97f5-4c43-8d0e-3f6f0a6f2b11";

class AuthorityReferralTest : public AuthorityTest {
 protected:
  AuthorityReferralTest() {
    agreement_.add_purposes(PURPOSE_REFERRAL);
    desk_.AddAgreement(agreement_);
  }
  std::string ForReferral() {
    v1::AuthorityTerms terms = Terms();
    terms.set_purpose(PURPOSE_REFERRAL);
    return Active(terms);
  }
  v1::ReleaseReferralTextRequest ReleaseRequest(const std::string& authority_id) {
    v1::ReleaseReferralTextRequest request;
    request.set_referral_id(kReferral);
    request.set_authority_id(authority_id);
    request.set_person_id(desk_.PersonId("lambeth", ref_));
    request.set_organisation_id(desk_.IdOf("college"));
    request.set_source_organisation_id(desk_.IdOf("lambeth"));
    return request;
  }
  bool Released(const v1::ReleaseReferralTextRequest& request) {
    const auto answer =
        desk_.Ask(desk_.services().access(), &AccessService::ReleaseReferralText, "service/referral", request);
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() && answer->permitted();
  }
  std::vector<v1::Disclosure> Disclosures() {
    v1::ListDisclosuresRequest request;
    request.set_person_ref(ref_);
    const auto listed =
        desk_.Ask(desk_.services().disclosure(), &DisclosureService::ListDisclosures, "lambeth", request);
    EXPECT_TRUE(listed.ok()) << listed.status();
    return {listed->disclosures().begin(), listed->disclosures().end()};
  }
  // What the feed tells of authorities.
  std::vector<Change> Told() {
    std::vector<Change> told;
    for (const Change& change : desk_.Changes()) {
      if (change.has_authority()) told.push_back(change);
    }
    return told;
  }
  std::vector<std::string> StatesTold() {
    std::vector<std::string> states;
    for (const Change& change : Told()) states.push_back(change.authority().state());
    return states;
  }
};

TEST_F(AuthorityReferralTest, WhoRefersLearnsInOneQuestionWhoItIsAndThatItPermits) {
  v1::CheckAccessRequest request = CheckRequest(ref_, ForReferral());
  request.set_purpose(PURPOSE_REFERRAL);
  request.set_on_behalf_of(desk_.IdOf("college"));
  request.set_person_ref_of(desk_.IdOf("lambeth"));
  request.set_prospective(true);
  const auto checked = Check("service/referral", request);
  EXPECT_TRUE(checked.permitted());
  EXPECT_EQ(checked.person_id(), desk_.PersonId("lambeth", ref_));
  EXPECT_EQ(checked.person_ref(), college_ref_);
}

TEST_F(AuthorityReferralTest, TextIsOneDisclosureOnTheAuthorityAndNoUse) {
  const std::string id = ForReferral();
  EXPECT_TRUE(Released(ReleaseRequest(id)));
  EXPECT_TRUE(Released(ReleaseRequest(id)));
  const std::vector<v1::Disclosure> listed = Disclosures();
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed[0].authority_id(), id);
  EXPECT_EQ(listed[0].consent_id(), "");
  EXPECT_EQ(listed[0].referral_id(), kReferral);
  EXPECT_EQ(listed[0].recipient_organisation_id(), desk_.IdOf("college"));
  EXPECT_EQ(Get(id).uses(), 0);
  EXPECT_EQ(desk_.Audited("referral-text.disclosed"), 1);
}

TEST_F(AuthorityReferralTest, WhoReadTextAloneIsToldOfTheObjection) {
  const std::string id = ForReferral();
  ASSERT_TRUE(Released(ReleaseRequest(id)));
  ASSERT_TRUE(Object("lambeth", id).ok());
  const std::vector<v1::Notice> notices = Notices("college");
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_EQ(notices[0].type(), v1::NOTICE_TYPE_OBJECTION);
  EXPECT_FALSE(Released(ReleaseRequest(id)));
}

TEST_F(AuthorityReferralTest, TextIsNotReleasedOnWhatDoesNotPermitIt) {
  v1::ReleaseReferralTextRequest to_another = ReleaseRequest(ForReferral());
  to_another.set_organisation_id(desk_.IdOf("stranger"));
  EXPECT_FALSE(Released(to_another));
  v1::ReleaseReferralTextRequest of_another = ReleaseRequest(ForReferral());
  const std::string grace = desk_.Register("lambeth", "Grace Hopper");
  of_another.set_person_id(desk_.PersonId("lambeth", grace));
  EXPECT_FALSE(Released(of_another));
  EXPECT_FALSE(Released(ReleaseRequest(Active()))) << "its purpose is not referral";
  v1::AuthorityTerms unapproved = Terms();
  unapproved.set_purpose(PURPOSE_REFERRAL);
  EXPECT_FALSE(Released(ReleaseRequest(Asserted(unapproved))));
  EXPECT_TRUE(Disclosures().empty());

  v1::ReleaseReferralTextRequest both = ReleaseRequest(ForReferral());
  both.set_consent_id(both.authority_id());
  const auto refused =
      desk_.Ask(desk_.services().access(), &AccessService::ReleaseReferralText, "service/referral", both);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(AuthorityReferralTest, TheFeedTellsEveryActOnce) {
  const std::string id = Active();
  EXPECT_THAT(StatesTold(), ElementsAre("ASSERTED", "ACTIVE"));
  ASSERT_TRUE(End("lambeth", id).ok());
  ASSERT_TRUE(End("lambeth", id).ok());
  ASSERT_TRUE(Object("college", id).ok());
  EXPECT_THAT(StatesTold(), ElementsAre("ASSERTED", "ACTIVE", "ENDED", "OBJECTED"));
  ASSERT_TRUE(Overturn("trust", Asserted()).ok());
  EXPECT_THAT(StatesTold(), ElementsAre("ASSERTED", "ACTIVE", "ENDED", "OBJECTED", "ASSERTED", "OVERTURNED"));
  const AuthorityChange last = Told().back().authority();
  EXPECT_EQ(last.person_id(), desk_.PersonId("lambeth", ref_));
  EXPECT_EQ(last.asserter_organisation_id(), desk_.IdOf("lambeth"));
}

TEST_F(AuthorityReferralTest, TheFeedRestatesHowEachStands) {
  const std::string active = Active();
  desk_.clock().Advance(absl::Seconds(1));
  ASSERT_TRUE(End("lambeth", Active()).ok());
  ASSERT_TRUE(Object("lambeth", Active()).ok());
  v1::AuthorityTerms years = Terms();
  *years.mutable_valid_until() = ToTimestamp(now() + absl::Hours(24 * 300));
  Active(years);
  std::map<std::string, std::string> told, restated;
  for (const Change& change : Told()) told[change.authority().authority_id()] = change.ShortDebugString();
  ASSERT_EQ(told.size(), 4u);
  for (const Change& change : replica::Restate(desk_.store(), desk_.clock(), RestatedTables(desk_.clock()))) {
    ASSERT_TRUE(change.has_authority());
    const std::string& id = change.authority().authority_id();
    restated[id] = replica::Unmarked(change).ShortDebugString();
  }
  told.erase(active);  // its time is over by then
  EXPECT_EQ(restated, told);
}

}  // namespace
}  // namespace nwd::consent
