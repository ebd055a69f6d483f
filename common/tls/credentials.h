// gRPC credentials from a certificate store: mutual TLS on both sides, reloaded as the store is (within about a second
// of it, for new connections; connections that exist keep what they were made with, so bound their age).
//
//   Credentials credentials(store);
//   builder.AddListeningPort(address, credentials.Server());
//   auto channel = grpc::CreateCustomChannel(target, credentials.Channel("directory"), arguments);
//
// Server: a client must show a certificate of a trusted authority, or the handshake fails. Which identity it is, and
// whether it has exactly one and is not revoked, is judged per call from the AuthContext (identity.h). Channel: the
// server must show a certificate of a trusted authority whose one URI name is that service's and which is not revoked,
// also at each later call of the connection; its DNS names do not matter, so addresses may be anything. Thread-safe;
// what it hands out keeps alive what it needs.
#pragma once

#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <string_view>

#include "common/tls/certificate_store.h"

namespace grpc::experimental {
class FileWatcherCertificateProvider;
}

namespace nwd::tls {

class Credentials {
 public:
  explicit Credentials(std::shared_ptr<CertificateStore> store);

  std::shared_ptr<grpc::ServerCredentials> Server() const;
  std::shared_ptr<grpc::ChannelCredentials> Channel(std::string_view service) const;

 private:
  std::shared_ptr<CertificateStore> store_;
  std::shared_ptr<grpc::experimental::FileWatcherCertificateProvider> provider_;
  // One for all channels: gRPC keeps a thread for each core beside every such plugin.
  std::shared_ptr<grpc::CallCredentials> still_trusted_;
};

}  // namespace nwd::tls
