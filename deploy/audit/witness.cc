#include "deploy/audit/witness.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/numbers.h"
#include "common/audit/record.h"
#include "common/base/macros.h"
#include "common/base/strings.h"

namespace nwd::audit {
namespace {

// "nwd-hub.example-consent-1.checkpoint"
std::string FileOf(const std::string& folder, std::string origin) {
  std::replace(origin.begin(), origin.end(), '/', '-');
  return Cat(folder, "/", origin, ".checkpoint");
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

// Whole and on disk, or not at all.
absl::Status WriteWhole(const std::string& file, std::string_view content) {
  const std::string fresh = file + ".new";
  const int fd = open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool written =
      fd >= 0 && write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size()) && fsync(fd) == 0;
  if (fd >= 0) close(fd);
  if (!written || rename(fresh.c_str(), file.c_str()) != 0) {
    return absl::UnavailableError(Cat("cannot write ", file, ": ", std::strerror(errno)));
  }
  return absl::OkStatus();
}

absl::Status Forked(const std::string& folder, const Checkpoint& before, const std::string& old_note,
                    const Checkpoint& now, const std::string& note, std::string_view why) {
  const std::string file = FileOf(folder, Cat(now.origin, "-fork-", before.size, "-", now.size));
  NWD_RETURN_IF_ERROR(WriteWhole(file, Cat(old_note, "\n", note)));
  return absl::DataLossError(Cat(why, "; both checkpoints, each signed by the log, are in ", file));
}

// "nwd/hub.example/consent/" and 1.
struct Named {
  std::string_view log;
  uint64_t epoch = 0;
};
std::optional<Named> NameOf(std::string_view origin) {
  const size_t slash = origin.rfind('/');
  Named named;
  if (slash == std::string_view::npos || !absl::SimpleAtoi(AbslView(origin.substr(slash + 1)), &named.epoch)) {
    return std::nullopt;
  }
  named.log = origin.substr(0, slash + 1);
  return named;
}

// The verifiers, also under the name of the epoch that the note is of, where that is later and of the same log.
std::vector<Verifier> AndOfLaterEpoch(std::span<const Verifier> verifiers, std::string_view note) {
  std::vector<Verifier> all;
  const std::string origin(note.substr(0, note.find('\n')));
  const std::optional<Named> now = NameOf(origin);
  for (const Verifier& verifier : verifiers) {
    all.push_back({verifier.name, *crypto::VerifyingKey::FromRaw(verifier.key.raw())});
    const std::optional<Named> before = NameOf(verifier.name);
    if (!now || !before || now->log != before->log || now->epoch <= before->epoch) continue;
    all.push_back({origin, *crypto::VerifyingKey::FromRaw(verifier.key.raw())});
  }
  return all;
}

// The checkpoint in a note of the log whose keys these are, of the epoch that they are named for or a later one.
absl::StatusOr<Checkpoint> Open(const std::string& note, std::span<const Verifier> verifiers) {
  return OpenCheckpoint(note, AndOfLaterEpoch(verifiers, note));
}

// The newest epoch of this log, before this one, of which something is remembered: its file.
std::string RememberedBefore(const std::string& folder, const Checkpoint& now) {
  const std::optional<Named> named = NameOf(now.origin);
  if (!named.has_value()) return "";
  std::string newest;
  uint64_t newest_epoch = 0;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    std::ifstream in(entry.path(), std::ios::binary);
    std::string origin;
    std::getline(in, origin);
    const std::optional<Named> of = NameOf(origin);
    if (!of.has_value() || of->log != named->log || of->epoch >= named->epoch || of->epoch <= newest_epoch) continue;
    if (FileOf(folder, origin) != entry.path().string()) continue;  // proof of a fork
    newest = entry.path().string();
    newest_epoch = of->epoch;
  }
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
  NWD_ASSIGN_OR_RETURN(const Checkpoint before, Open(old_note.value_or(""), verifiers));
  if (now.size == 0) return absl::UnavailableError("the log began anew and has no entry yet");
  const absl::StatusOr<std::string> note = source.Get("cited");
  if (absl::IsNotFound(note.status())) return alarm("cites no checkpoint from before");
  NWD_RETURN_IF_ERROR(note.status());
  const int width = WidthIn(now.size, 0, 0);
  NWD_ASSIGN_OR_RETURN(const std::string bundle, source.Get(BundlePath({0, width})));
  NWD_ASSIGN_OR_RETURN(const std::vector<std::string_view> entries, FirstEntriesIn(bundle, width));
  const std::optional<Entry> first = DecodeEntry(entries.front());
  if (!first.has_value() || first->type != kEpochBegan || first->commitment != CitationOf(*note)) {
    return alarm("its first entry does not cite the checkpoint that it shows");
  }
  TileReader tiles(source, now.size);
  NWD_ASSIGN_OR_RETURN(const std::vector<Hash> path,
                       InclusionProof(0, now.size, [&](const Subtree& of) { return tiles.HashOf(of); }));
  if (!CheckInclusion(LeafHash(entries.front()), 0, now.size, path, now.root).ok()) {
    return alarm("its first entry is not the one that was signed");
  }
  NWD_ASSIGN_OR_RETURN(const Checkpoint cited, Open(*note, verifiers));
  if (cited.origin != before.origin || cited.size < before.size || (cited.size == before.size && cited != before)) {
    return alarm(Cat("cites ", cited.size, " entries of ", cited.origin, ", where it had ", before.size));
  }
  return cited;
}

}  // namespace

absl::StatusOr<Seen> Look(LogSource& source, std::span<const Verifier> verifiers, const std::string& folder) {
  NWD_ASSIGN_OR_RETURN(const std::string note, source.Get("checkpoint"));
  NWD_ASSIGN_OR_RETURN(const Checkpoint now, Open(note, verifiers));
  const std::string file = FileOf(folder, now.origin);
  NWD_ASSIGN_OR_RETURN(const std::optional<std::string> old_note, ReadIfThere(file));
  if (!old_note.has_value()) {
    Seen first{now, std::nullopt, std::nullopt};
    if (const std::string remembered = RememberedBefore(folder, now); !remembered.empty()) {
      NWD_ASSIGN_OR_RETURN(first.cited, CheckCitation(source, verifiers, now, remembered));
    }
    NWD_RETURN_IF_ERROR(WriteWhole(file, note));
    return first;
  }
  NWD_ASSIGN_OR_RETURN(const Checkpoint before, Open(*old_note, verifiers));
  const auto forked = [&](std::string_view why) { return Forked(folder, before, *old_note, now, note, why); };
  if (now.size < before.size) {
    return forked(Cat("the log had ", before.size, " entries and shows ", now.size, " now, or an old checkpoint"));
  }
  if (before.size > 0) {
    TileReader tiles(source, now.size);
    NWD_ASSIGN_OR_RETURN(const std::vector<Hash> proof,
                         ConsistencyProof(before.size, now.size, [&](const Subtree& of) { return tiles.HashOf(of); }));
    if (!CheckConsistency(before.size, before.root, now.size, now.root, proof).ok()) {
      return forked(Cat("the log's first ", before.size, " entries are not those they were"));
    }
  }
  if (now != before) NWD_RETURN_IF_ERROR(WriteWhole(file, note));
  return Seen{now, before.size, std::nullopt};
}

}  // namespace nwd::audit
