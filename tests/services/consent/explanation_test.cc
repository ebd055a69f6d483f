#include "services/consent/explanation.h"

#include <gtest/gtest.h>

#include "common/base/timestamps.h"
#include "common/calendar/london.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT

const ids::Uuid kCaptor = *ids::Uuid::Parse("11111111-1111-1111-1111-111111111111");
const ids::Uuid kCollege = *ids::Uuid::Parse("22222222-2222-2222-2222-222222222222");
const ids::Uuid kAgreement = *ids::Uuid::Parse("aaaaaaaa-1111-4111-8111-111111111111");
const absl::Time kNow = absl::FromUnixSeconds(1'770'000'000);
constexpr CategoryMask kTwo = MaskOf(CATEGORY_SKILLS) | MaskOf(CATEGORY_GOALS);

std::string Bytes(const ids::Uuid& id) { return std::string(id.bytes()); }

storage::Consent Given(absl::Duration lasts = absl::Hours(1)) {
  storage::Consent consent;
  consent.set_captor_organisation_id(Bytes(kCaptor));
  consent.set_state(v1::CONSENT_STATE_GIVEN);
  consent.set_purpose(PURPOSE_EMPLOYMENT_SUPPORT);
  consent.set_categories(kTwo);
  consent.add_recipients()->set_organisation_id(Bytes(kCollege));
  consent.set_mode(v1::SHARING_MODE_STORE);
  consent.set_decide_time_us(Micros(kNow - absl::Hours(1)));
  consent.set_valid_until_us(Micros(kNow + lasts));
  consent.set_standing(true);
  return consent;
}

storage::Authority Approved() {
  storage::Authority authority;
  authority.set_asserter_organisation_id(Bytes(kCaptor));
  authority.set_state(v1::AUTHORITY_STATE_APPROVED);
  authority.set_lawful_basis(LAWFUL_BASIS_PUBLIC_TASK);
  authority.set_purpose(PURPOSE_REFERRAL);
  authority.set_categories(MaskOf(CATEGORY_SKILLS));
  authority.add_recipients()->set_organisation_id(Bytes(kCollege));
  authority.set_mode(v1::SHARING_MODE_VIEW);
  authority.set_approve_time_us(Micros(kNow - absl::Hours(1)));
  authority.set_valid_until_us(Micros(kNow + absl::Hours(9)));
  return authority;
}

Explanation::Asked Asked() {
  Explanation::Asked asked;
  asked.organisation_id = kCollege;
  asked.kind = ORGANISATION_KIND_COLLEGE;
  asked.now = kNow;
  return asked;
}

AgreementChange Agreed(std::vector<Category> categories, const ids::Uuid& party = kCollege) {
  AgreementChange agreement;
  agreement.set_agreement_id(kAgreement.ToString());
  agreement.add_party_organisation_ids(party.ToString());
  agreement.add_purposes(PURPOSE_EMPLOYMENT_SUPPORT);
  for (const Category category : categories) agreement.add_categories(category);
  agreement.add_lawful_bases(LAWFUL_BASIS_CONSENT);
  *agreement.mutable_end_time() = ToTimestamp(kNow + absl::Hours(1));
  return agreement;
}

template <class Row>
void AddFor(Explanation& explanation, const Row& basis, int people, const AgreementChange* agreement = nullptr) {
  for (int i = 0; i < people; ++i) {
    ASSERT_TRUE(explanation.Concerns(basis));
    ASSERT_TRUE(explanation.Add(basis, ids::Uuid::Random(), agreement).ok());
  }
}

// "SKILLS EMPLOYMENT_SUPPORT CONSENT STORE: 10", a line a row; "-" for what is not said, "→ n" for the draft.
std::string Shown(const v1::ExplainAccessResponse& told) {
  const auto count = [](const v1::PeopleCount& people) {
    return people.suppressed() ? std::string("-") : std::to_string(people.people());
  };
  std::string shown = "people: " + count(told.people()) + "\n";
  for (const v1::AccessExplanation& row : told.explanations()) {
    shown += Category_Name(row.category()).substr(9) + " " + Purpose_Name(row.purpose()).substr(8) + " " +
             LawfulBasis_Name(row.lawful_basis()).substr(13) + " " + v1::SharingMode_Name(row.mode()).substr(13);
    if (row.reason() != v1::DENIAL_REASON_UNSPECIFIED) shown += " " + v1::DenialReason_Name(row.reason()).substr(14);
    shown += ": " + count(row.now());
    if (row.has_with_draft()) shown += " → " + count(row.with_draft());
    shown += "\n";
  }
  return shown;
}

TEST(Explanation, ACountIsSuppressedOrRounded) {
  const auto said = [](int64_t people) {
    const v1::PeopleCount count = CountOf(people);
    return count.suppressed() ? -1 : count.people();
  };
  for (int few = 0; few <= 7; ++few) EXPECT_EQ(said(few), -1) << few;
  for (const auto& [people, rounded] : std::vector<std::pair<int, int>>{
           {8, 10}, {12, 10}, {13, 15}, {15, 15}, {17, 15}, {18, 20}, {999'998, 1'000'000}}) {
    EXPECT_EQ(said(people), rounded) << people;
  }
  EXPECT_EQ(CountOf(3).people(), 0) << "nothing of it is said";
}

TEST(Explanation, SaysWhatIsPermittedAndWhyTheRestIsNot) {
  Explanation explanation(Asked());
  AddFor(explanation, Given(), 20);
  storage::Consent withdrawn = Given();
  withdrawn.set_state(v1::CONSENT_STATE_WITHDRAWN);
  AddFor(explanation, withdrawn, 10);
  AddFor(explanation, Approved(), 9);
  EXPECT_EQ(Shown(std::move(explanation).Tell()),
            "people: 30\n"
            "SKILLS REFERRAL PUBLIC_TASK VIEW: 10\n"
            "SKILLS EMPLOYMENT_SUPPORT CONSENT STORE: 20\n"
            "SKILLS EMPLOYMENT_SUPPORT CONSENT STORE NOT_IN_FORCE: 10\n"
            "GOALS EMPLOYMENT_SUPPORT CONSENT STORE: 20\n"
            "GOALS EMPLOYMENT_SUPPORT CONSENT STORE NOT_IN_FORCE: 10\n");
}

TEST(Explanation, APersonCountsOnceInARowHoweverManyBasesTheyHaveThere) {
  Explanation explanation(Asked());
  for (int i = 0; i < 8; ++i) {
    const ids::Uuid person = ids::Uuid::Random();
    for (int again = 0; again < 3; ++again) ASSERT_TRUE(explanation.Add(Given(), person, nullptr).ok());
    ASSERT_TRUE(explanation.Add(Approved(), person, nullptr).ok());
  }
  const v1::ExplainAccessResponse told = std::move(explanation).Tell();
  EXPECT_EQ(told.people().people(), 10);
  ASSERT_EQ(told.explanations_size(), 3);
  for (const v1::AccessExplanation& row : told.explanations()) EXPECT_EQ(row.now().people(), 10);
}

TEST(Explanation, ARowOfFewPeopleLooksLikeARowOfNobody) {
  Explanation explanation(Asked());
  AddFor(explanation, Given(), 7);
  EXPECT_EQ(Shown(std::move(explanation).Tell()), "people: -\n");
  Explanation with_eight(Asked());
  AddFor(with_eight, Given(), 8);
  EXPECT_EQ(std::move(with_eight).Tell().explanations_size(), 2);
}

TEST(Explanation, FewPeopleNowAndUnderTheDraftAreLeftOut) {
  Explanation::Asked asked = Asked();
  asked.draft = {Agreed({CATEGORY_SKILLS}), ""};
  Explanation explanation(asked);
  AddFor(explanation, Given(), 7);
  EXPECT_EQ(Shown(std::move(explanation).Tell()), "people: -\n");
}

TEST(Explanation, WhatNobodyAgreedToConcernsNobody) {
  for (const v1::ConsentState never : {v1::CONSENT_STATE_DRAFT, v1::CONSENT_STATE_REQUESTED, v1::CONSENT_STATE_DEFERRED,
                                       v1::CONSENT_STATE_REFUSED, v1::CONSENT_STATE_LAPSED}) {
    storage::Consent consent = Given();
    consent.set_state(never);
    EXPECT_FALSE(Explanation(Asked()).Concerns(consent)) << v1::ConsentState_Name(never);
  }
  for (const v1::ConsentState once :
       {v1::CONSENT_STATE_GIVEN, v1::CONSENT_STATE_SUSPENDED, v1::CONSENT_STATE_WITHDRAWN, v1::CONSENT_STATE_REVOKED,
        v1::CONSENT_STATE_EXPIRED, v1::CONSENT_STATE_INVALIDATED, v1::CONSENT_STATE_SUPERSEDED}) {
    storage::Consent consent = Given();
    consent.set_state(once);
    EXPECT_TRUE(Explanation(Asked()).Concerns(consent)) << v1::ConsentState_Name(once);
  }
  for (const v1::AuthorityState state : {v1::AUTHORITY_STATE_ASSERTED, v1::AUTHORITY_STATE_ENDED}) {
    storage::Authority authority = Approved();
    authority.set_state(state);
    authority.clear_approve_time_us();
    EXPECT_FALSE(Explanation(Asked()).Concerns(authority)) << v1::AuthorityState_Name(state);
  }
}

TEST(Explanation, SaysInWhichMonthTheFirstAndLastOfTheBasesEnd) {
  Explanation explanation(Asked());
  AddFor(explanation, Given(absl::Hours(24 * 30)), 5);  // the 4th of March
  AddFor(explanation, Given(absl::Hours(24 * 80)), 5);  // the 23rd of April, in summer time
  const v1::ExplainAccessResponse told = std::move(explanation).Tell();
  EXPECT_EQ(FromTimestamp(told.as_of()), kNow);
  ASSERT_EQ(told.explanations_size(), 2);
  const auto beginning_of = [](int month) {
    return absl::FromCivil(absl::CivilMonth(2026, month), calendar::London());
  };
  EXPECT_EQ(FromTimestamp(told.explanations(0).first_end_time()), beginning_of(3));
  EXPECT_EQ(FromTimestamp(told.explanations(0).last_end_time()), beginning_of(4));
}

TEST(Explanation, OnlyWhatWasAskedForConcernsIt) {
  Explanation::Asked asked = Asked();
  asked.categories = MaskOf(CATEGORY_GOALS);
  EXPECT_FALSE(Explanation(asked).Concerns(Approved())) << "it covers skills";
  Explanation goals(asked);
  AddFor(goals, Given(), 8);
  EXPECT_EQ(Shown(std::move(goals).Tell()), "people: 10\nGOALS EMPLOYMENT_SUPPORT CONSENT STORE: 10\n");
  asked = Asked();
  asked.purpose = PURPOSE_REFERRAL;
  EXPECT_FALSE(Explanation(asked).Concerns(Given()));
  EXPECT_TRUE(Explanation(asked).Concerns(Approved()));
  asked = Asked();
  asked.organisation_id = kCaptor;
  EXPECT_FALSE(Explanation(asked).Concerns(Given())) << "it captured it, and receives nothing by it";
}

TEST(Explanation, ADraftTellsWhatItWouldTakeAway) {
  Explanation::Asked asked = Asked();
  asked.draft = {Agreed({CATEGORY_SKILLS}), ""};
  Explanation explanation(asked);
  AddFor(explanation, Given(), 10);
  EXPECT_EQ(Shown(std::move(explanation).Tell()),
            "people: 10\n"
            "SKILLS EMPLOYMENT_SUPPORT CONSENT STORE: 10 → 10\n"
            "GOALS EMPLOYMENT_SUPPORT CONSENT STORE: 10 → -\n"
            "GOALS EMPLOYMENT_SUPPORT CONSENT STORE NOT_UNDER_AGREEMENT: - → 10\n");
}

TEST(Explanation, ADraftInTheAgreementsPlaceCanWidenAndLeavesOtherBasesAlone) {
  const AgreementChange old = Agreed({CATEGORY_SKILLS});
  storage::Consent under = Given();
  under.set_agreement_id(Bytes(kAgreement));
  Explanation::Asked asked = Asked();
  asked.draft = {Agreed({CATEGORY_SKILLS, CATEGORY_GOALS}), Bytes(kAgreement)};
  Explanation explanation(asked);
  AddFor(explanation, under, 10, &old);
  AddFor(explanation, Given(), 20);
  EXPECT_EQ(Shown(std::move(explanation).Tell()),
            "people: 30\n"
            "SKILLS EMPLOYMENT_SUPPORT CONSENT STORE: 30 → 30\n"
            "GOALS EMPLOYMENT_SUPPORT CONSENT STORE: 20 → 30\n"
            "GOALS EMPLOYMENT_SUPPORT CONSENT STORE NOT_UNDER_AGREEMENT: 10 → -\n");
}

TEST(Explanation, AFirstAgreementIsSetAgainstTheBasesThatCiteNone) {
  const AgreementChange old = Agreed({CATEGORY_SKILLS, CATEGORY_GOALS});
  storage::Consent under = Given();
  under.set_agreement_id(Bytes(kAgreement));
  Explanation::Asked asked = Asked();
  asked.draft = {Agreed({CATEGORY_SKILLS, CATEGORY_GOALS}, kCaptor), ""};  // the college would be no party
  Explanation explanation(asked);
  AddFor(explanation, under, 10, &old);
  AddFor(explanation, Given(), 20);
  EXPECT_EQ(Shown(std::move(explanation).Tell()),
            "people: 30\n"
            "SKILLS EMPLOYMENT_SUPPORT CONSENT STORE: 30 → 10\n"
            "SKILLS EMPLOYMENT_SUPPORT CONSENT STORE NOT_UNDER_AGREEMENT: - → 20\n"
            "GOALS EMPLOYMENT_SUPPORT CONSENT STORE: 30 → 10\n"
            "GOALS EMPLOYMENT_SUPPORT CONSENT STORE NOT_UNDER_AGREEMENT: - → 20\n");
}

TEST(Explanation, WhenBasesEndIsNotSaidWhereTheDraftsCountIsSuppressed) {
  const AgreementChange old = Agreed({CATEGORY_SKILLS});
  storage::Consent under = Given(absl::Hours(77));
  under.set_agreement_id(Bytes(kAgreement));
  Explanation::Asked asked = Asked();
  asked.draft = {Agreed({CATEGORY_GOALS}), Bytes(kAgreement)};
  Explanation explanation(asked);
  AddFor(explanation, under, 10, &old);
  AddFor(explanation, Given(), 1);
  AddFor(explanation, Approved(), 10);
  const v1::ExplainAccessResponse told = std::move(explanation).Tell();
  ASSERT_EQ(told.explanations_size(), 5);
  for (const v1::AccessExplanation& row : told.explanations()) {
    const bool few = row.now().suppressed() || row.with_draft().suppressed();
    EXPECT_EQ(row.has_first_end_time(), !few) << row.ShortDebugString();
    EXPECT_EQ(row.has_last_end_time(), !few) << row.ShortDebugString();
  }
}

TEST(Explanation, OfNothingIsEmpty) { EXPECT_EQ(Shown(Explanation(Asked()).Tell()), "people: 0\n"); }

}  // namespace
}  // namespace nwd::consent
