#include "services/consent/notice_steps.h"

#include <algorithm>

#include "common/base/macros.h"
#include "common/base/timestamps.h"
#include "common/store/proto_value.h"
#include "services/consent/consent_rows.h"
#include "services/consent/keys.h"
#include "services/consent/limits.h"
#include "services/consent/notice_schedule.h"
#include "services/consent/notice_ties.h"

namespace nwd::consent::notices {
namespace {

// Where a row of either index points to.
struct Place {
  ids::Uuid recipient_id;
  uint64_t sequence = 0;
};

absl::StatusOr<Place> PlaceIn(std::string_view key) {
  store::KeyReader parts(key);
  uint64_t time = 0;
  std::string_view recipient;
  Place place;
  if (!parts.Number(&time) || !parts.Bytes(ids::Uuid::kSizeBytes, &recipient) || !parts.Number(&place.sequence) ||
      !parts.Done()) {
    return absl::DataLossError("an index of notices has a key that is none");
  }
  place.recipient_id = consents::IdOf(std::string(recipient));
  return place;
}

// `step`: the row of the index that says it is due.
absl::Status FollowOne(store::Txn& txn, const Organisations& organisations, const std::string& step, absl::Time now,
                       Followed& followed) {
  NWD_ASSIGN_OR_RETURN(const Place place, PlaceIn(step));
  NWD_ASSIGN_OR_RETURN(Numbered numbered, At(txn, place.recipient_id, place.sequence));
  storage::Notice& notice = numbered.notice;
  NWD_ASSIGN_OR_RETURN(const bool can, CanBeAnswered(txn, organisations, place.recipient_id, notice));
  if (AsksToTell(notice.type()) && !can) return StopFollowing(txn, place.recipient_id, numbered);
  txn.Delete(step);
  const auto passed =
      static_cast<int>((Micros(now) - notice.create_time_us()) / absl::ToInt64Microseconds(kRemindEvery));
  const int reminders = std::min(passed, kRemindersMax);
  if (reminders > notice.reminders()) {
    notice.set_reminders(reminders);
    NWD_RETURN_IF_ERROR(AddReminder(txn, place.recipient_id, numbered, now));
    followed.reminded.push_back(place.recipient_id);
  }
  if (notice.escalate_time_us() == 0 && notice.due_time_us() <= Micros(now)) {
    notice.set_escalate_time_us(Micros(now));
    NWD_RETURN_IF_ERROR(PutOverdue(txn, place.recipient_id, numbered));
    followed.overdue.push_back({place.recipient_id, notice, can});
  }
  store::PutMessage(txn, keys::Notice(place.recipient_id, place.sequence), notice);
  PutStep(txn, place.recipient_id, numbered);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Followed> Follow(store::Txn& txn, const Organisations& organisations, absl::Time now) {
  std::vector<std::string> due;
  const store::Range passed{keys::NoticeSteps(), keys::NoticeStepsAfter(Micros(now))};
  NWD_RETURN_IF_ERROR(txn.Scan(passed, store::Direction::kForward, [&](std::string_view key, std::string_view) {
    due.emplace_back(key);
    return due.size() < kNoticesFollowedUpMax ? store::Visit::kContinue : store::Visit::kStop;
  }));
  Followed followed;
  followed.more = due.size() == kNoticesFollowedUpMax;
  for (const std::string& step : due) NWD_RETURN_IF_ERROR(FollowOne(txn, organisations, step, now, followed));
  return followed;
}

absl::StatusOr<OverduePage> ListOverdue(const store::Reader& reader, const Organisations& organisations,
                                        const std::string& from, int page_size) {
  store::Range range = store::PrefixRange(keys::OverdueNotices());
  if (!from.empty()) range.begin = from;
  OverduePage page;
  std::vector<std::string> found;
  NWD_RETURN_IF_ERROR(reader.Scan(range, store::Direction::kForward, [&](std::string_view key, std::string_view) {
    if (std::ssize(found) == page_size) {
      page.next = std::string(key);
      return store::Visit::kStop;
    }
    found.emplace_back(key);
    return store::Visit::kContinue;
  }));
  for (const std::string& key : found) {
    NWD_ASSIGN_OR_RETURN(const Place place, PlaceIn(key));
    NWD_ASSIGN_OR_RETURN(Numbered numbered, At(reader, place.recipient_id, place.sequence));
    NWD_ASSIGN_OR_RETURN(const bool can, CanBeAnswered(reader, organisations, place.recipient_id, numbered.notice));
    page.listed.push_back({place.recipient_id, std::move(numbered.notice), can});
  }
  return page;
}

}  // namespace nwd::consent::notices
