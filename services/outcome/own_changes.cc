#include "services/outcome/own_changes.h"

#include <vector>

#include "common/base/macros.h"
#include "common/log/log.h"
#include "common/replica/feed_start.h"
#include "common/store/proto_value.h"
#include "services/outcome/keys.h"
#include "services/outcome/limits.h"

namespace nwd::outcome {
namespace {

absl::StatusOr<store::Position> Applied(const store::Reader& reader) {
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::CountRow> row,
                       store::Find<storage::CountRow>(reader, keys::Counted()));
  return row ? static_cast<store::Position>(row->count()) : store::Position{0};
}

// Where it fell behind what is kept, all that is kept: every outcome is restated there.
absl::StatusOr<std::vector<store::FeedEntry>> EntriesAfter(store::Store& store, store::Position from) {
  absl::StatusOr<std::vector<store::FeedEntry>> entries =
      store.ReadFeed(store::Feed::kChanges, from, kOwnChangesAtOnce);
  if (!absl::IsOutOfRange(entries.status())) return entries;
  NWD_ASSIGN_OR_RETURN(const store::Position oldest, replica::BeforeOldest(store));
  return store.ReadFeed(store::Feed::kChanges, oldest, kOwnChangesAtOnce);
}

}  // namespace

async::Task<absl::StatusOr<store::Position>> OwnChanges::ApplySome(absl::Time deadline) {
  const auto look = [](const store::Reader& reader) { return Applied(reader); };
  NWD_CO_ASSIGN_OR_RETURN(const store::Position from, co_await store_.View(look));
  NWD_CO_ASSIGN_OR_RETURN(const std::vector<store::FeedEntry> entries, EntriesAfter(store_, from));
  if (entries.empty()) co_return from;
  const auto body = [&](store::Txn& txn) -> absl::StatusOr<store::Position> {
    NWD_ASSIGN_OR_RETURN(const store::Position applied, Applied(txn));
    if (applied != from) return applied;  // somebody else was faster
    for (const store::FeedEntry& entry : entries) {
      NWD_ASSIGN_OR_RETURN(const common::v1::Change change, store::ParseValue<common::v1::Change>("feed", entry.bytes));
      NWD_RETURN_IF_ERROR(changes_.Apply(txn, change));
    }
    storage::CountRow row;
    row.set_count(static_cast<int64_t>(entries.back().position));
    store::PutMessage(txn, keys::Counted(), row);
    return entries.back().position;
  };
  co_return co_await store_.Update(body, deadline);
}

async::Task<absl::Status> OwnChanges::CatchUp(absl::Time deadline) {
  const store::Position target = store_.LastPosition(store::Feed::kChanges);
  for (store::Position at = 0; at < target;) {
    NWD_CO_ASSIGN_OR_RETURN(const store::Position reached, co_await ApplySome(deadline));
    at = reached;
  }
  co_return absl::OkStatus();
}

async::Task<void> OwnChanges::Run(rpc::Stop& stop) {
  while (!stop.requested()) {
    const absl::Time soon = absl::Now() + kOwnChangesWait;
    absl::StatusOr<store::Position> at = co_await ApplySome(soon);
    if (!at.ok()) {
      log::Line(log::Level::kWarning, "own_changes.failed").Status(at.status()).Emit();
      const bool stopped = co_await stop.WaitUntil(absl::Now() + kOwnChangesRetry);
      if (stopped) break;
      continue;
    }
    const store::Position reached = *at;
    if (store_.LastPosition(store::Feed::kChanges) == reached) {
      (void)co_await store_.WaitForFeed(store::Feed::kChanges, reached, soon);
    }
  }
}

}  // namespace nwd::outcome
