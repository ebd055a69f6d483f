// The store: two verbs over ordered bytes.
//
//   View    runs a body on one consistent snapshot.
//   Update  runs a body as one serializable transaction and resolves OK only when its effect is durable on disk.
//
//   absl::StatusOr<Etag> etag = co_await store.Update([&](Txn& txn) -> absl::StatusOr<Etag> {
//     NWD_ASSIGN_OR_RETURN(Consent consent, consents.Get(txn, id));
//     ...
//     txn.Append(Feed::kChanges, change);
//     return consents.Put(txn, consent);
//   });
//
// A body is a plain synchronous function that touches nothing but the transaction and its own result. It may run more
// than once, so it sets what it gives back anew each time; it does not await, block, log or count. A body that returns
// an error has no effect at all. Bodies are short: what they read is bounded by the ranges they name.
//
// Feeds are append-only sequences beside the data. A transaction appends without knowing a position; positions are
// given in commit order by the engine, from 1, without gaps visible to a reader, and never run backwards.
//
// Errors: whatever the body returned; RESOURCE_EXHAUSTED when too many updates wait (nothing was done);
// DEADLINE_EXCEEDED when the deadline passed before the body ran (nothing was done); INVALID_ARGUMENT when one update
// writes more than limits.h allows (nothing was done); UNAVAILABLE once the engine has failed and takes no more writes
// (the outcome of the write that failed is unknown); DATA_LOSS for corruption found while reading.
//
// Thread-safe. A Store outlives everything that waits on it. No engine's types appear here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/async/executor.h"
#include "common/async/task.h"
#include "common/base/check.h"
#include "common/store/figures.h"

namespace nwd::store {

// Keys from `begin` (included) to `end` (excluded), in byte order. An empty `end` means "to the last key".
struct Range {
  std::string begin;
  std::string end;
};

// Every key that starts with `prefix`.
Range PrefixRange(std::string_view prefix);

enum class Direction { kForward, kBackward };

// What a scan's visitor says after each entry.
enum class Visit { kContinue, kStop };

enum class Feed : uint8_t {
  kChanges = 1,  // what peers and watchers follow
  kAudit = 2,    // entries for the audit log
};

// A place in a feed; 0 is before the first entry.
using Position = uint64_t;

struct FeedEntry {
  Position position;
  std::string bytes;
};

// Reading at one moment. Views passed to a visitor live until it returns. A visitor inside an Update may write: the
// scan does not promise to meet what was written ahead of it.
class Reader {
 public:
  virtual ~Reader() = default;
  // True and *value filled where the key is there; false where it is not.
  virtual absl::StatusOr<bool> Get(std::string_view key, std::string* value) const = 0;
  virtual absl::Status Scan(const Range& range, Direction direction,
                            absl::FunctionRef<Visit(std::string_view key, std::string_view value)> visit) const = 0;
};

// One transaction: reads see its own writes and those of every transaction before it.
class Txn : public Reader {
 public:
  virtual void Put(std::string_view key, std::string_view value) = 0;
  virtual void Delete(std::string_view key) = 0;
  virtual void Append(Feed feed, std::string_view bytes) = 0;
};

namespace internal {
template <class T>
struct IsStatusOr : std::false_type {};
template <class T>
struct IsStatusOr<absl::StatusOr<T>> : std::true_type {};
}  // namespace internal

class Store {
 public:
  virtual ~Store() = default;

  // Runs `body` (const Reader& → Status or StatusOr<T>) on one snapshot. On an embedded engine it runs at once on this
  // thread.
  template <class Body>
  async::Task<std::invoke_result_t<Body&, const Reader&>> View(Body body) {
    using Result = std::invoke_result_t<Body&, const Reader&>;
    std::optional<Result> result;
    auto step = [&](const Reader& reader) -> absl::Status {
      result.emplace(body(reader));
      return StatusOf(*result);
    };
    ViewAwaiter awaiter{*this, step};
    absl::Status status = co_await awaiter;
    if (!status.ok()) co_return status;
    co_return *std::move(result);
  }

  // Runs `body` (Txn& → Status or StatusOr<T>) as one transaction; see above.
  template <class Body>
  async::Task<std::invoke_result_t<Body&, Txn&>> Update(Body body, absl::Time deadline = absl::InfiniteFuture()) {
    using Result = std::invoke_result_t<Body&, Txn&>;
    std::optional<Result> result;
    auto step = [&](Txn& txn) -> absl::Status {
      result.emplace(body(txn));
      return StatusOf(*result);
    };
    UpdateAwaiter awaiter(*this, step, deadline);
    absl::Status status = co_await awaiter;
    if (!status.ok()) co_return status;
    co_return *std::move(result);
  }

  // The entries of `feed` after `after`, at most `limit`, in order. A position older than what is kept is OUT_OF_RANGE.
  virtual absl::StatusOr<std::vector<FeedEntry>> ReadFeed(Feed feed, Position after, int limit) = 0;
  // The position of the newest durable entry; 0 where there is none.
  virtual Position LastPosition(Feed feed) = 0;
  // True as soon as LastPosition(feed) > after; false once the deadline has passed.
  virtual async::Task<bool> WaitForFeed(Feed feed, Position after, absl::Time deadline) = 0;
  // Forgets entries up to and including `through`, durably; never past the newest. Positions go on as if nothing had
  // happened. What a feed of changes must tell before: common/replica/feed_keeper.h. The audit log is kept whole.
  virtual async::Task<absl::Status> TrimFeed(Feed feed, Position through) = 0;

  // OK while the store can be read and written.
  virtual absl::Status Health() const = 0;
  virtual StoreFigures Figures() const = 0;
  // Writes a consistent copy of everything into `folder`, which must not exist yet. Blocks for as long as it takes: run
  // it on a worker pool. UNIMPLEMENTED where the engine has other means.
  virtual absl::Status Checkpoint(const std::string& folder) = 0;

  // What an Update hands to an engine. Owned by the waiting coroutine; the engine fills `result`, then resumes.
  struct PendingUpdate {
    absl::FunctionRef<absl::Status(Txn&)> body;
    absl::Time deadline;
    async::Executor* home = nullptr;
    std::coroutine_handle<> waiter;
    absl::Status result;
  };

 protected:
  // Runs `body` on a snapshot, on this thread.
  virtual absl::Status RunView(absl::FunctionRef<absl::Status(const Reader&)> body) = 0;
  // Takes the update and later resumes its waiter on its home; or refuses at once with an error and forgets it.
  virtual absl::Status Submit(PendingUpdate* update) = 0;

 private:
  static const absl::Status& StatusOf(const absl::Status& status) { return status; }
  template <class T>
  static const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
    return result.status();
  }

  struct ViewAwaiter {
    Store& store;
    absl::FunctionRef<absl::Status(const Reader&)> body;
    absl::Status result = absl::OkStatus();
    bool await_ready() {
      result = store.RunView(body);
      return true;
    }
    void await_suspend(std::coroutine_handle<>) {}
    absl::Status await_resume() { return std::move(result); }
  };

  struct UpdateAwaiter {
    UpdateAwaiter(Store& on, absl::FunctionRef<absl::Status(Txn&)> body, absl::Time deadline)
        : store(on), update{body, deadline, nullptr, nullptr, absl::OkStatus()} {}
    Store& store;
    PendingUpdate update;
    bool await_ready() { return false; }
    bool await_suspend(std::coroutine_handle<> handle) {
      update.home = async::Executor::Current();
      update.waiter = handle;
      NWD_CHECK(update.home != nullptr);
      absl::Status refused = store.Submit(&update);  // once taken, another thread may resume us: touch nothing after
      if (refused.ok()) return true;
      update.result = std::move(refused);
      return false;
    }
    absl::Status await_resume() { return std::move(update.result); }
  };
};

}  // namespace nwd::store
