#include "common/tls/credentials.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <map>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "common/tls/certificate.h"

namespace nwd::tls {
namespace {

constexpr unsigned int kPollSeconds = 1;

constexpr size_t kServersKnownMax = 64;

// Accepts a server by its identity, unless its certificate is revoked. gRPC has verified its chain before asking.
class ServerVerifier final : public grpc::experimental::ExternalCertificateVerifier {
 public:
  ServerVerifier(std::shared_ptr<const CertificateStore> store, std::string uri)
      : store_(std::move(store)), uri_(std::move(uri)) {}

  bool Verify(grpc::experimental::TlsCustomVerificationCheckRequest* request, std::function<void(grpc::Status)>,
              grpc::Status* sync_status) override {
    *sync_status = Judge(std::string(request->peer_cert().data(), request->peer_cert().size()));
    return true;  // decided already
  }

  void Cancel(grpc::experimental::TlsCustomVerificationCheckRequest*) override {}

 private:
  grpc::Status Judge(const std::string& pem) const {
    const absl::StatusOr<CertificateFacts> facts = ParseCertificate(pem);
    if (!facts.ok()) return Refused("its certificate cannot be read");
    if (facts->uris.size() != 1) return Refused(absl::StrCat("it shows ", facts->uris.size(), " URI names"));
    if (facts->uris[0] != uri_) return Refused(absl::StrCat("it is ", facts->uris[0]));
    if (store_->IsRevoked(facts->serial)) return Refused("its certificate is revoked");
    return grpc::Status::OK;
  }
  grpc::Status Refused(const std::string& why) const {
    return grpc::Status(grpc::StatusCode::UNAUTHENTICATED, absl::StrCat("the server is not ", uri_, ": ", why));
  }

  const std::shared_ptr<const CertificateStore> store_;
  const std::string uri_;
};

// Before each call of a connection that is open already: its server's certificate may have been revoked since. Sends
// nothing along.
class StillTrusted final : public grpc::MetadataCredentialsPlugin {
 public:
  explicit StillTrusted(std::shared_ptr<const CertificateStore> store) : store_(std::move(store)) {}

  bool IsBlocking() const override { return false; }
  grpc::Status GetMetadata(grpc::string_ref, grpc::string_ref, const grpc::AuthContext& server,
                           std::multimap<grpc::string, grpc::string>*) override {
    if (!store_->AnyRevoked()) return grpc::Status::OK;
    const std::vector<grpc::string_ref> pem = server.FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
    if (pem.size() == 1 && !store_->IsRevoked(SerialOf(std::string(pem[0].data(), pem[0].size())))) {
      return grpc::Status::OK;
    }
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "the server's certificate is revoked");
  }

 private:
  std::string SerialOf(const std::string& pem) {
    absl::MutexLock lock(&mutex_);
    if (const auto known = serials_.find(pem); known != serials_.end()) return known->second;
    if (serials_.size() >= kServersKnownMax) serials_.clear();
    const absl::StatusOr<CertificateFacts> facts = ParseCertificate(pem);
    return serials_[pem] = facts.ok() ? facts->serial : "";
  }

  const std::shared_ptr<const CertificateStore> store_;
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, std::string> serials_ ABSL_GUARDED_BY(mutex_);
};

void UseStore(grpc::experimental::TlsCredentialsOptions& options) {
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
}

}  // namespace

Credentials::Credentials(std::shared_ptr<CertificateStore> store)
    : store_(std::move(store)),
      provider_(std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
          store_->identity_path(), store_->identity_path(), store_->authorities_path(), kPollSeconds)),
      still_trusted_(grpc::MetadataCredentialsFromPlugin(std::make_unique<StillTrusted>(store_))) {}

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
  options.set_certificate_verifier(grpc::experimental::ExternalCertificateVerifier::Create<ServerVerifier>(
      store_, ServiceUri(store_->trust_domain(), service)));
  return grpc::CompositeChannelCredentials(grpc::experimental::TlsCredentials(options), still_trusted_);
}

}  // namespace nwd::tls
