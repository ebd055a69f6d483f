#include "common/audit/epoch.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/async/block_on.h"
#include "common/audit/log_rows.h"
#include "common/audit/note.h"
#include "common/audit/record.h"
#include "common/base/macros.h"
#include "common/base/strings.h"

namespace nwd::audit {
namespace {

constexpr int kCarriedAtOnce = 1000;
constexpr int kFirstYear = 2026;  // what an epoch's number counts from: part of the format

// Of two notes of one epoch, that with more entries; else the second. What the backup itself had signed is cited where
// nobody kept anything later.
std::string LaterOf(const std::string& ours, const std::string& given) {
  if (given.empty()) return ours;
  const std::vector<std::string> one = absl::StrSplit(ours, absl::MaxSplits('\n', 2));
  const std::vector<std::string> other = absl::StrSplit(given, absl::MaxSplits('\n', 2));
  uint64_t size = 0, other_size = 0;
  if (one.size() < 3 || other.size() < 3 || one[0] != other[0]) return given;
  if (!absl::SimpleAtoi(one[1], &size) || !absl::SimpleAtoi(other[1], &other_size)) return given;
  return size > other_size ? ours : given;
}

// As they were when the epoch began: those that no checkpoint of the backup covers.
absl::StatusOr<bool> CarrySome(store::Store& store) {
  const auto find = [](const store::Reader& reader) { return rows::FindCarried(reader); };
  NWD_ASSIGN_OR_RETURN(const std::optional<rows::Carried> carried, async::BlockOn(store.View(find)));
  if (!carried.has_value()) return false;
  const int count = static_cast<int>(std::min<uint64_t>(carried->through - carried->after, kCarriedAtOnce));
  NWD_ASSIGN_OR_RETURN(const std::vector<store::FeedEntry> entries,
                       store.ReadFeed(store::Feed::kAudit, carried->after, count));
  if (std::ssize(entries) != count) {
    return absl::DataLossError(Cat("entries of the audit log after position ", carried->after, " are not there"));
  }
  const auto carry = [&](store::Txn& txn) {
    for (const store::FeedEntry& entry : entries) txn.Append(store::Feed::kAudit, entry.bytes);
    rows::PutCarried(txn, {entries.back().position, carried->through});
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
    const std::string cited = before.has_value() ? LaterOf(before->checkpoint, epoch.cited) : epoch.cited;
    rows::PutCited(txn, cited);
    rows::PutFault(txn, "");  // of the epoch before
    rows::PutCarried(txn, {covered, last});
    audit.AppendAs(txn, kEpochBegan, now, CitationOf(cited));
    return absl::OkStatus();
  };
  NWD_RETURN_IF_ERROR(async::BlockOn(store.Update(begin)));
  while (true) {
    NWD_ASSIGN_OR_RETURN(const bool more, CarrySome(store));
    if (!more) return absl::OkStatus();
  }
}

}  // namespace nwd::audit
