#include "common/crypto/key_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/macros.h"
#include "common/crypto/hkdf.h"
#include "common/crypto/random.h"

namespace nwd::crypto {
namespace {

constexpr char kDerivationPrefix[] = "nwd/v1/";  // part of every derived key: never changes
constexpr size_t kMaxFileBytes = 4096;           // far above the 45 that a key takes
constexpr mode_t kOthersMayRead = S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH;
constexpr char kHowToMake[] =
    "for a new hub make one with `nwd key create`; a hub with data needs the one it was written under";

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

absl::Status CannotCreate(const std::string& path, int error) {
  return absl::PermissionDeniedError(
      absl::StrCat("cannot create the hub's key file ", path, ": ", strerror(error),
                   "; let this user write to its folder, or put a key there: ", kHowToMake));
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

// Writes a new key beside `path` and links it into place: `path` never holds half a key, and a key that another process
// put there first stays.
absl::Status Create(const std::string& path) {
  std::string beside = absl::StrCat(path, ".XXXXXX");
  const Descriptor file(mkostemp(beside.data(), O_CLOEXEC));  // mode 0600
  if (file.get() < 0) return CannotCreate(path, errno);

  std::string root = RandomBytes(kKeySizeBytes);
  std::string text = absl::StrCat(absl::Base64Escape(root), "\n");
  int error = 0;
  if (!WriteAll(file.get(), text) || fsync(file.get()) != 0) error = errno;
  Wipe(root.data(), root.size());
  Wipe(text.data(), text.size());
  if (error == 0 && link(beside.c_str(), path.c_str()) != 0 && errno != EEXIST) error = errno;
  unlink(beside.c_str());
  if (error != 0) return CannotCreate(path, error);

  const size_t slash = path.rfind('/');
  const std::string folder_path = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const Descriptor folder(open(folder_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0 || fsync(folder.get()) != 0) return CannotCreate(path, errno);
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadPrivate(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) {
    if (errno == ENOENT) {
      return absl::NotFoundError(absl::StrCat("the hub's key file ", path, " does not exist; ", kHowToMake,
                                              ", readable by this user only (chmod 600)"));
    }
    return absl::PermissionDeniedError(
        absl::StrCat("cannot open the hub's key file ", path, ": ", strerror(errno), "; let this user read it"));
  }
  struct stat info {};
  if (fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return absl::FailedPreconditionError(
        absl::StrCat("the hub's key file ", path, " is not a regular file; name the file that holds the key"));
  }
  if ((info.st_mode & kOthersMayRead) != 0) {
    return absl::PermissionDeniedError(
        absl::StrCat("others may read or write the hub's key file ", path, "; close it with: chmod 600 ", path));
  }
  std::string text(kMaxFileBytes, '\0');
  ssize_t size_bytes = 0;
  do {
    size_bytes = read(file.get(), text.data(), text.size());
  } while (size_bytes < 0 && errno == EINTR);
  if (size_bytes < 0) {
    return absl::PermissionDeniedError(absl::StrCat("cannot read the hub's key file ", path, ": ", strerror(errno)));
  }
  text.resize(static_cast<size_t>(size_bytes));
  return text;
}

}  // namespace

absl::StatusOr<HubKey> HubKey::FromFile(const std::string& path, IfMissing if_missing) {
  absl::StatusOr<std::string> text = ReadPrivate(path);
  if (if_missing == IfMissing::kCreate && absl::IsNotFound(text.status())) {
    NWD_RETURN_IF_ERROR(Create(path));
    text = ReadPrivate(path);
  }
  if (!text.ok()) return text.status();
  absl::StatusOr<HubKey> key = FromText(absl::StrCat("the hub's key file ", path), *text);
  Wipe(text->data(), text->size());
  return key;
}

absl::StatusOr<HubKey> HubKey::FromEnvironment(std::string_view variable, std::string_view text) {
  return FromText(absl::StrCat("the environment variable ", std::string(variable)), text);
}

absl::StatusOr<HubKey> HubKey::FromText(const std::string& place, std::string_view text) {
  const absl::string_view stripped = absl::StripAsciiWhitespace(absl::string_view(text.data(), text.size()));
  std::string root;
  // Encoding again shows anything that a tolerant decoder lets pass: missing padding, white space inside, left-over
  // bits.
  const bool whole =
      absl::Base64Unescape(stripped, &root) && root.size() == kKeySizeBytes && absl::Base64Escape(root) == stripped;
  if (!whole) {
    Wipe(root.data(), root.size());
    return absl::FailedPreconditionError(
        absl::StrCat(place, " does not hold a key: expected 32 bytes as 44 characters of base64, found ",
                     stripped.size(), " characters; restore it from its backup, or for a new hub ", kHowToMake));
  }
  HubKey key(root);
  Wipe(root.data(), root.size());
  return key;
}

std::string HubKey::Derive(std::string_view purpose) const {
  return DeriveKey(root_.view(), kDerivationPrefix + std::string(purpose));
}

}  // namespace nwd::crypto
