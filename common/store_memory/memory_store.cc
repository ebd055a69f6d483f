#include "common/store_memory/memory_store.h"

namespace nwd::store {

// The committed entries; a Reader for views and the ground under a transaction.
class MemoryStore::Data final : public Reader, public Committed {
 public:
  using Map = std::map<std::string, std::string, std::less<>>;

  absl::StatusOr<bool> Get(std::string_view key, std::string* value) const override {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return false;
    *value = found->second;
    return true;
  }
  absl::Status Scan(const Range& range, Direction direction,
                    absl::FunctionRef<Visit(std::string_view key, std::string_view value)> visit) const override {
    return MergedScan(*Open(range, direction), {}, range, direction, visit);
  }
  std::unique_ptr<Cursor> Open(const Range& range, Direction direction) const override {
    return std::make_unique<MapCursor>(entries_, range, direction);
  }
  void Apply(const Overlay::Map& writes) {
    for (const auto& [key, write] : writes) {
      if (write.deleted) {
        entries_.erase(std::string(key));
      } else {
        entries_.insert_or_assign(std::string(key), std::string(write.value));
      }
    }
  }

 private:
  class MapCursor final : public Cursor {
   public:
    MapCursor(const Map& entries, const Range& range, Direction direction)
        : forward_(direction == Direction::kForward) {
      first_ = entries.lower_bound(range.begin);
      last_ = range.end.empty() ? entries.end() : entries.lower_bound(range.end);
      if (!range.end.empty() && range.end < range.begin) last_ = first_;
    }
    bool Valid() const override { return first_ != last_; }
    std::string_view Key() const override { return At()->first; }
    std::string_view Value() const override { return At()->second; }
    void Next() override { forward_ ? ++first_ : --last_; }
    absl::Status Health() const override { return absl::OkStatus(); }

   private:
    Map::const_iterator At() const { return forward_ ? first_ : std::prev(last_); }

    const bool forward_;
    Map::const_iterator first_;
    Map::const_iterator last_;
  };

  Map entries_;
};

MemoryStore::MemoryStore() : data_(std::make_unique<Data>()), batch_(*data_) {}
MemoryStore::~MemoryStore() = default;

absl::Status MemoryStore::RunView(absl::FunctionRef<absl::Status(const Reader&)> body) {
  absl::ReaderMutexLock lock(&mutex_);
  return body(*data_);
}

absl::Status MemoryStore::Submit(PendingUpdate* update) {
  {
    absl::MutexLock lock(&mutex_);
    if (broken_) {
      ++figures_.updates_refused;
      return absl::UnavailableError("the store has failed and takes no more writes");
    }
    update->result = Commit(*update);
  }
  update->home->Resume(update->waiter);
  return absl::OkStatus();
}

absl::Status MemoryStore::Commit(const PendingUpdate& update) {
  if (update.deadline <= absl::Now()) {
    ++figures_.updates_expired;
    return absl::DeadlineExceededError("the update's deadline passed before its turn came; nothing was changed");
  }
  batch_.Run(update.body).IgnoreError();  // for nothing: see the header
  batch_.Clear();
  absl::Status result = batch_.Run(update.body);
  if (result.ok()) {
    data_->Apply(batch_.Writes());
    for (const auto& [feed, bytes] : batch_.Appends()) entries_[feed].emplace_back(bytes);
    for (const auto& [feed, through] : batch_.Trims()) {
      Position trimmed = feeds_[feed].Trimmed();
      std::deque<std::string>& kept = entries_[feed];
      for (; trimmed < through && !kept.empty(); ++trimmed) kept.pop_front();
      feeds_[feed].SetTrimmed(trimmed);
    }
    for (const Feed feed : kAllFeeds) {
      const Position last = feeds_[feed].Trimmed() + entries_[feed].size();
      if (last > feeds_[feed].Last()) feeds_[feed].Advance(last);
    }
  }
  batch_.Clear();
  ++(result.ok() ? figures_.updates_committed : figures_.updates_failed);
  if (result.ok()) ++figures_.batches;
  return result;
}

absl::StatusOr<std::vector<FeedEntry>> MemoryStore::ReadFeed(Feed feed, Position after, int limit) {
  absl::ReaderMutexLock lock(&mutex_);
  const Position trimmed = feeds_[feed].Trimmed();
  if (after < trimmed) return FeedTrimmedError(after, trimmed);
  std::vector<FeedEntry> found;
  const auto kept = entries_.find(feed);
  if (kept == entries_.end()) return found;
  for (Position at = after; at - trimmed < kept->second.size() && std::ssize(found) < limit; ++at) {
    found.push_back({at + 1, kept->second[at - trimmed]});
  }
  return found;
}

async::Task<bool> MemoryStore::WaitForFeed(Feed feed, Position after, absl::Time deadline) {
  return feeds_[feed].WaitPast(after, deadline);
}

async::Task<absl::Status> MemoryStore::TrimFeed(Feed feed, Position through) {
  return Update([feed, through](Txn& txn) {
    PendingBatch::Trim(txn, feed, through);
    return absl::OkStatus();
  });
}

absl::Status MemoryStore::Health() const {
  absl::ReaderMutexLock lock(&mutex_);
  return broken_ ? absl::UnavailableError("the store has failed and takes no more writes") : absl::OkStatus();
}

StoreFigures MemoryStore::Figures() const {
  absl::ReaderMutexLock lock(&mutex_);
  StoreFigures figures = figures_;
  figures.change_entries = feeds_[Feed::kChanges].Kept();
  figures.audit_entries = feeds_[Feed::kAudit].Kept();
  return figures;
}

absl::Status MemoryStore::Checkpoint(const std::string&) {
  return absl::UnimplementedError("a store in memory has no copies");
}

void MemoryStore::Break() {
  absl::MutexLock lock(&mutex_);
  broken_ = true;
}

}  // namespace nwd::store
