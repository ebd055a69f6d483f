#include "common/tls/certificate_files.h"

#include <openssl/pem.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "common/base/macros.h"
#include "common/tls/openssl_ptr.h"
#include "common/tls/pem.h"
#include "common/tls/revocation_list.h"

namespace nwd::tls {
namespace {

constexpr size_t kFileBytesMax = 1 << 20;

absl::Status Unusable(const std::string& why) { return absl::FailedPreconditionError(why); }

absl::StatusOr<std::string> ReadWhole(const std::string& path) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::string text(kFileBytesMax + 1, '\0');
  if (in) in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in.is_open() || in.bad() || (in.fail() && !in.eof())) {
    return Unusable(
        absl::StrCat("cannot read ", path, ": ", errno == 0 ? "not a readable file" : std::strerror(errno)));
  }
  text.resize(static_cast<size_t>(in.gcount()));
  if (text.size() > kFileBytesMax) return Unusable(absl::StrCat(path, " is too large to be certificates"));
  return text;
}

// OpenSSL would ask at the terminal for the passphrase of an encrypted key; a service has none.
int NoPassphrase(char*, int, int, void*) { return -1; }

absl::Status CheckChain(STACK_OF(X509) * chain, STACK_OF(X509) * authorities, absl::Time now) {
  const X509StorePtr store(X509_STORE_new());
  for (int i = 0; i < sk_X509_num(authorities); ++i) X509_STORE_add_cert(store.get(), sk_X509_value(authorities, i));
  const X509StoreCtxPtr context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), sk_X509_value(chain, 0), chain);
  X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(context.get()), absl::ToTimeT(now));
  if (X509_verify_cert(context.get()) == 1) return absl::OkStatus();
  const std::string reason = X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
  ERR_clear_error();
  return Unusable(absl::StrCat(kCertificateFile, " is not usable with ", kAuthorityFile, ": ", reason));
}

}  // namespace

absl::StatusOr<CertificateFiles> ReadCertificateFiles(const std::string& folder) {
  CertificateFiles files;
  NWD_ASSIGN_OR_RETURN(files.chain_pem, ReadWhole(absl::StrCat(folder, "/", kCertificateFile)));
  NWD_ASSIGN_OR_RETURN(files.key_pem, ReadWhole(absl::StrCat(folder, "/", kKeyFile)));
  NWD_ASSIGN_OR_RETURN(files.ca_pem, ReadWhole(absl::StrCat(folder, "/", kAuthorityFile)));
  const std::string list = absl::StrCat(folder, "/", kRevocationFile);
  std::error_code error;
  if (std::filesystem::exists(std::filesystem::symlink_status(list, error))) {
    NWD_ASSIGN_OR_RETURN(files.crl_pem, ReadWhole(list));
    if (files.crl_pem.empty()) return Unusable(absl::StrCat(list, " is empty"));
  }
  return files;
}

bool CheckedCertificate::IsRevoked() const {
  return std::find(revoked_serials.begin(), revoked_serials.end(), facts.serial) != revoked_serials.end();
}

absl::StatusOr<CheckedCertificate> CheckCertificateFiles(const CertificateFiles& files, std::string_view trust_domain,
                                                         absl::Time now) {
  const X509StackPtr chain = ReadCertificates(files.chain_pem);
  if (sk_X509_num(chain.get()) == 0) return Unusable(absl::StrCat(kCertificateFile, " is not a PEM certificate"));
  const X509StackPtr authorities = ReadCertificates(files.ca_pem);
  if (sk_X509_num(authorities.get()) == 0) return Unusable(absl::StrCat(kAuthorityFile, " is not a PEM certificate"));
  const BioPtr key_bio = ReadOnlyBio(files.key_pem);
  const PkeyPtr key(PEM_read_bio_PrivateKey(key_bio.get(), nullptr, NoPassphrase, nullptr));
  ERR_clear_error();
  if (key == nullptr) return Unusable(absl::StrCat(kKeyFile, " is not an unencrypted PEM private key"));
  if (X509_check_private_key(sk_X509_value(chain.get(), 0), key.get()) != 1) {
    ERR_clear_error();
    return Unusable(
        absl::StrCat(kKeyFile, " is not the key of ", kCertificateFile, ": they must be replaced together"));
  }
  NWD_RETURN_IF_ERROR(CheckChain(chain.get(), authorities.get(), now));
  NWD_ASSIGN_OR_RETURN(CertificateFacts facts, ParseCertificate(files.chain_pem));
  absl::StatusOr<Identity> identity = ParseIdentity(facts.uris, trust_domain);
  if (!identity.ok()) return Unusable(absl::StrCat(kCertificateFile, ": ", identity.status().message()));
  CheckedCertificate checked{.identity = *std::move(identity), .facts = std::move(facts), .revoked_serials = {}};
  if (files.crl_pem.empty()) return checked;
  absl::StatusOr<std::vector<std::string>> revoked = ReadRevokedSerials(files.crl_pem, files.ca_pem);
  if (!revoked.ok()) return Unusable(absl::StrCat(kRevocationFile, " ", revoked.status().message()));
  checked.revoked_serials = *std::move(revoked);
  return checked;
}

}  // namespace nwd::tls
