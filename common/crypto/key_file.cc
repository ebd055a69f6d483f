#include "common/crypto/key_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/macros.h"
#include "common/crypto/hkdf.h"
#include "common/crypto/random.h"

namespace nwd::crypto {
namespace {

constexpr char kDerivationPrefix[] = "nwd/v1/";  // part of every derived key: never changes
constexpr size_t kMaxFileBytes = 4096;           // room for some eighty lines
constexpr mode_t kOthersMayRead = S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH;
constexpr char kHowToMake[] =
    "for a new hub make one with `nwd keys create`; a hub with data needs the one it was written under";

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

// 0, or what went wrong.
int SyncFolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string folder_path = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const Descriptor folder(open(folder_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return folder.get() < 0 || fsync(folder.get()) != 0 ? errno : 0;
}

// Writes `text` into a new private file beside `path`, durably; `beside` is its name. 0, or what went wrong.
int WriteBeside(const std::string& path, std::string_view text, std::string& beside) {
  beside = absl::StrCat(path, ".XXXXXX");
  const Descriptor file(mkostemp(beside.data(), O_CLOEXEC));  // mode 0600
  if (file.get() < 0) return errno;
  if (WriteAll(file.get(), text) && fsync(file.get()) == 0) return 0;
  const int error = errno;
  unlink(beside.c_str());
  return error;
}

// A new key as text.
std::string NewKeyText() {
  std::string root = RandomBytes(kKeySizeBytes);
  std::string text = absl::Base64Escape(root);
  Wipe(root.data(), root.size());
  return text;
}

// Links a new key into place: `path` never holds half a key, and a key that another process put there first stays.
absl::Status Create(const std::string& path) {
  std::string text = absl::StrCat(NewKeyText(), "\n"), beside;
  int error = WriteBeside(path, text, beside);
  Wipe(text.data(), text.size());
  if (error != 0) return CannotCreate(path, error);
  if (link(beside.c_str(), path.c_str()) != 0 && errno != EEXIST) error = errno;
  unlink(beside.c_str());
  if (error == 0) error = SyncFolderOf(path);
  return error == 0 ? absl::OkStatus() : CannotCreate(path, error);
}

// What the file holds, and whether it is open to others: nobody is told to close a file that holds no key of ours.
absl::StatusOr<std::string> Read(const std::string& path, bool& others_may_read) {
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
  others_may_read = (info.st_mode & kOthersMayRead) != 0;
  std::string text(kMaxFileBytes, '\0');
  ssize_t size_bytes = 0;
  do {
    size_bytes = read(file.get(), text.data(), text.size());
  } while (size_bytes < 0 && errno == EINTR);
  if (size_bytes < 0) {
    return absl::PermissionDeniedError(absl::StrCat("cannot read the hub's key file ", path, ": ", strerror(errno)));
  }
  text.resize(static_cast<size_t>(size_bytes));
  if (text.size() == kMaxFileBytes) {  // what is cut off could be the newest line
    return absl::FailedPreconditionError(absl::StrCat(
        "the hub's key file ", path, " does not hold a key: it is longer than any; name another, or ", kHowToMake));
  }
  return text;
}

// The 32 bytes of a line; false where it is anything else. Encoding again shows what a tolerant decoder lets pass:
// missing padding, white space inside, left-over bits.
bool DecodeKey(absl::string_view text, std::string& key) {
  if (absl::Base64Unescape(text, &key) && key.size() == kKeySizeBytes && absl::Base64Escape(key) == text) return true;
  Wipe(key.data(), key.size());
  return false;
}

// A line after the first: a number above `before` and a key.
bool DecodeFurther(absl::string_view line, uint32_t before, uint32_t& number, std::string& key) {
  const size_t space = line.find(' ');
  if (space == absl::string_view::npos) return false;
  const absl::string_view digits = line.substr(0, space);
  return absl::SimpleAtoi(digits, &number) && absl::StrCat(number) == digits && number > before &&
         DecodeKey(line.substr(space + 1), key);
}

}  // namespace

absl::StatusOr<HubKey> HubKey::FromFile(const std::string& path, IfMissing if_missing) {
  bool others_may_read = false;
  absl::StatusOr<std::string> text = Read(path, others_may_read);
  if (if_missing == IfMissing::kCreate && absl::IsNotFound(text.status())) {
    NWD_RETURN_IF_ERROR(Create(path));
    text = Read(path, others_may_read);
  }
  if (!text.ok()) return text.status();
  absl::StatusOr<HubKey> key = FromText(absl::StrCat("the hub's key file ", path), *text);
  Wipe(text->data(), text->size());
  if (key.ok() && others_may_read) {
    return absl::PermissionDeniedError(
        absl::StrCat("others may read or write the hub's key file ", path, "; close it with: chmod 600 ", path));
  }
  return key;
}

absl::StatusOr<HubKey> HubKey::FromEnvironment(std::string_view variable, std::string_view text) {
  return FromText(absl::StrCat("the environment variable ", std::string(variable)), text);
}

absl::StatusOr<HubKey> HubKey::FromText(const std::string& place, std::string_view text) {
  const absl::string_view stripped = absl::StripAsciiWhitespace(absl::string_view(text.data(), text.size()));
  const std::vector<absl::string_view> lines = absl::StrSplit(stripped, '\n');
  std::string root;
  if (!DecodeKey(lines.front(), root)) {
    return absl::FailedPreconditionError(
        absl::StrCat(place, " does not hold a key: expected 32 bytes as 44 characters of base64, found ",
                     lines.front().size(), " characters; restore it from its backup, or ", kHowToMake));
  }
  HubKey key(root);
  Wipe(root.data(), root.size());
  uint32_t number = kRootNumber;
  for (size_t i = 1; i < lines.size(); ++i) {
    if (!DecodeFurther(lines[i], number, number, root)) {
      return absl::FailedPreconditionError(
          absl::StrCat(place, " does not hold a key on its line ", i + 1,
                       ": expected a number above the one before and 44 characters of base64; restore it from its "
                       "backup"));
    }
    key.further_.push_back({number, Secret(root)});
    Wipe(root.data(), root.size());
  }
  return key;
}

absl::StatusOr<uint32_t> AddWrappingKey(const std::string& path) {
  NWD_ASSIGN_OR_RETURN(const HubKey hub_key, HubKey::FromFile(path, HubKey::IfMissing::kFail));
  const uint32_t number = (hub_key.further_.empty() ? kRootNumber : hub_key.further_.back().number) + 1;
  bool others_may_read = false;  // FromFile has refused that
  NWD_ASSIGN_OR_RETURN(std::string text, Read(path, others_may_read));
  absl::StripTrailingAsciiWhitespace(&text);
  absl::StrAppend(&text, "\n", number, " ", NewKeyText(), "\n");
  std::string beside;
  int error = text.size() < kMaxFileBytes ? WriteBeside(path, text, beside) : EFBIG;
  Wipe(text.data(), text.size());
  if (error == 0 && rename(beside.c_str(), path.c_str()) != 0) {
    error = errno;
    unlink(beside.c_str());
  }
  if (error == 0) error = SyncFolderOf(path);
  if (error == 0) return number;
  return absl::PermissionDeniedError(absl::StrCat("cannot add a key to the hub's key file ", path, ": ",
                                                  strerror(error), "; let this user write to its folder"));
}

std::string HubKey::Derive(std::string_view purpose) const {
  return DeriveKey(root_.view(), kDerivationPrefix + std::string(purpose));
}

std::vector<WrappingKey> HubKey::WrappingKeys(std::string_view purpose) const {
  std::vector<WrappingKey> keys = {{kRootNumber, Derive(purpose)}};
  for (const Further& further : further_) {
    keys.push_back({further.number, DeriveKey(further.root.view(), kDerivationPrefix + std::string(purpose))});
  }
  return keys;
}

}  // namespace nwd::crypto
