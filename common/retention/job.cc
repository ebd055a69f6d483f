#include "common/retention/job.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/types/span.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/log/log.h"
#include "common/store/keys.h"

namespace nwd::retention {
namespace {

// 'K' → microseconds since 1970, in decimal: when the last round was.
std::string LastRoundKey() { return store::KeyBuilder('K').Build(); }

struct Found {
  std::vector<std::string> old;  // keys
  std::string next;              // empty: that was all
  absl::Status corrupt;          // of the first row that does not parse
};

absl::StatusOr<Found> Look(const store::Reader& reader, const Kind& kind, const std::string& from, absl::Time before) {
  store::Range range = store::PrefixRange(kind.prefix);
  if (!from.empty()) range.begin = from;
  Found found;
  size_t looked_at = 0;
  absl::Status failed;
  NWD_RETURN_IF_ERROR(reader.Scan(range, store::Direction::kForward, [&](std::string_view key, std::string_view value) {
    if (++looked_at > kind.rows_looked_at_max) {
      found.next = std::string(key);
      return store::Visit::kStop;
    }
    const absl::StatusOr<bool> old = kind.is_old(reader, key, value, before);
    if (absl::IsDataLoss(old.status())) {
      found.corrupt.Update(old.status());
      return store::Visit::kContinue;
    }
    failed = old.status();
    if (!failed.ok()) return store::Visit::kStop;
    if (*old) found.old.emplace_back(key);
    return store::Visit::kContinue;
  }));
  NWD_RETURN_IF_ERROR(failed);
  return found;
}

absl::StatusOr<int64_t> Forget(store::Txn& txn, const Kind& kind, absl::Span<const std::string> keys,
                               absl::Time before) {
  int64_t forgotten = 0;
  for (const std::string& key : keys) {
    std::string value;
    NWD_ASSIGN_OR_RETURN(const bool there, txn.Get(key, &value));
    if (!there) continue;
    NWD_ASSIGN_OR_RETURN(const bool old, kind.is_old(txn, key, value, before));
    if (!old) continue;
    NWD_RETURN_IF_ERROR(kind.forget(txn, key, value));
    ++forgotten;
  }
  return forgotten;
}

}  // namespace

Job::Job(store::Store& store, const Clock& clock, const Schedule& schedule, std::vector<Kind> kinds,
         std::function<absl::Time()> steady_now)
    : store_(store), clock_(clock), steady_now_(std::move(steady_now)) {
  for (const std::string& limited : schedule.Limited()) {
    const bool known = std::any_of(kinds.begin(), kinds.end(), [&](const Kind& kind) { return kind.name == limited; });
    if (!known)
      unknown_.Update(absl::InvalidArgumentError(Cat("nothing lets go of the kind ", limited, " after its days")));
  }
  for (Kind& kind : kinds) {
    if (!schedule.Has(kind.name)) {
      unknown_.Update(
          absl::InvalidArgumentError(Cat("the retention table does not say how long ", kind.name, " are kept")));
    }
    const std::optional<absl::Duration> kept = schedule.KeptFor(kind.name);
    if (kept.has_value()) going_.push_back({std::move(kind), *kept, ""});
  }
}

async::Task<void> Job::Run(rpc::Stop& stop) {
  while (!co_await stop.WaitUntil(absl::Now() + kRoundEvery)) {
    const Went went = co_await Round();
    if (!went.failed.ok()) log::Line(log::Level::kWarning, "retention.failed").Status(went.failed).Emit();
    for (const auto& [kind, rows] : went.rows) {
      if (rows > 0) log::Line(log::Level::kInfo, "retention.time_over").Str("kind", kind).Int("rows", rows).Emit();
    }
  }
}

async::Task<Job::Went> Job::Round() {
  const absl::Time now = clock_.Now();
  Went went;
  const absl::StatusOr<bool> believed = co_await IsTimeBelieved(now);
  went.failed = believed.status();
  if (!believed.ok() || !*believed) co_return went;
  for (Going& going : going_) {  // one kind that fails keeps the others from nothing
    const absl::Status gone = co_await Go(going, now, went.rows[going.kind.name]);
    if (!gone.ok()) went.failed.Update(absl::Status(gone.code(), Cat(going.kind.name, ": ", StdView(gone.message()))));
  }
  co_return went;
}

async::Task<absl::StatusOr<bool>> Job::IsTimeBelieved(absl::Time now) {
  std::string last;
  auto look = [&](const store::Reader& reader) { return reader.Get(LastRoundKey(), &last); };
  NWD_CO_ASSIGN_OR_RETURN(const bool known, co_await store_.View(look));
  const absl::Duration gap =
      known ? now - FromMicros(std::strtoll(last.c_str(), nullptr, 10)) : absl::InfiniteDuration();
  if (gap < absl::ZeroDuration() || gap > kGapMax) {
    if (!doubted_since_.has_value()) {
      doubted_since_ = steady_now_();
      log::Line(log::Level::kWarning, "retention.time_doubted").Bool("first_round", !known).Emit();
    }
    if (steady_now_() - *doubted_since_ < kSettle) co_return false;
  }
  doubted_since_.reset();
  auto keep = [&](store::Txn& txn) {
    txn.Put(LastRoundKey(), std::to_string(Micros(now)));
    return absl::OkStatus();
  };
  NWD_CO_RETURN_IF_ERROR(co_await store_.Update(keep));
  co_return true;
}

async::Task<absl::Status> Job::Go(Going& going, absl::Time now, int64_t& forgotten) {
  const absl::Time before = now - going.kept;
  auto look = [&](const store::Reader& reader) { return Look(reader, going.kind, going.next, before); };
  NWD_CO_ASSIGN_OR_RETURN(const Found found, co_await store_.View(look));
  absl::Status corrupt = found.corrupt;
  for (size_t from = 0; from < found.old.size(); from += kRowsForgottenMax) {
    const auto some = absl::MakeConstSpan(found.old).subspan(from, kRowsForgottenMax);
    const absl::Status together = co_await ForgetThese(going.kind, some, before, forgotten);
    if (!together.ok() && !absl::IsDataLoss(together)) co_return together;
    // One that does not read keeps the others from nothing.
    for (size_t i = 0; !together.ok() && i < some.size(); ++i) {
      const absl::Status alone = co_await ForgetThese(going.kind, some.subspan(i, 1), before, forgotten);
      if (!alone.ok() && !absl::IsDataLoss(alone)) co_return alone;
      corrupt.Update(alone);
    }
  }
  going.next = found.next;
  co_return corrupt;
}

async::Task<absl::Status> Job::ForgetThese(const Kind& kind, absl::Span<const std::string> keys, absl::Time before,
                                           int64_t& forgotten) {
  auto forget = [&](store::Txn& txn) { return Forget(txn, kind, keys, before); };
  NWD_CO_ASSIGN_OR_RETURN(const int64_t rows, co_await store_.Update(forget));
  forgotten += rows;
  co_return absl::OkStatus();
}

}  // namespace nwd::retention
