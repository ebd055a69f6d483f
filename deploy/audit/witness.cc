#include "deploy/audit/witness.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

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

}  // namespace

absl::StatusOr<Seen> Look(LogSource& source, std::span<const Verifier> verifiers, const std::string& folder) {
  NWD_ASSIGN_OR_RETURN(const std::string note, source.Get("checkpoint"));
  NWD_ASSIGN_OR_RETURN(const Checkpoint now, OpenCheckpoint(note, verifiers));
  const std::string file = FileOf(folder, now.origin);
  NWD_ASSIGN_OR_RETURN(const std::optional<std::string> old_note, ReadIfThere(file));
  if (!old_note.has_value()) {
    NWD_RETURN_IF_ERROR(WriteWhole(file, note));
    return Seen{now, std::nullopt};
  }
  NWD_ASSIGN_OR_RETURN(const Checkpoint before, OpenCheckpoint(*old_note, verifiers));
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
  return Seen{now, before.size};
}

}  // namespace nwd::audit
