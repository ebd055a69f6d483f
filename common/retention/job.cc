#include "common/retention/job.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <utility>

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
};

absl::StatusOr<Found> Look(const store::Reader& reader, const Kind& kind, const std::string& from, absl::Time before) {
  store::Range range = store::PrefixRange(kind.prefix);
  if (!from.empty()) range.begin = from;
  Found found;
  size_t looked_at = 0;
  absl::Status fault;
  NWD_RETURN_IF_ERROR(reader.Scan(range, store::Direction::kForward, [&](std::string_view key, std::string_view value) {
    if (++looked_at > kRowsLookedAtMax) {
      found.next = std::string(key);
      return store::Visit::kStop;
    }
    const absl::StatusOr<bool> old = kind.is_old(reader, key, value, before);
    fault = old.status();
    if (!fault.ok()) return store::Visit::kStop;
    if (*old) found.old.emplace_back(key);
    return store::Visit::kContinue;
  }));
  NWD_RETURN_IF_ERROR(fault);
  return found;
}

absl::StatusOr<int64_t> Forget(store::Txn& txn, const Kind& kind, const std::vector<std::string>& keys, size_t from,
                               absl::Time before) {
  int64_t forgotten = 0;
  for (size_t i = from; i < std::min(keys.size(), from + kRowsForgottenMax); ++i) {
    std::string value;
    NWD_ASSIGN_OR_RETURN(const bool there, txn.Get(keys[i], &value));
    if (!there) continue;
    NWD_ASSIGN_OR_RETURN(const bool old, kind.is_old(txn, keys[i], value, before));
    if (!old) continue;
    NWD_RETURN_IF_ERROR(kind.forget(txn, keys[i], value));
    ++forgotten;
  }
  return forgotten;
}

}  // namespace

absl::Duration SinceBoot() { return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch()); }

Job::Job(store::Store& store, const Clock& clock, const Schedule& schedule, std::vector<Kind> kinds, SteadyClock steady)
    : store_(store), clock_(clock), steady_(std::move(steady)) {
  for (const std::string& limited : schedule.Limited()) {
    const bool known = std::any_of(kinds.begin(), kinds.end(), [&](const Kind& kind) { return kind.name == limited; });
    if (!known)
      unknown_.Update(absl::InvalidArgumentError(Cat("nothing lets go of the kind ", limited, " after its days")));
  }
  for (Kind& kind : kinds) {
    const std::optional<absl::Duration> kept = schedule.KeptFor(kind.name);
    if (kept.has_value()) going_.push_back({std::move(kind), *kept, ""});
  }
}

async::Task<void> Job::Run(rpc::Stop& stop) {
  while (!co_await stop.WaitUntil(absl::Now() + kRoundEvery)) {
    const absl::StatusOr<std::map<std::string, int64_t>> forgotten = co_await Round();
    if (!forgotten.ok()) {
      log::Line(log::Level::kWarning, "retention.failed").Status(forgotten.status()).Emit();
      continue;
    }
    for (const auto& [kind, rows] : *forgotten) {
      if (rows > 0) log::Line(log::Level::kInfo, "retention.forgot").Str("kind", kind).Int("rows", rows).Emit();
    }
  }
}

async::Task<absl::StatusOr<std::map<std::string, int64_t>>> Job::Round() {
  const absl::Time now = clock_.Now();
  std::map<std::string, int64_t> forgotten;
  NWD_CO_ASSIGN_OR_RETURN(const bool believed, co_await IsTimeBelieved(now));
  if (!believed) co_return forgotten;
  absl::Status failed;  // of one kind: the others go on
  for (Going& going : going_) {
    const absl::StatusOr<int64_t> rows = co_await Go(going, now);
    if (rows.ok()) {
      forgotten[going.kind.name] = *rows;
    } else {
      failed.Update(absl::Status(rows.status().code(), Cat(going.kind.name, ": ", StdView(rows.status().message()))));
    }
  }
  if (!failed.ok()) co_return failed;
  co_return forgotten;
}

async::Task<absl::StatusOr<bool>> Job::IsTimeBelieved(absl::Time now) {
  std::string last;
  auto look = [&](const store::Reader& reader) { return reader.Get(LastRoundKey(), &last); };
  NWD_CO_ASSIGN_OR_RETURN(const bool known, co_await store_.View(look));
  const absl::Duration gap =
      known ? now - FromMicros(std::strtoll(last.c_str(), nullptr, 10)) : absl::InfiniteDuration();
  if (gap < absl::ZeroDuration() || gap > kGapMax) {
    if (!doubted_since_.has_value()) {
      doubted_since_ = steady_();
      log::Line(log::Level::kWarning, "retention.time_doubted").Bool("first_round", !known).Emit();
    }
    if (steady_() - *doubted_since_ < kSettle) co_return false;
  }
  doubted_since_.reset();
  auto keep = [&](store::Txn& txn) {
    txn.Put(LastRoundKey(), std::to_string(Micros(now)));
    return absl::OkStatus();
  };
  NWD_CO_RETURN_IF_ERROR(co_await store_.Update(keep));
  co_return true;
}

async::Task<absl::StatusOr<int64_t>> Job::Go(Going& going, absl::Time now) {
  const absl::Time before = now - going.kept;
  auto look = [&](const store::Reader& reader) { return Look(reader, going.kind, going.next, before); };
  NWD_CO_ASSIGN_OR_RETURN(const Found found, co_await store_.View(look));
  int64_t forgotten = 0;
  for (size_t from = 0; from < found.old.size(); from += kRowsForgottenMax) {
    auto forget = [&](store::Txn& txn) { return Forget(txn, going.kind, found.old, from, before); };
    NWD_CO_ASSIGN_OR_RETURN(const int64_t some, co_await store_.Update(forget));
    forgotten += some;
  }
  going.next = found.next;
  co_return forgotten;
}

}  // namespace nwd::retention
