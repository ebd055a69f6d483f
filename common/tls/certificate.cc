#include "common/tls/certificate.h"

#include <arpa/inet.h>
#include <openssl/pem.h>

#include <ctime>

#include "common/base/macros.h"
#include "common/tls/openssl_ptr.h"
#include "common/tls/serial.h"

namespace nwd::tls {
namespace {

std::string TextOf(const ASN1_STRING* string) {
  return std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
                     static_cast<size_t>(ASN1_STRING_length(string)));
}

// As inet_ntop writes it; empty for what is no address.
std::string AddressOf(const ASN1_OCTET_STRING* bytes) {
  const int size = ASN1_STRING_length(bytes);
  if (size != sizeof(in_addr) && size != sizeof(in6_addr)) return "";
  char text[INET6_ADDRSTRLEN];
  const int family = size == sizeof(in_addr) ? AF_INET : AF_INET6;
  return inet_ntop(family, ASN1_STRING_get0_data(bytes), text, sizeof text) == nullptr ? "" : text;
}

void ReadNames(X509* certificate, CertificateFacts& facts) {
  const GeneralNamesPtr names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_URI) facts.uris.push_back(TextOf(name->d.uniformResourceIdentifier));
    if (name->type == GEN_DNS) facts.dns.push_back(TextOf(name->d.dNSName));
    if (name->type == GEN_IPADD) facts.ips.push_back(AddressOf(name->d.iPAddress));
  }
}

absl::StatusOr<absl::Time> ToTime(const ASN1_TIME* time) {
  tm utc;
  if (time == nullptr || ASN1_TIME_to_tm(time, &utc) != 1)
    return absl::InvalidArgumentError("the certificate has a date that is none");
  return absl::FromTimeT(timegm(&utc));
}

}  // namespace

absl::StatusOr<CertificateFacts> ParseCertificate(std::string_view pem) {
  const std::string text(pem);
  const BioPtr bio = ReadOnlyBio(text);
  const X509Ptr certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (certificate == nullptr) {
    ERR_clear_error();
    return absl::InvalidArgumentError("there is no readable PEM certificate");
  }
  NWD_ASSIGN_OR_RETURN(const absl::Time not_before, ToTime(X509_get0_notBefore(certificate.get())));
  NWD_ASSIGN_OR_RETURN(const absl::Time not_after, ToTime(X509_get0_notAfter(certificate.get())));
  CertificateFacts facts;
  ReadNames(certificate.get(), facts);
  facts.serial = SerialText(X509_get0_serialNumber(certificate.get()));
  facts.not_before = not_before;
  facts.not_after = not_after;
  ERR_clear_error();
  return facts;
}

}  // namespace nwd::tls
