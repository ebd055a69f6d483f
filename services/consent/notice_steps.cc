#include "services/consent/notice_steps.h"

#include <algorithm>

#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/store/proto_value.h"
#include "services/consent/consent_rows.h"
#include "services/consent/keys.h"
#include "services/consent/limits.h"

namespace nwd::consent::notices {
namespace {

int64_t RemindEveryUs() { return absl::ToInt64Microseconds(kRemindEvery); }

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

absl::Status Count(store::Txn& txn, int open, int overdue) {
  NWD_ASSIGN_OR_RETURN(storage::NoticeCounts counts, Counts(txn));
  counts.set_open(std::max<int64_t>(0, counts.open() + open));
  counts.set_overdue(std::max<int64_t>(0, counts.overdue() + overdue));
  store::PutMessage(txn, keys::NoticeCounts(), counts);
  return absl::OkStatus();
}

void PutStep(store::Txn& txn, const Place& place, const storage::Notice& notice) {
  const std::optional<int64_t> next = NextStepUs(notice);
  if (next.has_value()) txn.Put(keys::NoticeStep(*next, place.recipient_id, place.sequence), "");
}

absl::Status FollowOne(store::Txn& txn, const Place& place, absl::Time now, Followed& followed) {
  NWD_ASSIGN_OR_RETURN(Numbered numbered, At(txn, place.recipient_id, place.sequence));
  storage::Notice& notice = numbered.notice;
  const auto passed = static_cast<int>((Micros(now) - notice.create_time_us()) / RemindEveryUs());
  const int reminders = std::min(passed, kRemindersMax);
  if (reminders > notice.reminders()) {
    notice.set_reminders(reminders);
    NWD_RETURN_IF_ERROR(AddReminder(txn, place.recipient_id, numbered, now));
    followed.reminded.push_back(place.recipient_id);
  }
  if (notice.escalate_time_us() == 0 && notice.due_time_us() <= Micros(now)) {
    notice.set_escalate_time_us(Micros(now));
    txn.Put(keys::OverdueNotice(notice.due_time_us(), place.recipient_id, place.sequence), "");
    NWD_RETURN_IF_ERROR(Count(txn, 0, 1));
    followed.overdue.push_back({place.recipient_id, notice});
  }
  store::PutMessage(txn, keys::Notice(place.recipient_id, place.sequence), notice);
  PutStep(txn, place, notice);
  return absl::OkStatus();
}

}  // namespace

std::optional<int64_t> NextStepUs(const storage::Notice& notice) {
  if (notice.type() == v1::NOTICE_TYPE_SEND_CODE) return std::nullopt;  // the code's time passes by itself
  std::optional<int64_t> next;
  if (notice.reminders() < kRemindersMax) {
    next = notice.create_time_us() + (notice.reminders() + 1) * RemindEveryUs();
  }
  if (notice.escalate_time_us() == 0) next = std::min(next.value_or(notice.due_time_us()), notice.due_time_us());
  return next;
}

absl::Status StartFollowing(store::Txn& txn, const ids::Uuid& recipient_id, const Numbered& sent) {
  if (!NextStepUs(sent.notice).has_value()) return absl::OkStatus();
  PutStep(txn, {recipient_id, sent.sequence}, sent.notice);
  return Count(txn, 1, 0);
}

absl::Status StopFollowing(store::Txn& txn, const ids::Uuid& recipient_id, const Numbered& answered) {
  const storage::Notice& notice = answered.notice;
  if (notice.type() == v1::NOTICE_TYPE_SEND_CODE) return absl::OkStatus();
  const std::optional<int64_t> next = NextStepUs(notice);
  if (next.has_value()) txn.Delete(keys::NoticeStep(*next, recipient_id, answered.sequence));
  const bool was_overdue = notice.escalate_time_us() != 0;
  if (was_overdue) txn.Delete(keys::OverdueNotice(notice.due_time_us(), recipient_id, answered.sequence));
  return Count(txn, -1, was_overdue ? -1 : 0);
}

absl::StatusOr<Followed> Follow(store::Txn& txn, absl::Time now) {
  std::vector<std::string> due;
  const store::Range passed{keys::NoticeSteps(), keys::NoticeStepsAfter(Micros(now))};
  NWD_RETURN_IF_ERROR(txn.Scan(passed, store::Direction::kForward, [&](std::string_view key, std::string_view) {
    due.emplace_back(key);
    return due.size() < kNoticesFollowedUpMax ? store::Visit::kContinue : store::Visit::kStop;
  }));
  Followed followed;
  followed.more = due.size() == kNoticesFollowedUpMax;
  for (const std::string& key : due) {
    txn.Delete(key);
    NWD_ASSIGN_OR_RETURN(const Place place, PlaceIn(key));
    NWD_RETURN_IF_ERROR(FollowOne(txn, place, now, followed));
  }
  return followed;
}

absl::StatusOr<storage::NoticeCounts> Counts(const store::Reader& reader) {
  NWD_ASSIGN_OR_RETURN(std::optional<storage::NoticeCounts> counts,
                       store::Find<storage::NoticeCounts>(reader, keys::NoticeCounts()));
  return std::move(counts).value_or(storage::NoticeCounts());
}

absl::StatusOr<OverduePage> ListOverdue(const store::Reader& reader, const std::string& from, int page_size) {
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
    page.listed.push_back({place.recipient_id, std::move(numbered.notice)});
  }
  return page;
}

}  // namespace nwd::consent::notices
