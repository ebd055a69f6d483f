#include "common/program/kept_clock.h"

#include <algorithm>
#include <string>

#include "common/async/block_on.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/log/log.h"
#include "common/store/keys.h"

namespace nwd::program {
namespace {

std::string ReachedKey() { return store::KeyBuilder('T').Build(); }

constexpr char kForm = 1;

std::string ValueOf(int64_t nanos) { return store::KeyBuilder(kForm).Number(static_cast<uint64_t>(nanos)).Build(); }

// 0 where no time was kept.
absl::StatusOr<int64_t> ReadReached(const store::Reader& reader) {
  std::string bytes;
  NWD_ASSIGN_OR_RETURN(const bool present, reader.Get(ReachedKey(), &bytes));
  if (!present) return 0;
  uint64_t nanos = 0;
  store::KeyReader value(bytes);
  if (bytes.front() != kForm || !value.Number(&nanos)) return absl::DataLossError("the time kept does not parse");
  return static_cast<int64_t>(nanos);
}

}  // namespace

KeptClock::KeptClock(const Clock& machine, metrics::Registry& metrics)
    : machine_(machine),
      reached_(absl::ToUnixNanos(machine.Now())),
      jumps_(metrics.AddCounter("nwd_clock_jumps_total", "Times the machine's clock moved by itself.").With({})),
      behind_figure_(metrics.OnScrape([this](metrics::Scrape& scrape) {
        scrape.Gauge("nwd_clock_behind_seconds", "How far the machine's clock lies behind a time that was told before.",
                     absl::ToDoubleSeconds(Behind()));
      })) {}

absl::Time KeptClock::Now() const {
  const int64_t machine = absl::ToUnixNanos(machine_.Now());
  int64_t reached = reached_.load(std::memory_order_relaxed);
  while (machine > reached) {
    if (reached_.compare_exchange_weak(reached, machine, std::memory_order_relaxed))
      return absl::FromUnixNanos(machine);
  }
  return absl::FromUnixNanos(reached);
}

absl::Duration KeptClock::Behind() const {
  const absl::Duration behind = absl::FromUnixNanos(reached_.load(std::memory_order_relaxed)) - machine_.Now();
  return std::max(behind, absl::ZeroDuration());
}

absl::Status KeptClock::TakeUp(store::Store& store, bool accept_machine) {
  auto body = [](const store::Reader& reader) { return ReadReached(reader); };
  NWD_ASSIGN_OR_RETURN(const int64_t kept, async::BlockOn(store.View(body)));
  const absl::Duration behind = absl::FromUnixNanos(kept) - machine_.Now();
  if (behind <= absl::ZeroDuration()) return absl::OkStatus();
  if (accept_machine) {
    log::Line(log::Level::kWarning, "clock.accepted").Int("behind_seconds", absl::ToInt64Seconds(behind)).Emit();
    return absl::OkStatus();
  }
  if (behind > kClockBehindMax) {
    return absl::FailedPreconditionError(
        Cat("the machine's clock lies ", absl::FormatDuration(absl::Trunc(behind, absl::Seconds(1))),
            " behind the time that this service has seen (",
            absl::FormatTime(absl::FromUnixNanos(kept), absl::UTCTimeZone()),
            "); set the clock or, where it is right and was wrong before, start once with --accept-clock"));
  }
  reached_.store(kept, std::memory_order_relaxed);
  return absl::OkStatus();
}

async::Task<void> KeptClock::Look(store::Store& store, absl::Time steady) {
  GoOnWhileBehind(steady);
  SayWhetherBehind();
  SayWhetherJumped(steady);
  const std::string reached = ValueOf(absl::ToUnixNanos(Now()));
  auto body = [&](store::Txn& txn) {
    txn.Put(ReachedKey(), reached);
    return absl::OkStatus();
  };
  const absl::Status kept = co_await store.Update(body);
  if (!kept.ok()) log::Line(log::Level::kWarning, "clock.not_kept").Status(kept).Emit();
}

void KeptClock::GoOnWhileBehind(absl::Time steady) {
  if (looked_at_ == absl::InfinitePast() || Behind() == absl::ZeroDuration()) return;
  reached_.fetch_add(absl::ToInt64Nanoseconds((steady - looked_at_steady_) / 2), std::memory_order_relaxed);
}

void KeptClock::SayWhetherBehind() {
  const absl::Duration behind = Behind();
  const bool is_behind = behind >= absl::Seconds(1);
  if (is_behind && !behind_said_) {
    log::Line(log::Level::kError, "clock.behind").Int("seconds", absl::ToInt64Seconds(behind)).Emit();
  }
  if (!is_behind && behind_said_) log::Line(log::Level::kInfo, "clock.caught_up").Emit();
  behind_said_ = is_behind;
}

void KeptClock::SayWhetherJumped(absl::Time steady) {
  const absl::Time machine = machine_.Now();
  const absl::Duration moved = machine - looked_at_ - (steady - looked_at_steady_);
  const bool jumped = looked_at_ != absl::InfinitePast() && absl::AbsDuration(moved) >= kClockJumpMin;
  looked_at_ = machine;
  looked_at_steady_ = steady;
  if (!jumped) return;
  jumps_.Increment();
  log::Line(log::Level::kWarning, "clock.jumped").Int("seconds", absl::ToInt64Seconds(moved)).Emit();
}

}  // namespace nwd::program
