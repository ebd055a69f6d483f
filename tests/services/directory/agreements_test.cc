// The register of data-sharing agreements, by its RPCs.
#include <gtest/gtest.h>

#include "common/calendar/london.h"
#include "tests/services/directory/hub.h"

namespace nwd::directory {
namespace {

using namespace common::v1;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class AgreementsTest : public ::testing::Test {
 protected:
  AgreementsTest() : lambeth_(hub_.AddAgency("lambeth")), college_(hub_.AddAgency("college")) {
    hub_.AddAgency("stranger");
  }

  absl::StatusOr<v1::CreateAgreementResponse> Create(const v1::AgreementTerms& terms, std::string_view by = "north") {
    v1::CreateAgreementRequest request;
    *request.mutable_terms() = terms;
    return hub_.As<v1::CreateAgreementResponse>(by, request);
  }
  absl::StatusOr<v1::GetAgreementResponse> TryGet(const std::string& agreement_id, std::string_view by = "lambeth") {
    v1::GetAgreementRequest request;
    request.set_agreement_id(agreement_id);
    return hub_.As<v1::GetAgreementResponse>(by, request);
  }
  v1::Agreement Get(const std::string& agreement_id) {
    const auto got = TryGet(agreement_id);
    EXPECT_TRUE(got.ok()) << got.status();
    return got.ok() ? got->agreement() : v1::Agreement();
  }
  absl::StatusOr<v1::EndAgreementResponse> End(const std::string& agreement_id, const std::string& etag,
                                               std::string_view by) {
    v1::EndAgreementRequest request;
    request.set_agreement_id(agreement_id);
    request.set_etag(etag);
    return hub_.As<v1::EndAgreementResponse>(by, request);
  }
  absl::StatusOr<v1::ListAgreementsResponse> List(const std::string& party = "", int page_size = 0,
                                                  const std::string& page_token = "") {
    v1::ListAgreementsRequest request;
    request.set_party_organisation_id(party);
    request.set_page_size(page_size);
    request.set_page_token(page_token);
    return hub_.As<v1::ListAgreementsResponse>("lambeth", request);
  }
  std::vector<std::string> FaultsOf(const v1::AgreementTerms& terms) {
    const auto created = Create(terms);
    EXPECT_EQ(CodeAndReason(created), "INVALID_ARGUMENT INVALID_REQUEST") << terms.ShortDebugString();
    std::vector<std::string> fields;
    const google::rpc::Status wire = status::ToWire(created.status());
    for (const auto& detail : wire.details()) {
      google::rpc::BadRequest bad;
      if (!detail.UnpackTo(&bad)) continue;
      for (const auto& violation : bad.field_violations()) fields.push_back(violation.field());
    }
    return fields;
  }
  std::vector<AgreementChange> Told() {
    std::vector<AgreementChange> told;
    for (const Change& change : hub_.Changes()) {
      if (change.has_agreement()) told.push_back(change.agreement());
    }
    return told;
  }

  Hub hub_;
  std::string lambeth_, college_;
};

TEST_F(AgreementsTest, IsRecordedAsItWasSignedAndEverybodyMayReadIt) {
  const v1::AgreementTerms terms = hub_.AgreementTerms({lambeth_, college_});
  const auto created = Create(terms);
  ASSERT_TRUE(created.ok()) << created.status();
  for (const std::string_view who : {"lambeth", "stranger", "south"}) {
    const auto got = TryGet(created->agreement_id(), who);
    ASSERT_TRUE(got.ok()) << who << ": " << got.status();
    const v1::Agreement& agreement = got->agreement();
    EXPECT_EQ(agreement.terms().SerializeAsString(), terms.SerializeAsString());
    EXPECT_EQ(agreement.state(), v1::AGREEMENT_STATE_ACTIVE);
    EXPECT_EQ(agreement.recorded_by_organisation_id(), hub_.Get("north").organisation_id());
    EXPECT_EQ(agreement.etag(), created->etag());
    EXPECT_EQ(FromTimestamp(agreement.create_time()), hub_.clock.Now());
    EXPECT_FALSE(agreement.has_end_time());
  }
  v1::GetAgreementRequest request;
  request.set_agreement_id(created->agreement_id());
  EXPECT_TRUE(hub_.AsService<v1::GetAgreementResponse>("consent", request).ok());
  EXPECT_EQ(CodeAndReason(TryGet(ids::Uuid::Random().ToString())), "NOT_FOUND NO_AGREEMENT");
}

TEST_F(AgreementsTest, OnlyAnAdminRecordsOne) {
  EXPECT_EQ(Create(hub_.AgreementTerms({lambeth_, college_}), "lambeth").status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(List()->agreements_size(), 0);
}

TEST_F(AgreementsTest, AllFaultsAreNamedAtOnceAndNothingIsRecorded) {
  v1::AgreementTerms terms = hub_.AgreementTerms({lambeth_, lambeth_, ids::Uuid::Random().ToString()});
  terms.add_purposes(PURPOSE_REFERRAL);
  terms.add_categories(CATEGORY_SKILLS);
  terms.add_lawful_bases(LAWFUL_BASIS_CONSENT);
  *terms.mutable_valid_from() = terms.valid_until();
  terms.set_review_on("2199-01-01");
  terms.set_document_sha256("abc");
  terms.set_supersedes_agreement_id(ids::Uuid::Random().ToString());
  EXPECT_THAT(
      FaultsOf(terms),
      UnorderedElementsAre("terms.party_organisation_ids[1]", "terms.party_organisation_ids[2]", "terms.purposes[1]",
                           "terms.categories[1]", "terms.lawful_bases[1]", "terms.valid_from", "terms.review_on",
                           "terms.document_sha256", "terms.supersedes_agreement_id"));
  EXPECT_TRUE(Told().empty());
}

TEST_F(AgreementsTest, NeedsTwoPartiesThatAreStillHere) {
  EXPECT_THAT(FaultsOf(hub_.AgreementTerms({lambeth_})), ElementsAre("terms.party_organisation_ids"));
  v1::SetOrganisationStateRequest left;
  left.set_organisation_id(college_);
  left.set_etag(hub_.Get("college").etag());
  left.set_state(ORGANISATION_STATE_SUSPENDED);
  const auto suspended = hub_.As<v1::SetOrganisationStateResponse>("north", left);
  ASSERT_TRUE(suspended.ok()) << suspended.status();
  EXPECT_TRUE(Create(hub_.AgreementTerms({lambeth_, college_})).ok()) << "suspended is not gone";
  left.set_etag(suspended->etag());
  left.set_state(ORGANISATION_STATE_LEFT);
  ASSERT_TRUE(hub_.As<v1::SetOrganisationStateResponse>("north", left).ok());
  EXPECT_THAT(FaultsOf(hub_.AgreementTerms({lambeth_, college_})), ElementsAre("terms.party_organisation_ids[1]"));
}

TEST_F(AgreementsTest, EndsInTheFutureAndWithinTenYears) {
  v1::AgreementTerms terms = hub_.AgreementTerms({lambeth_, college_});
  *terms.mutable_valid_until() = ToTimestamp(hub_.clock.Now());
  EXPECT_THAT(FaultsOf(terms), ElementsAre("terms.valid_until"));
  *terms.mutable_valid_until() = ToTimestamp(hub_.clock.Now() + absl::Hours(24 * 365 * 10));
  EXPECT_TRUE(Create(terms).ok());
  *terms.mutable_valid_until() = ToTimestamp(hub_.clock.Now() + absl::Hours(24 * 366 * 10 + 1));
  EXPECT_THAT(FaultsOf(terms), ElementsAre("terms.valid_until"));
  terms.mutable_valid_until()->set_nanos(-1);
  EXPECT_THAT(FaultsOf(terms), ElementsAre("terms.valid_until"));
}

TEST_F(AgreementsTest, IsPendingThenActiveThenEndedByTime) {
  v1::AgreementTerms terms = hub_.AgreementTerms({lambeth_, college_});
  *terms.mutable_valid_from() = ToTimestamp(hub_.clock.Now() + absl::Hours(1));
  *terms.mutable_valid_until() = ToTimestamp(hub_.clock.Now() + absl::Hours(2));
  const auto created = Create(terms);
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(Get(created->agreement_id()).state(), v1::AGREEMENT_STATE_PENDING);
  hub_.clock.Advance(absl::Hours(1));
  EXPECT_EQ(Get(created->agreement_id()).state(), v1::AGREEMENT_STATE_ACTIVE);
  hub_.clock.Advance(absl::Hours(1));
  const v1::Agreement over = Get(created->agreement_id());
  EXPECT_EQ(over.state(), v1::AGREEMENT_STATE_ENDED);
  EXPECT_FALSE(over.has_end_time()) << "nobody ended it";
  EXPECT_EQ(CodeAndReason(End(created->agreement_id(), created->etag(), "lambeth")), "FAILED_PRECONDITION WRONG_STATE");
}

TEST_F(AgreementsTest, APartyOrAnAdminEndsItForGoodAndNobodyElse) {
  for (const std::string_view by : {"college", "south"}) {
    const std::string id = hub_.AddAgreement({lambeth_, college_});
    const std::string etag = Get(id).etag();
    EXPECT_EQ(End(id, etag, "stranger").status(), status::Denied());
    EXPECT_EQ(CodeAndReason(End(id, "r9", by)), "ABORTED STALE_ETAG");
    hub_.clock.Advance(absl::Minutes(1));
    const auto ended = End(id, etag, by);
    ASSERT_TRUE(ended.ok()) << ended.status();
    EXPECT_EQ(ended->state(), v1::AGREEMENT_STATE_ENDED);
    EXPECT_EQ(FromTimestamp(ended->end_time()), hub_.clock.Now());
    const v1::Agreement agreement = Get(id);
    EXPECT_EQ(agreement.state(), v1::AGREEMENT_STATE_ENDED);
    EXPECT_EQ(agreement.ended_by_organisation_id(), hub_.Get(by).organisation_id());
    EXPECT_EQ(agreement.etag(), ended->etag());
    EXPECT_EQ(CodeAndReason(End(id, agreement.etag(), by)), "FAILED_PRECONDITION WRONG_STATE");
  }
  EXPECT_EQ(CodeAndReason(End(ids::Uuid::Random().ToString(), "r1", "lambeth")), "NOT_FOUND NO_AGREEMENT");
}

TEST_F(AgreementsTest, PeersAreToldOfItAndOfItsEnd) {
  const std::string id = hub_.AddAgreement({lambeth_, college_});
  const absl::Time recorded = hub_.clock.Now();
  ASSERT_EQ(Told().size(), 1u);
  EXPECT_EQ(Told()[0].agreement_id(), id);
  EXPECT_THAT(Told()[0].party_organisation_ids(), ElementsAre(lambeth_, college_));
  EXPECT_THAT(Told()[0].purposes(), ElementsAre(PURPOSE_REFERRAL));
  EXPECT_THAT(Told()[0].categories(), ElementsAre(CATEGORY_SKILLS));
  EXPECT_THAT(Told()[0].lawful_bases(), ElementsAre(LAWFUL_BASIS_CONSENT));
  EXPECT_EQ(FromTimestamp(Told()[0].valid_from()), recorded);
  EXPECT_EQ(FromTimestamp(Told()[0].end_time()), recorded + absl::Hours(24 * 365));
  hub_.clock.Advance(absl::Minutes(1));
  ASSERT_TRUE(End(id, "r1", "college").ok());
  ASSERT_EQ(Told().size(), 2u);
  EXPECT_EQ(FromTimestamp(Told()[1].end_time()), hub_.clock.Now());
  for (const Change& change : hub_.Changes()) {
    EXPECT_EQ(change.ShortDebugString().find("brokerage"), std::string::npos) << "ids and types only";
  }
}

TEST_F(AgreementsTest, ARetryHasNoSecondEffect) {
  v1::CreateAgreementRequest create;
  create.set_request_id(ids::Uuid::Random().ToString());
  *create.mutable_terms() = hub_.AgreementTerms({lambeth_, college_});
  const auto first = hub_.As<v1::CreateAgreementResponse>("north", create);
  const auto again = hub_.As<v1::CreateAgreementResponse>("north", create);
  ASSERT_TRUE(first.ok() && again.ok()) << first.status() << again.status();
  EXPECT_EQ(first->agreement_id(), again->agreement_id());
  EXPECT_EQ(List()->agreements_size(), 1);
  v1::EndAgreementRequest end;
  end.set_request_id(ids::Uuid::Random().ToString());
  end.set_agreement_id(first->agreement_id());
  end.set_etag(first->etag());
  const auto ended = hub_.As<v1::EndAgreementResponse>("lambeth", end);
  const auto ended_again = hub_.As<v1::EndAgreementResponse>("lambeth", end);
  ASSERT_TRUE(ended.ok() && ended_again.ok()) << ended.status() << ended_again.status();
  EXPECT_EQ(ended->etag(), ended_again->etag());
  EXPECT_EQ(Told().size(), 2u);
}

TEST_F(AgreementsTest, ARenewalNamesTheOldOneWhichGoesOn) {
  const std::string old = hub_.AddAgreement({lambeth_, college_});
  v1::AgreementTerms terms = hub_.AgreementTerms({lambeth_, college_});
  terms.set_supersedes_agreement_id(old);
  const auto renewed = Create(terms);
  ASSERT_TRUE(renewed.ok()) << renewed.status();
  EXPECT_EQ(Get(renewed->agreement_id()).terms().supersedes_agreement_id(), old);
  EXPECT_EQ(Get(old).state(), v1::AGREEMENT_STATE_ACTIVE);
}

TEST_F(AgreementsTest, AreListedNewestFirstPageByPageAlsoByParty) {
  const std::string stranger = hub_.Get("stranger").organisation_id();
  std::vector<std::string> made;
  for (int i = 0; i < 5; ++i) {
    hub_.clock.Advance(absl::Seconds(1));
    made.push_back(hub_.AddAgreement({lambeth_, i % 2 == 0 ? college_ : stranger}));
  }
  const auto walk = [&](const std::string& party, int page_size) {
    std::vector<std::string> met;
    std::string token;
    do {
      const auto page = List(party, page_size, token);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      EXPECT_LE(page->agreements_size(), page_size);
      for (const v1::Agreement& agreement : page->agreements()) met.push_back(agreement.agreement_id());
      token = page->next_page_token();
    } while (!token.empty());
    return met;
  };
  EXPECT_THAT(walk("", 2), ElementsAre(made[4], made[3], made[2], made[1], made[0]));
  EXPECT_THAT(walk(college_, 2), ElementsAre(made[4], made[2], made[0]));
  EXPECT_THAT(walk(ids::Uuid::Random().ToString(), 2), ElementsAre());
  const std::string token = List("", 2)->next_page_token();
  EXPECT_EQ(CodeAndReason(List(college_, 2, token)), "INVALID_ARGUMENT INVALID_TOKEN") << "of another question";
}

TEST_F(AgreementsTest, APageStaysSmallWhateverTheAgreementsHold) {
  std::vector<std::string> many;
  for (int i = 0; i < 1000; ++i) {
    access::Organisation organisation;  // as if it had been added
    organisation.organisation_id = ids::Uuid::Random().ToString();
    organisation.state = ORGANISATION_STATE_ACTIVE;
    many.push_back(organisation.organisation_id);
    hub_.registry.Set(organisation);
  }
  constexpr int kAgreements = 40;
  for (int i = 0; i < kAgreements; ++i) hub_.AddAgreement(many);
  const auto first = List("", 500);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_LT(first->ByteSizeLong(), size_t{3} << 20);
  EXPECT_LT(first->agreements_size(), kAgreements);
  int met = first->agreements_size();
  for (std::string token = first->next_page_token(); !token.empty();) {
    const auto next = List("", 500, token);
    ASSERT_TRUE(next.ok()) << next.status();
    met += next->agreements_size();
    token = next->next_page_token();
  }
  EXPECT_EQ(met, kAgreements);
}

TEST_F(AgreementsTest, ItsReviewIsDueFromThatDayInLondonWhileItIsInForce) {
  v1::AgreementTerms terms = hub_.AgreementTerms({lambeth_, college_});
  const absl::CivilDay day = calendar::DayOf(hub_.clock.Now()) + 2;
  terms.set_review_on(absl::FormatCivilTime(day));
  const auto created = Create(terms);
  ASSERT_TRUE(created.ok()) << created.status();
  hub_.clock.Set(calendar::EndOf(day - 1) - absl::Seconds(1));
  EXPECT_FALSE(Get(created->agreement_id()).review_due());
  hub_.clock.Set(calendar::EndOf(day - 1));
  EXPECT_TRUE(Get(created->agreement_id()).review_due());
  ASSERT_TRUE(End(created->agreement_id(), created->etag(), "lambeth").ok());
  EXPECT_FALSE(Get(created->agreement_id()).review_due());
}

}  // namespace
}  // namespace nwd::directory
