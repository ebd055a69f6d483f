#include "deploy/pki/pem_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "common/base/macros.h"
#include "common/tls/certificate_files.h"

namespace nwd::pki {
namespace {

constexpr mode_t kSecretMode = 0600;
constexpr mode_t kPublicMode = 0644;
constexpr char kAuthorityKeyFile[] = "ca.key";

absl::Status Failed(const std::string& what, int error) {
  return absl::FailedPreconditionError(absl::StrCat("cannot write ", what, ": ", std::strerror(error)));
}

absl::Status WriteFile(const std::string& path, std::string_view content, mode_t mode) {
  const std::string beside = absl::StrCat(path, ".new");
  unlink(beside.c_str());
  const int fd = open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) return Failed(path, errno);
  bool ok = fchmod(fd, mode) == 0;  // whatever the umask
  while (ok && !content.empty()) {
    const ssize_t count = write(fd, content.data(), content.size());
    ok = count > 0;
    if (ok) content.remove_prefix(static_cast<size_t>(count));
  }
  ok = ok && fsync(fd) == 0;
  const int write_error = errno;
  close(fd);
  if (ok && rename(beside.c_str(), path.c_str()) == 0) return absl::OkStatus();
  const int error = ok ? errno : write_error;
  unlink(beside.c_str());
  return Failed(path, error);
}

absl::Status MakeSecretFolder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  return error ? Failed(folder, error.value()) : absl::OkStatus();
}

absl::StatusOr<std::string> ReadText(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in)
    return absl::FailedPreconditionError(
        absl::StrCat("cannot read ", path, ": ", std::strerror(errno), "; let this user read it"));
  return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace

absl::Status WriteIdentity(const std::string& folder, const Issued& issued, std::string_view ca_pem) {
  NWD_RETURN_IF_ERROR(MakeSecretFolder(folder));
  NWD_RETURN_IF_ERROR(WriteFile(absl::StrCat(folder, "/", tls::kAuthorityFile), ca_pem, kPublicMode));
  NWD_RETURN_IF_ERROR(WriteFile(absl::StrCat(folder, "/", tls::kKeyFile), issued.key_pem, kSecretMode));
  return WriteFile(absl::StrCat(folder, "/", tls::kCertificateFile), issued.certificate_pem, kPublicMode);
}

absl::Status WriteRevocationList(const std::string& folder, std::string_view crl_pem) {
  return WriteFile(absl::StrCat(folder, "/", tls::kRevocationFile), crl_pem, kPublicMode);
}

absl::StatusOr<std::string> ReadRevocationList(const std::string& folder) {
  const std::string path = absl::StrCat(folder, "/", tls::kRevocationFile);
  std::error_code error;
  if (!std::filesystem::exists(path, error) && !error) return std::string();
  return ReadText(path);
}

absl::Status WriteAuthority(const std::string& folder, const Authority& authority) {
  NWD_ASSIGN_OR_RETURN(const std::string key, authority.KeyPem());
  NWD_RETURN_IF_ERROR(MakeSecretFolder(folder));
  NWD_RETURN_IF_ERROR(WriteFile(absl::StrCat(folder, "/", kAuthorityKeyFile), key, kSecretMode));
  return WriteFile(absl::StrCat(folder, "/", tls::kAuthorityFile), authority.certificate_pem(), kPublicMode);
}

absl::StatusOr<Authority> ReadAuthority(const std::string& folder) {
  const std::string certificate_path = absl::StrCat(folder, "/", tls::kAuthorityFile);
  const std::string key_path = absl::StrCat(folder, "/", kAuthorityKeyFile);
  std::error_code error;
  const bool there = std::filesystem::exists(certificate_path, error) || std::filesystem::exists(key_path, error);
  if (error) {
    return absl::FailedPreconditionError(absl::StrCat("cannot look into ", folder, ": ", error.message(),
                                                      "; run this as a user who may, or name another --folder"));
  }
  if (!there) {
    return absl::NotFoundError(absl::StrCat("there is no authority in ", folder));
  }
  NWD_ASSIGN_OR_RETURN(const std::string certificate, ReadText(certificate_path));
  NWD_ASSIGN_OR_RETURN(const std::string key, ReadText(key_path));
  absl::StatusOr<Authority> authority = Authority::FromPem(certificate, key);
  if (!authority.ok()) return absl::FailedPreconditionError(absl::StrCat(folder, ": ", authority.status().message()));
  return authority;
}

}  // namespace nwd::pki
