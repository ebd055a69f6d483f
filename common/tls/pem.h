// Certificates out of PEM text.
#pragma once

#include <memory>
#include <string>

#include "common/tls/openssl_ptr.h"

namespace nwd::tls {

struct FreeCertificates {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_pop_free(stack, X509_free); }
};
using X509StackPtr = std::unique_ptr<STACK_OF(X509), FreeCertificates>;

// Every certificate in `pem`; none if one of them is broken.
X509StackPtr ReadCertificates(const std::string& pem);

}  // namespace nwd::tls
