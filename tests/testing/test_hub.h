// A hub's certificates, and services on it, for tests: real mutual TLS over loopback, in this process.
//
//   TestHub hub({"lambeth", "admin-a"}, {"consent"});
//   auto service = hub.Serve("consent", router, registry);          // any free port
//   rpc::Client& client = service->As("lambeth");                   // a client with that organisation's certificate
//   absl::StatusOr<EchoResponse> answer = client.Call<EchoResponse>(request);
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/access/registry.h"
#include "common/metrics/metrics.h"
#include "common/rpc/client.h"
#include "common/rpc/server.h"
#include "deploy/pki/authority.h"
#include "tests/testing/temp_folder.h"

namespace nwd::testing {

inline constexpr char kTrustDomain[] = "hub.test";

class TestHub;

// One running server and its clients.
class TestService {
 public:
  ~TestService();
  // A client whose certificate is that of an organisation (slug), or of a service ("service/referral"). Kept.
  rpc::Client& As(const std::string& who);
  // One with the certificate in a folder of one's own making.
  std::unique_ptr<rpc::Client> WithFolder(const std::string& folder) const;
  rpc::Server& server() { return *server_; }
  metrics::Registry& metrics() { return metrics_; }
  int port() const { return server_->port(); }
  void Drain(absl::Duration patience);

 private:
  friend class TestHub;
  TestService(TestHub& hub, std::string name) : hub_(hub), name_(std::move(name)) {}

  TestHub& hub_;
  const std::string name_;
  metrics::Registry metrics_;
  std::unique_ptr<rpc::Server> server_;
  std::map<std::string, std::unique_ptr<rpc::Client>> clients_;
};

class TestHub {
 public:
  TestHub(std::vector<std::string> organisations, std::vector<std::string> services);

  // Serves `router` as the service `name`. `adjust` may change the options before the start.
  std::unique_ptr<TestService> Serve(const std::string& name, rpc::Router& router, const access::Registry& registry,
                                     const std::function<void(rpc::ServerOptions&)>& adjust = nullptr);
  // The folder with the certificate of "lambeth" or "service/referral".
  std::string FolderOf(const std::string& who) const;
  // Issues a certificate as asked, from this hub's authority or another, and writes it to a folder of its own.
  std::string Issue(const pki::Request& request, bool other_authority = false);
  // A client of the service `name` at `address` with the certificate in `folder`.
  std::unique_ptr<rpc::Client> Connect(const std::string& folder, const std::string& name,
                                       const std::string& address) const;
  // The same with whatever certificate lies in `folder` (expired, of another authority, none), which our own client
  // would refuse to start with.
  std::unique_ptr<rpc::Client> ConnectUnchecked(const std::string& folder, const std::string& address) const;
  // What a server shows that runs with the certificate in `folder`.
  static std::shared_ptr<grpc::ServerCredentials> CredentialsIn(const std::string& folder);
  const std::string& folder() const { return folder_.Path(); }

  // An active organisation with the role AGENCY and an id made from its slug, as a registry holds it.
  static access::Organisation Agency(const std::string& slug);

 private:
  TempFolder folder_;
  int issued_ = 0;
};

}  // namespace nwd::testing
