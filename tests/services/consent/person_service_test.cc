#include "services/consent/person_service.h"

#include <thread>

#include "services/consent/keys.h"
#include "services/consent/limits.h"
#include "tests/services/consent/desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT

constexpr char kNino[] = "AB123456C";
constexpr char kOtherNino[] = "AB123457C";

class PersonServiceTest : public ::testing::Test {
 protected:
  PersonServiceTest() {
    desk_.Add("lambeth", ORGANISATION_KIND_BOROUGH);
    desk_.Add("jobcentre", ORGANISATION_KIND_JOBCENTRE);
  }
  absl::StatusOr<v1::FindPersonResponse> FindNino(const std::string& who, const std::string& nino) {
    v1::FindPersonRequest request;
    request.set_nino(nino);
    return desk_.Ask(desk_.services().person(), &PersonService::FindPerson, who, request);
  }
  std::vector<PersonChange::Type> PersonChanges() {
    std::vector<PersonChange::Type> types;
    for (const Change& change : desk_.Changes()) {
      if (change.has_person()) types.push_back(change.person().type());
    }
    return types;
  }
  // How many people's keys are kept.
  int Keys() {
    auto count = [](const store::Reader& reader) -> absl::StatusOr<int> {
      int rows = 0;
      NWD_RETURN_IF_ERROR(reader.Scan({"", ""}, store::Direction::kForward, [&](std::string_view, std::string_view) {
        ++rows;
        return store::Visit::kContinue;
      }));
      return rows;
    };
    return *async::BlockOn(desk_.keys().View(count));
  }
  Desk desk_;
};

TEST_F(PersonServiceTest, RegisteringGivesAReference) {
  const std::string ref = desk_.Register("lambeth", "Ada Lovelace");
  EXPECT_EQ(ref.substr(0, 3), "p1_");
  EXPECT_THAT(PersonChanges(), ::testing::ElementsAre(PersonChange::TYPE_REGISTERED));
  EXPECT_EQ(desk_.Audited("person.registered"), 1);
}

TEST_F(PersonServiceTest, TheSamePersonAtASecondDeskJoinsAndIsAnsweredAlike) {
  const std::string lambeth = desk_.Register("lambeth", "Zoë O'Brien-Smith", kNino);
  const std::string jobcentre = desk_.Register("jobcentre", "zoe obrien smith", "ab 12 34 56 c");
  EXPECT_NE(lambeth, jobcentre);
  EXPECT_EQ(desk_.PersonId("lambeth", lambeth), desk_.PersonId("jobcentre", jobcentre));
  EXPECT_THAT(PersonChanges(), ::testing::ElementsAre(PersonChange::TYPE_REGISTERED, PersonChange::TYPE_JOINED));
}

TEST_F(PersonServiceTest, RegisteringAgainAtTheSameDeskGivesTheSameReferenceAndNoChange) {
  const std::string first = desk_.Register("lambeth", "Ada Lovelace", kNino);
  EXPECT_EQ(desk_.Register("lambeth", "Ada Lovelace", kNino), first);
  EXPECT_EQ(PersonChanges().size(), 1u);
}

TEST_F(PersonServiceTest, AnIdentifierThatAgreesWhileTheNameDoesNotJoinsNobody) {
  const std::string ada = desk_.Register("lambeth", "Ada Lovelace", kNino);
  const std::string other = desk_.Register("jobcentre", "Grace Hopper", kNino);
  EXPECT_NE(desk_.PersonId("lambeth", ada), desk_.PersonId("jobcentre", other));
  EXPECT_THAT(FindNino("lambeth", kNino)->person_refs(), ::testing::ElementsAre(ada));
}

TEST_F(PersonServiceTest, WhoRegistersSomebodyLearnsNotWhetherOthersGaveTheirNumber) {
  desk_.Register("lambeth", "Ada Lovelace", kNino);
  for (const char* nino : {kNino, kOtherNino}) {
    const std::string ref = desk_.Register("jobcentre", "Grace Hopper", nino);
    EXPECT_EQ(desk_.Register("jobcentre", "Grace Hopper", nino), ref) << "the same again, known elsewhere or not";
    EXPECT_THAT(FindNino("jobcentre", nino)->person_refs(), ::testing::ElementsAre(ref));
  }
}

TEST_F(PersonServiceTest, ANumberThatWasGivenForSomebodyElseFirstKeepsItsOwnerFromNothing) {
  desk_.Register("lambeth", "Grace Hopper", kNino);
  const std::string ada = desk_.Register("lambeth", "Ada Lovelace", kNino);
  const std::string jobcentre = desk_.Register("jobcentre", "Ada Lovelace", kNino);
  EXPECT_EQ(desk_.PersonId("lambeth", ada), desk_.PersonId("jobcentre", jobcentre));
}

TEST_F(PersonServiceTest, ANumberIsKeptAsThatOfSoManyPeopleOfOneOrganisationAndNoMore) {
  std::vector<std::string> refs;
  desk_.Register("jobcentre", "Ada King", kNino);
  for (size_t i = 0; i < kIdentifierOwnersMax + 2; ++i) {
    refs.push_back(desk_.Register("lambeth", Cat("Ada ", std::string(1, static_cast<char>('B' + i)), "yron"), kNino));
    desk_.clock().Advance(absl::Seconds(1));
  }
  refs.resize(kIdentifierOwnersMax);
  EXPECT_THAT(FindNino("lambeth", kNino)->person_refs(), ::testing::ElementsAreArray(refs)) << "who came first, first";
  const std::string another = desk_.Register("jobcentre", "Ada Lovelace", kNino);
  EXPECT_EQ(FindNino("jobcentre", kNino)->person_refs(1), another) << "what others registered uses nothing up";
}

TEST_F(PersonServiceTest, TwinsStayTwo) {
  const std::string one = desk_.Register("lambeth", "Anna Kowalska", kNino);
  const std::string two = desk_.Register("lambeth", "Maria Kowalska", kOtherNino);
  EXPECT_NE(one, two);
}

TEST_F(PersonServiceTest, FindPersonSeesOnlyWhomTheCallerHolds) {
  const std::string ref = desk_.Register("lambeth", "Ada Lovelace", kNino);
  EXPECT_THAT(FindNino("lambeth", kNino)->person_refs(), ::testing::ElementsAre(ref));
  EXPECT_EQ(FindNino("jobcentre", kNino)->SerializeAsString(), FindNino("jobcentre", kOtherNino)->SerializeAsString())
      << "held elsewhere and unknown are one answer";
  EXPECT_EQ(desk_.Audited("person.sought"), 3);
}

TEST_F(PersonServiceTest, FindPersonTakesExactlyOneIdentifier) {
  v1::FindPersonRequest request;
  EXPECT_THAT(desk_.Ask(desk_.services().person(), &PersonService::FindPerson, "lambeth", request), Invalid());
  request.set_nino(kNino);
  request.set_uln("9276308686");
  EXPECT_THAT(desk_.Ask(desk_.services().person(), &PersonService::FindPerson, "lambeth", request), Invalid());
}

TEST_F(PersonServiceTest, AllFaultsAreNamedAtOnceAndNoneRepeatsWhatWasTyped) {
  v1::RegisterPersonRequest request;
  request.mutable_details()->set_full_name("...");
  request.mutable_details()->set_date_of_birth("1780-01-01");
  request.mutable_details()->set_nino("QQ123456C");
  request.mutable_details()->set_nhs_number("1234567890");
  request.mutable_details()->set_uln("12345");
  const auto response = desk_.Ask(desk_.services().person(), &PersonService::RegisterPerson, "lambeth", request);
  ASSERT_THAT(response, Invalid());
  EXPECT_THAT(FieldsOf(response.status()),
              ::testing::UnorderedElementsAre("details.full_name", "details.date_of_birth", "details.nino",
                                              "details.nhs_number", "details.uln"));
  EXPECT_EQ(WireTextOf(response.status()).find("QQ123456C"), std::string::npos);
  EXPECT_TRUE(PersonChanges().empty());
}

TEST_F(PersonServiceTest, ANameHasAtLeastOneLetterOfSomeScript) {
  v1::RegisterPersonRequest request;
  request.mutable_details()->set_date_of_birth("1900-01-01");
  for (const char* name : {"12345", "٣٤٥", "?"}) {
    request.mutable_details()->set_full_name(name);
    EXPECT_THAT(
        FieldsOf(desk_.Ask(desk_.services().person(), &PersonService::RegisterPerson, "lambeth", request).status()),
        ::testing::ElementsAre("details.full_name"))
        << name;
  }
  for (const char* name : {"Ada", "李", "محمد", "Ada the 2nd"}) {
    request.mutable_details()->set_full_name(name);
    EXPECT_TRUE(desk_.Ask(desk_.services().person(), &PersonService::RegisterPerson, "lambeth", request).ok()) << name;
  }
}

TEST_F(PersonServiceTest, ABirthdayIsADayOfTheCalendarOfSomebodyAlive) {
  v1::RegisterPersonRequest request;
  request.mutable_details()->set_full_name("Ada Lovelace");
  for (const char* day : {"1899-12-31", "2023-02-29", "2100-01-01", "1990-5-17", "17/05/1990"}) {
    request.mutable_details()->set_date_of_birth(day);
    EXPECT_THAT(
        FieldsOf(desk_.Ask(desk_.services().person(), &PersonService::RegisterPerson, "lambeth", request).status()),
        ::testing::ElementsAre("details.date_of_birth"))
        << day;
  }
  request.mutable_details()->set_date_of_birth("2000-02-29");
  EXPECT_TRUE(desk_.Ask(desk_.services().person(), &PersonService::RegisterPerson, "lambeth", request).ok());
}

TEST_F(PersonServiceTest, ARetryWithItsRequestIdRegistersOnce) {
  v1::RegisterPersonRequest request;
  request.set_request_id("7f3c0b1e-0000-4000-8000-000000000001");
  request.mutable_details()->set_full_name("Ada Lovelace");
  request.mutable_details()->set_date_of_birth("1990-05-17");
  const auto first = desk_.Ask(desk_.services().person(), &PersonService::RegisterPerson, "lambeth", request);
  const auto again = desk_.Ask(desk_.services().person(), &PersonService::RegisterPerson, "lambeth", request);
  ASSERT_TRUE(first.ok() && again.ok());
  EXPECT_EQ(first->person_ref(), again->person_ref());
  EXPECT_EQ(PersonChanges().size(), 1u);
  request.mutable_details()->set_full_name("Grace Hopper");
  EXPECT_THAT(desk_.Ask(desk_.services().person(), &PersonService::RegisterPerson, "lambeth", request),
              Refused(absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED"));
}

TEST_F(PersonServiceTest, KeysMadeForAJoinAreDestroyedAndThePersonsOwnIsNot) {
  const std::string ref = desk_.Register("lambeth", "Ada Lovelace", kNino);
  desk_.Register("jobcentre", "Ada Lovelace", kNino);
  EXPECT_EQ(Keys(), 2);
  ASSERT_TRUE(async::BlockOn(desk_.services().janitor().DestroyUnusedKeys()).ok());
  EXPECT_EQ(Keys(), 1);
  desk_.Put("lambeth", ref, desk_.Skills("poetry"));
}

TEST_F(PersonServiceTest, ARegistrationThatFailsLeavesNoKey) {
  v1::RegisterPersonRequest request;
  request.set_request_id(ids::Uuid::Random().ToString());
  request.mutable_details()->set_full_name("Ada Lovelace");
  request.mutable_details()->set_date_of_birth("1990-05-17");
  ASSERT_TRUE(desk_.Ask(desk_.services().person(), &PersonService::RegisterPerson, "lambeth", request).ok());
  request.mutable_details()->set_full_name("Grace Hopper");
  ASSERT_FALSE(desk_.Ask(desk_.services().person(), &PersonService::RegisterPerson, "lambeth", request).ok());
  EXPECT_EQ(Keys(), 2);
  ASSERT_TRUE(async::BlockOn(desk_.services().janitor().DestroyUnusedKeys()).ok());
  EXPECT_EQ(Keys(), 1);
}

TEST_F(PersonServiceTest, WhileTheStoreTakesNoWritesNoKeyIsDestroyedAndNoneForgotten) {
  for (int i = 0; i < 3; ++i) desk_.Register("lambeth", "Ada Lovelace", kNino);
  desk_.store().Break();
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(async::BlockOn(desk_.services().janitor().DestroyUnusedKeys()).ok());
  EXPECT_EQ(Keys(), 3);
}

TEST_F(PersonServiceTest, ResolveRefLeadsOurServicesThereAndBackAndMakesNoHolder) {
  const std::string ref = desk_.Register("lambeth", "Ada Lovelace", kNino);
  const std::string college = desk_.Add("college", ORGANISATION_KIND_COLLEGE);
  const std::string theirs = desk_.RefFor("college", ref, "lambeth");
  v1::ResolveRefRequest request;
  request.set_on_behalf_of(college);
  request.set_person_id(desk_.PersonId("lambeth", ref));
  request.add_organisation_ids(college);
  const auto by_id = desk_.Ask(desk_.services().person(), &PersonService::ResolveRef, "service/referral", request);
  ASSERT_TRUE(by_id.ok()) << by_id.status();
  EXPECT_EQ(by_id->refs().at(college), theirs);
  EXPECT_EQ(FindNino("college", kNino)->person_refs_size(), 0);
}

TEST_F(PersonServiceTest, WhoWasToldAReferenceHoldsThePersonOnlyOnceItHasRegisteredThem) {
  const std::string ref = desk_.Register("lambeth", "Ada Lovelace", kNino);
  v1::ResolveRefRequest request;
  request.set_on_behalf_of(desk_.Add("college", ORGANISATION_KIND_COLLEGE));
  request.set_person_ref(desk_.RefFor("college", ref, "lambeth"));
  const auto told = desk_.Ask(desk_.services().person(), &PersonService::ResolveRef, "service/referral", request);
  EXPECT_THAT(told, Denied());
  EXPECT_EQ(desk_.Register("college", "Ada Lovelace", kNino), request.person_ref());
  EXPECT_EQ(desk_.PersonId("college", request.person_ref()), desk_.PersonId("lambeth", ref));
  request.set_person_ref(desk_.services().references().ReferenceOf(ids::Uuid::Random(), ids::Uuid::Random()));
  const auto nobody = desk_.Ask(desk_.services().person(), &PersonService::ResolveRef, "service/referral", request);
  EXPECT_EQ(told.status(), nobody.status());
}

TEST_F(PersonServiceTest, DesksThatRegisterOnePersonAtTheSameMomentAllSucceed) {
  constexpr int kDesks = 8;
  for (int i = 0; i < kDesks; ++i) desk_.Add(Cat("desk-", i));
  std::vector<std::string> refs(kDesks);
  std::vector<std::thread> desks;
  for (int i = 0; i < kDesks; ++i) {
    desks.emplace_back([&, i] { refs[i] = desk_.Register(Cat("desk-", i), "Ada Lovelace", kNino); });
  }
  for (std::thread& desk : desks) desk.join();
  for (int i = 1; i < kDesks; ++i) {
    EXPECT_EQ(desk_.PersonId(Cat("desk-", i), refs[i]), desk_.PersonId("desk-0", refs[0]));
  }
}

TEST_F(PersonServiceTest, AReferenceThatLeadsToNobodyIsDenied) {
  v1::ResolveRefRequest request;
  request.set_on_behalf_of(desk_.IdOf("lambeth"));
  request.set_person_ref(desk_.services().references().ReferenceOf(ids::Uuid::Random(), ids::Uuid::Random()));
  EXPECT_THAT(desk_.Ask(desk_.services().person(), &PersonService::ResolveRef, "service/referral", request), Denied());
  request.clear_person_ref();
  EXPECT_THAT(desk_.Ask(desk_.services().person(), &PersonService::ResolveRef, "service/referral", request), Invalid());
}

}  // namespace
}  // namespace nwd::consent
