#include "common/tls/credentials.h"

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <string>
#include <utility>

namespace nwd::tls {
namespace {

constexpr unsigned int kPollSeconds = 1;

// Accepts a server by its identity. gRPC has verified its chain before asking.
class ExpectedIdentityVerifier final : public grpc::experimental::ExternalCertificateVerifier {
 public:
  explicit ExpectedIdentityVerifier(std::string uri) : uri_(std::move(uri)) {}

  bool Verify(grpc::experimental::TlsCustomVerificationCheckRequest* request, std::function<void(grpc::Status)>,
              grpc::Status* sync_status) override {
    const std::vector<grpc::string_ref> uris = request->uri_names();
    if (uris.size() != 1 || uris[0] != grpc::string_ref(uri_)) {
      *sync_status = grpc::Status(grpc::StatusCode::UNAUTHENTICATED, "the server is not " + uri_);
    }
    return true;  // decided already
  }

  void Cancel(grpc::experimental::TlsCustomVerificationCheckRequest*) override {}

 private:
  const std::string uri_;
};

void UseStore(grpc::experimental::TlsCredentialsOptions& options) {
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
}

}  // namespace

Credentials::Credentials(std::shared_ptr<CertificateStore> store)
    : store_(std::move(store)),
      provider_(std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
          store_->identity_path(), store_->identity_path(), store_->authorities_path(), kPollSeconds)) {}

std::shared_ptr<grpc::ServerCredentials> Credentials::Server() const {
  grpc::experimental::TlsServerCredentialsOptions options(provider_);
  UseStore(options);
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  return grpc::experimental::TlsServerCredentials(options);
}

std::shared_ptr<grpc::ChannelCredentials> Credentials::Channel(std::string_view service) const {
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(provider_);
  UseStore(options);
  options.set_verify_server_certs(true);
  options.set_check_call_host(false);
  options.set_certificate_verifier(grpc::experimental::ExternalCertificateVerifier::Create<ExpectedIdentityVerifier>(
      ServiceUri(store_->trust_domain(), service)));
  return grpc::experimental::TlsCredentials(options);
}

}  // namespace nwd::tls
