#include "common/ledger/ledger.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/files/files.h"
#include "common/store/keys.h"

namespace nwd::ledger {
namespace {

constexpr char kEntryForm = 1, kHeadForm = 1;
constexpr char kEntryFor[] = "nwd ledger entry", kHeadFor[] = "nwd ledger head";

absl::Status NotOurs() {
  return absl::DataLossError("was not sealed by this service of this hub, or was altered since");
}

std::string Line(std::string_view sealed) { return absl::Base64Escape(AbslView(sealed)) + "\n"; }

absl::StatusOr<std::string> Unline(std::string_view line) {
  std::string sealed;
  if (line.size() > kLineBytesMax || !absl::Base64Unescape(AbslView(line), &sealed)) return NotOurs();
  return sealed;
}

absl::Status At(const std::string& file, size_t line, std::string_view why) {
  return absl::DataLossError(Cat("line ", line, " of the ledger ", file, " ", why));
}

absl::StatusOr<std::vector<std::string>> LinesOf(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in.is_open()) return absl::NotFoundError(Cat("there is no ledger ", file, " that this user may read"));
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(std::move(line));
  if (in.bad()) return absl::UnavailableError(Cat("cannot read ", file));
  return lines;
}

}  // namespace

Keys::Keys(const crypto::HubKey& hub_key, std::string_view service) : key_(hub_key.Derive(Cat(service, "/ledger"))) {}

std::string Keys::Seal(const Entry& entry) const {
  const std::string bytes = store::KeyBuilder(kEntryForm)
                                .Number(entry.epoch)
                                .Number(entry.previous)
                                .Number(entry.position)
                                .Bytes(entry.change)
                                .Build();
  return key_.Seal(bytes, kEntryFor);
}

std::string Keys::Seal(const Head& head) const {
  const std::string bytes = store::KeyBuilder(kHeadForm)
                                .Number(head.epoch)
                                .Number(head.begin)
                                .Number(head.last)
                                .Number(head.through)
                                .Number(static_cast<uint64_t>(Micros(head.time)))
                                .Bytes(head.checkpoint)
                                .Build();
  return key_.Seal(bytes, kHeadFor);
}

absl::StatusOr<Entry> Keys::OpenEntry(std::string_view sealed) const {
  const absl::StatusOr<std::string> bytes = key_.Open(sealed, kEntryFor);
  if (!bytes.ok()) return NotOurs();
  store::KeyReader parts(*bytes);
  Entry entry;
  uint64_t epoch = 0;
  if (bytes->empty() || bytes->front() != kEntryForm || !parts.Number(&epoch) || !parts.Number(&entry.previous) ||
      !parts.Number(&entry.position)) {
    return NotOurs();
  }
  entry.epoch = static_cast<uint32_t>(epoch);
  entry.change = std::string(parts.Rest());
  return entry;
}

absl::StatusOr<Head> Keys::OpenHead(std::string_view sealed) const {
  const absl::StatusOr<std::string> bytes = key_.Open(sealed, kHeadFor);
  if (!bytes.ok()) return NotOurs();
  store::KeyReader parts(*bytes);
  Head head;
  uint64_t epoch = 0, time_us = 0;
  if (bytes->empty() || bytes->front() != kHeadForm || !parts.Number(&epoch) || !parts.Number(&head.begin) ||
      !parts.Number(&head.last) || !parts.Number(&head.through) || !parts.Number(&time_us)) {
    return NotOurs();
  }
  head.epoch = static_cast<uint32_t>(epoch);
  head.time = FromMicros(static_cast<int64_t>(time_us));
  head.checkpoint = std::string(parts.Rest());
  return head;
}

std::string HeadFile(const std::string& file) { return file + ".head"; }

absl::StatusOr<Ledger> Read(const std::string& file, const Keys& keys) {
  NWD_ASSIGN_OR_RETURN(const std::vector<std::string> head_lines, LinesOf(HeadFile(file)));
  NWD_ASSIGN_OR_RETURN(const std::vector<std::string> lines, LinesOf(file));
  const std::string none;
  const absl::StatusOr<std::string> sealed_head = Unline(head_lines.empty() ? none : head_lines.front());
  absl::StatusOr<Head> head = sealed_head.ok() ? keys.OpenHead(*sealed_head) : sealed_head.status();
  if (!head.ok()) return At(HeadFile(file), 1, StdView(head.status().message()));

  Ledger ledger{*std::move(head), {}};
  store::Position previous = ledger.head.begin;
  for (size_t i = 0; i < lines.size(); ++i) {
    const absl::StatusOr<std::string> sealed = Unline(lines[i]);
    absl::StatusOr<Entry> entry = sealed.ok() ? keys.OpenEntry(*sealed) : sealed.status();
    // What a write that was cut off left at the end, after all that the head knows of, is in nobody's answer.
    if (!entry.ok() && i + 1 == lines.size() && previous >= ledger.head.last) break;
    if (!entry.ok()) return At(file, i + 1, StdView(entry.status().message()));
    if (entry->epoch != ledger.head.epoch) return At(file, i + 1, "is of another epoch of the service's data");
    if (entry->position <= previous && entry->previous < previous) continue;  // added again after a crash
    if (entry->previous != previous || entry->position <= previous) {
      return At(file, i + 1, "does not follow the line before it: an entry was taken out, put in or moved");
    }
    previous = entry->position;
    ledger.entries.push_back(*std::move(entry));
  }
  if (previous < ledger.head.last) {
    return absl::DataLossError(Cat("the ledger ", file, " is cut short: it has ", ledger.entries.size(),
                                   " entries, and its head knows of later ones"));
  }
  return ledger;
}

File::~File() {
  if (lock_ >= 0) close(lock_);
}

absl::Status File::Lock() {
  const std::string path = path_ + ".lock";
  lock_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (lock_ < 0) return absl::FailedPreconditionError(Cat("cannot write ", path, ": ", std::strerror(errno)));
  if (flock(lock_, LOCK_EX | LOCK_NB) == 0) return absl::OkStatus();
  const std::string why = errno == EWOULDBLOCK ? "is being followed already, by another nwd"
                                               : Cat("cannot be locked: ", std::strerror(errno));
  return absl::FailedPreconditionError(Cat("the ledger ", path_, " ", why));
}

absl::StatusOr<std::string> File::Cursor() const {
  const absl::StatusOr<std::vector<std::string>> lines = LinesOf(HeadFile(path_));
  std::error_code failed;
  if (absl::IsNotFound(lines.status()) && !std::filesystem::exists(HeadFile(path_), failed) && !failed) {
    if (!std::filesystem::exists(path_, failed) && !failed) return std::string();
    return absl::FailedPreconditionError(
        Cat("the ledger ", path_, " has lost its head ", HeadFile(path_), "; take a backup, and begin a new ledger"));
  }
  NWD_RETURN_IF_ERROR(lines.status());
  uint64_t bytes = 0;
  if (lines->size() != 3 || !absl::SimpleAtoi((*lines)[2], &bytes)) {
    return absl::FailedPreconditionError(Cat(HeadFile(path_), " is no head of a ledger; name another file"));
  }
  const uintmax_t there = std::filesystem::file_size(path_, failed);
  if (!failed && there >= bytes) return (*lines)[1];
  return absl::FailedPreconditionError(
      Cat("the ledger ", path_, " is gone or was cut short since; take a backup, and begin a new ledger"));
}

absl::Status File::Add(const std::vector<std::string>& sealed_entries, std::string_view sealed_head,
                       std::string_view cursor) const {
  std::string lines;
  for (const std::string& sealed : sealed_entries) lines += Line(sealed);
  NWD_RETURN_IF_ERROR(files::AppendLines(path_, lines));
  std::error_code failed;
  const uintmax_t bytes = std::filesystem::file_size(path_, failed);
  if (failed) return absl::UnavailableError(Cat("cannot read ", path_, ": ", failed.message()));
  return files::WriteWhole(HeadFile(path_), Cat(Line(sealed_head), cursor, "\n", bytes, "\n"));
}

}  // namespace nwd::ledger
