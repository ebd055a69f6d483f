// A certificate folder: tls.crt (the certificate, then any intermediates), tls.key (its private key), ca.crt (the
// authorities trusted), and, where certificates have been revoked, ca.crl (the authorities' lists of them), all PEM.
// The layout is that of a Kubernetes TLS secret with its authority.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/tls/certificate.h"
#include "common/tls/identity.h"

namespace nwd::tls {

inline constexpr char kCertificateFile[] = "tls.crt";
inline constexpr char kKeyFile[] = "tls.key";
inline constexpr char kAuthorityFile[] = "ca.crt";
inline constexpr char kRevocationFile[] = "ca.crl";

struct CertificateFiles {
  std::string chain_pem;
  std::string key_pem;
  std::string ca_pem;
  std::string crl_pem = {};  // empty where there is no ca.crl
  friend bool operator==(const CertificateFiles&, const CertificateFiles&) = default;
};

// What has been found true of a set of files.
struct CheckedCertificate {
  Identity identity;
  CertificateFacts facts;
  std::vector<std::string> revoked_serials;  // that ca.crl names

  bool IsRevoked() const;  // this certificate itself
};

// FAILED_PRECONDITION, in one sentence with the file's name, if one is missing, unreadable or beyond any sensible size;
// ca.crl alone may be missing.
absl::StatusOr<CertificateFiles> ReadCertificateFiles(const std::string& folder);

// FAILED_PRECONDITION, in one sentence, unless all hold: the files are PEM, the key is the certificate's, the chain
// leads to an authority in ca.crt, every certificate of it is valid at `now`, the certificate has exactly one identity,
// of this trust domain, and ca.crl, where there is one, is signed by such an authority. That the certificate itself is
// revoked is not judged here.
absl::StatusOr<CheckedCertificate> CheckCertificateFiles(const CertificateFiles& files, std::string_view trust_domain,
                                                         absl::Time now);

}  // namespace nwd::tls
