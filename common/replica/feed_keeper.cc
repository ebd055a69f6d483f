#include "common/replica/feed_keeper.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "common/base/check.h"
#include "common/base/timestamps.h"
#include "common/log/log.h"
#include "common/replica/keys.h"
#include "common/replica/limits.h"
#include "common/store/keys.h"

namespace nwd::replica {
namespace {

using store::Feed;
using store::Position;

constexpr char kRoundForm = '1';  // KeyBuilder's first byte

}  // namespace

// The last round begun: where the feed ended then, when that was, and the key from which rows are still to be restated;
// empty once it is whole.
struct FeedKeeper::Round {
  Position before;
  absl::Time begun;
  std::string next;

  std::string Bytes() const {
    return store::KeyBuilder(kRoundForm)
        .Number(before)
        .Number(static_cast<uint64_t>(Micros(begun)))
        .Bytes(next)
        .Build();
  }
};

FeedKeeper::FeedKeeper(store::Store& store, const Clock& clock, std::vector<RestatedTable> tables)
    : store_(store), clock_(clock), tables_(std::move(tables)) {
  NWD_CHECK(!tables_.empty());
  std::ranges::sort(tables_, {}, [](const RestatedTable& table) -> const std::string& { return table.rows.begin; });
}

absl::StatusOr<std::optional<FeedKeeper::Round>> FeedKeeper::ReadRound(const store::Reader& reader) {
  std::string bytes;
  NWD_ASSIGN_OR_RETURN(const bool begun, reader.Get(RoundKey(), &bytes));
  if (!begun) return std::nullopt;
  store::KeyReader parts(bytes);
  uint64_t before = 0;
  uint64_t begun_us = 0;
  if (bytes.front() != kRoundForm || !parts.Number(&before) || !parts.Number(&begun_us)) {
    return absl::DataLossError("the stored round of the change feed is malformed");
  }
  return Round{before, FromMicros(static_cast<int64_t>(begun_us)), std::string(parts.Rest())};
}

// The rows from key `from` on as they stand; the key to go on from, empty where that was all.
absl::StatusOr<std::string> FeedKeeper::Restate(store::Txn& txn, const std::string& from) const {
  std::string next;
  int left = kRestatedAtOnce;
  absl::Status fault;
  auto visit = [&](const RestatedTable& table, std::string_view key, std::string_view value) {
    if (left-- == 0) {
      next = key;
      return store::Visit::kStop;
    }
    absl::StatusOr<std::optional<Change>> change = table.restate(txn, key, value);
    if (change.ok() && change->has_value()) {
      (*change)->set_restated(true);
      txn.Append(Feed::kChanges, (*change)->SerializeAsString());
    }
    fault = change.status();
    return fault.ok() ? store::Visit::kContinue : store::Visit::kStop;
  };
  for (const RestatedTable& table : tables_) {
    if (table.rows.end <= from) continue;
    const store::Range rows{std::max(table.rows.begin, from), table.rows.end};
    auto look = [&](std::string_view key, std::string_view value) { return visit(table, key, value); };
    NWD_RETURN_IF_ERROR(txn.Scan(rows, store::Direction::kForward, look));
    NWD_RETURN_IF_ERROR(fault);
    if (!next.empty()) break;
  }
  return next;
}

async::Task<absl::StatusOr<bool>> FeedKeeper::Begin(Position before, const std::string& next) {
  const Round round{before, clock_.Now(), next};
  auto body = [&](store::Txn& txn) -> absl::Status {
    txn.Put(RoundKey(), round.Bytes());
    return absl::OkStatus();
  };
  NWD_CO_RETURN_IF_ERROR(co_await store_.Update(body));
  co_return !round.next.empty();
}

async::Task<absl::StatusOr<bool>> FeedKeeper::GoOn(const Round& round) {
  auto body = [&](store::Txn& txn) -> absl::StatusOr<bool> {
    NWD_ASSIGN_OR_RETURN(std::string next, Restate(txn, round.next));
    const Round further{round.before, round.begun, std::move(next)};
    txn.Put(RoundKey(), further.Bytes());
    return !further.next.empty();
  };
  NWD_CO_ASSIGN_OR_RETURN(const bool more, co_await store_.Update(body));
  if (!more) {
    log::Line(log::Level::kInfo, "feed.restated").Int("after", static_cast<int64_t>(round.before)).Emit();
  }
  co_return more;
}

async::Task<absl::Status> FeedKeeper::Forget(Position through) {
  NWD_CO_RETURN_IF_ERROR(co_await store_.TrimFeed(Feed::kChanges, through));
  log::Line(log::Level::kInfo, "feed.trimmed").Int("through", static_cast<int64_t>(through)).Emit();
  co_return absl::OkStatus();
}

async::Task<absl::StatusOr<bool>> FeedKeeper::Step() {
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<Round> round, co_await store_.View(&ReadRound));
  if (!round) {  // a feed that was never trimmed tells of everything from its beginning on, as if after a round
    const std::string whole;
    co_return co_await Begin(0, whole);
  }
  if (!round->next.empty()) co_return co_await GoOn(*round);
  if (clock_.Now() < round->begun + kFeedKept) co_return false;
  NWD_CO_RETURN_IF_ERROR(co_await Forget(round->before));
  // First where the feed ends, then the rows: what came between is told twice rather than never.
  co_return co_await Begin(store_.LastPosition(Feed::kChanges), tables_.front().rows.begin);
}

async::Task<void> FeedKeeper::Run(rpc::Stop& stop) {
  absl::Duration pause = kRestatePause;
  while (!co_await stop.WaitUntil(absl::Now() + pause)) {
    const absl::StatusOr<bool> more = co_await Step();
    if (!more.ok()) log::Line(log::Level::kWarning, "feed.keeping_failed").Status(more.status()).Emit();
    pause = more.value_or(false) ? kRestatePause : kFeedLookPause;
  }
}

}  // namespace nwd::replica
