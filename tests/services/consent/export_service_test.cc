// Exports: everything that is held about a person, for the person; for an agency what it answers for, and no word of others.
#include "services/consent/export_service.h"

#include <functional>
#include <regex>

#include "absl/strings/escaping.h"
#include "common/crypto/sha256.h"
#include "google/protobuf/util/json_util.h"
#include "services/consent/joins.h"
#include "services/consent/limits.h"
#include "services/consent/reasons.h"
#include "tests/services/consent/case_desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT
using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// The parts of a file, as they come.
class Parts final : public rpc::RawWriter {
 public:
  async::Task<absl::Status> Write(const google::protobuf::Message& response) override {
    seen.push_back(static_cast<const v1::ExportPersonResponse&>(response));
    co_return absl::OkStatus();
  }
  std::vector<v1::ExportPersonResponse> seen;
};

// Takes so long over a part that something happens meanwhile.
class SlowReader final : public rpc::RawWriter {
 public:
  explicit SlowReader(std::function<async::Task<void>()> meanwhile) : meanwhile_(std::move(meanwhile)) {}
  async::Task<absl::Status> Write(const google::protobuf::Message&) override {
    co_await meanwhile_();
    co_return absl::OkStatus();
  }

 private:
  const std::function<async::Task<void>()> meanwhile_;
};

class ExportTest : public CaseTest {
 protected:
  async::Task<absl::Status> Send(std::string who, v1::ExportPersonRequest request, rpc::RawWriter& to) {
    const auto& descriptor = *v1::ExportPersonRequest::descriptor();
    rpc::Call call(testing::MethodOf(descriptor), desk_.RuleOf(descriptor), desk_.clock());
    call.SetFacts(desk_.FactsOf(who));
    call.SetRegistry(&desk_.registry());
    rpc::Writer<v1::ExportPersonResponse> writer(to);
    absl::Status ended = co_await desk_.services().exports().ExportPerson(call, request, writer);
    EXPECT_TRUE(!ended.ok() || call.TieProved());
    co_return ended;
  }
  absl::StatusOr<std::string> File(const std::string& who, const std::string& case_id, v1::ExportFormat format) {
    v1::ExportPersonRequest request;
    request.set_case_id(case_id);
    request.set_format(format);
    Parts parts;
    const absl::Status ended = async::BlockOn(Send(who, request, parts));
    if (!ended.ok()) {
      EXPECT_THAT(parts.seen, IsEmpty()) << "an export is whole or not at all";
      return ended;
    }
    std::string file;
    for (size_t i = 0; i < parts.seen.size(); ++i) {
      const std::string& content = parts.seen[i].content();
      EXPECT_TRUE(content.size() == kExportPartBytes || i + 1 == parts.seen.size());
      file += content;
    }
    EXPECT_EQ(parts.seen.front().size_bytes(), static_cast<int64_t>(file.size()));
    EXPECT_EQ(absl::HexStringToBytes(parts.seen.front().sha256()), crypto::View(crypto::Sha256(file)));
    return file;
  }
  v1::PersonExport Export(const std::string& who, const std::string& case_id) {
    const absl::StatusOr<std::string> file = File(who, case_id, v1::EXPORT_FORMAT_JSON);
    EXPECT_TRUE(file.ok()) << file.status();
    v1::PersonExport exported;
    if (file.ok()) {
      EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(*file, &exported).ok());
    }
    return exported;
  }
  // What happens to somebody: put in twice, agreed, read, corrected, withdrawn, restricted.
  void LiveALittle() {
    desk_.Put("college", college_ref_, desk_.Contact("020 7946 0018", false));
    consent_ = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
    ASSERT_TRUE(desk_.Read("college", college_ref_, consent_).ok());
    desk_.Put("lambeth", ref_, desk_.Skills("stonemasonry"));
    ASSERT_TRUE(desk_.Withdraw("lambeth", consent_).ok());
    referral::v1::PersonReferralItem item;
    item.mutable_referral()->set_referral_id(ids::Uuid::Random().ToString());
    item.mutable_referral()->set_referrer_organisation_id(desk_.IdOf("lambeth"));
    item.mutable_referral()->set_service_id(ids::Uuid::Random().ToString());
    item.mutable_referral()->add_alternative_service_ids(ids::Uuid::Random().ToString());
    desk_.elsewhere().referrals->push_back(item);
    outcome::v1::PersonStep step;
    step.mutable_step()->set_type("outcome.job_start");
    step.mutable_outcome()->set_hourly_pay_pence(1480);
    desk_.elsewhere().steps->push_back(step);
  }
  // Ada, as lambeth knows her, and whom the college knows by this reference, are one: their ids.
  std::pair<ids::Uuid, ids::Uuid> JoinedWith(const std::string& colleges_ref) {
    const ids::Uuid a = *ids::Uuid::Parse(desk_.PersonId("lambeth", ref_));
    const ids::Uuid b = *ids::Uuid::Parse(desk_.PersonId("college", colleges_ref));
    auto join = [&](store::Txn& txn) { return joins::Join(txn, a, b).status(); };
    EXPECT_TRUE(async::BlockOn(desk_.store().Update(join)).ok());
    return {a, b};
  }
  std::string consent_;
};

TEST_F(ExportTest, ThePersonGetsAllOfItThroughTheirChannel) {
  LiveALittle();
  const v1::OpenCaseResponse opened = Opened("app", app_ref_, v1::CASE_KIND_ACCESS);
  const v1::PersonExport all = Export("app", opened.case_id());
  EXPECT_EQ(all.scope(), v1::EXPORT_SCOPE_WHOLE);
  EXPECT_EQ(all.case_id(), opened.case_id());
  ASSERT_EQ(all.people_size(), 1);
  EXPECT_EQ(all.people(0).full_name(), "Ada Lovelace");
  EXPECT_EQ(all.people(0).date_of_birth(), "1990-05-17");
  EXPECT_THAT(all.people(0).identifiers(), ElementsAre("NINO"));
  ASSERT_EQ(all.people(0).holders_size(), 2);
  EXPECT_EQ(all.people(0).holders(0).organisation_id(), desk_.IdOf("lambeth"));
  ASSERT_EQ(all.people(0).enrolments_size(), 1);
  EXPECT_EQ(all.people(0).enrolments(0).organisation_id(), desk_.IdOf("app"));
  ASSERT_EQ(all.record_size(), 3) << "contact, and both versions of the skills";
  EXPECT_EQ(all.record(0).section().contact().phone(), "020 7946 0018");
  EXPECT_EQ(all.record(1).section().skills().skills(0), "stonemasonry");
  EXPECT_EQ(all.record(2).section().skills().skills(0), "bricklaying");
  ASSERT_EQ(all.consents_size(), 1);
  EXPECT_EQ(all.consents(0).consent().state(), v1::CONSENT_STATE_WITHDRAWN);
  EXPECT_THAT(all.consents(0).text(), HasSubstr("We would like to share"));
  EXPECT_EQ(all.consents(0).receipts_size(), 2) << "of giving and of withdrawing";
  EXPECT_EQ(all.consents(0).consent().practitioner(), "") << "whose code is the captor's";
  ASSERT_EQ(all.disclosures_size(), 1);
  EXPECT_EQ(all.disclosures(0).recipient_organisation_id(), desk_.IdOf("college"));
  EXPECT_EQ(all.disclosures(0).consent_id(), consent_);
  ASSERT_EQ(all.notices_size(), 1);
  EXPECT_EQ(all.notices(0).recipient_organisation_id(), desk_.IdOf("college"));
  EXPECT_EQ(all.notices(0).notice().type(), v1::NOTICE_TYPE_WITHDRAWAL);
  EXPECT_EQ(all.cases_size(), 1);
  EXPECT_EQ(all.referrals_size(), 1);
  EXPECT_EQ(all.journey(0).outcome().hourly_pay_pence(), 1480);
  ASSERT_EQ(all.suggestions_size(), 2);
  EXPECT_EQ(all.suggestions(0).kind(), v1::AutomatedSuggestion::KIND_SAME_PERSON);
  EXPECT_EQ(all.suggestions(0).organisation_id(), desk_.IdOf("college"));
  EXPECT_EQ(all.suggestions(1).kind(), v1::AutomatedSuggestion::KIND_ALTERNATIVE_SERVICES);
  EXPECT_EQ(all.organisations_size(), 3) << "lambeth, college, app: each is named";
  EXPECT_EQ(all.services_size(), 2);
  EXPECT_THAT(all.DebugString(), Not(HasSubstr("p1_"))) << "nobody's reference";
  for (const HeldElsewhere::Asked& asked : desk_.elsewhere().asked) {
    EXPECT_THAT(asked.person_ids, ElementsAre(desk_.PersonId("lambeth", ref_)));
    EXPECT_EQ(asked.organisation_id, "");
  }
}

TEST_F(ExportTest, AnAgencyGetsItsOwnPartAndNoWordOfWhoElseKnowsThePerson) {
  LiveALittle();
  desk_.elsewhere().referrals->clear();
  const v1::OpenCaseResponse opened = Opened("college", college_ref_, v1::CASE_KIND_ACCESS);
  Opened("lambeth", ref_, v1::CASE_KIND_COMPLAINT);
  const v1::PersonExport own = Export("college", opened.case_id());
  EXPECT_EQ(own.scope(), v1::EXPORT_SCOPE_ORGANISATION);
  ASSERT_EQ(own.people_size(), 1);
  EXPECT_EQ(own.people(0).holders_size(), 1);
  EXPECT_THAT(own.people(0).enrolments(), IsEmpty());
  ASSERT_EQ(own.record_size(), 1);
  EXPECT_EQ(own.record(0).source_organisation_id(), desk_.IdOf("college"));
  EXPECT_EQ(own.consents_size(), 1) << "which names it";
  EXPECT_EQ(own.disclosures_size(), 1) << "what it read";
  EXPECT_EQ(own.notices_size(), 1);
  EXPECT_EQ(own.cases_size(), 1) << "not Lambeth's";
  EXPECT_THAT(own.suggestions(), IsEmpty());
  for (const HeldElsewhere::Asked& asked : desk_.elsewhere().asked) {
    EXPECT_EQ(asked.organisation_id, desk_.IdOf("college"));
  }
  const v1::OpenCaseResponse lambeths = Opened("lambeth", ref_, v1::CASE_KIND_ACCESS);
  const v1::PersonExport theirs = Export("lambeth", lambeths.case_id());
  EXPECT_EQ(theirs.record_size(), 2);
  EXPECT_EQ(theirs.disclosures_size(), 1) << "what was read of what it put in";
  EXPECT_THAT(theirs.notices(), IsEmpty()) << "the college's";
}

// What others typed is theirs to show; and it looks the same whether or not there were others.
TEST_F(ExportTest, AnAgencyGetsTheRegistrationThatItMade) {
  desk_.Add("refuge");
  v1::RegisterPersonRequest request;
  v1::PersonDetails& details = *request.mutable_details();
  details.set_full_name("Grace Hopper");
  details.set_date_of_birth("1990-12-09");
  details.set_nino("AB123457C");
  details.set_nhs_number("943 476 5919");
  details.set_postcode("SE1 7PB");
  const auto registered = [&](const std::string& who) {
    const auto answer = desk_.Ask(desk_.services().person(), &PersonService::RegisterPerson, who, request);
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer->person_ref();
  };
  const std::string refuges = registered("refuge");
  desk_.clock().Advance(absl::Seconds(3));
  const absl::Time now = desk_.clock().Now();
  details.clear_nhs_number();
  details.set_postcode("SW9 8EJ");
  const std::string colleges = registered("college");
  const auto own = [&](const std::string& who, const std::string& ref) {
    const v1::PersonExport all = Export(who, Opened(who, ref, v1::CASE_KIND_ACCESS).case_id());
    EXPECT_EQ(all.people_size(), 1);
    return all.people(0);
  };
  const v1::ExportedPerson second = own("college", colleges);
  EXPECT_EQ(second.full_name(), "Grace Hopper");
  EXPECT_EQ(second.postcode(), "SW9 8EJ");
  EXPECT_THAT(second.identifiers(), ElementsAre("NINO"));
  EXPECT_EQ(FromTimestamp(second.create_time()), now);
  EXPECT_THAT(second.DebugString(), Not(HasSubstr("SE1 7PB")));
  const v1::ExportedPerson first = own("refuge", refuges);
  EXPECT_EQ(first.postcode(), "SE1 7PB");
  EXPECT_THAT(first.identifiers(), ElementsAre("NINO", "NHS_NUMBER"));
  // Whoever registers somebody again says how they are now.
  details.set_postcode("E1 6AN");
  EXPECT_EQ(registered("college"), colleges);
  EXPECT_EQ(own("college", colleges).postcode(), "E1 6AN");
  EXPECT_EQ(FromTimestamp(own("college", colleges).create_time()), now);
  // The person has what each of them has.
  const std::string apps = desk_.Enrol("app", "college", colleges);
  const v1::ExportedPerson whole = own("app", apps);
  EXPECT_EQ(whole.postcode(), "SE1 7PB");
  ASSERT_EQ(whole.holders_size(), 2);
  EXPECT_EQ(whole.holders(0).postcode(), "SE1 7PB");
  EXPECT_EQ(whole.holders(1).postcode(), "E1 6AN");
}

TEST_F(ExportTest, WhatThePersonIsNotToKnowOfIsLeftOut) {
  desk_.Add("crisis", ORGANISATION_KIND_HEALTH, {ROLE_AGENCY, ROLE_SAFEGUARDING});
  desk_.Put("college", college_ref_, desk_.Contact("020 7946 0018", false));
  const std::string crisis_ref = desk_.Register("crisis", "Ada Lovelace", "AB123456C");
  for (const bool unsafe : {true, false}) {
    v1::OpenEmergencyAccessRequest open;
    open.set_person_ref(crisis_ref);
    open.set_reason("does not answer");
    open.set_lawful_basis(LAWFUL_BASIS_VITAL_INTERESTS);
    open.add_categories(CATEGORY_CONTACT);
    open.set_unsafe_to_tell(unsafe);
    const auto access = desk_.Ask(desk_.services().emergency(), &EmergencyService::OpenEmergencyAccess, "crisis", open);
    ASSERT_TRUE(access.ok()) << access.status();
    v1::GetRecordRequest read;
    read.set_person_ref(crisis_ref);
    read.set_purpose(PURPOSE_SAFEGUARDING);
    read.add_categories(CATEGORY_CONTACT);
    read.set_mode(v1::SHARING_MODE_VIEW);
    read.set_emergency_access_id(access->emergency_access_id());
    ASSERT_TRUE(desk_.Ask(desk_.services().record(), &RecordService::GetRecord, "crisis", read).ok());
  }
  v1::OpenCaseRequest rest = Opening(ref_, v1::CASE_KIND_RESTRICTION);
  rest.clear_categories();
  rest.add_categories(CATEGORY_CONTACT);
  ASSERT_TRUE(Open("lambeth", rest).ok());
  const v1::PersonExport all = Export("app", Opened("app", app_ref_, v1::CASE_KIND_ACCESS).case_id());
  std::vector<v1::Notice> told;
  for (const v1::ExportedNotice& one : all.notices()) {
    if (one.notice().type() == v1::NOTICE_TYPE_RESTRICTION) told.push_back(one.notice());
  }
  ASSERT_EQ(told.size(), 1u) << "that its reader was told";
  EXPECT_EQ(told.front().disclosure_count(), 1) << "of what is in the export";
  ASSERT_EQ(all.emergency_accesses_size(), 1) << "the one that was safe to tell of";
  EXPECT_EQ(all.emergency_accesses(0).reason(), "does not answer");
  EXPECT_EQ(all.emergency_accesses(0).practitioner(), "");
  ASSERT_EQ(all.disclosures_size(), 1);
  EXPECT_EQ(all.disclosures(0).emergency_access_id(), all.emergency_accesses(0).emergency_access_id());
}

TEST_F(ExportTest, WhatIsConfidentialIsItsSourcesToGive) {
  desk_.Put("college", college_ref_, desk_.Contact("020 7946 0018", true));
  const v1::PersonExport all = Export("app", Opened("app", app_ref_, v1::CASE_KIND_ACCESS).case_id());
  const auto kept = std::find_if(all.record().begin(), all.record().end(),
                                 [](const v1::RecordEntry& entry) { return entry.confidential(); });
  ASSERT_NE(kept, all.record().end()) << "that there is something is said";
  EXPECT_FALSE(kept->has_section());
  const v1::PersonExport theirs = Export("college", Opened("college", college_ref_, v1::CASE_KIND_ACCESS).case_id());
  EXPECT_TRUE(std::any_of(theirs.record().begin(), theirs.record().end(), [](const v1::RecordEntry& entry) {
    return entry.confidential() && entry.section().contact().phone() == "020 7946 0018";
  }));
}

TEST_F(ExportTest, ItIsCountedAndAuditedBeforeItLeaves) {
  const v1::OpenCaseResponse opened = Opened("lambeth", ref_, v1::CASE_KIND_ACCESS);
  Export("lambeth", opened.case_id());
  EXPECT_EQ(desk_.Audited("person.exported"), 1);
  const v1::Case shown = Cases("lambeth")->cases(0);
  EXPECT_EQ(shown.exports(), 1);
  EXPECT_TRUE(Close("lambeth", opened.case_id(), shown.etag(), v1::CASE_OUTCOME_FULFILLED).ok());
}

TEST_F(ExportTest, OnlyWhoAnswersAnAccessThatIsOpenExports) {
  const v1::OpenCaseResponse opened = Opened("lambeth", ref_, v1::CASE_KIND_ACCESS);
  for (const char* who : {"college", "stranger", "app"}) {
    EXPECT_TRUE(absl::IsPermissionDenied(File(who, opened.case_id(), v1::EXPORT_FORMAT_JSON).status())) << who;
  }
  const std::string complaint = Opened("lambeth", ref_, v1::CASE_KIND_COMPLAINT).case_id();
  EXPECT_THAT(File("lambeth", complaint, v1::EXPORT_FORMAT_JSON),
              Refused(StatusCode::kFailedPrecondition, reasons::kWrongState));
  const auto asked = Advance("lambeth", opened.case_id(), opened.etag(), v1::CASE_ACTION_ASK_IDENTITY);
  ASSERT_TRUE(asked.ok()) << asked.status();
  EXPECT_THAT(File("lambeth", opened.case_id(), v1::EXPORT_FORMAT_JSON),
              Refused(StatusCode::kFailedPrecondition, reasons::kWrongState))
      << "it is not known who asks";
  ASSERT_TRUE(Close("lambeth", opened.case_id(), asked->etag(), v1::CASE_OUTCOME_WITHDRAWN).ok());
  EXPECT_THAT(File("lambeth", opened.case_id(), v1::EXPORT_FORMAT_JSON),
              Refused(StatusCode::kFailedPrecondition, reasons::kWrongState));
  EXPECT_EQ(desk_.Audited("person.exported"), 0);
}

TEST_F(ExportTest, WithoutTheOthersThereIsNone) {
  const v1::OpenCaseResponse opened = Opened("app", app_ref_, v1::CASE_KIND_ACCESS);
  desk_.elsewhere().steps = absl::UnavailableError("the outcome service is down");
  EXPECT_TRUE(absl::IsUnavailable(File("app", opened.case_id(), v1::EXPORT_FORMAT_HTML).status()));
  EXPECT_EQ(Cases("app")->cases(0).exports(), 0);
}

TEST_F(ExportTest, APageOfItRunsNothingLoadsNothingAndEscapesWhatPeopleWrote) {
  LiveALittle();
  v1::OpenCaseRequest request = Opening(app_ref_, v1::CASE_KIND_ACCESS);
  request.set_request("<script>alert('mine')</script> & \"more\"");
  const auto opened = Open("app", request);
  const absl::StatusOr<std::string> page = File("app", opened->case_id(), v1::EXPORT_FORMAT_HTML);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->rfind("<!doctype html>", 0), 0u);
  const auto has = [&](const std::string& text) { return page->find(text) != std::string::npos; };
  for (const char* not_there : {"<script", "href=\"http", "src=", "url(", "<link", "p1_"}) {
    EXPECT_FALSE(has(not_there)) << not_there;
  }
  EXPECT_TRUE(has("What is held about <span dir=\"auto\">Ada Lovelace</span>"));
  EXPECT_TRUE(has("&lt;script&gt;alert('mine')&lt;/script&gt; &amp; &quot;more&quot;"));
  EXPECT_TRUE(has("stonemasonry"));
  EXPECT_TRUE(has(Cat("Organisation ", desk_.IdOf("college")))) << "named, not numbered";
  EXPECT_TRUE(has("2 March 2026, 09:00"));
  EXPECT_TRUE(has("2 April 2026, 23:59")) << "until when it is due";
  EXPECT_TRUE(has("<th>To whom</th>")) << "disclosures are a table";
  for (const char* jargon : {"Captor", "Sha256", "Create time"}) EXPECT_FALSE(has(jargon)) << jargon;
  // Every link leads to something, and every place is there once.
  int links = 0;
  const std::regex link("href=\"#([^\"]+)\"");
  for (std::sregex_iterator found(page->begin(), page->end(), link), end; found != end; ++found, ++links) {
    const std::string place = Cat("id=\"", (*found)[1].str(), "\"");
    const size_t at = page->find(place);
    ASSERT_NE(at, std::string::npos) << place;
    EXPECT_EQ(page->find(place, at + 1), std::string::npos) << place;
  }
  EXPECT_GT(links, 11) << "beyond the contents: a disclosure leads to the agreement it rested on";
}

TEST_F(ExportTest, PeopleWhoWereJoinedAreExportedAsOne) {
  const std::string other = desk_.Register("college", "Ada King");
  JoinedWith(other);
  desk_.Put("college", other, desk_.Skills("analysis"));
  const v1::PersonExport all = Export("app", Opened("app", app_ref_, v1::CASE_KIND_ACCESS).case_id());
  EXPECT_EQ(all.people_size(), 2);
  EXPECT_EQ(all.record_size(), 2);
  EXPECT_EQ(desk_.elsewhere().asked.front().person_ids.size(), 2u);
  // The college found the same person under one id, and was confirmed to know the same person under the other.
  ASSERT_EQ(all.suggestions_size(), 2);
  for (const v1::AutomatedSuggestion& suggestion : all.suggestions()) {
    EXPECT_EQ(suggestion.kind(), v1::AutomatedSuggestion::KIND_SAME_PERSON);
    EXPECT_EQ(suggestion.organisation_id(), desk_.IdOf("college"));
  }
  EXPECT_NE(all.suggestions(0).has_suggest_time(), all.suggestions(1).has_suggest_time());
}

TEST_F(ExportTest, AKeyThatIsLostIsNotTakenForAnErasure) {
  const std::string other = desk_.Register("college", "Ada King");
  const auto [a, b] = JoinedWith(other);
  ASSERT_TRUE(async::BlockOn(desk_.services().person_keys().Destroy(b)).ok());
  const std::string case_id = Opened("app", app_ref_, v1::CASE_KIND_ACCESS).case_id();
  const auto file = File("app", case_id, v1::EXPORT_FORMAT_JSON);
  EXPECT_EQ(file.status().code(), StatusCode::kDataLoss) << "not the half of it";
  ASSERT_TRUE(async::BlockOn(desk_.services().person_keys().Destroy(a)).ok());
  EXPECT_EQ(File("app", case_id, v1::EXPORT_FORMAT_JSON).status().code(), StatusCode::kDataLoss)
      << "nor said to be erased";
}

TEST_F(ExportTest, OneOrganisationHasFewAtOnce) {
  v1::ExportPersonRequest request;
  request.set_case_id(Opened("app", app_ref_, v1::CASE_KIND_ACCESS).case_id());
  request.set_format(v1::EXPORT_FORMAT_JSON);
  std::vector<absl::Status> ended;
  std::function<async::Task<void>()> one_more = [&]() -> async::Task<void> {
    SlowReader slow(one_more);
    ended.push_back(co_await Send("app", request, slow));
  };
  async::BlockOn([&]() -> async::Task<int> {
    co_await one_more();
    co_return 0;
  }());
  ASSERT_EQ(ended.size(), static_cast<size_t>(kExportsPerOrganisationMax) + 1);
  EXPECT_EQ(ended.front().code(), StatusCode::kResourceExhausted) << "the last that was asked for";
  for (size_t i = 1; i < ended.size(); ++i) EXPECT_EQ(ended[i], absl::OkStatus());
  Parts parts;
  EXPECT_EQ(async::BlockOn(Send("app", request, parts)), absl::OkStatus()) << "once those are read";
}

}  // namespace
}  // namespace nwd::consent
