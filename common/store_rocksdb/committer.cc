#include "common/store_rocksdb/committer.h"

#include "absl/time/clock.h"
#include "common/base/strings.h"
#include "common/status/status.h"
#include "common/store_rocksdb/limits.h"
#include "common/store_rocksdb/reading.h"
#include "common/store_rocksdb/rocks_status.h"

namespace nwd::store::rocks {

class Committer::Newest final : public Committed {
 public:
  explicit Newest(const Database& database) : database_(database) {}
  absl::StatusOr<bool> Get(std::string_view key, std::string* value) const override {
    return GetData(database_, nullptr, key, value);
  }
  std::unique_ptr<Cursor> Open(const Range& range, Direction direction) const override {
    return std::make_unique<RocksCursor>(database_, database_.Data(), nullptr, range, direction);
  }

 private:
  const Database& database_;
};

Committer::Committer(Database& database, Feeds& feeds, Snapshots& snapshots, Failure& failure)
    : database_(database),
      feeds_(feeds),
      snapshots_(snapshots),
      failure_(failure),
      write_options_(SyncedWrite()),
      newest_(std::make_unique<Newest>(database)),
      batch_(*newest_),
      thread_([this] { Serve(); }) {}

Committer::~Committer() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

absl::Status Committer::Submit(Store::PendingUpdate* update) {
  absl::MutexLock lock(&mutex_);
  if (failure_.Failed()) {
    ++figures_.updates_refused;
    return failure_.Error();
  }
  if (waiting_.size() >= kWaitingUpdatesMax) {
    ++figures_.updates_refused;
    return status::Shed("too many updates are waiting for the disk", kRefusedRetryAfter);
  }
  waiting_.push_back(update);
  return absl::OkStatus();
}

void Committer::Serve() {
  std::vector<Store::PendingUpdate*> taken;
  while (true) {
    {
      absl::MutexLock lock(&mutex_, absl::Condition(this, &Committer::HasWork));
      if (waiting_.empty()) return;
      taken.swap(waiting_);
    }
    for (std::span<Store::PendingUpdate* const> rest = taken; !rest.empty();) rest = rest.subspan(CommitSome(rest));
    taken.clear();
  }
}

size_t Committer::CommitSome(std::span<Store::PendingUpdate* const> updates) {
  size_t taken = 0;
  while (taken < updates.size() && taken < kBatchUpdatesMax && batch_.Bytes() < kBatchBytesMax)
    RunBody(*updates[taken++]);
  const absl::Status written = batch_.Empty() ? absl::OkStatus() : Write();
  batch_.Clear();
  {
    absl::MutexLock lock(&mutex_);
    figures_.updates_failed += batch_figures_.updates_failed + (written.ok() ? 0 : batch_figures_.updates_committed);
    figures_.updates_expired += batch_figures_.updates_expired;
    if (written.ok()) figures_.updates_committed += batch_figures_.updates_committed;
  }
  batch_figures_ = {};
  for (Store::PendingUpdate* update : updates.first(taken)) {
    if (!written.ok() && !absl::IsDeadlineExceeded(update->result)) update->result = written;
    update->home->Resume(update->waiter);  // the update is gone as soon as this is called
  }
  return taken;
}

void Committer::RunBody(Store::PendingUpdate& update) {
  if (failure_.Failed()) {
    update.result = failure_.Error();
    ++batch_figures_.updates_failed;
  } else if (update.deadline != absl::InfiniteFuture() && update.deadline <= absl::Now()) {
    update.result =
        absl::DeadlineExceededError("the update's deadline passed before its turn came; nothing was changed");
    ++batch_figures_.updates_expired;
  } else {
    update.result = batch_.Run(update.body);
    ++(update.result.ok() ? batch_figures_.updates_committed : batch_figures_.updates_failed);
  }
}

absl::Status Committer::Write() {
  FillWriteBatch();
  const absl::Time start = absl::Now();
  const rocksdb::Status written = database_.Engine().Write(write_options_, &write_);
  const absl::Duration took = absl::Now() - start;
  if (!written.ok()) {
    failure_.Set(absl::UnavailableError(
        Cat("the store could not write and takes no more writes; mend the cause and restart: ", written.ToString())));
    return absl::UnavailableError(
        "the store failed while writing; whether this update took effect is unknown until it restarts");
  }
  Publish();
  absl::MutexLock lock(&mutex_);
  ++figures_.batches;
  figures_.sync.Add(took);
  figures_.wal_bytes_total += write_.GetDataSize();
  return absl::OkStatus();
}

void Committer::FillWriteBatch() {
  write_.Clear();
  for (const auto& [key, write] : batch_.Writes()) {
    const rocksdb::Status added = write.deleted ? write_.Delete(database_.Data(), ToSlice(key))
                                                : write_.Put(database_.Data(), ToSlice(key), ToSlice(write.value));
    NWD_CHECK(added.ok());
  }
  for (size_t i = 0; i < kAllFeeds.size(); ++i) {
    const FeedState& feed = feeds_[kAllFeeds[i]];
    ends_[i] = {feed.Last(), feed.Trimmed()};
  }
  for (const auto& [feed, bytes] : batch_.Appends()) {
    const Position position = ++ends_[static_cast<size_t>(feed) - 1].last;
    NWD_CHECK(write_.Put(database_.FeedEntries(), FeedKey(feed, position), ToSlice(bytes)).ok());
  }
  for (const auto& [feed, through] : batch_.Trims()) {
    // One entry at a time: a deleted range costs every later read of the feed.
    FeedEnds& ends = ends_[static_cast<size_t>(feed) - 1];
    while (ends.trimmed < std::min(through, feeds_[feed].Last())) {
      NWD_CHECK(write_.Delete(database_.FeedEntries(), FeedKey(feed, ++ends.trimmed)).ok());
    }
    NWD_CHECK(write_.Put(database_.Meta(), TrimmedKey(feed), EncodeNumber(ends.trimmed)).ok());
  }
}

// In this order: a reader that sees the new snapshot knows what was trimmed, and one that is woken sees the new
// entries.
void Committer::Publish() {
  for (size_t i = 0; i < kAllFeeds.size(); ++i) feeds_[kAllFeeds[i]].SetTrimmed(ends_[i].trimmed);
  snapshots_.Renew();
  for (size_t i = 0; i < kAllFeeds.size(); ++i) {
    FeedState& feed = feeds_[kAllFeeds[i]];
    if (ends_[i].last > feed.Last()) feed.Advance(ends_[i].last);
  }
}

StoreFigures Committer::Figures() const {
  absl::MutexLock lock(&mutex_);
  StoreFigures figures = figures_;
  figures.waiting_updates = waiting_.size();
  return figures;
}

}  // namespace nwd::store::rocks
