#include "services/consent/notice_schedule.h"

#include <algorithm>
#include <utility>

#include "common/base/macros.h"
#include "common/store/proto_value.h"
#include "services/consent/keys.h"
#include "services/consent/limits.h"

namespace nwd::consent::notices {
namespace {

absl::Status Count(store::Txn& txn, int open, int overdue) {
  NWD_ASSIGN_OR_RETURN(storage::NoticeCounts counts, Counts(txn));
  counts.set_open(std::max<int64_t>(0, counts.open() + open));
  counts.set_overdue(std::max<int64_t>(0, counts.overdue() + overdue));
  store::PutMessage(txn, keys::NoticeCounts(), counts);
  return absl::OkStatus();
}

}  // namespace

std::optional<int64_t> NextStepUs(const storage::Notice& notice) {
  if (notice.type() == v1::NOTICE_TYPE_SEND_CODE) return std::nullopt;  // the code's time passes by itself
  std::optional<int64_t> next;
  if (notice.reminders() < kRemindersMax) {
    next = notice.create_time_us() + (notice.reminders() + 1) * absl::ToInt64Microseconds(kRemindEvery);
  }
  if (notice.escalate_time_us() == 0) next = std::min(next.value_or(notice.due_time_us()), notice.due_time_us());
  return next;
}

void PutStep(store::Txn& txn, const ids::Uuid& recipient_id, const Numbered& followed) {
  const std::optional<int64_t> next = NextStepUs(followed.notice);
  if (next.has_value()) txn.Put(keys::NoticeStep(*next, recipient_id, followed.sequence), "");
}

absl::Status PutOverdue(store::Txn& txn, const ids::Uuid& recipient_id, const Numbered& overdue) {
  txn.Put(keys::OverdueNotice(overdue.notice.due_time_us(), recipient_id, overdue.sequence), "");
  return Count(txn, 0, 1);
}

absl::Status StartFollowing(store::Txn& txn, const ids::Uuid& recipient_id, const Numbered& sent) {
  if (!NextStepUs(sent.notice).has_value()) return absl::OkStatus();
  PutStep(txn, recipient_id, sent);
  return Count(txn, 1, 0);
}

absl::Status StopFollowing(store::Txn& txn, const ids::Uuid& recipient_id, const Numbered& answered) {
  const storage::Notice& notice = answered.notice;
  const std::string overdue_row = keys::OverdueNotice(notice.due_time_us(), recipient_id, answered.sequence);
  std::string unused;
  NWD_ASSIGN_OR_RETURN(const bool overdue, txn.Get(overdue_row, &unused));
  bool followed = overdue;
  if (const std::optional<int64_t> next = NextStepUs(notice); next.has_value()) {
    const std::string step = keys::NoticeStep(*next, recipient_id, answered.sequence);
    NWD_ASSIGN_OR_RETURN(const bool waits, txn.Get(step, &unused));
    followed |= waits;
    txn.Delete(step);
  }
  if (!followed) return absl::OkStatus();
  txn.Delete(overdue_row);
  return Count(txn, -1, overdue ? -1 : 0);
}

absl::StatusOr<storage::NoticeCounts> Counts(const store::Reader& reader) {
  NWD_ASSIGN_OR_RETURN(std::optional<storage::NoticeCounts> counts,
                       store::Find<storage::NoticeCounts>(reader, keys::NoticeCounts()));
  return std::move(counts).value_or(storage::NoticeCounts());
}

}  // namespace nwd::consent::notices
