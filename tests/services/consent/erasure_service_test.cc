// Erasure: by two hands, of everything, everywhere; and complete only once no copy of a key is left.
#include "services/consent/erasure_service.h"

#include "services/consent/authority_acts.h"
#include "services/consent/erasure_rows.h"
#include "services/consent/joins.h"
#include "services/consent/keys.h"
#include "services/consent/limits.h"
#include "services/consent/reasons.h"
#include "tests/services/consent/case_desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT
using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr char kNino[] = "AB123456C";

class ErasureTest : public CaseTest {
 protected:
  ErasureTest() : person_(*ids::Uuid::Parse(desk_.PersonId("lambeth", ref_))) {
    desk_.Add("auditor", ORGANISATION_KIND_OTHER, {ROLE_AUDITOR});
    desk_.Put("college", college_ref_, desk_.Contact("020 7946 0018", false));
    consent_ = desk_.Give("lambeth", ref_, desk_.Terms({"college", "stranger"}));
    EXPECT_TRUE(desk_.Read("college", college_ref_, consent_).ok());
  }

  // A case that Lambeth has granted; the etag is its last.
  v1::OpenCaseResponse Granted(const std::string& ref) {
    v1::OpenCaseResponse opened = Opened("lambeth", ref, v1::CASE_KIND_ERASURE);
    const auto granted = Advance("lambeth", opened.case_id(), opened.etag(), v1::CASE_ACTION_GRANT_ERASURE);
    EXPECT_TRUE(granted.ok()) << granted.status();
    EXPECT_TRUE(granted->has_due_time()) << "its clock goes on";
    opened.set_etag(granted->etag());
    return opened;
  }
  absl::StatusOr<v1::ErasePersonResponse> Erase(const std::string& who, const v1::OpenCaseResponse& granted) {
    v1::ErasePersonRequest request;
    request.set_case_id(granted.case_id());
    request.set_etag(granted.etag());
    return desk_.Ask(desk_.services().erasure(), &ErasureService::ErasePerson, who, request);
  }
  std::vector<v1::GrantedErasure> Erasures(bool awaiting_only = false) {
    v1::ListErasuresRequest request;
    request.set_awaiting_only(awaiting_only);
    const auto listed = desk_.Ask(desk_.services().erasure(), &ErasureService::ListErasures, "hub", request);
    EXPECT_TRUE(listed.ok()) << listed.status();
    return {listed->erasures().begin(), listed->erasures().end()};
  }
  absl::Status Follow() { return async::BlockOn(desk_.services().erasure_following().Follow()); }
  bool HasKey(const ids::Uuid& id) { return async::BlockOn(desk_.services().person_keys().Find(id)).ok(); }
  // How many rows of a table have this in their key.
  int RowsNaming(char table, std::string_view bytes) {
    int rows = 0;
    auto count = [&](const store::Reader& reader) {
      return reader.Scan(store::PrefixRange(std::string(1, table)), store::Direction::kForward,
                         [&](std::string_view key, std::string_view) {
                           rows += key.find(bytes) != std::string_view::npos;
                           return store::Visit::kContinue;
                         });
    };
    EXPECT_TRUE(async::BlockOn(desk_.store().View(count)).ok());
    return rows;
  }
  const ids::Uuid person_;
  std::string consent_;
};

TEST_F(ErasureTest, FromTheAnswerOnNobodyHoldsReadsOrFindsThem) {
  const auto erased = Erase("hub", Granted(ref_));
  ASSERT_TRUE(erased.ok()) << erased.status();
  EXPECT_FALSE(HasKey(person_));
  EXPECT_TRUE(absl::IsPermissionDenied(desk_.Read("college", college_ref_, consent_).status()));
  EXPECT_FALSE(desk_.Check("college", college_ref_, consent_)->permitted());
  EXPECT_TRUE(absl::IsPermissionDenied(Cases("lambeth", ref_).status())) << "it holds them no more";
  EXPECT_TRUE(absl::IsPermissionDenied(Open("app", Opening(app_ref_, v1::CASE_KIND_ACCESS)).status()));
  v1::PutRecordRequest put;
  put.set_person_ref(ref_);
  *put.mutable_section() = desk_.Skills("poetry");
  EXPECT_TRUE(absl::IsPermissionDenied(
      desk_.Ask(desk_.services().record(), &RecordService::PutRecord, "lambeth", put).status()));
  for (const char table : {keys::kPerson, keys::kHolder, keys::kIdentifier, keys::kBlock, keys::kRecord,
                           keys::kRecordVersion, keys::kEnrolment}) {
    EXPECT_EQ(RowsNaming(table, person_.bytes()), 0) << table;
  }
  desk_.Restart();
  EXPECT_FALSE(HasKey(person_));
  EXPECT_NE(desk_.Register("lambeth", "Ada Lovelace", kNino), ref_) << "who comes again is somebody new";
}

TEST_F(ErasureTest, WhatRestedOnTheirWordEndsAndTheOthersLearnOfIt) {
  ASSERT_TRUE(Erase("hub", Granted(ref_)).ok());
  std::vector<std::string> told;
  for (const common::v1::Change& change : desk_.Changes()) {
    if (change.has_consent() && change.consent().state() == "WITHDRAWN") told.push_back(change.consent().consent_id());
    if (change.has_person() && change.person().type() == PersonChange::TYPE_ERASED) {
      told.push_back(change.person().person_id());
    }
  }
  EXPECT_THAT(told, ElementsAre(consent_, person_.ToString()))
      << "the consent first: its referrals are cancelled by it";
}

TEST_F(ErasureTest, WhoHeldOrWasGivenAnythingIsToldAndAnswers) {
  EXPECT_EQ(Erase("hub", Granted(ref_))->notices(), 2);
  ASSERT_EQ(NoticesTo("app").size(), 1u) << "the channel, which acts for them no more, is told so";
  EXPECT_EQ(NoticesTo("app").front().type(), v1::NOTICE_TYPE_ERASURE);
  EXPECT_EQ(NoticesTo("app").front().person_ref(), app_ref_);
  ASSERT_EQ(NoticesTo("college").size(), 1u);
  const v1::Notice notice = NoticesTo("college").front();
  EXPECT_EQ(notice.type(), v1::NOTICE_TYPE_ERASURE);
  EXPECT_EQ(notice.person_ref(), college_ref_) << "by which it finds them in its own files";
  EXPECT_EQ(notice.disclosure_count(), 1);
  EXPECT_THAT(NoticesTo("lambeth"), IsEmpty()) << "which granted it";
  EXPECT_THAT(NoticesTo("stranger"), IsEmpty()) << "which was given nothing";
  v1::AcknowledgeNoticeRequest answer;
  answer.set_notice_id(notice.notice_id());
  answer.set_answer(v1::NOTICE_ANSWER_RETAINED);
  answer.set_retained_basis("a claim in court, planted");
  const auto acknowledge = [&] {
    return desk_.Ask(desk_.services().notice(), &NoticeService::AcknowledgeNotice, "college", answer);
  };
  const auto first = acknowledge();
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_NE(first->content().find("planted"), std::string::npos) << "the receipt says on which basis";
  EXPECT_EQ(acknowledge()->content(), first->content());
  EXPECT_EQ(NoticesTo("college").front().retained_basis(), answer.retained_basis());
  EXPECT_EQ(RowsNaming(keys::kNotice, "planted"), 0);
  answer.set_retained_basis("another");
  EXPECT_THAT(acknowledge(), Refused(StatusCode::kFailedPrecondition, reasons::kAlreadyAnswered));
}

TEST_F(ErasureTest, ARetryOfTheirRegistrationBringsNobodyBack) {
  v1::RegisterPersonRequest request;
  request.set_request_id(ids::Uuid::Random().ToString());
  request.mutable_details()->set_full_name("Ada Lovelace");
  request.mutable_details()->set_date_of_birth("1990-05-17");
  request.mutable_details()->set_nino("AB123456C");
  const auto registered = [&] {
    return desk_.Ask(desk_.services().person(), &PersonService::RegisterPerson, "lambeth", request);
  };
  ASSERT_EQ(registered()->person_ref(), ref_);
  EXPECT_EQ(registered()->person_ref(), ref_);
  ASSERT_TRUE(Erase("hub", Granted(ref_)).ok());
  EXPECT_THAT(registered(), Refused(StatusCode::kFailedPrecondition, reasons::kErased));
  request.set_request_id(ids::Uuid::Random().ToString());
  EXPECT_NE(registered()->person_ref(), ref_) << "as somebody new";
}

TEST_F(ErasureTest, NobodyErasesAlone) {
  desk_.Add("both", ORGANISATION_KIND_OTHER, {ROLE_AGENCY, ROLE_AUDITOR});
  const std::string ref = desk_.Register("both", "Ada Lovelace", kNino);
  const v1::OpenCaseResponse own = Opened("both", ref, v1::CASE_KIND_ERASURE);
  const auto granted = Advance("both", own.case_id(), own.etag(), v1::CASE_ACTION_GRANT_ERASURE);
  ASSERT_TRUE(granted.ok()) << granted.status();
  v1::OpenCaseResponse theirs = own;
  theirs.set_etag(granted->etag());
  EXPECT_TRUE(absl::IsPermissionDenied(Erase("both", theirs).status()));
  EXPECT_TRUE(HasKey(person_));
  const v1::OpenCaseResponse opened = Opened("lambeth", ref_, v1::CASE_KIND_ERASURE);
  EXPECT_THAT(Erase("hub", opened), Refused(StatusCode::kFailedPrecondition, reasons::kWrongState))
      << "who was asked has not granted it";
  EXPECT_TRUE(absl::IsPermissionDenied(Erase("hub", Opened("lambeth", ref_, v1::CASE_KIND_ACCESS)).status()));
  theirs.set_etag("r1");
  EXPECT_TRUE(absl::IsAborted(Erase("auditor", theirs).status()));
  EXPECT_TRUE(HasKey(person_));
  theirs.set_etag(granted->etag());
  EXPECT_TRUE(Erase("auditor", theirs).ok());
  EXPECT_FALSE(HasKey(person_));
}

TEST_F(ErasureTest, WhoCarriesItOutSeesWhatToWeighAndNotWhom) {
  const v1::OpenCaseResponse granted = Granted(ref_);
  ASSERT_EQ(Erasures(true).size(), 1u);
  const v1::GrantedErasure shown = Erasures(true).front();
  EXPECT_EQ(shown.case_id(), granted.case_id());
  EXPECT_EQ(shown.handler_organisation_id(), desk_.IdOf("lambeth"));
  EXPECT_EQ(shown.holders(), 2);
  EXPECT_EQ(shown.consents_in_force(), 1);
  EXPECT_EQ(shown.authorities_in_force(), 0);
  EXPECT_EQ(shown.etag(), granted.etag());
  EXPECT_EQ(shown.DebugString().find("p1_"), std::string::npos);
  ASSERT_TRUE(Erase("hub", granted).ok());
  EXPECT_THAT(Erasures(true), IsEmpty());
  ASSERT_EQ(Erasures().size(), 1u);
  EXPECT_EQ(Erasures().front().erasure().eraser_organisation_id(), desk_.IdOf("hub"));
}

TEST_F(ErasureTest, ItIsGoneOnceNoServiceHoldsAKeyAndCompleteOnceNoBackupCan) {
  const v1::OpenCaseResponse granted = Granted(ref_);
  desk_.elsewhere().gone = false;
  ASSERT_TRUE(Erase("hub", granted).ok());
  ASSERT_TRUE(Follow().ok());
  EXPECT_THAT(desk_.elsewhere().confirmed, ElementsAre(person_.ToString()));
  EXPECT_FALSE(Erasures().front().erasure().has_gone_time()) << "another service holds a key yet";
  desk_.elsewhere().gone = absl::UnavailableError("down");
  EXPECT_TRUE(absl::IsUnavailable(Follow()));
  desk_.elsewhere().gone = true;
  ASSERT_TRUE(Follow().ok());
  EXPECT_EQ(FromTimestamp(Erasures().front().erasure().gone_time()), desk_.clock().Now());
  EXPECT_FALSE(Erasures().front().erasure().complete()) << "a backup of keys may hold one";
  EXPECT_NE(desk_.metrics().Text().find("nwd_consent_erasures_open 1"), std::string::npos);
  const absl::Time gone = desk_.clock().Now();
  desk_.clock().Set(FromTimestamp(Erasures().front().erasure().complete_time()));
  // A clock that jumps makes nothing complete: it is set back within the day, and all begins anew.
  ASSERT_TRUE(Follow().ok());
  desk_.steady_now += kErasureSettle - absl::Seconds(1);
  ASSERT_TRUE(Follow().ok());
  EXPECT_FALSE(Erasures().front().erasure().complete());
  desk_.clock().Set(gone + absl::Hours(1));
  ASSERT_TRUE(Follow().ok());
  desk_.clock().Set(FromTimestamp(Erasures().front().erasure().complete_time()));
  desk_.steady_now += absl::Hours(1);
  ASSERT_TRUE(Follow().ok());
  EXPECT_FALSE(Erasures().front().erasure().complete());
  desk_.steady_now += kErasureSettle;
  // It should have been deleted, and was not.
  desk_.elsewhere().oldest_backup = gone;
  ASSERT_TRUE(Follow().ok());
  EXPECT_FALSE(Erasures().front().erasure().complete()) << "another service's backup of keys holds one yet";
  desk_.elsewhere().oldest_backup = gone + absl::Seconds(1);
  desk_.oldest_key_backup = gone - absl::Hours(1);
  ASSERT_TRUE(Follow().ok());
  EXPECT_FALSE(Erasures().front().erasure().complete()) << "our own does";
  EXPECT_NE(desk_.metrics().Text().find("nwd_consent_erasures_open 1"), std::string::npos);
  desk_.oldest_key_backup = std::nullopt;
  ASSERT_TRUE(Follow().ok());
  EXPECT_TRUE(Erasures().front().erasure().complete());
  ASSERT_TRUE(Follow().ok());
  EXPECT_NE(desk_.metrics().Text().find("nwd_consent_erasures_open 0"), std::string::npos);
  const v1::Case shown = Cases("lambeth")->cases(0);
  EXPECT_EQ(shown.state(), v1::CASE_STATE_CLOSED);
  EXPECT_EQ(shown.outcome(), v1::CASE_OUTCOME_FULFILLED);
  EXPECT_TRUE(shown.erasure().complete()) << "who answered sees that it was done, and when";
  EXPECT_EQ(shown.person_ref(), "");
}

TEST_F(ErasureTest, WhatACrashCutOffIsDoneLater) {
  const v1::OpenCaseResponse granted = Granted(ref_);
  ASSERT_TRUE(Erase("hub", granted).ok());
  // As if the service had gone down between the transaction and what follows it.
  const ids::Uuid case_id = *ids::Uuid::Parse(granted.case_id());
  ASSERT_TRUE(async::BlockOn(desk_.services().person_keys().Ensure(person_)).ok());
  auto undo = [&](store::Txn& txn) -> absl::Status {
    NWD_ASSIGN_OR_RETURN(std::optional<storage::Erasure> erasure, erasures::Find(txn, case_id));
    erasure->clear_swept();
    erasures::Put(txn, case_id, *erasure);
    txn.Put(keys::Record(person_, CATEGORY_SKILLS, person_), "sealed");
    return absl::OkStatus();
  };
  ASSERT_TRUE(async::BlockOn(desk_.store().Update(undo)).ok());
  desk_.Restart();
  ASSERT_TRUE(HasKey(person_));
  ASSERT_TRUE(Follow().ok());
  EXPECT_FALSE(HasKey(person_));
  EXPECT_EQ(RowsNaming(keys::kRecord, person_.bytes()), 0);
}

TEST_F(ErasureTest, AllOfSomebodyWhoWasRegisteredTwice) {
  const std::string other_ref = desk_.Register("stranger", "Ada King");
  const ids::Uuid other = *ids::Uuid::Parse(desk_.PersonId("stranger", other_ref));
  auto join = [&](store::Txn& txn) { return joins::Join(txn, person_, other).status(); };
  ASSERT_TRUE(async::BlockOn(desk_.store().Update(join)).ok());
  ASSERT_TRUE(Erase("hub", Granted(ref_)).ok());
  EXPECT_FALSE(HasKey(person_));
  EXPECT_FALSE(HasKey(other));
  EXPECT_EQ(NoticesTo("stranger").size(), 1u) << "it held them under the other id";
  EXPECT_EQ(NoticesTo("stranger").front().person_ref(), other_ref);
  EXPECT_EQ(RowsNaming(keys::kJoins, ""), 0);
}

TEST_F(ErasureTest, TheirOtherCasesCloseAndARetryIsTheSameErasure) {
  const v1::OpenCaseResponse access = Opened("college", college_ref_, v1::CASE_KIND_ACCESS);
  const v1::OpenCaseResponse granted = Granted(ref_);
  v1::ErasePersonRequest request;
  request.set_request_id(ids::Uuid::Random().ToString());
  request.set_case_id(granted.case_id());
  request.set_etag(granted.etag());
  const auto erase = [&] {
    return desk_.Ask(desk_.services().erasure(), &ErasureService::ErasePerson, "hub", request);
  };
  const auto first = erase(), again = erase();
  ASSERT_TRUE(first.ok() && again.ok()) << first.status() << again.status();
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  EXPECT_EQ(desk_.Audited("person.erased"), 1);
  const v1::Case closed = Cases("college")->cases(0);
  EXPECT_EQ(closed.case_id(), access.case_id());
  EXPECT_EQ(closed.outcome(), v1::CASE_OUTCOME_ERASED);
  EXPECT_EQ(closed.request(), "");
}

TEST_F(ErasureTest, WhoGrantedItCanTakeThatBack) {
  const v1::OpenCaseResponse granted = Granted(ref_);
  ASSERT_TRUE(Close("lambeth", granted.case_id(), granted.etag(), v1::CASE_OUTCOME_WITHDRAWN).ok());
  EXPECT_THAT(Erasures(), IsEmpty());
  EXPECT_TRUE(absl::IsAborted(Erase("hub", granted).status()));
  EXPECT_TRUE(HasKey(person_));
}

TEST_F(ErasureTest, OnlyAnErasureIsGranted) {
  const v1::OpenCaseResponse access = Opened("lambeth", ref_, v1::CASE_KIND_ACCESS);
  EXPECT_THAT(Advance("lambeth", access.case_id(), access.etag(), v1::CASE_ACTION_GRANT_ERASURE),
              Refused(StatusCode::kFailedPrecondition, reasons::kWrongState));
  v1::CloseCaseRequest close = Closing(access.case_id(), access.etag(), v1::CASE_OUTCOME_ERASED);
  EXPECT_THAT(FieldsOf(Close("lambeth", close).status()), ElementsAre("outcome"));
}

}  // namespace
}  // namespace nwd::consent
