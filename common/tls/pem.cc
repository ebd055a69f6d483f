#include "common/tls/pem.h"

#include <openssl/pem.h>

namespace nwd::tls {

X509StackPtr ReadCertificates(const std::string& pem) {
  X509StackPtr stack(sk_X509_new_null());
  const BioPtr bio = ReadOnlyBio(pem);
  while (X509* certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr))
    sk_X509_push(stack.get(), certificate);
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!at_end) stack.reset(sk_X509_new_null());
  return stack;
}

}  // namespace nwd::tls
