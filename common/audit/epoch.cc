#include "common/audit/epoch.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "common/async/block_on.h"
#include "common/audit/log_rows.h"
#include "common/audit/note.h"
#include "common/audit/record.h"
#include "common/base/macros.h"

namespace nwd::audit {
namespace {

constexpr int kCarriedAtOnce = 1000;
constexpr int kFirstYear = 2026;  // what an epoch's number counts from: part of the format

// As they were when the epoch began: those that no checkpoint of the backup covers.
absl::StatusOr<bool> CarrySome(store::Store& store) {
  const auto find = [](const store::Reader& reader) { return rows::FindCarried(reader); };
  NWD_ASSIGN_OR_RETURN(const std::optional<rows::Carried> carried, async::BlockOn(store.View(find)));
  if (!carried.has_value()) return false;
  const int count = static_cast<int>(std::min<uint64_t>(carried->through - carried->after, kCarriedAtOnce));
  NWD_ASSIGN_OR_RETURN(const std::vector<store::FeedEntry> entries,
                       store.ReadFeed(store::Feed::kAudit, carried->after, count));
  const auto carry = [&](store::Txn& txn) {
    for (const store::FeedEntry& entry : entries) txn.Append(store::Feed::kAudit, entry.bytes);
    const store::Position after = entries.empty() ? carried->through : entries.back().position;
    rows::PutCarried(txn, {after, carried->through});
    return absl::OkStatus();
  };
  NWD_RETURN_IF_ERROR(async::BlockOn(store.Update(carry)));
  return true;
}

}  // namespace

uint32_t EpochNumberAt(absl::Time now) {
  const absl::Time first = absl::FromCivil(absl::CivilYear(kFirstYear), absl::UTCTimeZone());
  return static_cast<uint32_t>(std::max<int64_t>(absl::ToInt64Seconds(now - first), 0));
}

absl::StatusOr<uint32_t> EpochOf(store::Store& store) {
  const auto find = [](const store::Reader& reader) { return rows::FindState(reader); };
  NWD_ASSIGN_OR_RETURN(const std::optional<rows::State> state, async::BlockOn(store.View(find)));
  return state.has_value() ? state->epoch.number : rows::Epoch().number;
}

absl::Status BeginEpoch(store::Store& store, const Audit& audit, const NewEpoch& epoch, absl::Time now) {
  if (!epoch.cited.empty() && !IsNote(epoch.cited)) {
    return absl::InvalidArgumentError("what the new epoch of the audit log is to cite is no checkpoint");
  }
  const store::Position last = store.LastPosition(store::Feed::kAudit);
  const auto begin = [&](store::Txn& txn) -> absl::Status {
    NWD_ASSIGN_OR_RETURN(const std::optional<rows::State> before, rows::FindState(txn));
    if (before.has_value() && before->epoch.number >= epoch.number) return absl::OkStatus();
    const store::Position covered = before.has_value() ? before->epoch.begin + before->size : 0;
    if (before.has_value()) rows::PutPast(txn, *before);
    rows::PutState(txn, {.epoch = {.number = epoch.number, .begin = last}, .size = 0, .checkpoint = {}});
    rows::PutCited(txn, epoch.cited);
    rows::PutCarried(txn, {covered, last});
    audit.AppendAs(txn, kEpochBegan, now, CitationOf(epoch.cited));
    return absl::OkStatus();
  };
  NWD_RETURN_IF_ERROR(async::BlockOn(store.Update(begin)));
  while (true) {
    NWD_ASSIGN_OR_RETURN(const bool more, CarrySome(store));
    if (!more) return absl::OkStatus();
  }
}

}  // namespace nwd::audit
