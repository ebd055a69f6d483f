// TLS 1.3 and nothing older, for everything in this process that speaks TLS.
//
//   int main(int argc, char** argv) {
//     if (const absl::Status status = tls::RequireTls13(); !status.ok()) { … say it, exit code 2 … }
//
// First thing in main, before any thread and any SSL_CTX: gRPC 1.51 offers TLS 1.2 and has no setter against it. The
// configuration is carried in the program and handed over in memory, so there is no file to lose; where a library has
// started OpenSSL while it was loaded, it takes the place of the system's. A program that must fetch from servers that
// know only TLS 1.2 (`nwd`, from the outside world) can clear SSL_OP_NO_TLSv1_2 on that one SSL_CTX.
#pragma once

#include "absl/status/status.h"

namespace nwd::tls {

// OK if from now on every new SSL_CTX refuses TLS 1.2 and older: this is looked at, not assumed. Else
// FAILED_PRECONDITION: do not start.
absl::Status RequireTls13();

// Whether a fresh SSL_CTX excludes everything below TLS 1.3.
bool OnlyTls13();

}  // namespace nwd::tls
