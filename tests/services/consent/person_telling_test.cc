// Who is asked to tell a person that their record was opened in an emergency.
#include "services/consent/person_telling.h"

#include "services/consent/enrolments.h"
#include "services/consent/limits.h"
#include "services/consent/notice_service.h"
#include "tests/services/consent/emergency_desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT

const std::vector<Role> kChannel = {ROLE_RESIDENT_CHANNEL};

class TellingTest : public EmergencyTest {
 protected:
  void MakeMainContact(const std::string& who, const std::string& ref) {
    v1::SetMainContactRequest request;
    request.set_person_ref(ref);
    const auto set = desk_.Ask(desk_.services().main_contact(), &MainContactService::SetMainContact, who, request);
    EXPECT_TRUE(set.ok()) << set.status();
  }
  v1::ListNoticesResponse NoticesOf(const std::string& who) {
    const auto listed =
        desk_.Ask(desk_.services().notice(), &NoticeService::ListNotices, who, v1::ListNoticesRequest());
    EXPECT_TRUE(listed.ok()) << listed.status();
    return *listed;
  }
  absl::StatusOr<v1::AcknowledgeNoticeResponse> Answer(const std::string& who, v1::NoticeAnswer answer,
                                                       const std::string& retained_basis = "") {
    v1::AcknowledgeNoticeRequest request;
    request.set_notice_id(NoticesOf(who).notices(0).notice_id());
    request.set_answer(answer);
    request.set_retained_basis(retained_basis);
    return desk_.Ask(desk_.services().notice(), &NoticeService::AcknowledgeNotice, who, request);
  }
  void Enrol(const std::string& channel) {
    const ids::Uuid person = *ids::Uuid::Parse(desk_.PersonId("crisis", ref_));
    const ids::Uuid crisis = *ids::Uuid::Parse(desk_.IdOf("crisis"));
    const ids::Uuid channel_id = *ids::Uuid::Parse(desk_.IdOf(channel));
    auto body = [&](store::Txn& txn) {
      return enrolments::Enrol(txn, person, channel_id, crisis, desk_.clock().Now());
    };
    EXPECT_TRUE(async::BlockOn(desk_.store().Update(body)).ok());
  }
  void SetKind(const std::string& who, OrganisationKind kind) {
    access::Organisation organisation = *desk_.registry().FindById(desk_.IdOf(who));
    organisation.kind = kind;
    desk_.registry().Set(organisation);
  }
  void SetState(const std::string& who, OrganisationState state) {
    access::Organisation organisation = *desk_.registry().FindById(desk_.IdOf(who));
    organisation.state = state;
    desk_.registry().Set(organisation);
  }
};

TEST_F(TellingTest, TheMainContactIsAskedToTellThePerson) {
  MakeMainContact("lambeth", lambeth_ref_);
  const std::string id = Opened();
  const v1::ListNoticesResponse notices = NoticesOf("lambeth");
  ASSERT_EQ(notices.notices_size(), 1);
  const v1::Notice& notice = notices.notices(0);
  EXPECT_EQ(notice.type(), v1::NOTICE_TYPE_EMERGENCY_ACCESS);
  EXPECT_EQ(notice.emergency_access_id(), id);
  EXPECT_EQ(notice.consent_id(), "");
  EXPECT_EQ(notice.person_ref(), lambeth_ref_);
  EXPECT_EQ(FromTimestamp(notice.due_time()) - FromTimestamp(notice.create_time()), kNoticeDue);
  EXPECT_TRUE(Get(id).person_told());
  EXPECT_FALSE(Get(id).unsafe_to_tell());
}

TEST_F(TellingTest, TheChannelsThatThePersonEnrolledWithAreAskedBeforeTheMainContact) {
  MakeMainContact("lambeth", lambeth_ref_);
  for (const char* channel : {"app", "library", "elsewhere"}) desk_.Add(channel, ORGANISATION_KIND_OTHER, kChannel);
  Enrol("app");
  Enrol("library");
  const std::string id = Opened();
  for (const char* channel : {"app", "library"}) {
    ASSERT_EQ(NoticesOf(channel).notices_size(), 1) << channel;
    EXPECT_EQ(NoticesOf(channel).notices(0).emergency_access_id(), id);
    EXPECT_EQ(NoticesOf(channel).notices(0).person_ref(), desk_.RefFor(channel, ref_, "crisis"));
  }
  EXPECT_EQ(NoticesOf("elsewhere").notices_size(), 0);
  EXPECT_EQ(NoticesOf("lambeth").notices_size(), 0);
  EXPECT_TRUE(Get(id).person_told());
}

TEST_F(TellingTest, WhereNoChannelCanTellTheMainContactIsAsked) {
  MakeMainContact("lambeth", lambeth_ref_);
  desk_.Add("app", ORGANISATION_KIND_OTHER, kChannel);
  Enrol("app");
  SetState("app", ORGANISATION_STATE_SUSPENDED);
  Opened();
  EXPECT_EQ(NoticesOf("lambeth").notices_size(), 1);
  SetState("app", ORGANISATION_STATE_ACTIVE);
  EXPECT_EQ(NoticesOf("app").notices_size(), 0);
}

TEST_F(TellingTest, AMainContactThatOpenedItItselfIsAskedAllTheSame) {
  SetKind("crisis", ORGANISATION_KIND_VCS);
  MakeMainContact("crisis", ref_);
  Opened();
  EXPECT_EQ(NoticesOf("crisis").notices_size(), 1);
  EXPECT_EQ(NoticesOf("lambeth").notices_size(), 0);
}

TEST_F(TellingTest, WhereThereIsNobodyTheReviewerSeesThatThePersonWasNotTold) {
  const std::string id = Opened();
  EXPECT_FALSE(Get(id).person_told());
  EXPECT_FALSE(Get(id).unsafe_to_tell());
}

TEST_F(TellingTest, AMainContactThatIsSuspendedOrGoneTellsNobody) {
  MakeMainContact("lambeth", lambeth_ref_);
  for (const OrganisationState state : {ORGANISATION_STATE_SUSPENDED, ORGANISATION_STATE_LEFT}) {
    SetState("lambeth", state);
    EXPECT_FALSE(Get(Opened()).person_told()) << OrganisationState_Name(state);
  }
  SetState("lambeth", ORGANISATION_STATE_ACTIVE);
  EXPECT_EQ(NoticesOf("lambeth").notices_size(), 0);
}

TEST_F(TellingTest, WhereItIsUnsafeThePersonIsToldByTheReviewAlone) {
  MakeMainContact("lambeth", lambeth_ref_);
  const std::string id = Opened(/*unsafe_to_tell=*/true);
  EXPECT_TRUE(Get(id).unsafe_to_tell());
  EXPECT_FALSE(Get(id).person_told());
  EXPECT_EQ(NoticesOf("lambeth").notices_size(), 0);
  ASSERT_TRUE(Close("crisis", id).ok());
  v1::ReviewEmergencyAccessRequest review = Reviewing(id);
  review.set_tell_person(true);
  ASSERT_TRUE(Review("board", review).ok());
  EXPECT_TRUE(Get(id).person_told());
  ASSERT_EQ(NoticesOf("lambeth").notices_size(), 1);
  EXPECT_EQ(NoticesOf("lambeth").notices(0).emergency_access_id(), id);
}

TEST_F(TellingTest, WhereItIsUnsafeAChannelDoesNotShowWhatWasReadUntilTheReviewTells) {
  desk_.Add("app", ORGANISATION_KIND_OTHER, kChannel);
  Enrol("app");
  const auto seen = [&] {
    v1::ListDisclosuresRequest request;
    request.set_person_ref(desk_.RefFor("app", ref_, "crisis"));
    const auto listed = desk_.Ask(desk_.services().disclosure(), &DisclosureService::ListDisclosures, "app", request);
    EXPECT_TRUE(listed.ok()) << listed.status();
    return listed.ok() ? listed->disclosures_size() : -1;
  };
  ASSERT_TRUE(ReadContact(Opened()).ok());
  EXPECT_EQ(seen(), 1);
  const std::string id = Opened(/*unsafe_to_tell=*/true);
  ASSERT_TRUE(ReadContact(id).ok());
  EXPECT_EQ(seen(), 1);
  ASSERT_TRUE(Close("crisis", id).ok());
  v1::ReviewEmergencyAccessRequest review = Reviewing(id);
  review.set_tell_person(true);
  ASSERT_TRUE(Review("board", review).ok());
  EXPECT_EQ(seen(), 2);
}

TEST_F(TellingTest, ThatItIsSafeStandsThoughNobodyCanTellThemAndAChannelTheyJoinLaterShowsIt) {
  const std::string safe = Opened(/*unsafe_to_tell=*/true);
  ASSERT_TRUE(ReadContact(safe).ok());
  ASSERT_TRUE(Close("crisis", safe).ok());
  v1::ReviewEmergencyAccessRequest review = Reviewing(safe);
  review.set_tell_person(true);
  ASSERT_TRUE(Review("board", review).ok());
  EXPECT_FALSE(Get(safe).person_told()) << "there was neither channel nor main contact";
  const std::string unsafe = Opened(/*unsafe_to_tell=*/true);
  ASSERT_TRUE(ReadContact(unsafe).ok());
  ASSERT_TRUE(Close("crisis", unsafe).ok());
  ASSERT_TRUE(Review("board", Reviewing(unsafe)).ok());

  desk_.Add("app", ORGANISATION_KIND_OTHER, kChannel);
  Enrol("app");
  v1::ListDisclosuresRequest request;
  request.set_person_ref(desk_.RefFor("app", ref_, "crisis"));
  const auto listed = desk_.Ask(desk_.services().disclosure(), &DisclosureService::ListDisclosures, "app", request);
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->disclosures_size(), 1) << "and not what no review called safe";
  EXPECT_EQ(listed->disclosures(0).emergency_access_id(), safe);
}

TEST_F(TellingTest, AReviewThatDoesNotSayThatItIsSafeTellsNobody) {
  MakeMainContact("lambeth", lambeth_ref_);
  const std::string id = Opened(/*unsafe_to_tell=*/true);
  ASSERT_TRUE(Close("crisis", id).ok());
  ASSERT_TRUE(Review("board", Reviewing(id)).ok());
  EXPECT_FALSE(Get(id).person_told());
  EXPECT_EQ(NoticesOf("lambeth").notices_size(), 0);
}

TEST_F(TellingTest, WhoWasToldIsNotToldAgainByTheReview) {
  MakeMainContact("lambeth", lambeth_ref_);
  const std::string id = Opened();
  ASSERT_TRUE(Close("crisis", id).ok());
  v1::ReviewEmergencyAccessRequest review = Reviewing(id);
  review.set_tell_person(true);
  ASSERT_TRUE(Review("board", review).ok());
  EXPECT_EQ(NoticesOf("lambeth").notices_size(), 1);
}

TEST_F(TellingTest, WhereNobodyWasThereAtFirstTheReviewTells) {
  const std::string id = Opened();
  ASSERT_TRUE(Close("crisis", id).ok());
  MakeMainContact("lambeth", lambeth_ref_);
  v1::ReviewEmergencyAccessRequest review = Reviewing(id);
  review.set_tell_person(true);
  ASSERT_TRUE(Review("board", review).ok());
  EXPECT_TRUE(Get(id).person_told());
  EXPECT_EQ(NoticesOf("lambeth").notices_size(), 1);
}

TEST_F(TellingTest, TheNoticeIsAnsweredToldOrNotToldAndNothingElse) {
  MakeMainContact("lambeth", lambeth_ref_);
  Opened();
  for (const auto answer :
       {v1::NOTICE_ANSWER_ERASED, v1::NOTICE_ANSWER_CORRECTED, v1::NOTICE_ANSWER_RETAINED, v1::NOTICE_ANSWER_HELD}) {
    const auto refused = Answer("lambeth", answer, answer == v1::NOTICE_ANSWER_RETAINED ? "a basis" : "");
    EXPECT_THAT(refused, Invalid()) << v1::NoticeAnswer_Name(answer);
    EXPECT_THAT(std::string(refused.status().message()), ::testing::HasSubstr("TOLD, NOT_TOLD"));
  }
  EXPECT_TRUE(Answer("lambeth", v1::NOTICE_ANSWER_NOT_TOLD).ok());
  EXPECT_TRUE(Answer("lambeth", v1::NOTICE_ANSWER_NOT_TOLD).ok()) << "the same answer again is the same";
  EXPECT_THAT(Answer("lambeth", v1::NOTICE_ANSWER_TOLD),
              Refused(absl::StatusCode::kFailedPrecondition, "ALREADY_ANSWERED"));
}

}  // namespace
}  // namespace nwd::consent
