#include "services/consent/record_service.h"

#include "services/consent/keys.h"
#include "services/consent/limits.h"
#include "tests/services/consent/desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT

constexpr char kRequest[] = "7f3c0b1e-0000-4000-8000-000000000009";

class RecordServiceTest : public ::testing::Test {
 protected:
  RecordServiceTest() {
    desk_.Add("lambeth", ORGANISATION_KIND_BOROUGH);
    desk_.Add("college", ORGANISATION_KIND_COLLEGE);
    desk_.Add("stranger");
    ref_ = desk_.Register("lambeth", "Ada Lovelace", "AB123456C");
    college_ref_ = desk_.RefFor("college", ref_, "lambeth");
    desk_.Put("lambeth", ref_, desk_.Skills("bricklaying"));
  }
  Desk desk_;
  std::string ref_, college_ref_;
};

TEST_F(RecordServiceTest, ReadsExactlyWhatIsPermitted) {
  desk_.Put("lambeth", ref_, desk_.Contact("020 7946 0018", false));
  v1::RecordSection identity;
  identity.mutable_identity()->set_full_name("Ada Lovelace");
  desk_.Put("lambeth", ref_, identity);
  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  const auto read = desk_.Read("college", college_ref_, id, {CATEGORY_SKILLS, CATEGORY_IDENTITY});
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->entries_size(), 1);
  EXPECT_EQ(read->entries(0).section().skills().skills(0), "bricklaying");
  EXPECT_EQ(read->entries(0).source_organisation_id(), desk_.IdOf("lambeth"));
  EXPECT_EQ(read->entries(0).as_of(), "2026-03-02");
  ASSERT_EQ(read->denied_categories_size(), 1);
  EXPECT_EQ(read->denied_categories(0).category(), CATEGORY_IDENTITY);
  EXPECT_FALSE(read->disclosure_id().empty());
  EXPECT_EQ(desk_.Audited("record.disclosed"), 1);
  EXPECT_EQ(desk_.Get("lambeth", id).uses(), 1);
}

TEST_F(RecordServiceTest, NothingPermittedIsOneAnswerForAll) {
  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  const auto not_covered = desk_.Read("college", college_ref_, id, {CATEGORY_SAFEGUARDING});
  EXPECT_THAT(not_covered, Denied());
  const auto stranger = desk_.Read("stranger", desk_.RefFor("stranger", ref_, "lambeth"), id);
  const auto nobody =
      desk_.Read("stranger", desk_.services().references().ReferenceOf(ids::Uuid::Random(), ids::Uuid::Random()), id);
  EXPECT_EQ(stranger.status(), not_covered.status());
  EXPECT_EQ(nobody.status(), not_covered.status());
  EXPECT_EQ(desk_.Audited("record.refused"), 3);
  EXPECT_EQ(desk_.Get("lambeth", id).uses(), 0);
}

TEST_F(RecordServiceTest, UsesAreCountedOnReadsAndRunOut) {
  v1::ConsentTerms terms = desk_.Terms({"college"});
  terms.set_max_uses(2);
  const std::string id = desk_.Give("lambeth", ref_, terms);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(desk_.Check("college", college_ref_, id)->permitted());
  EXPECT_TRUE(desk_.Read("college", college_ref_, id).ok());
  EXPECT_TRUE(desk_.Read("college", college_ref_, id).ok());
  EXPECT_THAT(desk_.Read("college", college_ref_, id), Denied());
  EXPECT_EQ(desk_.Check("college", college_ref_, id)->denied_categories(0).reason(), v1::DENIAL_REASON_USED_UP);
}

TEST_F(RecordServiceTest, AReadWhoseAnswerWasLostIsRetriedWithoutAnotherUse) {
  v1::ConsentTerms terms = desk_.Terms({"college"});
  terms.set_max_uses(1);
  const std::string id = desk_.Give("lambeth", ref_, terms);
  const auto first = desk_.Read("college", college_ref_, id, {CATEGORY_SKILLS}, kRequest);
  const auto again = desk_.Read("college", college_ref_, id, {CATEGORY_SKILLS}, kRequest);
  ASSERT_TRUE(first.ok() && again.ok()) << first.status() << again.status();
  EXPECT_EQ(first->disclosure_id(), again->disclosure_id());
  EXPECT_EQ(again->entries(0).section().skills().skills(0), "bricklaying");
  EXPECT_EQ(desk_.Get("lambeth", id).uses(), 1);
  EXPECT_EQ(desk_.Audited("record.disclosed"), 2) << "what left, left twice";
  EXPECT_THAT(desk_.Read("college", college_ref_, id, {CATEGORY_SKILLS}, ids::Uuid::Random().ToString()), Denied());
  EXPECT_THAT(desk_.Read("college", college_ref_, id, {CATEGORY_GOALS}, kRequest),
              Refused(absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED"));
  EXPECT_EQ(desk_.Withdraw("lambeth", id)->notices(), 1);
}

TEST_F(RecordServiceTest, ARetriedReadIsJudgedAnewAndReadAnew) {
  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  ASSERT_TRUE(desk_.Read("college", college_ref_, id, {CATEGORY_SKILLS}, kRequest).ok());
  const std::string stranger_ref = desk_.Register("stranger", "Ada Lovelace", "AB123456C");
  desk_.Put("stranger", stranger_ref, desk_.Skills("welding"));
  desk_.clock().Advance(absl::Minutes(1));
  const auto again = desk_.Read("college", college_ref_, id, {CATEGORY_SKILLS}, kRequest);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->entries_size(), 2);

  v1::ListDisclosuresRequest list;
  list.set_person_ref(stranger_ref);
  const auto listed = desk_.Ask(desk_.services().disclosure(), &DisclosureService::ListDisclosures, "stranger", list);
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->disclosures_size(), 1) << "the one disclosure now has its data too";
  EXPECT_EQ(listed->disclosures(0).disclosure_id(), again->disclosure_id());

  ASSERT_TRUE(desk_.Withdraw("lambeth", id).ok());
  EXPECT_THAT(desk_.Read("college", college_ref_, id, {CATEGORY_SKILLS}, kRequest), Denied());
}

TEST_F(RecordServiceTest, ARequestIdUsedAgainLaterIsAnotherUse) {
  v1::ConsentTerms terms = desk_.Terms({"college"});
  terms.set_max_uses(2);
  const std::string id = desk_.Give("lambeth", ref_, terms);
  const auto first = desk_.Read("college", college_ref_, id, {CATEGORY_SKILLS}, kRequest);
  desk_.clock().Advance(kReadRetryWindow + absl::Seconds(1));
  const auto later = desk_.Read("college", college_ref_, id, {CATEGORY_SKILLS}, kRequest);
  ASSERT_TRUE(first.ok() && later.ok()) << first.status() << later.status();
  EXPECT_NE(first->disclosure_id(), later->disclosure_id());
  EXPECT_EQ(desk_.Get("lambeth", id).uses(), 2);
  EXPECT_THAT(desk_.Read("college", college_ref_, id, {CATEGORY_SKILLS}, kRequest), Denied()) << "both are used up";
}

TEST_F(RecordServiceTest, ARefusedReadUsesUpNoRequestId) {
  const std::string id = desk_.Draw("lambeth", ref_, desk_.Terms({"college"}));
  EXPECT_THAT(desk_.Read("college", college_ref_, id, {CATEGORY_SKILLS}, kRequest), Denied());
  desk_.Decide("lambeth", id, v1::CONSENT_STATE_GIVEN);
  EXPECT_TRUE(desk_.Read("college", college_ref_, id, {CATEGORY_SKILLS}, kRequest).ok());
  EXPECT_EQ(desk_.Get("lambeth", id).uses(), 1);
  EXPECT_EQ(desk_.Audited("record.refused"), 1);
}

TEST_F(RecordServiceTest, TheNewestVersionOfEachSourceIsRead) {
  const std::string stranger_ref = desk_.Register("stranger", "Ada Lovelace", "AB123456C");
  desk_.Put("lambeth", ref_, desk_.Skills("roofing"));
  desk_.Put("stranger", stranger_ref, desk_.Skills("welding"));
  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  const auto read = desk_.Read("college", college_ref_, id);
  ASSERT_TRUE(read.ok()) << read.status();
  std::vector<std::string> skills;
  for (const v1::RecordEntry& entry : read->entries()) {
    skills.push_back(Cat(entry.section().skills().skills(0), " ", entry.version()));
  }
  EXPECT_THAT(skills, ::testing::UnorderedElementsAre("roofing 2", "welding 1"));
}

TEST_F(RecordServiceTest, AConfidentialAddressIsShownToItsSourceAlone) {
  desk_.Put("lambeth", ref_, desk_.Contact("020 7946 0018", true));
  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college", "lambeth"}));
  const auto college = desk_.Read("college", college_ref_, id, {CATEGORY_CONTACT});
  ASSERT_TRUE(college.ok());
  EXPECT_EQ(college->entries_size(), 0);
  const auto source = desk_.Read("lambeth", ref_, id, {CATEGORY_CONTACT});
  ASSERT_TRUE(source.ok());
  EXPECT_EQ(source->entries_size(), 1);
}

TEST_F(RecordServiceTest, ASectionOfAnyKindCanTellOfAPlaceThatMustNotBeKnown) {
  v1::PutRecordRequest request;
  request.set_person_ref(ref_);
  *request.mutable_section() = desk_.Skills("bricklaying at the refuge in Sample Road");
  request.set_confidential(true);
  ASSERT_TRUE(desk_.Ask(desk_.services().record(), &RecordService::PutRecord, "lambeth", request).ok());
  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college", "lambeth"}));
  const auto college = desk_.Read("college", college_ref_, id);
  ASSERT_TRUE(college.ok()) << college.status();
  EXPECT_EQ(college->entries_size(), 0) << "nor the version before it, which is no longer so";
  const auto source = desk_.Read("lambeth", ref_, id);
  ASSERT_TRUE(source.ok()) << source.status();
  ASSERT_EQ(source->entries_size(), 1);
  EXPECT_TRUE(source->entries(0).confidential());
  desk_.Put("lambeth", ref_, desk_.Skills("bricklaying"));
  EXPECT_EQ(desk_.Read("college", college_ref_, id)->entries_size(), 1) << "each version says so for itself";
}

TEST_F(RecordServiceTest, AnEmployerReadsNoAccessNeedsOfOthersButItsOwn) {
  desk_.Add("employer", ORGANISATION_KIND_EMPLOYER);
  v1::RecordSection identity;
  identity.mutable_identity()->set_full_name("Ada Lovelace");
  identity.mutable_identity()->add_access_needs("step-free access");
  desk_.Put("lambeth", ref_, identity);
  const std::string own_ref = desk_.Register("employer", "Ada Lovelace", "AB123456C");
  desk_.Put("employer", own_ref, identity);
  v1::ConsentTerms terms = desk_.Terms({"employer", "college"});
  terms.mutable_categories(0)->set_category(CATEGORY_IDENTITY);
  const std::string id = desk_.Give("lambeth", ref_, terms);
  const auto employer = desk_.Read("employer", own_ref, id, {CATEGORY_IDENTITY});
  ASSERT_TRUE(employer.ok()) << employer.status();
  ASSERT_EQ(employer->entries_size(), 2);
  for (const v1::RecordEntry& entry : employer->entries()) {
    EXPECT_EQ(entry.section().identity().full_name(), "Ada Lovelace");
    const bool own = entry.source_organisation_id() == desk_.IdOf("employer");
    EXPECT_EQ(entry.section().identity().access_needs_size(), own ? 1 : 0);
  }
  const auto college = desk_.Read("college", college_ref_, id, {CATEGORY_IDENTITY});
  ASSERT_TRUE(college.ok()) << college.status();
  EXPECT_EQ(college->entries(0).section().identity().access_needs_size(), 1);
}

TEST_F(RecordServiceTest, NobodyMintsTheirOwnKey) {
  const std::string college_own = desk_.Register("college", "Ada Lovelace", "AB123456C");
  ASSERT_EQ(college_own, college_ref_) << "the certain match";
  const std::string minted = desk_.Give("college", college_ref_, desk_.Terms({"college"}));
  EXPECT_THAT(desk_.Read("college", college_ref_, minted), Denied()) << "it put nothing in";
  EXPECT_EQ(desk_.Check("college", college_ref_, minted)->denied_categories(0).reason(),
            v1::DENIAL_REASON_NOT_CORROBORATED);

  desk_.Put("college", college_ref_, desk_.Skills("welding"));
  const auto own = desk_.Read("college", college_ref_, minted);
  ASSERT_TRUE(own.ok()) << own.status();
  ASSERT_EQ(own->entries_size(), 1);
  EXPECT_EQ(own->entries(0).section().skills().skills(0), "welding");
  EXPECT_EQ(own->denied_categories(0).reason(), v1::DENIAL_REASON_NOT_CORROBORATED);

  ASSERT_TRUE(desk_.Corroborate("lambeth", minted).ok());
  EXPECT_EQ(desk_.Read("college", college_ref_, minted)->entries_size(), 2);
  EXPECT_TRUE(desk_.Get("college", minted).corroborated());
}

TEST_F(RecordServiceTest, OnlyAHolderPutsIn) {
  v1::PutRecordRequest request;
  request.set_person_ref(college_ref_);
  *request.mutable_section() = desk_.Skills("welding");
  EXPECT_THAT(desk_.Ask(desk_.services().record(), &RecordService::PutRecord, "college", request), Denied());
}

TEST_F(RecordServiceTest, AnEmptyOrOversizedSectionIsRefused) {
  v1::PutRecordRequest request;
  request.set_person_ref(ref_);
  request.mutable_section();
  EXPECT_THAT(desk_.Ask(desk_.services().record(), &RecordService::PutRecord, "lambeth", request), Invalid());
  for (int i = 0; i < 50; ++i) {
    auto* need = request.mutable_section()->mutable_circumstances()->add_needs();
    need->set_code(Cat("need-", i));
    need->set_notes(std::string(1000, 'x'));
  }
  for (int i = 0; i < 50; ++i) {
    (*request.mutable_section()->mutable_circumstances()->mutable_triage_answers())[Cat("question-", i)] =
        std::string(1000, 'y');
  }
  EXPECT_THAT(desk_.Ask(desk_.services().record(), &RecordService::PutRecord, "lambeth", request), Invalid());
}

TEST_F(RecordServiceTest, WhoPrefersNotToSayHasSaidNothing) {
  v1::PutRecordRequest request;
  request.set_person_ref(ref_);
  v1::DemographicsSection& demographics = *request.mutable_section()->mutable_demographics();
  demographics.mutable_religion()->set_prefer_not_to_say(true);
  demographics.mutable_sex()->set_value("Female");
  EXPECT_TRUE(desk_.Ask(desk_.services().record(), &RecordService::PutRecord, "lambeth", request).ok());
  demographics.mutable_religion()->set_value("Sikh");
  demographics.mutable_age()->set_prefer_not_to_say(true);
  demographics.mutable_age()->set_value("25-49");
  EXPECT_THAT(FieldsOf(desk_.Ask(desk_.services().record(), &RecordService::PutRecord, "lambeth", request).status()),
              ::testing::ElementsAre("section.demographics.age.value", "section.demographics.religion.value"));
}

TEST_F(RecordServiceTest, TamperedDataIsNeverDisclosed) {
  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  const ids::Uuid person = *ids::Uuid::Parse(desk_.PersonId("lambeth", ref_));
  const ids::Uuid source = *ids::Uuid::Parse(desk_.IdOf("lambeth"));
  auto tamper = [&](store::Txn& txn) -> absl::Status {
    const std::string key = keys::Record(person, CATEGORY_SKILLS, source);
    std::string value;
    EXPECT_TRUE(*txn.Get(key, &value));
    storage::RecordVersion version;
    EXPECT_TRUE(version.ParseFromString(value));
    version.set_version(version.version() + 1);
    txn.Put(key, version.SerializeAsString());
    return absl::OkStatus();
  };
  ASSERT_TRUE(async::BlockOn(desk_.store().Update(tamper)).ok());
  EXPECT_TRUE(absl::IsDataLoss(desk_.Read("college", college_ref_, id).status()));
}

TEST_F(RecordServiceTest, AReplayedPutIsOneVersion) {
  v1::PutRecordRequest request;
  request.set_request_id("7f3c0b1e-0000-4000-8000-000000000001");
  request.set_person_ref(ref_);
  *request.mutable_section() = desk_.Skills("welding");
  const auto first = desk_.Ask(desk_.services().record(), &RecordService::PutRecord, "lambeth", request);
  const auto again = desk_.Ask(desk_.services().record(), &RecordService::PutRecord, "lambeth", request);
  ASSERT_TRUE(first.ok() && again.ok());
  EXPECT_EQ(first->version(), 2);
  EXPECT_EQ(again->version(), 2);
}

}  // namespace
}  // namespace nwd::consent
