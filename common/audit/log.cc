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

// A tile as far as it was signed; DATA_LOSS where it is not there, or narrower.
absl::StatusOr<std::string> SignedTile(const store::Reader& reader, uint32_t epoch, const Tile& tile) {
  NWD_ASSIGN_OR_RETURN(std::optional<std::string> hashes, rows::FindTile(reader, epoch, tile.level, tile.index));
  const size_t bytes = tile.width * crypto::kDigestSizeBytes;
  if (!hashes.has_value() || hashes->size() < bytes) {
    return absl::DataLossError(Cat(TilePath(tile), " of the audit log is not there"));
  }
  hashes->resize(bytes);
  return *std::move(hashes);
}

// The hash of a subtree of a log of `size`, out of its tile.
absl::StatusOr<Hash> HashIn(const store::Reader& reader, uint32_t epoch, uint64_t size, const Subtree& subtree) {
  const InTile place = TileOf(subtree);
  const Tile tile{place.level, place.index, WidthIn(size, place.level, place.index)};
  NWD_ASSIGN_OR_RETURN(const std::string hashes, SignedTile(reader, epoch, tile));
  return HashOver(hashes, place);
}

// Of the entry at this index of one epoch, over what was signed of it.
absl::StatusOr<Proof> ProofIn(const store::Reader& reader, const rows::State& state, uint64_t index) {
  Proof proof{index, {}, state.checkpoint};
  NWD_ASSIGN_OR_RETURN(proof.path, InclusionProof(index, state.size, [&](const Subtree& subtree) {
                         return HashIn(reader, state.epoch.number, state.size, subtree);
                       }));
  return proof;
}

// The proof in the first epoch, newest first, in which `find` (const rows::State& → StatusOr<optional<index>>) finds the
// entry.
template <class Find>
absl::StatusOr<std::optional<Proof>> ProofOfAnyEpoch(const store::Reader& reader, Find find) {
  // As the snapshot has it: what was taken in since is not in its tiles.
  NWD_ASSIGN_OR_RETURN(const std::optional<rows::State> now, rows::FindState(reader));
  if (!now.has_value()) return std::nullopt;
  std::vector<rows::State> epochs{*now};
  if (now->epoch != rows::Epoch()) {
    NWD_ASSIGN_OR_RETURN(const std::vector<rows::State> past, rows::FindPast(reader));
    epochs.insert(epochs.end(), past.begin(), past.end());
  }
  for (const rows::State& epoch : epochs) {
    NWD_ASSIGN_OR_RETURN(const std::optional<uint64_t> index, find(epoch));
    if (index.has_value() && *index < epoch.size) return ProofIn(reader, epoch, *index);
  }
  return std::nullopt;
}

absl::StatusOr<Record> RecordAt(const store::FeedEntry& entry, uint64_t index) {
  const std::optional<Record> record = DecodeRecord(entry.bytes);
  if (!record.has_value()) return absl::DataLossError(Cat("entry ", index, " of the audit log does not read"));
  return *record;
}

// What these of an epoch say, compared with the tiles over them. DATA_LOSS names the first that was not signed.
absl::StatusOr<std::vector<std::string>> CheckEntries(const store::Reader& reader, const rows::State& of,
                                                      uint64_t index, const std::vector<store::FeedEntry>& kept) {
  std::vector<std::string> entries;
  std::string tile;
  for (const store::FeedEntry& entry : kept) {
    const uint64_t at = index + entries.size();
    const auto place = static_cast<size_t>(at % kTileWidth) * crypto::kDigestSizeBytes;
    if (tile.empty() || place == 0) {
      const uint64_t over = at / kTileWidth;
      NWD_ASSIGN_OR_RETURN(tile, SignedTile(reader, of.epoch.number, {0, over, WidthIn(of.size, 0, over)}));
    }
    NWD_ASSIGN_OR_RETURN(const Record record, RecordAt(entry, at));
    if (crypto::View(LeafHash(record.entry)) != std::string_view(tile).substr(place, crypto::kDigestSizeBytes)) {
      return absl::DataLossError(Cat("entry ", at, " of the audit log is not what was signed"));
    }
    entries.emplace_back(record.entry);
  }
  return entries;
}

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
  const std::string empty = Sign(frontier_);
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
    return Frontier::Load(state.size, [&](const Tile& tile) { return SignedTile(reader, epoch_.number, tile); });
  };
  NWD_ASSIGN_OR_RETURN(Frontier kept, async::BlockOn(options_.store.View(load)));
  NWD_RETURN_IF_ERROR(CheckSigned(state, kept));
  frontier_ = std::move(kept);
  Show({frontier_.size(), Sign(frontier_)});
  return absl::OkStatus();
}

absl::Status Log::CheckSigned(const rows::State& state, const Frontier& tree) const {
  const std::string origin = OriginOf(options_.hub, options_.service, state.epoch.number);
  // It was signed by us, whichever line of the key file was the newest then.
  std::vector<Verifier> verifiers;
  for (const crypto::SigningKey& key : AllSigningKeysOf(options_.hub_key, options_.service)) {
    verifiers.push_back({origin, *crypto::VerifyingKey::FromRaw(key.verifying_key().raw())});
  }
  const absl::StatusOr<Checkpoint> kept = OpenCheckpoint(state.checkpoint, verifiers);
  if (!kept.ok()) {
    return absl::DataLossError(
        Cat("the audit log's checkpoint was not signed here: ", StdView(kept.status().message())));
  }
  if (*kept == Checkpoint{origin, tree.size(), tree.Root()}) return absl::OkStatus();
  return absl::DataLossError(Cat("the audit log's tree of ", state.size, " entries has another root than was signed"));
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

async::Task<void> Log::CheckOnce(rpc::Stop& stop) {
  if (!Health().ok() && !had_fault_) co_return;
  const auto check = [&] { return CheckAndKeep(stop.flag()); };
  const absl::Status whole = co_await workers_.Run(check);
  if (absl::IsDataLoss(whole)) co_return Corrupt(whole);
  if (!whole.ok() && !stop.requested()) {
    log::Line(log::Level::kError, "audit.not_checked").Status(whole).Emit();
  }
  if (!whole.ok()) co_return;
  if (had_fault_) {
    log::Line(log::Level::kWarning, "audit.whole_again").Emit();
    absl::MutexLock lock(&mutex_);
    health_ = absl::OkStatus();
  }
  const auto check_past = [&] { return CheckPast(&stop.flag()); };
  const absl::Status past = co_await workers_.Run(check_past);
  if (past.ok() || stop.requested()) co_return;
  const bool corrupt = absl::IsDataLoss(past);
  log::Line(log::Level::kError, corrupt ? "audit.past_corrupt" : "audit.not_checked").Status(past).Emit();
  absl::MutexLock lock(&mutex_);
  past_corrupt_ = corrupt;
}

absl::Status Log::CheckAndKeep(const std::atomic<bool>& stop) const {
  const absl::Status whole = CheckWhole(&stop);
  if (absl::IsDataLoss(whole)) return KeepFault(whole);
  if (!whole.ok() || !had_fault_) return whole;
  const auto put_away = [](store::Txn& txn) {
    rows::PutFault(txn, "");
    return absl::OkStatus();
  };
  return async::BlockOn(options_.store.Update(put_away));
}

absl::Status Log::KeepFault(absl::Status found) const {
  const auto keep = [&](store::Txn& txn) {
    rows::PutFault(txn, StdView(found.message()));
    return absl::OkStatus();
  };
  const absl::Status kept = async::BlockOn(options_.store.Update(keep));
  if (!kept.ok()) log::Line(log::Level::kError, "audit.fault_not_kept").Status(kept).Emit();
  return found;
}

absl::Status Log::Health() const {
  absl::MutexLock lock(&mutex_);
  return health_;
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

rows::State Log::Now() const {
  absl::MutexLock lock(&mutex_);
  return {epoch_, signed_.size, signed_.checkpoint};
}

absl::StatusOr<std::optional<rows::State>> Log::StateOf(uint32_t epoch) const {
  if (epoch == epoch_.number) return Now();
  const auto find = [](const store::Reader& reader) { return rows::FindPast(reader); };
  NWD_ASSIGN_OR_RETURN(std::vector<rows::State> past, async::BlockOn(options_.store.View(find)));
  for (rows::State& state : past) {
    if (state.epoch.number == epoch) return std::move(state);
  }
  return std::nullopt;
}

absl::StatusOr<std::optional<std::string>> Log::ReadTile(const rows::State& of, const Tile& tile) const {
  if (tile.width > WidthIn(of.size, tile.level, tile.index)) return std::nullopt;
  const auto read = [&](const store::Reader& reader) { return SignedTile(reader, of.epoch.number, tile); };
  return async::BlockOn(options_.store.View(read));
}

absl::StatusOr<std::optional<std::string>> Log::ReadBundle(const rows::State& of, const Bundle& bundle) const {
  if (bundle.width > WidthIn(of.size, 0, bundle.index)) return std::nullopt;
  NWD_ASSIGN_OR_RETURN(const std::vector<std::string> entries,
                       async::BlockOn(CheckedEntries(of, bundle.index * kTileWidth, bundle.width)));
  std::string bytes;
  for (const std::string& entry : entries) AddToBundle(entry, bytes);
  return bytes;
}

async::Task<absl::StatusOr<std::vector<std::string>>> Log::ReadEntries(uint64_t index, int count) const {
  const rows::State now = Now();
  if (index >= now.size) co_return std::vector<std::string>();
  const int there = static_cast<int>(std::min<uint64_t>(count, now.size - index));
  co_return co_await CheckedEntries(now, index, there);
}

async::Task<absl::StatusOr<std::vector<std::string>>> Log::CheckedEntries(rows::State of, uint64_t index,
                                                                          int count) const {
  NWD_CO_ASSIGN_OR_RETURN(const std::vector<store::FeedEntry> kept, SignedEntries(of.epoch, index, count));
  const auto check = [&](const store::Reader& reader) { return CheckEntries(reader, of, index, kept); };
  co_return co_await options_.store.View(check);
}

absl::StatusOr<std::optional<Proof>> Log::ProofOf(const store::Reader& reader, const Hash& leaf) const {
  return ProofOfAnyEpoch(reader, [&](const rows::State& in) { return rows::FindIndex(reader, in.epoch.number, leaf); });
}

absl::StatusOr<std::optional<Proof>> Log::ProofAt(const store::Reader& reader, uint64_t index, const Hash& leaf) const {
  return ProofOfAnyEpoch(reader, [&](const rows::State& in) -> absl::StatusOr<std::optional<uint64_t>> {
    if (index >= in.size) return std::nullopt;
    NWD_ASSIGN_OR_RETURN(const Hash signed_leaf,
                         HashIn(reader, in.epoch.number, in.size, {.level = 0, .index = index}));
    return signed_leaf == leaf ? std::optional(index) : std::nullopt;
  });
}

absl::StatusOr<std::string> Log::Cited() const {
  return async::BlockOn(options_.store.View([](const store::Reader& reader) { return rows::FindCited(reader); }));
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
    NWD_ASSIGN_OR_RETURN(const Record record, RecordAt(entry, next.size()));
    const Hash leaf = LeafHash(record.entry);
    const std::optional<Entry> read = DecodeEntry(record.entry);
    const auto& types = options_.looked_for;
    if (read.has_value() && std::find(types.begin(), types.end(), read->type) != types.end()) {
      indexed.emplace_back(leaf, next.size());
    }
    next.Add(leaf);
  }
  const std::vector<Frontier::Changed> changed = next.TakeChanged();
  const Signed now{next.size(), Sign(next)};
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

absl::Status Log::CheckWhole(const std::atomic<bool>* stop) const {
  return Remake(epoch_, size(), stop).status();  // the edge led to the root when it was loaded
}

absl::Status Log::CheckPast(const std::atomic<bool>* stop) const {
  const auto find = [](const store::Reader& reader) { return rows::FindPast(reader); };
  NWD_ASSIGN_OR_RETURN(const std::vector<rows::State> past, async::BlockOn(options_.store.View(find)));
  for (const rows::State& state : past) {
    const absl::StatusOr<Frontier> made = Remake(state.epoch, state.size, stop);
    const absl::Status found = made.ok() ? CheckSigned(state, *made) : made.status();
    if (!found.ok()) {
      return absl::Status(found.code(), Cat("epoch ", state.epoch.number, ": ", StdView(found.message())));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Frontier> Log::Remake(const rows::Epoch& epoch, uint64_t size, const std::atomic<bool>* stop) const {
  // Each level's tiles are compared with what is made of the level below.
  Frontier made;
  const auto tile_is = [&](const Frontier::Changed& tile) -> absl::Status {
    const auto width = static_cast<int>(tile.hashes.size() / crypto::kDigestSizeBytes);
    const Tile named{tile.level, tile.index, width};
    const auto read = [&](const store::Reader& reader) { return SignedTile(reader, epoch.number, named); };
    NWD_ASSIGN_OR_RETURN(const std::string kept, async::BlockOn(options_.store.View(read)));
    if (kept == tile.hashes) return absl::OkStatus();
    const uint64_t at = tile.index * kTileWidth + static_cast<uint64_t>(FirstOther(tile.hashes, kept));
    if (tile.level == 0) return absl::DataLossError(Cat("entry ", at, " of the audit log is not what was signed"));
    return absl::DataLossError(Cat(TilePath(named), " of the audit log is not what its entries make"));
  };
  while (made.size() < size) {
    if (stop != nullptr && *stop) return absl::CancelledError("stopped before the whole audit log was checked");
    if (stop != nullptr) absl::SleepFor(kCheckPause);
    const int count = static_cast<int>(std::min<uint64_t>(kIntegratedAtOnce, size - made.size()));
    NWD_ASSIGN_OR_RETURN(const std::vector<store::FeedEntry> entries, SignedEntries(epoch, made.size(), count));
    for (const store::FeedEntry& entry : entries) {
      NWD_ASSIGN_OR_RETURN(const Record record, RecordAt(entry, made.size()));
      made.Add(LeafHash(record.entry));
    }
    for (const Frontier::Changed& tile : made.TakeChanged()) NWD_RETURN_IF_ERROR(tile_is(tile));
  }
  return made;
}

std::string Log::Sign(const Frontier& frontier) const {
  std::vector<const crypto::SigningKey*> keys;
  for (const crypto::SigningKey& key : keys_) keys.push_back(&key);
  return SignCheckpoint({origin(), frontier.size(), frontier.Root()}, keys);
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
