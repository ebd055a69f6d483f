#include "common/tls/openssl_policy.h"

#include <openssl/conf.h>

#include "absl/strings/str_cat.h"
#include "common/base/macros.h"
#include "common/tls/memory_file.h"
#include "common/tls/openssl_ptr.h"

namespace nwd::tls {
namespace {

// `MinProtocol` would not do: gRPC sets its own minimum over it. What `Protocol` excludes stays excluded.
constexpr char kConfiguration[] = R"(
openssl_conf = nwd
config_diagnostics = 1
[nwd]
ssl_conf = nwd_ssl
[nwd_ssl]
system_default = nwd_tls
[nwd_tls]
Protocol = -SSLv3, -TLSv1, -TLSv1.1, -TLSv1.2
CipherString = DEFAULT@SECLEVEL=2
)";

constexpr uint64_t kOlderProtocols = SSL_OP_NO_SSLv3 | SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1 | SSL_OP_NO_TLSv1_2;

}  // namespace

bool OnlyTls13() {
  const SslCtxPtr context(SSL_CTX_new(TLS_method()));
  if (context == nullptr) {
    ERR_clear_error();
    return false;
  }
  return (SSL_CTX_get_options(context.get()) & (kOlderProtocols | SSL_OP_NO_TLSv1_3)) == kOlderProtocols;
}

absl::Status RequireTls13() {
  NWD_ASSIGN_OR_RETURN(const MemoryFile file, MemoryFile::Create(kConfiguration));
  OPENSSL_INIT_SETTINGS* settings = OPENSSL_INIT_new();
  if (settings == nullptr) return absl::FailedPreconditionError("OpenSSL cannot start: out of memory");
  OPENSSL_INIT_set_config_filename(settings, file.path().c_str());
  // Nothing is taken down at the end of the program: threads of gRPC may still be in a handshake then.
  const int started = OPENSSL_init_ssl(OPENSSL_INIT_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, settings);
  OPENSSL_INIT_free(settings);
  if (started != 1) return absl::FailedPreconditionError(absl::StrCat("OpenSSL cannot start: ", TakeOpensslError()));
  ERR_clear_error();
  if (OnlyTls13()) return absl::OkStatus();
  // A library that starts OpenSSL as it is loaded (Debian's cpp-httplib does) has had the system's configuration read;
  // ours takes its place.
  if (CONF_modules_load_file(file.path().c_str(), nullptr, 0) != 1) {
    return absl::FailedPreconditionError(absl::StrCat("OpenSSL does not take its configuration: ", TakeOpensslError()));
  }
  if (OnlyTls13()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "OpenSSL still allows TLS 1.2 whatever it is told; this program does not start with it");
}

}  // namespace nwd::tls
