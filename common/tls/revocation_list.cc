#include "common/tls/revocation_list.h"

#include <openssl/pem.h>

#include "common/base/macros.h"
#include "common/tls/openssl_ptr.h"
#include "common/tls/pem.h"
#include "common/tls/serial.h"

namespace nwd::tls {
namespace {

using CrlPtr = std::unique_ptr<X509_CRL, OpensslDeleter<X509_CRL_free>>;

bool SignedByOneOf(X509_CRL* list, STACK_OF(X509) * authorities) {
  bool good = false;
  for (int i = 0; i < sk_X509_num(authorities) && !good; ++i) {
    X509* authority = sk_X509_value(authorities, i);
    good = X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_subject_name(authority)) == 0 &&
           X509_CRL_verify(list, X509_get0_pubkey(authority)) == 1;
  }
  ERR_clear_error();
  return good;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ReadRevokedSerials(const std::string& crl_pem, const std::string& ca_pem) {
  const X509StackPtr authorities = ReadCertificates(ca_pem);
  std::vector<std::string> serials;
  const BioPtr bio = ReadOnlyBio(crl_pem);
  int lists = 0;
  for (; const CrlPtr list{PEM_read_bio_X509_CRL(bio.get(), nullptr, nullptr, nullptr)}; ++lists) {
    if (!SignedByOneOf(list.get(), authorities.get())) {
      return absl::InvalidArgumentError("is not a revocation list of an authority that is trusted");
    }
    STACK_OF(X509_REVOKED)* revoked = X509_CRL_get_REVOKED(list.get());
    for (int i = 0; i < sk_X509_REVOKED_num(revoked); ++i) {
      serials.push_back(SerialText(X509_REVOKED_get0_serialNumber(sk_X509_REVOKED_value(revoked, i))));
    }
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (lists == 0 || !at_end) return absl::InvalidArgumentError("is not a PEM revocation list");
  return serials;
}

}  // namespace nwd::tls
