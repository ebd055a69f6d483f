// What an authority permits, in checks and reads; and the confused deputy, who cites one that is not theirs to cite.
#include "services/consent/limits.h"
#include "tests/services/consent/authority_desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

constexpr char kRequest[] = "7f3c0b1e-0000-4000-8000-000000000009";

class AuthorityAccessTest : public AuthorityTest {
 protected:
  static std::vector<std::string> SkillsIn(const v1::GetRecordResponse& read) {
    std::vector<std::string> skills;
    for (const v1::RecordEntry& entry : read.entries()) skills.push_back(entry.section().skills().skills(0));
    return skills;
  }
};

TEST_F(AuthorityAccessTest, AnActiveOnePermitsWhatItNamesWithItsObligations) {
  v1::AuthorityTerms terms = Terms();
  terms.set_do_not_contact(true);
  const std::string id = Active(terms);
  v1::CheckAccessRequest request = CheckRequest(college_ref_, id, {CATEGORY_SKILLS, CATEGORY_GOALS});
  request.set_mode(v1::SHARING_MODE_STORE);
  const auto checked = Check("college", request);
  EXPECT_FALSE(checked.permitted());
  EXPECT_THAT(checked.permitted_categories(), ElementsAre(CATEGORY_SKILLS));
  EXPECT_EQ(checked.denied_categories(0).reason(), v1::DENIAL_REASON_NOT_COVERED);
  EXPECT_EQ(FromTimestamp(checked.obligations().erase_by()), now() + absl::Hours(24 * 30));
  EXPECT_TRUE(checked.obligations().no_onward());
  EXPECT_TRUE(checked.obligations().do_not_contact());
  EXPECT_EQ(checked.basis_etag(), Get(id).etag());
  EXPECT_EQ(desk_.Audited("access.checked"), 1);
}

TEST_F(AuthorityAccessTest, AllSourcesAreOpenExceptWhatIsConfidential) {
  const std::string id = Active();
  EXPECT_THAT(SkillsIn(*Read(id)), UnorderedElementsAre("bricklaying", "first aid"));
  v1::PutRecordRequest put;
  put.set_person_ref(trust_ref_);
  *put.mutable_section() = desk_.Skills("first aid at the refuge");
  put.set_confidential(true);
  ASSERT_TRUE(desk_.Ask(desk_.services().record(), &RecordService::PutRecord, "trust", put).ok());
  EXPECT_THAT(SkillsIn(*Read(id)), ElementsAre("bricklaying"));
}

TEST_F(AuthorityAccessTest, AnAsserterThatReceivesReadsAllSourcesOnceAThirdApproved) {
  v1::AuthorityTerms terms = Terms();
  terms.add_recipient_organisation_ids(desk_.IdOf("lambeth"));
  const std::string id = Asserted(terms);
  EXPECT_THAT(Read("lambeth", ReadRequest(ref_, id)), Denied()) << "nobody mints their own key";
  EXPECT_THAT(Approve("college", id), Denied()) << "nor do two who both receive";
  ASSERT_TRUE(Approve("trust", id).ok());
  EXPECT_THAT(SkillsIn(*Read("lambeth", ReadRequest(ref_, id))), UnorderedElementsAre("bricklaying", "first aid"));
}

TEST_F(AuthorityAccessTest, AReadIsCountedListedAndAudited) {
  const std::string id = Active();
  const std::string etag = Get(id).etag();
  const auto read = Read(id);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(Get(id).uses(), 1);
  EXPECT_NE(Get(id).etag(), etag);
  EXPECT_EQ(desk_.Audited("record.disclosed"), 1);
  for (const auto& [who, ref] : {std::pair("college", college_ref_), std::pair("trust", trust_ref_)}) {
    v1::ListDisclosuresRequest list;
    list.set_person_ref(ref);
    const auto listed = desk_.Ask(desk_.services().disclosure(), &DisclosureService::ListDisclosures, who, list);
    ASSERT_TRUE(listed.ok()) << listed.status();
    ASSERT_EQ(listed->disclosures_size(), 1) << who;
    EXPECT_EQ(listed->disclosures(0).disclosure_id(), read->disclosure_id());
    EXPECT_EQ(listed->disclosures(0).authority_id(), id);
    EXPECT_EQ(listed->disclosures(0).consent_id(), "");
    EXPECT_EQ(listed->disclosures(0).emergency_access_id(), "");
  }
}

TEST_F(AuthorityAccessTest, ReadsRunOutAndARetryIsNoFurtherOne) {
  v1::AuthorityTerms terms = Terms();
  terms.set_max_uses(1);
  const std::string id = Active(terms);
  v1::GetRecordRequest request = ReadRequest(college_ref_, id);
  request.set_request_id(kRequest);
  const auto first = Read("college", request);
  const auto again = Read("college", request);
  ASSERT_TRUE(first.ok() && again.ok()) << first.status() << again.status();
  EXPECT_EQ(first->disclosure_id(), again->disclosure_id());
  EXPECT_EQ(Get(id).uses(), 1);
  EXPECT_THAT(Read(id), Denied());
  EXPECT_EQ(ReasonFor("college", college_ref_, id), v1::DENIAL_REASON_USED_UP);
}

TEST_F(AuthorityAccessTest, WhoIsNoPartyToTheAgreementIsPermittedNothing) {
  desk_.Add("jobcentre", ORGANISATION_KIND_JOBCENTRE);
  const std::string jobcentre_ref = desk_.Register("jobcentre", "Ada Lovelace", "AB123456C");
  AgreementChange wider = agreement_;
  wider.add_party_organisation_ids(desk_.IdOf("jobcentre"));
  desk_.AddAgreement(wider);
  v1::AuthorityTerms terms = Terms();
  terms.add_recipient_organisation_ids(desk_.IdOf("jobcentre"));
  const std::string id = Active(terms);
  desk_.AddAgreement(agreement_);  // judged anew, whatever was foreseen when it was asserted
  EXPECT_TRUE(Permitted(id));
  EXPECT_EQ(ReasonFor("jobcentre", jobcentre_ref, id), v1::DENIAL_REASON_NOT_UNDER_AGREEMENT);
  EXPECT_THAT(Read("jobcentre", ReadRequest(jobcentre_ref, id)), Denied());
}

TEST_F(AuthorityAccessTest, WhenTheAgreementEndsSoDoesWhatRestsOnIt) {
  const std::string id = Active();
  ASSERT_TRUE(Permitted(id));
  AgreementChange ended = agreement_;
  *ended.mutable_end_time() = ToTimestamp(now());
  desk_.AddAgreement(ended);
  EXPECT_EQ(ReasonFor("college", college_ref_, id), v1::DENIAL_REASON_NOT_UNDER_AGREEMENT);
  EXPECT_THAT(Read(id), Denied());
}

TEST_F(AuthorityAccessTest, CeilingsByKindOfOrganisationHold) {
  const std::string employer = desk_.Add("employer", ORGANISATION_KIND_EMPLOYER);
  const std::string employer_ref = desk_.Register("employer", "Ada Lovelace", "AB123456C");
  agreement_.add_party_organisation_ids(employer);
  desk_.AddAgreement(agreement_);
  v1::AuthorityTerms terms = Terms();
  terms.add_recipient_organisation_ids(employer);
  terms.mutable_categories(1)->set_category(CATEGORY_CIRCUMSTANCES);
  terms.set_special_category_condition(v1::SPECIAL_CATEGORY_CONDITION_LEGAL_CLAIMS);
  const std::string id = Active(terms);
  const auto checked = Check("employer", CheckRequest(employer_ref, id, {CATEGORY_SKILLS, CATEGORY_CIRCUMSTANCES}));
  EXPECT_THAT(checked.permitted_categories(), ElementsAre(CATEGORY_SKILLS));
  EXPECT_EQ(checked.denied_categories(0).reason(), v1::DENIAL_REASON_ABOVE_CEILING);
}

TEST_F(AuthorityAccessTest, ARefusalOfConsentBearsOnConsentsAlone) {
  const std::string refused = desk_.Draw("lambeth", ref_, desk_.Terms({"college"}));
  desk_.Decide("lambeth", refused, v1::CONSENT_STATE_REFUSED);
  const std::string id = Active();
  EXPECT_TRUE(Permitted(id));
  ASSERT_TRUE(Object("trust", id).ok());
  EXPECT_FALSE(Permitted(id)) << "which is how the person says no to it";
}

TEST_F(AuthorityAccessTest, ExactlyOneBasisIsCited) {
  const std::string id = Active();
  const std::string consent = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  v1::CheckAccessRequest check = CheckRequest(college_ref_, id);
  check.set_consent_id(consent);
  v1::GetRecordRequest read = ReadRequest(college_ref_, id);
  read.set_consent_id(consent);
  const auto checked = desk_.Ask(desk_.services().access(), &AccessService::CheckAccess, "college", check);
  EXPECT_THAT(FieldsOf(checked.status()), ElementsAre("consent_id", "authority_id"));
  EXPECT_THAT(FieldsOf(Read("college", read).status()), ElementsAre("consent_id", "authority_id"));
  read.clear_consent_id();
  read.clear_authority_id();
  EXPECT_THAT(FieldsOf(Read("college", read).status()), ElementsAre("consent_id"));
}

TEST_F(AuthorityAccessTest, OurServicesMayCiteOneForWhomTheyAskProspectiveOrNot) {
  const std::string id = Active();
  for (const bool prospective : {false, true}) {
    v1::CheckAccessRequest request = CheckRequest(ref_, id);
    request.set_on_behalf_of(desk_.IdOf("college"));
    request.set_person_ref_of(desk_.IdOf("lambeth"));
    request.set_prospective(prospective);
    const auto checked = Check("service/referral", request);
    EXPECT_TRUE(checked.permitted());
    EXPECT_EQ(checked.person_ref(), college_ref_);
  }
}

TEST_F(AuthorityAccessTest, ReasonsGoToThoseWhoMayKnowAndNobodyElse) {
  const std::string id = Asserted();
  const std::string strangers = desk_.RefFor("stranger", ref_, "lambeth");
  EXPECT_EQ(ReasonFor("lambeth", ref_, id), v1::DENIAL_REASON_NOT_RECIPIENT) << "who asserted it";
  EXPECT_EQ(ReasonFor("college", college_ref_, id), v1::DENIAL_REASON_NOT_IN_FORCE) << "who is named";
  EXPECT_EQ(ReasonFor("trust", trust_ref_, id), v1::DENIAL_REASON_NOT_RECIPIENT) << "who holds the person";
  const auto stranger = Check("stranger", CheckRequest(strangers, id));
  const auto absent = Check("stranger", CheckRequest(strangers, ids::Uuid::Random().ToString()));
  EXPECT_EQ(stranger.denied_categories(0).reason(), v1::DENIAL_REASON_NO_BASIS);
  EXPECT_EQ(stranger.SerializeAsString(), absent.SerializeAsString());
  EXPECT_EQ(stranger.basis_etag(), "");
}

// The confused deputy.

TEST_F(AuthorityAccessTest, AnotherOrganisationsAuthorityPermitsNothing) {
  const std::string id = Active();
  EXPECT_EQ(ReasonFor("trust", trust_ref_, id), v1::DENIAL_REASON_NOT_RECIPIENT) << "nor its approver";
  EXPECT_THAT(Read("trust", ReadRequest(trust_ref_, id)), Denied());
  const std::string strangers = desk_.RefFor("stranger", ref_, "lambeth");
  EXPECT_EQ(ReasonFor("stranger", strangers, id), v1::DENIAL_REASON_NO_BASIS);
  EXPECT_THAT(Read("stranger", ReadRequest(strangers, id)), Denied());
  v1::CheckAccessRequest by_service = CheckRequest(ref_, id);
  by_service.set_on_behalf_of(desk_.IdOf("stranger"));
  by_service.set_person_ref_of(desk_.IdOf("lambeth"));
  by_service.set_prospective(true);
  EXPECT_EQ(Check("service/referral", by_service).denied_categories(0).reason(), v1::DENIAL_REASON_NO_BASIS);
}

TEST_F(AuthorityAccessTest, AnAuthorityAboutAnotherPersonPermitsNothing) {
  const std::string id = Active();
  const std::string other_ref = desk_.Register("college", "Grace Hopper");
  EXPECT_EQ(ReasonFor("college", other_ref, id), v1::DENIAL_REASON_NO_BASIS);
  EXPECT_THAT(Read("college", ReadRequest(other_ref, id)), Denied());
}

TEST_F(AuthorityAccessTest, FromWhatDoesNotPermitThereIsNoFallingBackToWhatWould) {
  const std::string authority = Active();
  const std::string unapproved = Asserted();
  const std::string withdrawn = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  ASSERT_TRUE(desk_.Withdraw("lambeth", withdrawn).ok());
  EXPECT_EQ(desk_.Check("college", college_ref_, withdrawn)->denied_categories(0).reason(),
            v1::DENIAL_REASON_NOT_IN_FORCE)
      << "an authority stands beside it, and was not cited";
  EXPECT_THAT(desk_.Read("college", college_ref_, withdrawn), Denied());
  EXPECT_TRUE(Permitted(authority)) << "and a withdrawn consent takes nothing from an authority that is";

  const std::string given = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  ASSERT_TRUE(desk_.Check("college", college_ref_, given)->permitted());
  EXPECT_EQ(ReasonFor("college", college_ref_, unapproved), v1::DENIAL_REASON_NOT_IN_FORCE)
      << "a consent would permit, and was not cited";
  EXPECT_THAT(Read(unapproved), Denied());
}

TEST_F(AuthorityAccessTest, OneKindOfBasisDoesNotServeAsAnother) {
  const std::string authority = Active();
  const std::string consent = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  EXPECT_EQ(ReasonFor("college", college_ref_, consent), v1::DENIAL_REASON_NO_BASIS);
  EXPECT_EQ(desk_.Check("college", college_ref_, authority)->denied_categories(0).reason(), v1::DENIAL_REASON_NO_BASIS);
  EXPECT_THAT(Read(consent), Denied());
  EXPECT_THAT(desk_.Read("college", college_ref_, authority), Denied());
}

TEST_F(AuthorityAccessTest, ThatContactMayEndangerStopsACodeForAConsentTooUntilItIsOver) {
  desk_.Put("trust", trust_ref_, desk_.Contact("020 7946 0018", false));
  v1::RequestCorroborationCodeRequest ask;
  ask.set_consent_id(desk_.Give("college", college_ref_, desk_.Terms({"college"})));
  const auto asked = [&] {
    return desk_.Ask(desk_.services().corroboration(), &CorroborationService::RequestCorroborationCode, "college", ask);
  };
  v1::AuthorityTerms terms = Terms();
  terms.set_do_not_contact(true);
  const std::string id = Asserted(terms);
  const auto sent = [&] {
    const v1::ListNoticesRequest list;
    return desk_.Ask(desk_.services().notice(), &NoticeService::ListNotices, "trust", list)->notices_size();
  };
  ASSERT_TRUE(asked().ok());
  EXPECT_EQ(sent(), 0) << "believed before it is approved";
  ASSERT_TRUE(Approve("trust", id).ok());
  ASSERT_TRUE(asked().ok());
  EXPECT_EQ(sent(), 0);
  ASSERT_TRUE(End("lambeth", id).ok());
  ASSERT_TRUE(asked().ok());
  EXPECT_EQ(sent(), 1);
}

}  // namespace
}  // namespace nwd::consent
