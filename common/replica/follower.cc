#include "common/replica/follower.h"

#include <atomic>
#include <optional>

#include "absl/time/clock.h"
#include "common/async/signal.h"
#include "common/base/macros.h"
#include "common/log/log.h"
#include "common/replica/keys.h"
#include "common/replica/limits.h"
#include "common/status/reasons.h"
#include "common/status/status.h"

namespace nwd::replica {

using common::v1::ReadChangesRequest;
using common::v1::ReadChangesResponse;

struct Follower::State {
  State(store::Store& on, ReadChanges reading, std::string of, Apply applying, const Clock& time)
      : store(on), read(std::move(reading)), peer(std::move(of)), apply(std::move(applying)), clock(time) {
    SetLevel();
  }

  store::Store& store;
  const ReadChanges read;
  const std::string peer;
  const Apply apply;
  const Clock& clock;
  Applied applied;                    // may be empty
  std::optional<std::string> cursor;  // none before it is read from the store; by Run alone
  std::atomic<bool> caught_up{false};
  std::atomic<int64_t> level_nanos{0};  // when the replica was last level with its owner

  void SetLevel() { level_nanos.store(absl::ToUnixNanos(clock.Now()), std::memory_order_relaxed); }

  async::Task<absl::Status> LoadCursor();
  async::Task<absl::Status> Keep(const std::vector<Change>& changes, const std::string& next_cursor);
  async::Task<absl::Status> Step();
};

Follower::Follower(store::Store& store, ReadChanges read, std::string peer, Apply apply, const Clock& clock)
    : state_(std::make_unique<State>(store, std::move(read), std::move(peer), std::move(apply), clock)) {}

Follower::Follower(store::Store& store, rpc::Client& client, std::string peer, Apply apply, const Clock& clock)
    : Follower(store, ReadChangesOf(client), std::move(peer), std::move(apply), clock) {}

Follower::~Follower() = default;

ReadChanges ReadChangesOf(rpc::Client& client) {
  return [&client](const ReadChangesRequest& request) {
    rpc::CallOptions options;
    options.timeout = kFollowTimeout;
    return client.Await<ReadChangesResponse>(request, options);
  };
}

void Follower::OnApplied(Applied applied) { state_->applied = std::move(applied); }

bool Follower::CaughtUp() const { return state_->caught_up.load(std::memory_order_acquire); }

double Follower::LagSeconds() const {
  const absl::Time level = absl::FromUnixNanos(state_->level_nanos.load(std::memory_order_relaxed));
  return std::max(0.0, absl::ToDoubleSeconds(state_->clock.Now() - level));
}

async::Task<absl::Status> Follower::State::LoadCursor() {
  auto body = [&](const store::Reader& reader) -> absl::StatusOr<std::string> {
    std::string kept;
    NWD_ASSIGN_OR_RETURN(const bool present, reader.Get(CursorKey(peer), &kept));
    return present ? kept : std::string();
  };
  NWD_CO_ASSIGN_OR_RETURN(cursor, co_await store.View(body));
  co_return absl::OkStatus();
}

async::Task<absl::Status> Follower::State::Keep(const std::vector<Change>& changes, const std::string& next_cursor) {
  auto body = [&](store::Txn& txn) -> absl::Status {
    for (const Change& change : changes) NWD_RETURN_IF_ERROR(apply(txn, change));
    txn.Put(CursorKey(peer), next_cursor);
    return absl::OkStatus();
  };
  co_return co_await store.Update(body);
}

// One exchange with the owner.
async::Task<absl::Status> Follower::State::Step() {
  if (!cursor.has_value()) NWD_CO_RETURN_IF_ERROR(co_await LoadCursor());
  ReadChangesRequest request;
  request.set_cursor(*cursor);
  request.set_limit(kFollowBatch);
  request.set_wait_ms(caught_up ? static_cast<int>(absl::ToInt64Milliseconds(kFollowWait)) : 0);
  absl::StatusOr<ReadChangesResponse> response = co_await read(request);
  if (!response.ok()) {
    // A cursor that is too old, or that the owner cannot open any more (its key was replaced), never heals.
    const bool lost =
        absl::IsOutOfRange(response.status()) || status::ReasonOf(response.status()) == reasons::kInvalidToken;
    if (!lost || cursor->empty()) co_return response.status();
    log::Line(log::Level::kWarning, "replica.restart").Str("peer", peer).Status(response.status()).Emit();
    cursor = "";
    caught_up.store(false, std::memory_order_release);
    co_return absl::OkStatus();
  }

  const std::vector<Change> changes(std::make_move_iterator(response->mutable_changes()->begin()),
                                    std::make_move_iterator(response->mutable_changes()->end()));
  if (!changes.empty()) {
    NWD_CO_RETURN_IF_ERROR(co_await Keep(changes, response->next_cursor()));
    if (applied) co_await applied(changes);
  }
  cursor = response->next_cursor();
  if (changes.size() == kFollowBatch) co_return absl::OkStatus();
  SetLevel();
  caught_up.store(true, std::memory_order_release);
  if (!changes.empty()) co_await async::SleepUntil(absl::Now() + kFollowGather);
  co_return absl::OkStatus();
}

async::Task<void> Follower::Run(rpc::Stop& stop) {
  absl::Duration pause = kFollowPauseMin;
  while (!stop.requested()) {
    const absl::Status stepped = co_await state_->Step();
    if (stepped.ok()) {
      pause = kFollowPauseMin;
      continue;
    }
    log::Line(log::Level::kWarning, "replica.behind").Str("peer", state_->peer).Status(stepped).Emit();
    co_await stop.WaitUntil(absl::Now() + pause);
    pause = std::min(pause * 2, kFollowPauseMax);
  }
}

}  // namespace nwd::replica
