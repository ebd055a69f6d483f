// How Log is compared with what was signed.
#include <algorithm>
#include <vector>

#include "absl/time/clock.h"
#include "common/async/block_on.h"
#include "common/audit/log.h"
#include "common/audit/record.h"
#include "common/audit/signing.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/log/log.h"

namespace nwd::audit {

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

absl::Status Log::CheckWhole(const std::atomic<bool>* stop) const {
  return MadeOf(epoch_, size(), stop).status();  // the edge led to the root when it was loaded
}

absl::Status Log::CheckPast(const std::atomic<bool>* stop) const {
  const auto find = [](const store::Reader& reader) { return rows::FindPast(reader); };
  NWD_ASSIGN_OR_RETURN(const std::vector<rows::State> past, async::BlockOn(options_.store.View(find)));
  for (const rows::State& state : past) {
    const absl::StatusOr<Frontier> made = MadeOf(state.epoch, state.size, stop);
    const absl::Status found = made.ok() ? CheckSigned(state, *made) : made.status();
    if (!found.ok()) {
      return absl::Status(found.code(), Cat("epoch ", state.epoch.number, ": ", StdView(found.message())));
    }
    const rows::State anew{state.epoch, state.size, Sign(state.epoch, *made)};
    if (anew.checkpoint == state.checkpoint) continue;
    const auto keep = [&](store::Txn& txn) {
      rows::PutPast(txn, anew);
      return absl::OkStatus();
    };
    NWD_RETURN_IF_ERROR(async::BlockOn(options_.store.Update(keep)));
  }
  return absl::OkStatus();
}

absl::StatusOr<Frontier> Log::MadeOf(const rows::Epoch& epoch, uint64_t size, const std::atomic<bool>* stop) const {
  // Each level's tiles are compared with what is made of the level below.
  Frontier made;
  const auto tile_is = [&](const Frontier::Changed& tile) -> absl::Status {
    const auto width = static_cast<int>(tile.hashes.size() / crypto::kDigestSizeBytes);
    const Tile named{tile.level, tile.index, width};
    const auto read = [&](const store::Reader& reader) { return rows::SignedTile(reader, epoch.number, named); };
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
      NWD_ASSIGN_OR_RETURN(const Record record, rows::RecordAt(entry, made.size()));
      made.Add(LeafHash(record.entry));
    }
    for (const Frontier::Changed& tile : made.TakeChanged()) NWD_RETURN_IF_ERROR(tile_is(tile));
  }
  return made;
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

}  // namespace nwd::audit
