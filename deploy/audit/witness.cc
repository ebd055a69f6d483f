#include "deploy/audit/witness.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "common/audit/record.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/files/files.h"
#include "deploy/audit/epochs.h"

namespace nwd::audit {
namespace {

constexpr char kExtension[] = ".checkpoint";

// "nwd-hub.example-consent-1.checkpoint"
std::string FileOf(const std::string& folder, std::string origin) {
  std::replace(origin.begin(), origin.end(), '/', '-');
  return Cat(folder, "/", origin, kExtension);
}

// Only what is not there is nothing remembered; what cannot be read is an error, or a fork would go unseen.
absl::StatusOr<std::optional<std::string>> ReadIfThere(const std::string& file) {
  std::error_code failed;
  const bool there = std::filesystem::exists(file, failed);
  if (!failed && !there) return std::nullopt;
  std::ifstream in(file, std::ios::binary);
  std::string content((std::istreambuf_iterator<char>(in)), {});
  if (failed || !in) return absl::UnavailableError(Cat("cannot read ", file));
  return content;
}

absl::Status Forked(const std::string& folder, const Checkpoint& before, const std::string& old_note,
                    const Checkpoint& now, const std::string& note, std::string_view why) {
  const std::string file = FileOf(folder, Cat(now.origin, "-fork-", before.size, "-", now.size));
  NWD_RETURN_IF_ERROR(files::WriteWhole(file, Cat(old_note, "\n", note)));
  return absl::DataLossError(Cat(why, "; both checkpoints, each signed by the log, are in ", file));
}

// What is remembered of other epochs of this log: the file of the newest one.
struct OtherEpoch {
  std::string file;
  uint64_t epoch = 0;
};
absl::StatusOr<OtherEpoch> NewestOtherEpoch(const std::string& folder, const Checkpoint& now) {
  OtherEpoch newest;
  const std::optional<LogName> named = LogNameOf(now.origin);
  if (!named.has_value()) return newest;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    if (entry.path().extension() != kExtension) continue;
    NWD_ASSIGN_OR_RETURN(const std::optional<std::string> note, ReadIfThere(entry.path().string()));
    const std::string text = note.value_or("");
    const std::string origin = text.substr(0, text.find('\n'));
    const std::optional<LogName> of = LogNameOf(origin);
    if (!of.has_value() || of->log != named->log || of->epoch == named->epoch || of->epoch <= newest.epoch) continue;
    if (entry.path().filename() != std::filesystem::path(FileOf(folder, origin)).filename())
      continue;  // proof of a fork
    newest = {entry.path().string(), of->epoch};
  }
  if (failed) return absl::UnavailableError(Cat("cannot read ", folder, ": ", failed.message()));
  return newest;
}

// That the log's first entry cites what is remembered of the epoch before, or a later checkpoint of that.
absl::StatusOr<Checkpoint> CheckCitation(LogSource& source, std::span<const Verifier> verifiers, const Checkpoint& now,
                                         const std::string& remembered) {
  const auto alarm = [&](std::string_view why) {
    return absl::DataLossError(
        Cat("the log began anew as ", now.origin, ", and ", why, "; what it was before is in ", remembered));
  };
  NWD_ASSIGN_OR_RETURN(const std::optional<std::string> old_note, ReadIfThere(remembered));
  NWD_ASSIGN_OR_RETURN(const Checkpoint before, OpenOfAnyEpoch(old_note.value_or(""), verifiers));
  if (now.size == 0) return absl::UnavailableError("the log began anew and has no entry yet");
  const absl::StatusOr<std::string> note = source.Get("cited");
  if (absl::IsNotFound(note.status())) return alarm("cites no checkpoint from before");
  NWD_RETURN_IF_ERROR(note.status());
  const int width = WidthIn(now.size, 0, 0);
  EpochPages pages(source, now.origin);
  NWD_ASSIGN_OR_RETURN(const std::string bundle, GetBundle(pages, {0, width}));
  NWD_ASSIGN_OR_RETURN(const std::vector<std::string_view> entries, FirstEntriesIn(bundle, width));
  const std::optional<Entry> first = DecodeEntry(entries.front());
  if (!first.has_value() || first->type != kEpochBegan || first->commitment != CitationOf(*note)) {
    return alarm("its first entry does not cite the checkpoint that it shows");
  }
  TileReader tiles(pages, now.size);
  NWD_ASSIGN_OR_RETURN(const std::vector<Hash> path,
                       InclusionProof(0, now.size, [&](const Subtree& of) { return tiles.HashOf(of); }));
  if (!CheckInclusion(LeafHash(entries.front()), 0, now.size, path, now.root).ok()) {
    return alarm("its first entry is not the one that was signed");
  }
  NWD_ASSIGN_OR_RETURN(const Checkpoint cited, OpenOfAnyEpoch(*note, verifiers));
  if (cited.origin != before.origin || cited.size < before.size || (cited.size == before.size && cited != before)) {
    return alarm(Cat("cites ", cited.size, " entries of ", cited.origin, ", where it had ", before.size));
  }
  return cited;
}

}  // namespace

absl::StatusOr<Seen> Look(LogSource& source, std::span<const Verifier> verifiers, const std::string& folder) {
  NWD_ASSIGN_OR_RETURN(const std::string note, source.Get("checkpoint"));
  NWD_ASSIGN_OR_RETURN(const Checkpoint now, OpenOfAnyEpoch(note, verifiers));
  NWD_ASSIGN_OR_RETURN(const OtherEpoch other, NewestOtherEpoch(folder, now));
  const std::optional<LogName> named = LogNameOf(now.origin);
  if (named.has_value() && other.epoch > named->epoch) {
    return absl::DataLossError(Cat("the log goes on as ", now.origin,
                                   ", though it was restored since under a later epoch, which is remembered in ",
                                   other.file, ": two services write it"));
  }
  const std::string file = FileOf(folder, now.origin);
  NWD_ASSIGN_OR_RETURN(const std::optional<std::string> old_note, ReadIfThere(file));
  if (!old_note.has_value()) {
    Seen first{now, std::nullopt, std::nullopt};
    if (!other.file.empty()) {
      NWD_ASSIGN_OR_RETURN(first.cited, CheckCitation(source, verifiers, now, other.file));
    }
    NWD_RETURN_IF_ERROR(files::WriteWhole(file, note));
    return first;
  }
  NWD_ASSIGN_OR_RETURN(const Checkpoint before, OpenOfAnyEpoch(*old_note, verifiers));
  const auto forked = [&](std::string_view why) { return Forked(folder, before, *old_note, now, note, why); };
  if (now.size < before.size) {
    return forked(Cat("the log had ", before.size, " entries and shows ", now.size, " now, or an old checkpoint"));
  }
  if (before.size > 0) {
    EpochPages pages(source, now.origin);
    TileReader tiles(pages, now.size);
    NWD_ASSIGN_OR_RETURN(const std::vector<Hash> proof,
                         ConsistencyProof(before.size, now.size, [&](const Subtree& of) { return tiles.HashOf(of); }));
    if (!CheckConsistency(before.size, before.root, now.size, now.root, proof).ok()) {
      return forked(Cat("the log's first ", before.size, " entries are not those they were"));
    }
  }
  if (now != before) NWD_RETURN_IF_ERROR(files::WriteWhole(file, note));
  return Seen{now, before.size, std::nullopt};
}

}  // namespace nwd::audit
