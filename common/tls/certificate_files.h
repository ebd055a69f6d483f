// A certificate folder: tls.crt (the certificate, then any intermediates), tls.key (its private key), ca.crt (the
// authorities trusted), all PEM. The layout is that of a Kubernetes TLS secret with its authority.
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

struct CertificateFiles {
  std::string chain_pem;
  std::string key_pem;
  std::string ca_pem;
  friend bool operator==(const CertificateFiles&, const CertificateFiles&) = default;
};

// What has been found true of a set of files.
struct CheckedCertificate {
  Identity identity;
  CertificateFacts facts;
};

// FAILED_PRECONDITION, in one sentence with the file's name, if one is missing, unreadable or beyond any sensible size.
absl::StatusOr<CertificateFiles> ReadCertificateFiles(const std::string& folder);

// FAILED_PRECONDITION, in one sentence, unless all hold: the files are PEM, the key is the certificate's, the chain
// leads to an authority in ca.crt, every certificate of it is valid at `now`, and the certificate has exactly one
// identity, of this trust domain.
absl::StatusOr<CheckedCertificate> CheckCertificateFiles(const CertificateFiles& files, std::string_view trust_domain,
                                                         absl::Time now);

}  // namespace nwd::tls
