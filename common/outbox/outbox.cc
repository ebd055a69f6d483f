#include "common/outbox/outbox.h"

#include <optional>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "common/base/macros.h"
#include "common/base/steady.h"
#include "common/base/strings.h"
#include "common/log/log.h"
#include "common/outbox/entry.h"
#include "common/outbox/limits.h"
#include "common/outbox/turns.h"

namespace nwd::outbox {
namespace {

bool IsFinal(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsFailedPrecondition(status) || absl::IsPermissionDenied(status);
}

struct Waiting {
  EntryId id;
  std::string bytes;
};

struct FoundGroup {
  std::string group;
  absl::Time since;
};

}  // namespace

struct Outbox::State {
  State(store::Store& on, const Clock& time) : store(on), clock(time) {}

  store::Store& store;
  const Clock& clock;
  std::map<std::string, Handler, std::less<>> handlers;
  Turns turns;
  std::atomic<int64_t> failures{0};
  std::atomic<int64_t> set_aside{0};
  mutable absl::Mutex mutex;
  absl::flat_hash_set<EntryId> delivered ABSL_GUARDED_BY(mutex);  // and not forgotten durably yet

  bool Delivered(std::string_view id) const {
    absl::MutexLock lock(&mutex);
    return delivered.contains(AbslView(id));
  }

  // `target` null: all there is. Holds the group's turn.
  async::Task<absl::Status> DeliverGroup(const std::string& group, const EntryId* target, absl::Time deadline,
                                         const rpc::Stop* stop);
  async::Task<absl::Status> DeliverOne(const Waiting& waiting, absl::Time deadline);
  async::Task<absl::Status> SetAside(const Waiting& waiting, const absl::Status& error);
  async::Task<absl::StatusOr<std::optional<Waiting>>> First(const std::string& group);
  async::Task<absl::StatusOr<std::optional<absl::Status>>> Settled(const EntryId& id);
  async::Task<absl::Status> Forget();
  async::Task<absl::Status> Rescan();
  // The same where their time `at` has come; sets the next.
  async::Task<void> ForgetWhenDue(absl::Time& at);
  async::Task<void> RescanWhenDue(absl::Time& at);
};

Outbox::Outbox(store::Store& store, const Clock& clock) : state_(std::make_unique<State>(store, clock)) {}
Outbox::~Outbox() = default;

void Outbox::Handle(std::string kind, Handler handler) { state_->handlers[std::move(kind)] = std::move(handler); }

EntryId Outbox::Add(store::Txn& txn, std::string_view kind, std::string_view group, std::string_view payload,
                    std::string_view trace_id) {
  uint64_t number = 0;
  const auto last = [&](std::string_view key, std::string_view) {
    std::string_view of;
    NWD_CHECK(ReadId(IdOf(key), &of, &number));
    return store::Visit::kStop;
  };
  // A scan that fails fails the transaction.
  txn.Scan(store::PrefixRange(WaitingPrefix(group)), store::Direction::kBackward, last).IgnoreError();
  EntryId id = MakeId(group, number + 1);
  const uint64_t added_micros = static_cast<uint64_t>(absl::ToUnixMicros(state_->clock.Now()));
  txn.Put(WaitingKey(id),
          EncodeWaiting({added_micros, std::string(kind), {std::string(payload), std::string(trace_id)}}));
  state_->turns.Hint(std::string(group), SteadyNow());
  return id;
}

Figures Outbox::figures() const {
  Figures figures;
  figures.waiting = state_->turns.Waiting();
  if (figures.waiting > 0) {
    figures.oldest_age_seconds = std::max(0.0, absl::ToDoubleSeconds(SteadyNow() - state_->turns.Oldest()));
  }
  figures.failures = state_->failures.load(std::memory_order_relaxed);
  figures.set_aside = state_->set_aside.load(std::memory_order_relaxed);
  return figures;
}

async::Task<absl::Status> Outbox::Deliver(EntryId id, absl::Time deadline) {
  std::string_view group_view;
  uint64_t number = 0;
  NWD_CHECK(ReadId(id, &group_view, &number));
  const std::string group(group_view);
  const bool mine = co_await state_->turns.Take(group, deadline);
  if (!mine) co_return absl::DeadlineExceededError("what comes before it was not delivered in time; it will be, later");
  absl::Status outcome = co_await state_->DeliverGroup(group, &id, deadline, nullptr);
  if (outcome.ok() || IsFinal(outcome)) {
    state_->turns.Give(group, SteadyNow());
  } else {
    state_->turns.GiveFailed(group, SteadyNow());
  }
  co_return outcome;
}

async::Task<absl::Status> Outbox::State::DeliverGroup(const std::string& group, const EntryId* target,
                                                      absl::Time deadline, const rpc::Stop* stop) {
  if (target != nullptr) {
    NWD_CO_ASSIGN_OR_RETURN(const std::optional<absl::Status> settled, co_await Settled(*target));
    if (settled.has_value()) co_return *settled;
  }
  while (stop == nullptr || !stop->requested()) {
    NWD_CO_ASSIGN_OR_RETURN(const std::optional<Waiting> waiting, co_await First(group));
    if (!waiting.has_value()) break;
    if (absl::Now() >= deadline)
      co_return absl::DeadlineExceededError("it was not delivered in time; it will be, later");
    const absl::Status outcome = co_await DeliverOne(*waiting, deadline);
    if (!outcome.ok() && !IsFinal(outcome)) co_return outcome;
    if (target != nullptr && waiting->id == *target) co_return outcome;
  }
  co_return absl::OkStatus();
}

// The error is the handler's, or that of keeping the entry aside.
async::Task<absl::Status> Outbox::State::DeliverOne(const Waiting& waiting, absl::Time deadline) {
  std::optional<Entry> entry = DecodeWaiting(waiting.bytes);
  const auto handler = entry.has_value() ? handlers.find(entry->kind) : handlers.end();
  absl::Status outcome;
  if (!entry.has_value()) {
    outcome = absl::FailedPreconditionError("the entry does not read");
  } else if (handler == handlers.end()) {
    outcome = absl::FailedPreconditionError("nothing handles entries of this kind");
  } else {
    entry->delivery.deadline = deadline;
    outcome = co_await handler->second(entry->delivery);
  }
  if (outcome.ok()) {
    absl::MutexLock lock(&mutex);
    delivered.insert(waiting.id);
    co_return outcome;
  }
  failures.fetch_add(1, std::memory_order_relaxed);
  const bool final = IsFinal(outcome);
  log::Line(final ? log::Level::kError : log::Level::kWarning, final ? "outbox.set_aside" : "outbox.failed")
      .Str("kind", entry.has_value() ? entry->kind : "")
      .Str("trace_id", entry.has_value() ? entry->delivery.trace_id : "")
      .Status(outcome)
      .Emit();
  if (final) NWD_CO_RETURN_IF_ERROR(co_await SetAside(waiting, outcome));
  co_return outcome;
}

async::Task<absl::Status> Outbox::State::SetAside(const Waiting& waiting, const absl::Status& error) {
  auto body = [&](store::Txn& txn) {
    txn.Delete(WaitingKey(waiting.id));
    txn.Put(AsideKey(waiting.id), EncodeAside(error.code(), waiting.bytes));
    return absl::OkStatus();
  };
  const absl::Status kept = co_await store.Update(body);
  if (kept.ok()) set_aside.fetch_add(1, std::memory_order_relaxed);
  co_return kept;
}

// The first entry of the group that is not delivered.
async::Task<absl::StatusOr<std::optional<Waiting>>> Outbox::State::First(const std::string& group) {
  auto body = [&](const store::Reader& reader) -> absl::StatusOr<std::optional<Waiting>> {
    std::optional<Waiting> first;
    const auto visit = [&](std::string_view key, std::string_view value) {
      if (Delivered(IdOf(key))) return store::Visit::kContinue;
      first = Waiting{std::string(IdOf(key)), std::string(value)};
      return store::Visit::kStop;
    };
    NWD_RETURN_IF_ERROR(reader.Scan(store::PrefixRange(WaitingPrefix(group)), store::Direction::kForward, visit));
    return first;
  };
  co_return co_await store.View(body);
}

// What became of an entry: OK where it was delivered, the error where it was set aside, nothing where it still waits.
async::Task<absl::StatusOr<std::optional<absl::Status>>> Outbox::State::Settled(const EntryId& id) {
  if (Delivered(id)) co_return std::optional<absl::Status>(absl::OkStatus());
  auto body = [&](const store::Reader& reader) -> absl::StatusOr<std::optional<absl::Status>> {
    std::string bytes;
    NWD_ASSIGN_OR_RETURN(const bool waits, reader.Get(WaitingKey(id), &bytes));
    if (waits) return std::nullopt;
    NWD_ASSIGN_OR_RETURN(const bool aside, reader.Get(AsideKey(id), &bytes));
    if (!aside) return std::optional<absl::Status>(absl::OkStatus());
    const absl::StatusCode code = DecodeAsideCode(bytes).value_or(absl::StatusCode::kDataLoss);
    return std::optional<absl::Status>(absl::Status(code, "it was refused for good and set aside"));
  };
  co_return co_await store.View(body);
}

async::Task<absl::Status> Outbox::State::Forget() {
  std::vector<EntryId> ids;
  {
    absl::MutexLock lock(&mutex);
    for (const EntryId& id : delivered) {
      if (std::ssize(ids) == kForgetMax) break;
      ids.push_back(id);
    }
  }
  if (ids.empty()) co_return absl::OkStatus();
  auto body = [&](store::Txn& txn) {
    for (const EntryId& id : ids) txn.Delete(WaitingKey(id));
    return absl::OkStatus();
  };
  NWD_CO_RETURN_IF_ERROR(co_await store.Update(body));
  absl::MutexLock lock(&mutex);
  for (const EntryId& id : ids) delivered.erase(id);
  co_return absl::OkStatus();
}

// Finds every group with an entry, some at a time, reading one entry of each.
async::Task<absl::Status> Outbox::State::Rescan() {
  std::string from = WaitingPrefix();
  const std::string end = store::PrefixRange(from).end;
  while (true) {
    auto body = [&](const store::Reader& reader) -> absl::StatusOr<std::vector<FoundGroup>> {
      std::vector<FoundGroup> found;
      std::string next = from;
      while (std::ssize(found) < kGroupsPerRead) {
        const size_t before = found.size();
        const auto visit = [&](std::string_view key, std::string_view value) {
          std::string_view group;
          uint64_t number = 0;
          NWD_CHECK(ReadId(IdOf(key), &group, &number));
          const std::optional<Entry> entry = DecodeWaiting(value);
          found.push_back({std::string(group),
                           absl::FromUnixMicros(entry.has_value() ? static_cast<int64_t>(entry->added_micros) : 0)});
          return store::Visit::kStop;
        };
        NWD_RETURN_IF_ERROR(reader.Scan({next, end}, store::Direction::kForward, visit));
        if (found.size() == before) break;
        next = AfterGroup(found.back().group);
      }
      return found;
    };
    NWD_CO_ASSIGN_OR_RETURN(const std::vector<FoundGroup> found, co_await store.View(body));
    for (const FoundGroup& each : found) {
      const absl::Duration waited = absl::Now() - each.since;
      if (!turns.Found(each.group, SteadyNow() - waited, SteadyNow())) co_return absl::OkStatus();
    }
    if (std::ssize(found) < kGroupsPerRead) co_return absl::OkStatus();
    from = AfterGroup(found.back().group);
    co_await async::SleepUntil(absl::Now());  // others' turn on this queue
  }
}

async::Task<void> Outbox::State::RescanWhenDue(absl::Time& at) {
  if (SteadyNow() < at && !turns.RoomAgain()) co_return;
  const absl::Status scanned = co_await Rescan();
  if (!scanned.ok()) log::Line(log::Level::kWarning, "outbox.scan_failed").Status(scanned).Emit();
  at = SteadyNow() + (scanned.ok() ? kRescan : kPauseMax);
}

async::Task<void> Outbox::State::ForgetWhenDue(absl::Time& at) {
  if (SteadyNow() < at) co_return;
  const absl::Status forgotten = co_await Forget();
  if (!forgotten.ok()) log::Line(log::Level::kWarning, "outbox.forget_failed").Status(forgotten).Emit();
  at = SteadyNow() + kTick;
}

async::Task<void> Outbox::Run(rpc::Stop& stop) {
  State& state = *state_;
  int running = 0;  // on this queue only
  async::Signal ended;
  auto deliver = [&](std::string group) -> async::Task<void> {
    const absl::Status outcome = co_await state.DeliverGroup(group, nullptr, absl::InfiniteFuture(), &stop);
    outcome.ok() ? state.turns.GiveNothingLeft(group, SteadyNow()) : state.turns.GiveFailed(group, SteadyNow());
    --running;
    ended.Notify();
  };

  absl::Time rescan = absl::InfinitePast();
  absl::Time forget = absl::InfinitePast();
  while (!stop.requested()) {
    co_await state.RescanWhenDue(rescan);
    for (std::string& group : state.turns.TakeDue(SteadyNow(), kParallelMax - running)) {
      ++running;
      async::Spawn(deliver(std::move(group)));
    }
    const uint64_t seen = ended.Count();
    co_await state.ForgetWhenDue(forget);
    if (running < kParallelMax) {
      co_await stop.WaitUntil(absl::Now() + kTick);
    } else {
      co_await ended.WaitPast(seen, absl::Now() + kTick);  // more may be due: as soon as there is a place
    }
  }

  while (running > 0) {
    const uint64_t seen = ended.Count();
    co_await ended.WaitPast(seen, absl::InfiniteFuture());
  }
  (co_await state.Forget()).IgnoreError();
}

}  // namespace nwd::outbox
