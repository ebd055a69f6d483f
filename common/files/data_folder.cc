#include "common/files/data_folder.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/strings/escaping.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/files/files.h"

namespace nwd::files {
namespace {

constexpr char kMark[] = "mark";
constexpr char kStoreWord[] = "store ";                  // and a store's name: one line each
constexpr char kAwaitsWord[] = "awaits ";                // and a file's name
constexpr char kKeyCheckPurpose[] = "data folder mark";  // written on disk: never changes
constexpr size_t kMarkBytesMax = 4096;                   // far above the hundred and some that a mark takes

absl::Status CannotUse(const std::string& folder, const std::string& why) {
  return absl::FailedPreconditionError(
      Cat("cannot use the data folder ", folder, ": ", why, "; give --data a folder this user may write to"));
}

std::string ServiceLine(const std::string& service) { return Cat("service ", service, "\n"); }

std::string KeyLine(const crypto::HubKey& hub_key) {
  return Cat("hub-key-check ", absl::BytesToHexString(hub_key.Derive(kKeyCheckPurpose)), "\n");
}

absl::Status Write(const std::string& folder, const std::string& text) {
  const absl::Status written = WriteWhole(Cat(folder, "/", kMark), text);
  return written.ok() ? absl::OkStatus() : CannotUse(folder, std::string(written.message()));
}

absl::StatusOr<std::string> Read(const std::string& folder) {
  absl::StatusOr<std::string> mark = ReadWhole(Cat(folder, "/", kMark), kMarkBytesMax);
  if (mark.ok()) return mark;
  return CannotUse(folder, Cat("its mark cannot be read: ", StdView(mark.status().message())));
}

std::vector<std::string> NamedIn(const std::string& mark, const char* word) {
  std::vector<std::string> named;
  for (absl::string_view line : absl::StrSplit(mark, '\n')) {
    if (absl::ConsumePrefix(&line, word)) named.emplace_back(line);
  }
  return named;
}

// A folder that is there and empty is a lost store too.
absl::Status CheckStores(const std::string& folder, const std::string& mark) {
  for (const std::string& store : NamedIn(mark, kStoreWord)) {
    std::error_code error;
    const std::filesystem::path path = std::filesystem::path(folder) / store;
    if (std::filesystem::is_directory(path, error) && !std::filesystem::is_empty(path, error)) continue;
    if (error && error != std::errc::no_such_file_or_directory) return CannotUse(folder, error.message());
    return absl::FailedPreconditionError(Cat("the data folder ", folder, " has lost its store ", store,
                                             ", which its mark says was made: restore ", store, " from its backup"));
  }
  return absl::OkStatus();
}

absl::Status CheckAwaited(const std::string& folder, const std::string& mark) {
  for (const std::string& file : NamedIn(mark, kAwaitsWord)) {
    std::error_code error;
    if (std::filesystem::exists(Cat(folder, "/", file), error)) continue;
    return absl::FailedPreconditionError(Cat("the data folder ", folder, " came back from a backup, and has lost ",
                                             file,
                                             ", which says what is still to be done to it: restore the backup again, "
                                             "into a new folder"));
  }
  return absl::OkStatus();
}

absl::Status Check(const std::string& folder, const std::string& mark, const std::string& service,
                   const crypto::HubKey& hub_key) {
  if (mark.substr(0, ServiceLine(service).size()) != ServiceLine(service)) {
    return absl::FailedPreconditionError(Cat("the data folder ", folder, " is not the ", service,
                                             " service's (its mark says: ", mark.substr(0, mark.find('\n')),
                                             "); give --data this service's own folder"));
  }
  if (!mark.starts_with(ServiceLine(service) + KeyLine(hub_key))) {
    return absl::FailedPreconditionError(Cat("the data in ", folder,
                                             " was written under another hub key; give --hub-key",
                                             " the file that was used before, restored from its backup if it is lost"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status OpenDataFolder(const std::string& folder, const std::string& service, const crypto::HubKey& hub_key) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  if (error) return CannotUse(folder, error.message());

  const std::string path = Cat(folder, "/", kMark);
  if (!std::filesystem::exists(path, error)) {
    if (error) return CannotUse(folder, error.message());
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
      if (entry.path().filename() == Cat(kMark, ".new")) continue;  // of a first start that was cut off
      return absl::FailedPreconditionError(Cat("the data folder ", folder, " holds ", entry.path().filename().string(),
                                               " but no file named ", kMark,
                                               "; restore that from the same backup, or give --data an empty folder"));
    }
    if (error) return CannotUse(folder, error.message());
    return Write(folder, ServiceLine(service) + KeyLine(hub_key));
  }
  NWD_ASSIGN_OR_RETURN(const std::string mark, Read(folder));
  NWD_RETURN_IF_ERROR(Check(folder, mark, service, hub_key));
  NWD_RETURN_IF_ERROR(CheckAwaited(folder, mark));
  return CheckStores(folder, mark);
}

std::string Awaiting(std::string mark, const std::string& awaited) {
  return Cat(std::move(mark), kAwaitsWord, awaited, "\n");
}

absl::Status StopAwaiting(const std::string& folder, const std::string& awaited) {
  NWD_ASSIGN_OR_RETURN(std::string mark, Read(folder));
  const std::string line = Cat(kAwaitsWord, awaited, "\n");
  const size_t at = mark.find(line);
  if (at == std::string::npos) return absl::OkStatus();
  mark.erase(at, line.size());
  return Write(folder, mark);
}

absl::Status MarkStores(const std::string& folder, const std::vector<std::string>& stores) {
  NWD_ASSIGN_OR_RETURN(const std::string mark, Read(folder));
  const std::vector<std::string> known = NamedIn(mark, kStoreWord);
  std::string more = mark;
  for (const std::string& store : stores) {
    if (std::find(known.begin(), known.end(), store) == known.end()) more += Cat(kStoreWord, store, "\n");
  }
  return more == mark ? absl::OkStatus() : Write(folder, more);
}

}  // namespace nwd::files
