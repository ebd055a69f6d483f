// People change their minds: from that moment nobody reads, everyone who did is told and answers, and referrals are
// cancelled.
#include <algorithm>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/base/macros.h"
#include "deploy/demo/chapters.h"
#include "deploy/demo/following.h"
#include "nwd/outcome/v1/outcome_service.pb.h"

namespace nwd::demo {
namespace {

namespace v1 = consent::v1;
using namespace common::v1;  // NOLINT: the words of the vocabulary
using Figure = absl::StatusOr<std::string>;

// A consent taken back: who said it was, and who had read under it.
struct Withdrawn {
  std::string consent_id;
  std::string recorded_by;
  std::string reader;
  std::string reader_ref;
  Purpose purpose;
};

v1::GetRecordRequest Reading(const Withdrawn& withdrawn) {
  v1::GetRecordRequest request;
  request.set_person_ref(withdrawn.reader_ref);
  request.set_purpose(withdrawn.purpose);
  request.add_categories(CATEGORY_IDENTITY);
  request.set_mode(v1::SHARING_MODE_VIEW);
  request.set_consent_id(withdrawn.consent_id);
  return request;
}

std::vector<Withdrawn> ToWithdraw(const World& world) {
  std::vector<Withdrawn> all;
  for (const Case& referral : world.cases) {
    if (referral.plot != Plot::kWithdrawnBeforeStart && referral.plot != Plot::kWithdrawnAfterStart) continue;
    all.push_back({world.people[referral.person].consent.consent_id, referral.referrer, referral.receiver,
                   referral.receiver_ref, PURPOSE_REFERRAL});
  }
  // Of the standing ones every second, said at the desk of the very organisation that reads under it.
  int turn = 0;
  for (const Person& person : world.people) {
    if (person.shape != Shape::kStanding || turn++ % 2 != 0) continue;
    all.push_back({person.standing.consent_id, std::string(kPartner), std::string(kPartner),
                   person.refs.at(std::string(kPartner)), PURPOSE_EMPLOYMENT_SUPPORT});
  }
  return all;
}

// Reads, withdraws, reads again: the last is the very next call after the answer.
absl::Status WithdrawOne(World& world, const Withdrawn& withdrawn) {
  const v1::GetRecordRequest read = Reading(withdrawn);
  NWD_RETURN_IF_ERROR(world.Call<v1::GetRecordResponse>(withdrawn.reader, read).status());
  v1::WithdrawConsentRequest withdraw;
  withdraw.set_consent_id(withdrawn.consent_id);
  NWD_ASSIGN_OR_RETURN(const auto answer, world.Call<v1::WithdrawConsentResponse>(withdrawn.recorded_by, withdraw));
  const auto after = world.Call<v1::GetRecordResponse>(withdrawn.reader, read);
  NWD_RETURN_IF_ERROR(
      Refused("the very next read after a withdrawal", after.status(), absl::StatusCode::kPermissionDenied));
  NWD_RETURN_IF_ERROR(Same("the state of a consent taken back", v1::ConsentState_Name(v1::CONSENT_STATE_WITHDRAWN),
                           v1::ConsentState_Name(answer.state())));
  return Same("recipients who are told", 1, answer.notices());
}

Figure WithdrawAll(World& world, Story& story, const std::vector<Withdrawn>& all) {
  NWD_RETURN_IF_ERROR(Holds("some people change their minds", !all.empty()));
  NWD_RETURN_IF_ERROR(InParallel(all.size(), [&](int i) { return WithdrawOne(world, all[i]); }));
  story.Count("withdrawn", static_cast<int64_t>(all.size()));
  return Cat(all.size(), " withdrawn; ", all.size(), " reads right after, ", all.size(), " refused");
}

Figure OthersGoOn(World& world) {
  int read = 0;
  for (const Person& person : world.people) {
    if (person.shape != Shape::kSelfCaptured) continue;
    const Withdrawn untouched = {person.consent.consent_id, "", std::string(kCollege),
                                 person.refs.at(std::string(kCollege)), PURPOSE_SKILLS_TRAINING};
    NWD_RETURN_IF_ERROR(world.Call<v1::GetRecordResponse>(kCollege, Reading(untouched)).status());
    ++read;
  }
  return Cat(read, " reads under consents that stand");
}

// The notice a reader was sent about a consent; it comes by the stream.
absl::StatusOr<v1::Notice> NoticeOf(World& world, const Withdrawn& withdrawn) {
  v1::Notice notice;
  const auto came = [&](const std::vector<NoticeWatcher::Seen>& seen) {
    for (const auto& one : seen) {
      if (one.response.notice().consent_id() == withdrawn.consent_id) notice = one.response.notice();
    }
    return !notice.notice_id().empty();
  };
  if (!world.notices_of(withdrawn.reader).WaitUntil(came, kPatience)) {
    return Unexpected("a notice of a withdrawal", Cat("one to ", withdrawn.reader), "none came by its stream");
  }
  return notice;
}

absl::Status Acknowledge(World& world, const Withdrawn& withdrawn, bool retained) {
  NWD_ASSIGN_OR_RETURN(const v1::Notice notice, NoticeOf(world, withdrawn));
  NWD_RETURN_IF_ERROR(Same("why a recipient is told", v1::NoticeType_Name(v1::NOTICE_TYPE_WITHDRAWAL),
                           v1::NoticeType_Name(notice.type())));
  NWD_RETURN_IF_ERROR(
      Same("whom a notice is about, as the recipient knows them", withdrawn.reader_ref, notice.person_ref()));
  NWD_RETURN_IF_ERROR(Holds("a notice names the disclosures it touches", notice.disclosure_count() > 0));
  v1::AcknowledgeNoticeRequest request;
  request.set_notice_id(notice.notice_id());
  request.set_answer(v1::NOTICE_ANSWER_ERASED);
  if (retained) {
    request.set_answer(v1::NOTICE_ANSWER_RETAINED);
    const auto bare = world.Call<v1::AcknowledgeNoticeResponse>(withdrawn.reader, request);
    NWD_RETURN_IF_ERROR(
        Refused("keeping data without naming another basis", bare.status(), absl::StatusCode::kInvalidArgument));
    request.set_retained_basis("Legal obligation: audit of public funding, six years");
  }
  return world.Call<v1::AcknowledgeNoticeResponse>(withdrawn.reader, request).status();
}

Figure AllAnswer(World& world, const std::vector<Withdrawn>& all) {
  NWD_RETURN_IF_ERROR(InParallel(all.size(), [&](int i) { return Acknowledge(world, all[i], i == 0); }));
  for (const std::string& slug : Receivers()) {
    v1::ListNoticesRequest request;
    request.set_open_only(true);
    NWD_ASSIGN_OR_RETURN(const auto open, world.Call<v1::ListNoticesResponse>(slug, request));
    NWD_RETURN_IF_ERROR(Same(Cat("notices ", slug, " has not answered"), 0, open.notices_size()));
  }
  return Cat(all.size(), " told by their stream: ", all.size() - 1, " erased, 1 keeps on another basis it names");
}

// Not yet started: cancelled. Under way: support goes on, without the record.
Figure ReferralsFollow(World& world) {
  int cancelled = 0, going_on = 0;
  for (Case& referral : world.cases) {
    const bool before = referral.plot == Plot::kWithdrawnBeforeStart;
    if (!before && referral.plot != Plot::kWithdrawnAfterStart) continue;
    const auto action = before ? referral::v1::REFERRAL_ACTION_CANCEL : referral::v1::REFERRAL_ACTION_ACCESS_ENDED;
    const auto came = [&](const std::vector<ReferralWatcher::Seen>& seen) {
      return std::any_of(seen.begin(), seen.end(), [&](const auto& one) {
        return one.response.event().referral_id() == referral.referral_id && one.response.event().action() == action;
      });
    };
    if (!world.referrals_of(referral.referrer).WaitUntil(came, kPatience)) {
      return Unexpected("a referral whose consent was withdrawn", referral::v1::ReferralAction_Name(action),
                        "no such event on the referrer's stream");
    }
    referral::v1::GetReferralRequest request;
    request.set_referral_id(referral.referral_id);
    NWD_ASSIGN_OR_RETURN(const auto now, world.Call<referral::v1::GetReferralResponse>(referral.referrer, request));
    referral.etag = now.referral().etag();
    referral.state = now.referral().state();
    const auto expected =
        before ? referral::v1::REFERRAL_STATE_CANCELLED_BY_PERSON : referral::v1::REFERRAL_STATE_IN_PROGRESS;
    NWD_RETURN_IF_ERROR(Same("the state of a referral whose consent was withdrawn",
                             referral::v1::ReferralState_Name(expected),
                             referral::v1::ReferralState_Name(referral.state)));
    ++(before ? cancelled : going_on);
  }
  return Cat(cancelled, " cancelled, ", going_on, " go on without the record");
}

Figure SupportGoesOn(World& world) {
  int finished = 0;
  for (Case& referral : world.cases) {
    if (referral.plot != Plot::kWithdrawnAfterStart) continue;
    outcome::v1::RecordOutcomeRequest request;
    request.set_referral_id(referral.referral_id);
    request.set_kind(outcome::v1::OUTCOME_KIND_TRAINING_COMPLETION);
    request.set_occurred_on(absl::FormatCivilTime(absl::ToCivilDay(absl::Now(), absl::UTCTimeZone())));
    NWD_RETURN_IF_ERROR(world.Call<outcome::v1::RecordOutcomeResponse>(referral.receiver, request).status());
    NWD_RETURN_IF_ERROR(world.Move(referral, referral.receiver, referral::v1::REFERRAL_ACTION_COMPLETE));
    NWD_RETURN_IF_ERROR(world.Move(referral, referral.referrer, referral::v1::REFERRAL_ACTION_CLOSE));
    ++finished;
  }
  return Cat(finished, " ended as planned");
}

}  // namespace

void TellWithdrawal(World& world, Story& story) {
  const std::vector<Withdrawn> all = story.failed() ? std::vector<Withdrawn>() : ToWithdraw(world);
  story.Chapter("Withdrawal: people change their minds");
  story.Step("consent is withdrawn; the very next read is refused", [&] { return WithdrawAll(world, story, all); });
  story.Step("what others agreed to stands", [&] { return OthersGoOn(world); });
  story.Step("everyone who read is told, and answers", [&] { return AllAnswer(world, all); });
  story.Step("referrals are cancelled, or go on without the record", [&] { return ReferralsFollow(world); });
  story.Step("support that had begun comes to its end", [&] { return SupportGoesOn(world); });
  story.Step("referrers saw all of it", [&] { return ReferrersSawAll(world); });
}

}  // namespace nwd::demo
