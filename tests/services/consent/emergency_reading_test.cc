// What emergency access permits, and to whom.
#include "services/consent/access_service.h"
#include "services/consent/disclosure_service.h"
#include "services/consent/limits.h"
#include "services/consent/record_service.h"
#include "tests/services/consent/emergency_desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT
using ::testing::ElementsAre;

constexpr char kRequest[] = "7f3c0b1e-0000-4000-8000-000000000009";

class EmergencyReadingTest : public EmergencyTest {
 protected:
  absl::StatusOr<v1::CheckAccessResponse> Check(const std::string& who, const v1::CheckAccessRequest& request) {
    return desk_.Ask(desk_.services().access(), &AccessService::CheckAccess, who, request);
  }
  v1::CheckAccessRequest Checking(const std::string& ref, const std::string& id) {
    v1::CheckAccessRequest request;
    request.set_person_ref(ref);
    request.set_purpose(PURPOSE_SAFEGUARDING);
    request.add_categories(CATEGORY_CONTACT);
    request.set_mode(v1::SHARING_MODE_VIEW);
    request.set_emergency_access_id(id);
    return request;
  }
  v1::DenialReason ReasonFor(const std::string& who, const v1::CheckAccessRequest& request) {
    const auto checked = Check(who, request);
    EXPECT_TRUE(checked.ok()) << checked.status();
    return checked.ok() && checked->denied_categories_size() > 0 ? checked->denied_categories(0).reason()
                                                                 : v1::DENIAL_REASON_UNSPECIFIED;
  }
};

TEST_F(EmergencyReadingTest, ItsOpenerReadsWhatOthersPutInWithoutTheirConsent) {
  const std::string id = Opened();
  const auto read = ReadContact(id);
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->entries_size(), 1);
  EXPECT_EQ(read->entries(0).section().contact().phone(), "020 7946 0018");
  EXPECT_EQ(read->entries(0).source_organisation_id(), desk_.IdOf("lambeth"));
  EXPECT_TRUE(read->obligations().no_onward());
  EXPECT_FALSE(read->obligations().has_erase_by()) << "nothing may be kept";
  EXPECT_EQ(desk_.Audited("record.disclosed"), 1);
}

TEST_F(EmergencyReadingTest, PermitsToTheSecondBeforeThreeHoursAreOver) {
  const std::string id = Opened();
  desk_.clock().Advance(absl::Hours(3) - absl::Seconds(1));
  EXPECT_TRUE(ReadContact(id).ok()) << "2:59:59";
  EXPECT_TRUE(Check("crisis", Checking(ref_, id))->permitted());
  desk_.clock().Advance(absl::Seconds(1));
  EXPECT_THAT(ReadContact(id), Denied()) << "3:00:00";
  EXPECT_EQ(ReasonFor("crisis", Checking(ref_, id)), v1::DENIAL_REASON_OUT_OF_TIME);
}

TEST_F(EmergencyReadingTest, PermitsNothingFromTheAnswerToItsClosingOn) {
  const std::string id = Opened();
  ASSERT_TRUE(ReadContact(id).ok());
  ASSERT_TRUE(Close("crisis", id).ok());
  EXPECT_THAT(ReadContact(id), Denied());
  EXPECT_EQ(ReasonFor("crisis", Checking(ref_, id)), v1::DENIAL_REASON_NOT_IN_FORCE);
  desk_.clock().Advance(-absl::Minutes(1));
  EXPECT_THAT(ReadContact(id), Denied()) << "a clock that is set back opens nothing";
}

TEST_F(EmergencyReadingTest, NobodyElseReadsUnderIt) {
  const std::string id = Opened();
  EXPECT_THAT(Read("lambeth", Reading(lambeth_ref_, id)), Denied());
  const std::string theirs = desk_.Register("other-crisis", "Ada Lovelace", "AB123456C");
  EXPECT_THAT(Read("other-crisis", Reading(theirs, id)), Denied());
  EXPECT_EQ(ReasonFor("other-crisis", Checking(theirs, id)), v1::DENIAL_REASON_NOT_RECIPIENT)
      << "who holds the person may know of it";
}

TEST_F(EmergencyReadingTest, WhoMayNotKnowOfItGetsTheSameAnswerForSomebodyAndForNobody) {
  const std::string id = Opened();
  desk_.Add("stranger");
  const std::string ref = desk_.RefFor("stranger", ref_, "crisis");
  const ids::Uuid stranger = *ids::Uuid::Parse(desk_.IdOf("stranger"));
  const std::string nobody = desk_.services().references().ReferenceOf(stranger, ids::Uuid::Random());
  const auto real = Check("stranger", Checking(ref, id));
  const auto absent = Check("stranger", Checking(nobody, id));
  const auto unopened = Check("stranger", Checking(ref, ids::Uuid::Random().ToString()));
  ASSERT_TRUE(real.ok() && absent.ok() && unopened.ok());
  EXPECT_EQ(real->denied_categories(0).reason(), v1::DENIAL_REASON_NO_BASIS);
  EXPECT_EQ(real->basis_etag(), "");
  EXPECT_EQ(real->SerializeAsString(), absent->SerializeAsString());
  EXPECT_EQ(real->SerializeAsString(), unopened->SerializeAsString());
  EXPECT_EQ(Read("stranger", Reading(ref, id)).status(), Read("stranger", Reading(nobody, id)).status());
}

TEST_F(EmergencyReadingTest, OpensNobodyElsesRecord) {
  const std::string id = Opened();
  const std::string grace = desk_.Register("crisis", "Grace Hopper");
  EXPECT_THAT(Read("crisis", Reading(grace, id)), Denied());
  EXPECT_EQ(ReasonFor("crisis", Checking(grace, id)), v1::DENIAL_REASON_NO_BASIS);
}

TEST_F(EmergencyReadingTest, IsForSafeguardingAndToViewAlone) {
  const std::string id = Opened();
  v1::GetRecordRequest request = Reading(ref_, id);
  request.set_purpose(PURPOSE_REFERRAL);
  EXPECT_THAT(Read("crisis", request), Denied());
  request = Reading(ref_, id);
  request.set_mode(v1::SHARING_MODE_STORE);
  EXPECT_THAT(Read("crisis", request), Denied());
}

TEST_F(EmergencyReadingTest, OpensTheSectionsThatItNamesAndSaysWhyNotTheOthers) {
  v1::RecordSection identity;
  identity.mutable_identity()->set_full_name("Ada Lovelace");
  desk_.Put("lambeth", lambeth_ref_, identity);
  const std::string id = Opened();
  const auto read = Read("crisis", Reading(ref_, id, {CATEGORY_IDENTITY, CATEGORY_CONTACT, CATEGORY_SKILLS}));
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->entries_size(), 1);
  EXPECT_TRUE(read->entries(0).section().has_contact());
  ASSERT_EQ(read->denied_categories_size(), 2);
  EXPECT_EQ(read->denied_categories(0).category(), CATEGORY_IDENTITY);
  EXPECT_EQ(read->denied_categories(0).reason(), v1::DENIAL_REASON_NOT_COVERED);
  EXPECT_EQ(read->denied_categories(1).category(), CATEGORY_SKILLS);
  EXPECT_EQ(read->denied_categories(1).reason(), v1::DENIAL_REASON_NOT_COVERED);
}

TEST_F(EmergencyReadingTest, WhatOthersMarkedConfidentialStaysWithThem) {
  desk_.Put("lambeth", lambeth_ref_, desk_.Contact("020 7946 0099", true));
  const auto read = ReadContact(Opened());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->entries_size(), 0) << "a refuge is no less secret in an emergency";
}

TEST_F(EmergencyReadingTest, TheCeilingOfTheOpenersKindDoesNotApply) {
  v1::RecordSection identity;
  identity.mutable_identity()->set_full_name("Ada Lovelace");
  identity.mutable_identity()->add_access_needs("is deaf");
  desk_.Put("lambeth", lambeth_ref_, identity);
  v1::RecordSection circumstances;
  circumstances.mutable_circumstances()->add_needs()->set_code("health");
  desk_.Put("lambeth", lambeth_ref_, circumstances);
  const auto opened = Open("crisis", Opening(ref_, {CATEGORY_IDENTITY, CATEGORY_CIRCUMSTANCES}));
  ASSERT_TRUE(opened.ok()) << opened.status();
  const auto read =
      Read("crisis", Reading(ref_, opened->emergency_access_id(), {CATEGORY_IDENTITY, CATEGORY_CIRCUMSTANCES}));
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->entries_size(), 2) << "an employer sees no circumstances on a consent";
  std::vector<std::string> needs;
  for (const v1::RecordEntry& entry : read->entries()) {
    const auto& said = entry.section().identity().access_needs();
    needs.insert(needs.end(), said.begin(), said.end());
  }
  EXPECT_THAT(needs, ElementsAre("is deaf"));
}

TEST_F(EmergencyReadingTest, EndsForAnOpenerThatIsNoLongerTrustedWithSafeguarding) {
  const std::string id = Opened();
  ASSERT_TRUE(ReadContact(id).ok());
  access::Organisation changed = *desk_.registry().FindById(desk_.IdOf("crisis"));
  changed.roles = {ROLE_AGENCY};
  desk_.registry().Set(changed);
  EXPECT_THAT(ReadContact(id), Denied());
  EXPECT_EQ(ReasonFor("crisis", Checking(ref_, id)), v1::DENIAL_REASON_NOT_RECIPIENT);
  changed.roles = {ROLE_AGENCY, ROLE_SAFEGUARDING};
  desk_.registry().Set(changed);
  EXPECT_TRUE(ReadContact(id).ok());
}

TEST_F(EmergencyReadingTest, ReadsAreCountedAndChangeTheEtagAndChecksAreNot) {
  const std::string id = Opened();
  const std::string before = Get(id).etag();
  EXPECT_EQ(Check("crisis", Checking(ref_, id))->basis_etag(), before);
  EXPECT_EQ(Get(id).reads(), 0);
  ASSERT_TRUE(ReadContact(id).ok());
  ASSERT_TRUE(ReadContact(id).ok());
  EXPECT_EQ(Get(id).reads(), 2);
  EXPECT_NE(Get(id).etag(), before);
  EXPECT_EQ(desk_.Audited("access.checked"), 1);
  EXPECT_THAT(Read("crisis", Reading(ref_, id, {CATEGORY_SKILLS})), Denied());
  EXPECT_EQ(Get(id).reads(), 2) << "nothing was read";
}

TEST_F(EmergencyReadingTest, AReadThatIsRepeatedIsTheSameReadAndIsJudgedAnew) {
  const std::string id = Opened();
  v1::GetRecordRequest request = Reading(ref_, id);
  request.set_request_id(kRequest);
  const auto first = Read("crisis", request);
  const auto again = Read("crisis", request);
  ASSERT_TRUE(first.ok() && again.ok()) << first.status() << again.status();
  EXPECT_EQ(first->disclosure_id(), again->disclosure_id());
  EXPECT_EQ(Get(id).reads(), 1);
  ASSERT_TRUE(Close("crisis", id).ok());
  EXPECT_THAT(Read("crisis", request), Denied());
}

TEST_F(EmergencyReadingTest, EachReadIsADisclosureThatItsSourceAndAuditorsSee) {
  const std::string id = Opened();
  ASSERT_TRUE(ReadContact(id).ok());
  v1::ListDisclosuresRequest request;
  request.set_person_ref(lambeth_ref_);
  const auto source = desk_.Ask(desk_.services().disclosure(), &DisclosureService::ListDisclosures, "lambeth", request);
  ASSERT_TRUE(source.ok()) << source.status();
  ASSERT_EQ(source->disclosures_size(), 1);
  EXPECT_EQ(source->disclosures(0).emergency_access_id(), id);
  EXPECT_EQ(source->disclosures(0).consent_id(), "");
  EXPECT_EQ(source->disclosures(0).purpose(), PURPOSE_SAFEGUARDING);
  EXPECT_EQ(source->disclosures(0).recipient_organisation_id(), desk_.IdOf("crisis"));
  request.clear_person_ref();
  request.set_recipient_organisation_id(desk_.IdOf("crisis"));
  const auto auditor =
      desk_.Ask(desk_.services().disclosure(), &DisclosureService::ListDisclosures, "auditor", request);
  ASSERT_TRUE(auditor.ok()) << auditor.status();
  ASSERT_EQ(auditor->disclosures_size(), 1);
  EXPECT_EQ(auditor->disclosures(0).emergency_access_id(), id);
}

TEST_F(EmergencyReadingTest, AServiceAsksOnBehalfOfTheOpener) {
  const std::string id = Opened();
  v1::CheckAccessRequest request = Checking(ref_, id);
  request.set_on_behalf_of(desk_.IdOf("crisis"));
  EXPECT_TRUE(Check("service/referral", request)->permitted());
  access::Organisation suspended = *desk_.registry().FindById(desk_.IdOf("crisis"));
  suspended.state = ORGANISATION_STATE_SUSPENDED;
  desk_.registry().Set(suspended);
  EXPECT_EQ(ReasonFor("service/referral", request), v1::DENIAL_REASON_NOT_RECIPIENT);
}

}  // namespace
}  // namespace nwd::consent
