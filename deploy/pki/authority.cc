#include "deploy/pki/authority.h"

#include <openssl/pem.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/macros.h"
#include "common/tls/identity.h"

namespace nwd::pki {
namespace {

using tls::BignumPtr;
using tls::BioPtr;
using tls::PkeyPtr;
using tls::X509Ptr;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, tls::OpensslDeleter<X509_EXTENSION_free>>;
using GeneralNamePtr = std::unique_ptr<GENERAL_NAME, tls::OpensslDeleter<GENERAL_NAME_free>>;

using CrlPtr = std::unique_ptr<X509_CRL, tls::OpensslDeleter<X509_CRL_free>>;
using RevokedPtr = std::unique_ptr<X509_REVOKED, tls::OpensslDeleter<X509_REVOKED_free>>;
using Asn1TimePtr = std::unique_ptr<ASN1_TIME, tls::OpensslDeleter<ASN1_TIME_free>>;
using Asn1IntegerPtr = std::unique_ptr<ASN1_INTEGER, tls::OpensslDeleter<ASN1_INTEGER_free>>;

constexpr long kVersion3 = 2;
constexpr long kCrlVersion2 = 1;
constexpr int kSerialBits = 127;  // positive, and well over the 64 random bits that public authorities must use
constexpr size_t kCommonNameBytesMax = 64;

absl::Status Failed(std::string_view what) {
  return absl::InternalError(absl::StrCat("cannot ", std::string(what), ": ", tls::TakeOpensslError()));
}

std::string TakeText(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<size_t>(size));
}

absl::StatusOr<std::string> CertificatePem(X509* certificate) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(bio.get(), certificate) != 1) return Failed("write a certificate");
  return TakeText(bio.get());
}

absl::StatusOr<std::string> PrivateKeyPem(EVP_PKEY* key) {
  const BioPtr bio(BIO_new(BIO_s_secmem()));
  if (PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return Failed("write a key");
  return TakeText(bio.get());
}

absl::Status AddExtension(X509* certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value));
  if (extension == nullptr || X509_add_ext(certificate, extension.get(), -1) != 1) return Failed("add an extension");
  return absl::OkStatus();
}

// Built from values, not from OpenSSL's configuration text, in which a name could say more than a name.
absl::Status AddNames(X509* certificate, const Request& request) {
  const tls::GeneralNamesPtr names(GENERAL_NAMES_new());
  const auto add = [&](int type, ASN1_STRING* value) {
    GeneralNamePtr name(GENERAL_NAME_new());
    GENERAL_NAME_set0_value(name.get(), type, value);
    sk_GENERAL_NAME_push(names.get(), name.release());
  };
  const auto add_text = [&](int type, const std::string& text) -> absl::Status {
    if (text.empty() ||
        text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/*") !=
            std::string::npos) {
      return absl::InvalidArgumentError(absl::StrCat("'", text, "' cannot be a name in a certificate"));
    }
    ASN1_IA5STRING* value = ASN1_IA5STRING_new();
    ASN1_STRING_set(value, text.data(), static_cast<int>(text.size()));
    add(type, value);
    return absl::OkStatus();
  };
  for (const std::string& uri : request.uris) NWD_RETURN_IF_ERROR(add_text(GEN_URI, uri));
  for (const std::string& dns : request.dns) NWD_RETURN_IF_ERROR(add_text(GEN_DNS, dns));
  for (const std::string& ip : request.ips) {
    ASN1_OCTET_STRING* address = a2i_IPADDRESS(ip.c_str());
    if (address == nullptr) {
      ERR_clear_error();
      return absl::InvalidArgumentError(absl::StrCat("'", ip, "' is not an IP address"));
    }
    add(GEN_IPADD, address);
  }
  if (sk_GENERAL_NAME_num(names.get()) == 0) return absl::OkStatus();
  if (X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT) != 1)
    return Failed("add names");
  return absl::OkStatus();
}

// An unsigned certificate with what authorities and holders have in common.
absl::StatusOr<X509Ptr> Begin(const std::string& common_name, absl::Time not_before, absl::Time not_after,
                              EVP_PKEY* key) {
  if (common_name.empty() || common_name.size() > kCommonNameBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", common_name, "' cannot be a common name: 1 to ", kCommonNameBytesMax, " bytes"));
  }
  if (not_after <= not_before) return absl::InvalidArgumentError("a certificate must end after it begins");
  X509Ptr certificate(X509_new());
  const BignumPtr serial(BN_new());
  const bool ok = X509_set_version(certificate.get(), kVersion3) == 1 &&
                  BN_rand(serial.get(), kSerialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
                  BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate.get())) != nullptr &&
                  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), absl::ToTimeT(not_before)) != nullptr &&
                  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), absl::ToTimeT(not_after)) != nullptr &&
                  X509_set_pubkey(certificate.get(), key) == 1 &&
                  X509_NAME_add_entry_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, MBSTRING_UTF8,
                                             reinterpret_cast<const unsigned char*>(common_name.data()),
                                             static_cast<int>(common_name.size()), -1, 0) == 1;
  if (!ok) return Failed("prepare a certificate");
  return certificate;
}

absl::StatusOr<PkeyPtr> NewKey() {
  PkeyPtr key(EVP_EC_gen("P-256"));
  if (key == nullptr) return Failed("make a key");
  return key;
}

}  // namespace

Request ForOrganisation(std::string_view trust_domain, std::string_view slug, absl::Time not_before,
                        absl::Time not_after) {
  return Request{.common_name = std::string(slug),
                 .uris = {tls::OrganisationUri(trust_domain, slug)},
                 .dns = {},
                 .ips = {},
                 .not_before = not_before,
                 .not_after = not_after};
}

Request ForService(std::string_view trust_domain, std::string_view name, absl::Time not_before, absl::Time not_after) {
  return Request{.common_name = absl::StrCat("nwd-", std::string(name)),
                 .uris = {tls::ServiceUri(trust_domain, name)},
                 .dns = {absl::StrCat("nwd-", std::string(name)), std::string(name), "localhost"},
                 .ips = {"127.0.0.1", "::1"},
                 .not_before = not_before,
                 .not_after = not_after};
}

Authority::Authority(X509Ptr certificate, PkeyPtr key, std::string certificate_pem)
    : certificate_(std::move(certificate)), key_(std::move(key)), certificate_pem_(std::move(certificate_pem)) {}

absl::StatusOr<Authority> Authority::Create(const Options& options) {
  NWD_ASSIGN_OR_RETURN(PkeyPtr key, NewKey());
  NWD_ASSIGN_OR_RETURN(X509Ptr certificate, Begin(options.name, options.not_before, options.not_after, key.get()));
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  NWD_RETURN_IF_ERROR(
      AddExtension(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0"));
  NWD_RETURN_IF_ERROR(
      AddExtension(certificate.get(), certificate.get(), NID_key_usage, "critical,keyCertSign,cRLSign"));
  NWD_RETURN_IF_ERROR(AddExtension(certificate.get(), certificate.get(), NID_subject_key_identifier, "hash"));
  if (X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0) return Failed("sign the authority");
  NWD_ASSIGN_OR_RETURN(std::string pem, CertificatePem(certificate.get()));
  return Authority(std::move(certificate), std::move(key), std::move(pem));
}

absl::StatusOr<Authority> Authority::FromPem(const std::string& certificate_pem, const std::string& key_pem) {
  const BioPtr certificate_bio = tls::ReadOnlyBio(certificate_pem);
  const BioPtr key_bio = tls::ReadOnlyBio(key_pem);
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  X509Ptr certificate(PEM_read_bio_X509(certificate_bio.get(), nullptr, nullptr, nullptr));
  PkeyPtr key(PEM_read_bio_PrivateKey(key_bio.get(), nullptr, no_passphrase, nullptr));
  const bool pair =
      certificate != nullptr && key != nullptr && X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  if (!pair) return absl::InvalidArgumentError("the authority's certificate and key are not a readable PEM pair");
  return Authority(std::move(certificate), std::move(key), certificate_pem);
}

absl::StatusOr<Issued> Authority::Issue(const Request& request) const {
  NWD_ASSIGN_OR_RETURN(const PkeyPtr key, NewKey());
  NWD_ASSIGN_OR_RETURN(const X509Ptr certificate,
                       Begin(request.common_name, request.not_before, request.not_after, key.get()));
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate_.get()));
  constexpr std::pair<int, const char*> kExtensions[] = {{NID_basic_constraints, "critical,CA:FALSE"},
                                                         {NID_key_usage, "critical,digitalSignature"},
                                                         {NID_ext_key_usage, "serverAuth,clientAuth"},
                                                         {NID_subject_key_identifier, "hash"},
                                                         {NID_authority_key_identifier, "keyid:always"}};
  for (const auto& [kind, value] : kExtensions)
    NWD_RETURN_IF_ERROR(AddExtension(certificate.get(), certificate_.get(), kind, value));
  NWD_RETURN_IF_ERROR(AddNames(certificate.get(), request));
  if (X509_sign(certificate.get(), key_.get(), EVP_sha256()) == 0) return Failed("sign a certificate");
  Issued issued;
  NWD_ASSIGN_OR_RETURN(issued.certificate_pem, CertificatePem(certificate.get()));
  NWD_ASSIGN_OR_RETURN(issued.key_pem, PrivateKeyPem(key.get()));
  return issued;
}

absl::StatusOr<std::string> Authority::RevocationListPem(const std::vector<std::string>& serials, int64_t number,
                                                         absl::Time now) const {
  const CrlPtr list(X509_CRL_new());
  const Asn1TimePtr begin(ASN1_TIME_set(nullptr, absl::ToTimeT(now)));
  X509_CRL_set_version(list.get(), kCrlVersion2);
  X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(certificate_.get()));
  X509_CRL_set1_lastUpdate(list.get(), begin.get());
  // Good as long as the authority is: the next one comes with the next revocation.
  X509_CRL_set1_nextUpdate(list.get(), X509_get0_notAfter(certificate_.get()));
  for (const std::string& serial : serials) {
    BIGNUM* parsed = nullptr;
    const bool hexadecimal = BN_hex2bn(&parsed, serial.c_str()) == static_cast<int>(serial.size()) && !serial.empty();
    const BignumPtr digits(parsed);
    if (!hexadecimal) return absl::InvalidArgumentError(absl::StrCat("'", serial, "' is not a serial number"));
    const Asn1IntegerPtr number_of(BN_to_ASN1_INTEGER(digits.get(), nullptr));
    RevokedPtr entry(X509_REVOKED_new());
    X509_REVOKED_set_serialNumber(entry.get(), number_of.get());
    X509_REVOKED_set_revocationDate(entry.get(), begin.get());
    if (X509_CRL_add0_revoked(list.get(), entry.get()) != 1) return Failed("list a certificate");
    (void)entry.release();
  }
  const Asn1IntegerPtr list_number(ASN1_INTEGER_new());
  ASN1_INTEGER_set_int64(list_number.get(), number);
  const bool ok = X509_CRL_add1_ext_i2d(list.get(), NID_crl_number, list_number.get(), 0, X509V3_ADD_DEFAULT) == 1 &&
                  X509_CRL_sort(list.get()) == 1 && X509_CRL_sign(list.get(), key_.get(), EVP_sha256()) > 0;
  if (!ok) return Failed("sign a revocation list");
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509_CRL(bio.get(), list.get()) != 1) return Failed("write a revocation list");
  return TakeText(bio.get());
}

absl::StatusOr<std::string> Authority::KeyPem() const { return PrivateKeyPem(key_.get()); }

}  // namespace nwd::pki
