#include "common/tls/certificate.h"

#include <openssl/pem.h>

#include <ctime>

#include "absl/strings/ascii.h"
#include "common/base/macros.h"
#include "common/tls/openssl_ptr.h"

namespace nwd::tls {
namespace {

std::string SerialOf(const X509* certificate) {
  const BignumPtr number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
  char* hex = number == nullptr ? nullptr : BN_bn2hex(number.get());
  std::string serial = hex == nullptr ? "" : absl::AsciiStrToLower(hex);
  OPENSSL_free(hex);
  const size_t first = serial.find_first_not_of('0');
  return first == std::string::npos ? "0" : serial.substr(first);
}

std::vector<std::string> UrisOf(X509* certificate) {
  std::vector<std::string> uris;
  const GeneralNamesPtr names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_URI) continue;
    const ASN1_IA5STRING* uri = name->d.uniformResourceIdentifier;
    uris.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)), ASN1_STRING_length(uri));
  }
  return uris;
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
  CertificateFacts facts{.uris = UrisOf(certificate.get()),
                         .serial = SerialOf(certificate.get()),
                         .not_before = not_before,
                         .not_after = not_after};
  ERR_clear_error();
  return facts;
}

}  // namespace nwd::tls
