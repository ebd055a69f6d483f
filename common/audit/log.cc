#include "common/audit/log.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "common/async/block_on.h"
#include "common/audit/record.h"
#include "common/audit/signing.h"
#include "common/base/check.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/log/log.h"

namespace nwd::audit {
namespace {

constexpr int kThreads = 2;  // one integrates while the other goes through the whole log
constexpr int kWaitingMax = 2;

}  // namespace

Log::Log(Options options)
    : options_(std::move(options)),
      keys_(SigningKeysOf(options_.hub_key, options_.service)),
      workers_(kThreads, kWaitingMax) {
  figures_ = options_.metrics.OnScrape([this](metrics::Scrape& scrape) {
    const uint64_t durable = options_.store.LastPosition(store::Feed::kAudit) - epoch_.begin;
    absl::MutexLock lock(&mutex_);
    const uint64_t waiting = durable > signed_.size ? durable - signed_.size : 0;
    scrape.Gauge("nwd_audit_log_entries", "Entries of the audit log that are signed.",
                 static_cast<double>(signed_.size));
    scrape.Gauge("nwd_audit_log_waiting", "Entries of the audit log that are durable and not signed yet.",
                 static_cast<double>(waiting));
    scrape.Gauge("nwd_audit_log_corrupt", "1 once the audit log on disk is not what was signed.",
                 health_.ok() && !past_corrupt_ ? 0 : 1);
  });
}

Log::~Log() = default;

absl::Status Log::Load() {
  const auto find = [](const store::Reader& reader) { return rows::FindState(reader); };
  NWD_ASSIGN_OR_RETURN(const std::optional<rows::State> state, async::BlockOn(options_.store.View(find)));
  if (!state.has_value()) return Begin(rows::Epoch());
  if (state->checkpoint.empty()) return Begin(state->epoch);
  epoch_ = state->epoch;
  Show({state->size, state->checkpoint});
  const absl::Status taken_up = TakeUp(*state);
  if (absl::IsDataLoss(taken_up)) {
    Corrupt(taken_up);
    return absl::OkStatus();
  }
  NWD_RETURN_IF_ERROR(taken_up);
  const auto find_fault = [](const store::Reader& reader) { return rows::FindFault(reader); };
  NWD_ASSIGN_OR_RETURN(const std::string fault, async::BlockOn(options_.store.View(find_fault)));
  if (fault.empty()) return absl::OkStatus();
  had_fault_ = true;
  Corrupt(absl::DataLossError(fault));
  return absl::OkStatus();
}

absl::Status Log::Begin(const rows::Epoch& epoch) {
  epoch_ = epoch;
  const auto any = [&](const store::Reader& reader) { return rows::HasTiles(reader, epoch.number); };
  NWD_ASSIGN_OR_RETURN(const bool had_a_tree, async::BlockOn(options_.store.View(any)));
  // Where nothing was ever signed there is no entry either: the first checkpoint is from before the first call.
  const bool had_entries = options_.store.LastPosition(store::Feed::kAudit) > epoch.begin && epoch == rows::Epoch();
  if (had_a_tree || had_entries) {
    Corrupt(absl::DataLossError(Cat("the audit log has ", had_a_tree ? "a tree, and no checkpoint over it"
                                                                     : "entries, and no checkpoint over them")));
    return absl::OkStatus();
  }
  const std::string empty = Sign(epoch_, frontier_);
  const auto begin = [&](store::Txn& txn) {
    rows::PutState(txn, {.epoch = epoch_, .size = 0, .checkpoint = empty});
    return absl::OkStatus();
  };
  NWD_RETURN_IF_ERROR(async::BlockOn(options_.store.Update(begin)));
  Show({0, empty});
  return absl::OkStatus();
}

absl::Status Log::TakeUp(const rows::State& state) {
  const auto load = [&](const store::Reader& reader) {
    return Frontier::Load(state.size, [&](const Tile& tile) { return rows::SignedTile(reader, epoch_.number, tile); });
  };
  NWD_ASSIGN_OR_RETURN(Frontier kept, async::BlockOn(options_.store.View(load)));
  NWD_RETURN_IF_ERROR(CheckSigned(state, kept));
  frontier_ = std::move(kept);
  Show({frontier_.size(), Sign(epoch_, frontier_)});
  return absl::OkStatus();
}

async::Task<void> Log::Run(rpc::Stop& stop) {
  const auto integrate = [this]() -> absl::StatusOr<int> {
    absl::StatusOr<int> taken = Integrate();
    if (absl::IsDataLoss(taken.status())) return KeepFault(taken.status());
    return taken;
  };
  for (bool last = false; !last;) {  // what the last calls left is taken in before the end
    last = stop.requested();
    if (!Health().ok()) {  // over what was found nothing is signed
      if (!last) co_await stop.WaitUntil(absl::Now() + kIntegrateAgainAfter);
      continue;
    }
    const absl::StatusOr<int> taken = co_await workers_.Run(integrate);
    if (absl::IsDataLoss(taken.status())) Corrupt(taken.status());
    if (!taken.ok() && Health().ok()) {
      log::Line(log::Level::kError, "audit.not_integrated").Status(taken.status()).Emit();
    }
    if (taken.ok() && *taken == kIntegratedAtOnce) {
      last = false;
      continue;
    }
    if (!last) co_await stop.WaitUntil(absl::Now() + (taken.ok() ? kIntegrateEvery : kIntegrateAgainAfter));
  }
}

absl::Status Log::Health() const {
  absl::MutexLock lock(&mutex_);
  return health_;
}

bool Log::IsSound(uint32_t epoch) const {
  absl::MutexLock lock(&mutex_);
  return epoch == epoch_.number ? health_.ok() : !past_corrupt_;
}

std::string Log::checkpoint() const {
  absl::MutexLock lock(&mutex_);
  return signed_.checkpoint;
}

uint64_t Log::size() const {
  absl::MutexLock lock(&mutex_);
  return signed_.size;
}

std::vector<std::string> Log::VerifierTexts() const {
  std::vector<std::string> texts;
  for (const crypto::SigningKey& key : keys_) texts.push_back(VerifierText(origin(), key.verifying_key()));
  return texts;
}

rows::State Log::SignedState() const {
  absl::MutexLock lock(&mutex_);
  return {epoch_, signed_.size, signed_.checkpoint};
}

absl::StatusOr<std::vector<store::FeedEntry>> Log::EntriesFrom(const rows::Epoch& epoch, uint64_t index,
                                                               int count) const {
  NWD_ASSIGN_OR_RETURN(std::vector<store::FeedEntry> entries,
                       options_.store.ReadFeed(store::Feed::kAudit, epoch.begin + index, count));
  for (size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].position != epoch.begin + index + i + 1) {
      return absl::DataLossError(Cat("entry ", index + i, " of the audit log is not there"));
    }
  }
  return entries;
}

absl::StatusOr<std::vector<store::FeedEntry>> Log::SignedEntries(const rows::Epoch& epoch, uint64_t index,
                                                                 int count) const {
  NWD_ASSIGN_OR_RETURN(std::vector<store::FeedEntry> entries, EntriesFrom(epoch, index, count));
  if (std::ssize(entries) == count) return entries;
  return absl::DataLossError(Cat("entry ", index + entries.size(), " of the audit log is not there"));
}

absl::StatusOr<int> Log::Integrate() {
  NWD_ASSIGN_OR_RETURN(const std::vector<store::FeedEntry> entries,
                       EntriesFrom(epoch_, frontier_.size(), kIntegratedAtOnce));
  if (entries.empty()) return 0;
  Frontier next = frontier_;
  std::vector<std::pair<Hash, uint64_t>> indexed;
  for (const store::FeedEntry& entry : entries) {
    NWD_ASSIGN_OR_RETURN(const Record record, rows::RecordAt(entry, next.size()));
    const Hash leaf = LeafHash(record.entry);
    const std::optional<Entry> read = DecodeEntry(record.entry);
    const auto& types = options_.looked_for;
    if (read.has_value() && std::find(types.begin(), types.end(), read->type) != types.end()) {
      indexed.emplace_back(leaf, next.size());
    }
    next.Add(leaf);
  }
  const std::vector<Frontier::Changed> changed = next.TakeChanged();
  const Signed now{next.size(), Sign(epoch_, next)};
  const auto keep = [&](store::Txn& txn) {
    for (const Frontier::Changed& tile : changed) {
      rows::PutTile(txn, epoch_.number, tile.level, tile.index, tile.hashes);
    }
    for (const auto& [leaf, index] : indexed) rows::PutIndex(txn, epoch_.number, leaf, index);
    rows::PutState(txn, {epoch_, now.size, now.checkpoint});
    return absl::OkStatus();
  };
  NWD_RETURN_IF_ERROR(Health());  // what was found meanwhile is not signed over
  NWD_RETURN_IF_ERROR(async::BlockOn(options_.store.Update(keep)));
  frontier_ = std::move(next);
  Show(now);
  return static_cast<int>(entries.size());
}

std::string Log::Sign(const rows::Epoch& epoch, const Frontier& frontier) const {
  std::vector<const crypto::SigningKey*> keys;
  for (const crypto::SigningKey& key : keys_) keys.push_back(&key);
  return SignCheckpoint({OriginOf(options_.hub, options_.service, epoch.number), frontier.size(), frontier.Root()},
                        keys);
}

void Log::Show(Signed now) {
  absl::MutexLock lock(&mutex_);
  signed_ = std::move(now);
}

void Log::Corrupt(const absl::Status& why) {
  log::Line(log::Level::kError, "audit.corrupt").Status(why).Emit();
  absl::MutexLock lock(&mutex_);
  health_ = why;
}

}  // namespace nwd::audit
