#include "services/consent/enrolment_service.h"

#include "absl/strings/ascii.h"
#include "services/consent/limits.h"
#include "tests/services/consent/desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kNino[] = "AB123456C";
constexpr char kRequestId[] = "7f3c0b1e-0000-4000-8000-000000000001";

class EnrolmentServiceTest : public ::testing::Test {
 protected:
  EnrolmentServiceTest() {
    desk_.Add("lambeth", ORGANISATION_KIND_BOROUGH);
    desk_.Add("college", ORGANISATION_KIND_COLLEGE);
    desk_.AddChannel("app");
    desk_.AddChannel("other-app");
    ref_ = desk_.Register("lambeth", "Ada Lovelace", kNino);
  }
  std::string Code(const std::string& channel = "app") {
    const auto made = desk_.MakeChannelCode("lambeth", ref_, channel);
    EXPECT_TRUE(made.ok()) << made.status();
    return made.ok() ? made->code() : "";
  }
  std::vector<std::string> ChannelsSeenBy(const std::string& who, const std::string& ref) {
    v1::GetPersonRequest request;
    request.set_person_ref(ref);
    const auto person = desk_.Ask(desk_.services().main_contact(), &MainContactService::GetPerson, who, request);
    EXPECT_TRUE(person.ok()) << person.status();
    if (!person.ok()) return {};
    return {person->channel_organisation_ids().begin(), person->channel_organisation_ids().end()};
  }
  absl::Status GetPersonAs(const std::string& who, const std::string& ref) {
    v1::GetPersonRequest request;
    request.set_person_ref(ref);
    return desk_.Ask(desk_.services().main_contact(), &MainContactService::GetPerson, who, request).status();
  }
  Desk desk_;
  std::string ref_;
};

TEST_F(EnrolmentServiceTest, WhoTypesInTheCodeIsEnrolledAndTheChannelGetsAReferenceOfItsOwn) {
  const auto made = desk_.MakeChannelCode("lambeth", ref_, "app");
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(FromTimestamp(made->expire_time()), desk_.clock().Now() + kChannelCodeKept);
  const auto enrolled = desk_.TypeIn("app", made->code());
  ASSERT_TRUE(enrolled.ok()) << enrolled.status();
  EXPECT_NE(enrolled->person_ref(), ref_);
  EXPECT_EQ(desk_.PersonId("app", enrolled->person_ref()), desk_.PersonId("lambeth", ref_));
  EXPECT_THAT(ChannelsSeenBy("lambeth", ref_), ElementsAre(desk_.IdOf("app")));
  EXPECT_THAT(ChannelsSeenBy("app", enrolled->person_ref()), ElementsAre(desk_.IdOf("app")));
  EXPECT_EQ(desk_.Audited("person.channel-code"), 1);
  EXPECT_EQ(desk_.Audited("person.enrolled"), 1);
}

TEST_F(EnrolmentServiceTest, AllThatStandsAgainstACodeIsNamed) {
  v1::CreateChannelCodeRequest request;
  request.set_person_ref(ref_);
  request.set_channel_organisation_id(desk_.IdOf("college"));
  EXPECT_THAT(
      FieldsOf(
          desk_.Ask(desk_.services().enrolment(), &EnrolmentService::CreateChannelCode, "lambeth", request).status()),
      ::testing::UnorderedElementsAre("person_present", "channel_organisation_id"));
}

TEST_F(EnrolmentServiceTest, ACodeIsTakenHoweverItIsTyped) {
  std::string typed = Code();
  for (char& letter : typed) letter = letter == '-' ? ' ' : absl::ascii_tolower(static_cast<unsigned char>(letter));
  EXPECT_TRUE(desk_.TypeIn("app", typed).ok());
}

TEST_F(EnrolmentServiceTest, AWrongCodeAUsedOneOneThatIsOverAndOneForAnotherChannelAreOneAnswer) {
  std::vector<absl::Status> refused;
  refused.push_back(desk_.TypeIn("app", "0000-0000-0000").status());
  refused.push_back(desk_.TypeIn("app", "not a code").status());
  const std::string used = Code();
  ASSERT_TRUE(desk_.TypeIn("app", used).ok());
  refused.push_back(desk_.TypeIn("app", used).status());
  const std::string replaced = Code();
  const std::string other = Code("other-app");
  refused.push_back(desk_.TypeIn("app", other).status());
  const std::string last = Code();
  refused.push_back(desk_.TypeIn("app", replaced).status());
  desk_.clock().Advance(kChannelCodeKept);
  refused.push_back(desk_.TypeIn("app", last).status());
  for (const absl::Status& status : refused) EXPECT_EQ(WireTextOf(status), WireTextOf(status::Denied()));
  EXPECT_EQ(desk_.Audited("person.channel-code-refused"), static_cast<int>(refused.size()));
}

TEST_F(EnrolmentServiceTest, AfterAHundredWrongCodesInADayWrongOnesAreShedAndWhatServesEnrols) {
  const std::string good = Code();
  for (int i = 0; i < kCodesRefusedADayMax; ++i) EXPECT_THAT(desk_.TypeIn("app", "0000-0000-0000"), Denied());
  desk_.Restart();
  const auto shed = Refused(absl::StatusCode::kResourceExhausted, "TOO_MANY_TODAY");
  const absl::Status refused = desk_.TypeIn("app", "0000-0000-0000").status();
  EXPECT_THAT(refused, shed) << "counted durably, though each was refused";
  EXPECT_EQ(RetryAfterOf(refused), absl::Hours(15)) << "it is nine in London, and no summer";
  const auto enrolled = desk_.TypeIn("app", good);
  EXPECT_TRUE(enrolled.ok()) << "who mistypes keeps nobody else out: " << enrolled.status();
  EXPECT_THAT(desk_.TypeIn("app", good), shed) << "used, so as wrong as any";
  EXPECT_EQ(desk_.Audited("person.channel-code-refused"), kCodesRefusedADayMax) << "what is shed leaves nothing";
  EXPECT_THAT(desk_.TypeIn("other-app", "0000-0000-0000"), Denied()) << "each channel has a share of its own";
  desk_.clock().Advance(RetryAfterOf(refused));
  EXPECT_THAT(desk_.TypeIn("app", "0000-0000-0000"), Denied());
}

TEST_F(EnrolmentServiceTest, OnlyWhoHoldsThePersonMakesACodeAndOnlyWhileTheyAreThere) {
  EXPECT_THAT(desk_.MakeChannelCode("college", desk_.RefFor("college", ref_, "lambeth"), "app"), Denied());
  v1::CreateChannelCodeRequest request;
  request.set_person_ref(ref_);
  request.set_channel_organisation_id(desk_.IdOf("app"));
  const auto absent = desk_.Ask(desk_.services().enrolment(), &EnrolmentService::CreateChannelCode, "lambeth", request);
  EXPECT_THAT(FieldsOf(absent.status()), ElementsAre("person_present"));
}

TEST_F(EnrolmentServiceTest, ACodeIsForAnActiveOrganisationThatIsAChannelAndNothingElse) {
  desk_.Add("mixed", ORGANISATION_KIND_OTHER, {ROLE_RESIDENT_CHANNEL, ROLE_AGENCY});
  access::Organisation suspended = *desk_.registry().FindById(desk_.IdOf("other-app"));
  suspended.state = ORGANISATION_STATE_SUSPENDED;
  desk_.registry().Set(suspended);
  for (const char* who : {"college", "mixed", "other-app"}) {
    EXPECT_THAT(FieldsOf(desk_.MakeChannelCode("lambeth", ref_, who).status()), ElementsAre("channel_organisation_id"))
        << who;
  }
}

TEST_F(EnrolmentServiceTest, TheDirectoryIsAskedAboutWhoIsNotKnownHere) {
  desk_.AddToDirectoryOnly("new-college");
  EXPECT_THAT(FieldsOf(desk_.MakeChannelCode("lambeth", ref_, "new-college").status()),
              ElementsAre("channel_organisation_id"));
  EXPECT_EQ(desk_.asked(), 1);
}

TEST_F(EnrolmentServiceTest, ARepeatOfTheMakingAnswersTheSameCodeWhileItServes) {
  const auto first = desk_.MakeChannelCode("lambeth", ref_, "app", kRequestId);
  const auto again = desk_.MakeChannelCode("lambeth", ref_, "app", kRequestId);
  ASSERT_TRUE(first.ok() && again.ok()) << first.status() << again.status();
  EXPECT_EQ(first->code(), again->code());
  EXPECT_EQ(desk_.Audited("person.channel-code"), 1);
  ASSERT_TRUE(desk_.TypeIn("app", first->code()).ok());
  EXPECT_EQ(desk_.MakeChannelCode("lambeth", ref_, "app", kRequestId)->code(), "") << "used";
  EXPECT_NE(Code(), "");
  EXPECT_EQ(desk_.MakeChannelCode("lambeth", ref_, "app", kRequestId)->code(), "") << "there is another now";
}

TEST_F(EnrolmentServiceTest, ACodeStandsNowhereInWhatIsKept) {
  const std::string code = desk_.MakeChannelCode("lambeth", ref_, "app", kRequestId)->code();
  std::string digits = code;
  digits.erase(std::remove(digits.begin(), digits.end(), '-'), digits.end());
  auto look = [&](const store::Reader& reader) {
    return reader.Scan({"", ""}, store::Direction::kForward, [&](std::string_view key, std::string_view value) {
      for (const std::string& form : {code, digits}) {
        EXPECT_EQ(Cat(key, value).find(form), std::string::npos) << "table " << key.front();
      }
      return store::Visit::kContinue;
    });
  };
  EXPECT_TRUE(async::BlockOn(desk_.store().View(look)).ok());
  for (const store::Feed feed : {store::Feed::kChanges, store::Feed::kAudit}) {
    for (const store::FeedEntry& entry : desk_.Entries(feed)) {
      for (const std::string& form : {code, digits}) EXPECT_EQ(entry.bytes.find(form), std::string::npos);
    }
  }
}

TEST_F(EnrolmentServiceTest, ARepeatOfEnrollingIsAnsweredAlikeWhileTheEnrolmentLasts) {
  const std::string code = Code();
  const auto first = desk_.TypeIn("app", code, kRequestId);
  const auto again = desk_.TypeIn("app", code, kRequestId);
  ASSERT_TRUE(first.ok() && again.ok()) << first.status() << again.status();
  EXPECT_EQ(first->person_ref(), again->person_ref());
  EXPECT_EQ(desk_.Audited("person.enrolled"), 1);
  ASSERT_TRUE(desk_.EndEnrolment("lambeth", ref_, "app").ok());
  EXPECT_THAT(desk_.TypeIn("app", code, kRequestId), Denied()) << "a repeat tells nothing to who lost access";
}

TEST_F(EnrolmentServiceTest, AHolderEndsAnEnrolmentAtThePersonsWordAndSoDoesTheChannel) {
  const std::string app_ref = desk_.Enrol("app", "lambeth", ref_);
  const std::string other_ref = desk_.Enrol("other-app", "lambeth", ref_);
  ASSERT_TRUE(desk_.EndEnrolment("lambeth", ref_, "app").ok());
  EXPECT_THAT(GetPersonAs("app", app_ref), Denied());
  EXPECT_TRUE(GetPersonAs("other-app", other_ref).ok());
  ASSERT_TRUE(desk_.EndEnrolment("other-app", other_ref, "").ok());
  EXPECT_THAT(GetPersonAs("other-app", other_ref), Denied());
  EXPECT_THAT(ChannelsSeenBy("lambeth", ref_), IsEmpty());
  EXPECT_EQ(desk_.Audited("person.enrolment-ended"), 2);
}

TEST_F(EnrolmentServiceTest, EndingIsRepeatedWithoutHarm) {
  const std::string app_ref = desk_.Enrol("app", "lambeth", ref_);
  EXPECT_TRUE(desk_.EndEnrolment("app", app_ref, "app", kRequestId).ok());
  EXPECT_TRUE(desk_.EndEnrolment("app", app_ref, "app", kRequestId).ok()) << "the first answer may have been lost";
  EXPECT_TRUE(desk_.EndEnrolment("lambeth", ref_, "app").ok());
  EXPECT_TRUE(desk_.EndEnrolment("lambeth", ref_, "other-app").ok()) << "there was none";
  EXPECT_EQ(desk_.Audited("person.enrolment-ended"), 1);
}

TEST_F(EnrolmentServiceTest, NobodyElseEndsAnEnrolment) {
  const std::string app_ref = desk_.Enrol("app", "lambeth", ref_);
  EXPECT_THAT(desk_.EndEnrolment("college", desk_.RefFor("college", ref_, "lambeth"), "app"), Denied());
  EXPECT_THAT(desk_.EndEnrolment("other-app", desk_.RefFor("other-app", ref_, "lambeth"), ""), Denied());
  EXPECT_THAT(FieldsOf(desk_.EndEnrolment("app", app_ref, "other-app").status()),
              ElementsAre("channel_organisation_id"));
  EXPECT_THAT(FieldsOf(desk_.EndEnrolment("lambeth", ref_, "").status()), ElementsAre("channel_organisation_id"));
  EXPECT_TRUE(GetPersonAs("app", app_ref).ok());
}

TEST_F(EnrolmentServiceTest, AnEndTakesAlongTheCodeThatWasNotTypedInYet) {
  const std::string code = Code();
  ASSERT_TRUE(desk_.EndEnrolment("lambeth", ref_, "app").ok());
  EXPECT_THAT(desk_.TypeIn("app", code), Denied());
}

TEST_F(EnrolmentServiceTest, WhoEnrolsAgainIsEnrolled) {
  const std::string app_ref = desk_.Enrol("app", "lambeth", ref_);
  ASSERT_TRUE(desk_.EndEnrolment("app", app_ref, "").ok());
  EXPECT_EQ(desk_.Enrol("app", "lambeth", ref_), app_ref);
  EXPECT_TRUE(GetPersonAs("app", app_ref).ok());
}

// An agency's powers do not come with an enrolment, nor a channel's with another role.
TEST_F(EnrolmentServiceTest, AChannelIsNoHolderAndWhatIsNoChannelAnyMoreIsNone) {
  const std::string app_ref = desk_.Enrol("app", "lambeth", ref_);
  v1::CreateConsentRequest draw;
  draw.set_person_ref(app_ref);
  *draw.mutable_terms() = desk_.Terms({"college"});
  EXPECT_THAT(desk_.Ask(desk_.services().consent(), &ConsentService::CreateConsent, "app", draw), Denied());
  v1::PutRecordRequest put;
  put.set_person_ref(app_ref);
  *put.mutable_section() = desk_.Skills("singing");
  EXPECT_THAT(desk_.Ask(desk_.services().record(), &RecordService::PutRecord, "app", put), Denied());

  access::Organisation agency = *desk_.registry().FindById(desk_.IdOf("app"));
  agency.roles = {ROLE_AGENCY};
  desk_.registry().Set(agency);
  EXPECT_THAT(GetPersonAs("app", app_ref), Denied());
  agency.roles = {ROLE_AGENCY, ROLE_RESIDENT_CHANNEL};
  desk_.registry().Set(agency);
  EXPECT_THAT(GetPersonAs("app", app_ref), Denied());
}

TEST_F(EnrolmentServiceTest, CodesThatAreOverAreForgotten) {
  Code();
  Code("other-app");
  desk_.clock().Advance(kChannelCodeKept);
  const std::string fresh = Code();
  ASSERT_TRUE(async::BlockOn(desk_.services().janitor().ForgetCodes()).ok());
  int left = 0;
  auto look = [&](const store::Reader& reader) {
    left = 0;
    return reader.Scan({"", ""}, store::Direction::kForward, [&](std::string_view key, std::string_view) {
      left += key.front() == '1' || key.front() == '6';
      return store::Visit::kContinue;
    });
  };
  ASSERT_TRUE(async::BlockOn(desk_.store().View(look)).ok());
  EXPECT_EQ(left, 2) << "the fresh one and where it is found";
  EXPECT_TRUE(desk_.TypeIn("app", fresh).ok());
}

}  // namespace
}  // namespace nwd::consent
