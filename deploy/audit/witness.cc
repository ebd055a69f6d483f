#include "deploy/audit/witness.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/time/clock.h"
#include "common/audit/record.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/crypto/sha256.h"
#include "common/files/files.h"
#include "deploy/audit/epochs.h"

namespace nwd::audit {
namespace {

constexpr char kExtension[] = ".checkpoint", kDailyExtension[] = ".daily", kSourceExtension[] = ".source";

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
  if (failed || !in) return absl::FailedPreconditionError(Cat("cannot read ", file));
  return content;
}

// Writes a file of the folder. FAILED_PRECONDITION: what the log shows is not at fault.
absl::Status Remember(const std::string& file, std::string_view content) {
  const absl::Status written = files::WriteWhole(file, content);
  return written.ok() ? written : absl::FailedPreconditionError(written.message());
}

// The first checkpoint of each day is kept, too: what a backup holds of a log is older than what was seen last.
absl::Status KeepDaily(const std::string& folder, const std::string& origin, const std::string& note) {
  const std::string day = absl::FormatTime("-%Y-%m-%d", absl::Now(), absl::UTCTimeZone());
  const std::string file = Cat(FileOf(folder, origin), day, kDailyExtension);
  NWD_ASSIGN_OR_RETURN(const std::optional<std::string> there, ReadIfThere(file));
  return there.has_value() ? absl::OkStatus() : Remember(file, note);
}

absl::Status Forked(const std::string& folder, const Checkpoint& before, const std::string& old_note,
                    const Checkpoint& now, const std::string& note, std::string_view why) {
  const std::string file = FileOf(folder, Cat(now.origin, "-fork-", before.size, "-", now.size));
  NWD_RETURN_IF_ERROR(Remember(file, Cat(old_note, "\n", note)));
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
  if (failed) return absl::FailedPreconditionError(Cat("cannot read ", folder, ": ", failed.message()));
  return newest;
}

// What is remembered of a log, opened.
struct Memory {
  std::string file, note;
  Checkpoint checkpoint;
};
// Nothing where nothing is remembered in this file; an error of OpenCheckpoint's where none of these keys signed it.
absl::StatusOr<std::optional<Memory>> Remembered(const std::string& file, std::span<const Verifier> verifiers) {
  NWD_ASSIGN_OR_RETURN(std::optional<std::string> note, ReadIfThere(file));
  if (!note.has_value()) return std::nullopt;
  NWD_ASSIGN_OR_RETURN(Checkpoint opened, OpenOfAnyEpoch(*note, verifiers));
  return Memory{file, *std::move(note), std::move(opened)};
}
// What the log is held to, and cannot be passed over.
absl::StatusOr<std::optional<Memory>> RememberedLast(const std::string& file, std::span<const Verifier> verifiers) {
  absl::StatusOr<std::optional<Memory>> memory = Remembered(file, verifiers);
  if (memory.ok() || absl::IsFailedPrecondition(memory.status())) return memory;
  return absl::FailedPreconditionError(Cat("what is remembered in ", file, " ", StdView(memory.status().message()),
                                           "; where the log's keys were rotated since, add the line of the key that "
                                           "signed it"));
}

// The latest that is remembered of this epoch with so many entries at most; nothing where there is none.
absl::StatusOr<std::optional<Memory>> LatestWithin(uint64_t size, const std::string& folder, const Memory& newest,
                                                   std::span<const Verifier> verifiers) {
  if (newest.checkpoint.size <= size) return newest;
  std::optional<Memory> latest;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    const bool of_this_epoch = entry.path().filename().string().starts_with(
        std::filesystem::path(FileOf(folder, newest.checkpoint.origin)).filename().string());
    if (entry.path().extension() != kDailyExtension || !of_this_epoch) continue;
    absl::StatusOr<std::optional<Memory>> daily = Remembered(entry.path().string(), verifiers);
    if (absl::IsFailedPrecondition(daily.status())) return daily.status();
    // Passed over where its key is not among the given ones any more: keys are rotated.
    if (!daily.ok() || !daily->has_value()) continue;
    const Checkpoint& then = (*daily)->checkpoint;
    if (then.origin != newest.checkpoint.origin || then.size > size) continue;
    if (!latest.has_value() || then.size > latest->checkpoint.size) latest = *std::move(daily);
  }
  if (failed) return absl::FailedPreconditionError(Cat("cannot read ", folder, ": ", failed.message()));
  return latest;
}

// Whether a log of which `now` is a checkpoint goes on from what was remembered. Its tiles are `pages`.
absl::StatusOr<bool> GoesOn(LogSource& pages, const Checkpoint& before, const Checkpoint& now) {
  if (before.size == 0) return true;
  TileReader tiles(pages, now.size);
  NWD_ASSIGN_OR_RETURN(const std::vector<Hash> proof,
                       ConsistencyProof(before.size, now.size, [&](const Subtree& of) { return tiles.HashOf(of); }));
  return CheckConsistency(before.size, before.root, now.size, now.root, proof).ok();
}

std::string NotAsItWas(uint64_t size) { return Cat("the log's first ", size, " entries are not those they were"); }

// A log that began anew, and what was remembered of it before.
class Restored {
 public:
  Restored(LogSource& source, std::span<const Verifier> verifiers, const std::string& folder, const Checkpoint& now,
           const Memory& before)
      : source_(source), verifiers_(verifiers), folder_(folder), now_(now), before_(before) {}

  absl::StatusOr<Seen> Follow() const {
    NWD_ASSIGN_OR_RETURN(const Checkpoint cited, Cited());
    NWD_ASSIGN_OR_RETURN(const uint64_t compared, Compared());
    return Seen{now_, std::nullopt, cited, before_.checkpoint.size - compared};
  }

 private:
  absl::Status Alarm(std::string_view why) const {
    return absl::DataLossError(
        Cat("the log began anew as ", now_.origin, ", and ", why, "; what it was before is in ", before_.file));
  }
  absl::StatusOr<Checkpoint> Cited() const;
  absl::StatusOr<uint64_t> Compared() const;

  LogSource& source_;
  const std::span<const Verifier> verifiers_;
  const std::string& folder_;
  const Checkpoint& now_;
  const Memory& before_;
};

// That the log's first entry cites what is remembered of the epoch before, or a later checkpoint of that.
absl::StatusOr<Checkpoint> Restored::Cited() const {
  const Checkpoint& before = before_.checkpoint;
  if (now_.size == 0) return absl::UnavailableError("the log began anew and has no entry yet");
  const int width = WidthIn(now_.size, 0, 0);
  EpochPages pages(source_, now_.origin);
  NWD_ASSIGN_OR_RETURN(const std::string bundle, GetBundle(pages, {0, width}));
  NWD_ASSIGN_OR_RETURN(const std::vector<std::string_view> entries, FirstEntriesIn(bundle, width));
  const absl::StatusOr<std::string> note = CitedBy(source_, entries.front());
  if (absl::IsDataLoss(note.status())) return Alarm(StdView(note.status().message()));
  NWD_RETURN_IF_ERROR(note.status());
  if (note->empty()) return Alarm("cites no checkpoint from before");
  TileReader tiles(pages, now_.size);
  NWD_ASSIGN_OR_RETURN(const std::vector<Hash> path,
                       InclusionProof(0, now_.size, [&](const Subtree& of) { return tiles.HashOf(of); }));
  if (!CheckInclusion(LeafHash(entries.front()), 0, now_.size, path, now_.root).ok()) {
    return Alarm("its first entry is not the one that was signed");
  }
  const absl::StatusOr<Checkpoint> cited = OpenOfAnyEpoch(*note, verifiers_);
  if (!cited.ok()) return Alarm(Cat("what it cites ", StdView(cited.status().message())));
  if (cited->origin != before.origin || cited->size < before.size || (cited->size == before.size && *cited != before)) {
    return Alarm(Cat("cites ", cited->size, " entries of ", cited->origin, ", where it had ", before.size));
  }
  return cited;
}

// How many of the entries that are remembered the log still shows to be those they were: as far as the backup goes, and the
// latest checkpoint within that which is remembered.
absl::StatusOr<uint64_t> Restored::Compared() const {
  const Checkpoint& before = before_.checkpoint;
  const std::optional<LogName> named = LogNameOf(before.origin);
  if (!named.has_value()) return 0;
  std::string note;
  const absl::StatusOr<Checkpoint> kept = ShownCheckpoint(source_, Cat(named->epoch, "/checkpoint"), verifiers_, &note);
  if (absl::IsNotFound(kept.status())) return 0;
  if (absl::IsDataLoss(kept.status())) return Alarm(StdView(kept.status().message()));
  NWD_RETURN_IF_ERROR(kept.status());
  if (kept->origin != before.origin) return Alarm(Cat("shows ", kept->origin, " in the place of ", before.origin));
  NWD_ASSIGN_OR_RETURN(const std::optional<Memory> seen, LatestWithin(kept->size, folder_, before_, verifiers_));
  if (!seen.has_value()) return 0;
  EpochPages pages(source_, before.origin);
  NWD_ASSIGN_OR_RETURN(const bool goes_on, GoesOn(pages, seen->checkpoint, *kept));
  if (goes_on) return seen->checkpoint.size;
  return Forked(folder_, seen->checkpoint, seen->note, *kept, note, NotAsItWas(seen->checkpoint.size));
}

// An address without what tells it from itself: who asks, and a slash at its end. A folder, whichever way it is named.
std::string Plain(std::string from) {
  const size_t scheme = from.find("://");
  if (scheme == std::string::npos) {
    std::error_code failed;
    const std::filesystem::path whole = std::filesystem::weakly_canonical(from, failed);
    return failed ? from : whole.string();
  }
  const size_t host = scheme + 3, path = from.find('/', host);
  const size_t user = from.substr(0, path).rfind('@');
  if (user != std::string::npos) from.erase(host, user + 1 - host);
  while (from.ends_with('/')) from.pop_back();
  return from;
}

// Of one address one log: another that answers there, whosever it is, is not the one that is watched.
absl::Status CheckSource(const std::string& folder, const std::string& from, const Checkpoint& now) {
  const std::optional<LogName> named = LogNameOf(now.origin);
  const std::string log(named.has_value() ? named->log : now.origin), address = Plain(from);
  const std::string file =
      Cat(folder, "/", absl::BytesToHexString(AbslView(crypto::View(crypto::Sha256(address)))), kSourceExtension);
  const std::string content = Cat(log, "\n", address, "\n");
  NWD_ASSIGN_OR_RETURN(const std::optional<std::string> before, ReadIfThere(file));
  if (!before.has_value()) return Remember(file, content);
  if (*before == content) return absl::OkStatus();
  return absl::DataLossError(Cat(address, " shows the log ", log, ", where it showed ",
                                 before->substr(0, before->find('\n')), "; where that is meant, take ", file, " away"));
}

}  // namespace

absl::StatusOr<Seen> Look(LogSource& source, const std::string& from, std::span<const Verifier> verifiers,
                          const std::string& folder) {
  std::string note;
  NWD_ASSIGN_OR_RETURN(const Checkpoint now, ShownCheckpoint(source, "checkpoint", verifiers, &note));
  NWD_RETURN_IF_ERROR(CheckSource(folder, from, now));
  NWD_ASSIGN_OR_RETURN(const OtherEpoch other, NewestOtherEpoch(folder, now));
  const std::optional<LogName> named = LogNameOf(now.origin);
  if (named.has_value() && other.epoch > named->epoch) {
    return absl::DataLossError(Cat("the log goes on as ", now.origin,
                                   ", though it was restored since under a later epoch, which is remembered in ",
                                   other.file, ": two services write it"));
  }
  const std::string file = FileOf(folder, now.origin);
  NWD_ASSIGN_OR_RETURN(const std::optional<Memory> memory, RememberedLast(file, verifiers));
  Seen seen{.now = now};
  if (!memory.has_value() && !other.file.empty()) {
    NWD_ASSIGN_OR_RETURN(const std::optional<Memory> of_other, RememberedLast(other.file, verifiers));
    if (!of_other.has_value()) return absl::FailedPreconditionError(Cat(other.file, " went while it was looked at"));
    NWD_ASSIGN_OR_RETURN(seen, Restored(source, verifiers, folder, now, *of_other).Follow());
  }
  if (memory.has_value()) {
    const Checkpoint& before = memory->checkpoint;
    const auto forked = [&](std::string_view why) { return Forked(folder, before, memory->note, now, note, why); };
    if (now.size < before.size) {
      return forked(Cat("the log had ", before.size, " entries and shows ", now.size, " now, or an old checkpoint"));
    }
    EpochPages pages(source, now.origin);
    NWD_ASSIGN_OR_RETURN(const bool goes_on, GoesOn(pages, before, now));
    if (!goes_on) return forked(NotAsItWas(before.size));
    seen.before = before.size;
    if (memory->note == note) return seen;  // signatures are kept too: of the keys that sign now
  }
  NWD_RETURN_IF_ERROR(KeepDaily(folder, now.origin, note));
  NWD_RETURN_IF_ERROR(Remember(file, note));
  return seen;
}

}  // namespace nwd::audit
