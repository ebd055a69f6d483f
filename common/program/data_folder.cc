#include "common/program/data_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/escaping.h"
#include "common/base/macros.h"
#include "common/base/strings.h"

namespace nwd::program {
namespace {

constexpr char kMark[] = "mark";
constexpr char kKeyCheckPurpose[] = "data folder mark";  // written on disk: never changes
constexpr std::streamsize kMarkBytesMax = 4096;          // far above the hundred a mark takes

absl::Status CannotUse(const std::string& folder, const std::string& why) {
  return absl::FailedPreconditionError(
      Cat("cannot use the data folder ", folder, ": ", why, "; give --data a folder this user may write to"));
}

std::string ServiceLine(const std::string& service) { return Cat("service ", service, "\n"); }

std::string KeyLine(const crypto::HubKey& hub_key) {
  return Cat("hub-key-check ", absl::BytesToHexString(hub_key.Derive(kKeyCheckPurpose)), "\n");
}

// Durable before it is answered, and never half there.
absl::Status Write(const std::string& folder, const std::string& text) {
  const std::string beside = Cat(folder, "/", kMark, ".new");
  const int file = open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) return CannotUse(folder, strerror(errno));
  const bool written = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(file) == 0;
  const int write_error = errno;
  close(file);
  if (!written) return CannotUse(folder, strerror(write_error));
  if (rename(beside.c_str(), Cat(folder, "/", kMark).c_str()) != 0) return CannotUse(folder, strerror(errno));
  const int directory = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = directory >= 0 && fsync(directory) == 0;
  const int sync_error = errno;
  if (directory >= 0) close(directory);
  return synced ? absl::OkStatus() : CannotUse(folder, strerror(sync_error));
}

absl::Status Check(const std::string& folder, const std::string& mark, const std::string& service,
                   const crypto::HubKey& hub_key) {
  if (mark.substr(0, ServiceLine(service).size()) != ServiceLine(service)) {
    return absl::FailedPreconditionError(Cat("the data folder ", folder, " is not the ", service,
                                             " service's (its mark says: ", mark.substr(0, mark.find('\n')),
                                             "); give --data this service's own folder"));
  }
  if (mark != ServiceLine(service) + KeyLine(hub_key)) {
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
  std::ifstream file(path, std::ios::binary);
  std::string mark(kMarkBytesMax, '\0');
  file.read(mark.data(), kMarkBytesMax);
  if (file.bad() || !file.is_open()) return CannotUse(folder, "its mark cannot be read");
  mark.resize(static_cast<size_t>(file.gcount()));
  return Check(folder, mark, service, hub_key);
}

}  // namespace nwd::program
