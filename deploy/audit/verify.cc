#include "deploy/audit/verify.h"

#include "common/audit/frontier.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "deploy/audit/epochs.h"

namespace nwd::audit {
namespace {

constexpr uint64_t kTellEvery = 256;  // bundles

}  // namespace

absl::StatusOr<Checkpoint> VerifyLog(LogSource& source, std::span<const Verifier> verifiers,
                                     const std::function<void(uint64_t done, uint64_t size)>& progress) {
  std::string note;
  NWD_ASSIGN_OR_RETURN(const Checkpoint checkpoint, ShownCheckpoint(source, "checkpoint", verifiers, &note));
  const std::optional<LogName> named = LogNameOf(checkpoint.origin);
  const bool later_epoch = named.has_value() && named->epoch != kFirstEpoch;
  EpochPages pages(source, checkpoint.origin);
  TileReader served(pages, checkpoint.size);
  Frontier made;
  for (uint64_t index = 0; made.size() < checkpoint.size; ++index) {
    const int width = WidthIn(checkpoint.size, 0, index);
    NWD_ASSIGN_OR_RETURN(const std::string bundle, GetBundle(pages, {index, width}));
    const auto entries = FirstEntriesIn(bundle, width);
    if (!entries.ok()) {
      return absl::Status(entries.status().code(),
                          Cat(BundlePath({index, width}), ": ", StdView(entries.status().message())));
    }
    if (later_epoch && index == 0) NWD_RETURN_IF_ERROR(CitedBy(source, entries->front()).status());
    for (const std::string_view entry : *entries) made.Add(LeafHash(entry));
    for (const Frontier::Changed& tile : made.TakeChanged()) {
      // A tile above is compared once it is as wide as the log serves it.
      const auto hashes = static_cast<int>(tile.hashes.size() / crypto::kDigestSizeBytes);
      if (hashes != WidthIn(checkpoint.size, tile.level, tile.index)) continue;
      NWD_ASSIGN_OR_RETURN(const std::string theirs, served.Read(tile.level, tile.index));
      if (theirs == tile.hashes) continue;
      const uint64_t at = tile.index * kTileWidth + static_cast<uint64_t>(FirstOther(tile.hashes, theirs));
      if (tile.level == 0) return absl::DataLossError(Cat("entry ", at, " is not what its tile says"));
      return absl::DataLossError(Cat(TilePath({tile.level, tile.index, hashes}), " is not what its entries make"));
    }
    if (index % kTellEvery == 0) progress(made.size(), checkpoint.size);
  }
  if (made.Root() != checkpoint.root) {
    return absl::DataLossError("the entries that are served make another root than was signed");
  }
  return checkpoint;
}

}  // namespace nwd::audit
