// A certificate authority on EC P-256 keys, and the certificates it issues.
//
//   const absl::Time end = now + absl::Hours(24) * 365;
//   auto authority = pki::Authority::Create({.name = "NWD local hub", .not_before = now, .not_after = end});
//   const auto works = pki::ForOrganisation("hub.example", "hackney-works", now, now + absl::Hours(24) * 90);
//   auto issued = authority->Issue(works);
//   NWD_RETURN_IF_ERROR(pki::WriteIdentity(folder, *issued, authority->certificate_pem()));
//
// Serial numbers are 127 random bits. Nothing here runs another program. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/tls/openssl_ptr.h"

namespace nwd::pki {

// A certificate's holder and its private key, PEM.
struct Issued {
  std::string certificate_pem;
  std::string key_pem;
};

// What to put into a certificate. Tests may ask for what no hub would: a date long past, no URI, several.
struct Request {
  std::string common_name;
  std::vector<std::string> uris;  // exactly one SPIFFE URI, for a usable identity
  std::vector<std::string> dns;   // for tools that check host names; identity never comes from these
  std::vector<std::string> ips;
  absl::Time not_before;
  absl::Time not_after;
};

// The request for an organisation's certificate, and for one of our services', which also carries the local host's
// names.
Request ForOrganisation(std::string_view trust_domain, std::string_view slug, absl::Time not_before,
                        absl::Time not_after);
Request ForService(std::string_view trust_domain, std::string_view name, absl::Time not_before, absl::Time not_after);

class Authority {
 public:
  struct Options {
    std::string name;
    absl::Time not_before;
    absl::Time not_after;
  };

  static absl::StatusOr<Authority> Create(const Options& options);
  // From what certificate_pem() and key_pem() gave. INVALID_ARGUMENT if they are not a pair.
  static absl::StatusOr<Authority> FromPem(const std::string& certificate_pem, const std::string& key_pem);

  // A new key and its certificate, usable as server and as client. INVALID_ARGUMENT for names that cannot be written in
  // one.
  absl::StatusOr<Issued> Issue(const Request& request) const;

  // Its list (X.509 CRL, PEM) of the certificates it has revoked, by their serials as tls::NormalisedSerial gives them.
  // `number` rises from one list to the next. INVALID_ARGUMENT for what is no serial.
  absl::StatusOr<std::string> RevocationListPem(const std::vector<std::string>& serials, int64_t number,
                                                absl::Time now) const;

  const std::string& certificate_pem() const { return certificate_pem_; }
  absl::StatusOr<std::string> KeyPem() const;

 private:
  Authority(tls::X509Ptr certificate, tls::PkeyPtr key, std::string certificate_pem);

  tls::X509Ptr certificate_;
  tls::PkeyPtr key_;
  std::string certificate_pem_;
};

}  // namespace nwd::pki
