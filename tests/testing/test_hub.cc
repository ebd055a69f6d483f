#include "tests/testing/test_hub.h"

#include <grpcpp/security/credentials.h>

#include <fstream>

#include "absl/time/clock.h"
#include "common/base/check.h"
#include "common/base/strings.h"
#include "common/crypto/sha256.h"
#include "common/ids/uuid.h"
#include "common/tls/certificate_store.h"
#include "common/tls/credentials.h"
#include "common/tls/identity.h"
#include "common/tls/openssl_policy.h"
#include "deploy/pki/hub.h"
#include "deploy/pki/pem_files.h"

namespace nwd::testing {
namespace {

std::shared_ptr<tls::CertificateStore> OpenStore(const std::string& folder) {
  auto store = tls::CertificateStore::Open({.folder = folder, .trust_domain = kTrustDomain});
  if (!store.ok()) std::fprintf(stderr, "%s\n", std::string(store.status().message()).c_str());
  NWD_CHECK(store.ok());
  return *store;
}

}  // namespace

TestService::~TestService() { Drain(absl::Seconds(5)); }

void TestService::Drain(absl::Duration patience) {
  clients_.clear();
  if (server_ == nullptr) return;
  server_->Drain(patience);
  server_.reset();
}

rpc::Client& TestService::As(const std::string& who) {
  auto& client = clients_[who];
  if (client == nullptr) client = WithFolder(hub_.FolderOf(who));
  return *client;
}

std::unique_ptr<rpc::Client> TestService::WithFolder(const std::string& folder) const {
  return hub_.Connect(folder, name_, Cat("127.0.0.1:", port()));
}

TestHub::TestHub(std::vector<std::string> organisations, std::vector<std::string> services) {
  static const bool tls13 = tls::RequireTls13().ok();
  NWD_CHECK(tls13);
  const absl::Status made = pki::InitHub({.folder = folder_.Path(),
                                          .trust_domain = kTrustDomain,
                                          .organisations = std::move(organisations),
                                          .services = std::move(services),
                                          .now = absl::Now()});
  NWD_CHECK(made.ok());
}

std::string TestHub::FolderOf(const std::string& who) const {
  constexpr std::string_view kService = "service/";
  return who.rfind(kService, 0) == 0 ? pki::ServiceFolder(folder_.Path(), who.substr(kService.size()))
                                     : pki::OrganisationFolder(folder_.Path(), who);
}

std::unique_ptr<TestService> TestHub::Serve(const std::string& name, rpc::Router& router,
                                            const access::Registry& registry,
                                            const std::function<void(rpc::ServerOptions&)>& adjust) {
  std::unique_ptr<TestService> service(new TestService(*this, name));
  rpc::ServerOptions options;
  options.service = name;
  options.address = "127.0.0.1:0";
  options.trust_domain = kTrustDomain;
  options.credentials = CredentialsIn(FolderOf("service/" + name));
  options.registry = &registry;
  options.metrics = &service->metrics_;
  options.reflection = false;
  if (adjust) adjust(options);
  auto server = rpc::Server::Start(std::move(options), router);
  if (!server.ok()) std::fprintf(stderr, "%s\n", std::string(server.status().message()).c_str());
  NWD_CHECK(server.ok());
  service->server_ = *std::move(server);
  return service;
}

std::string TestHub::Issue(const pki::Request& request, bool other_authority) {
  const std::string folder = Cat(folder_.Path(), "/issued-", issued_++);
  const absl::Time now = absl::Now();
  const auto authority =
      other_authority
          ? pki::Authority::Create(
                {.name = "another authority", .not_before = now - absl::Hours(1), .not_after = now + absl::Hours(24)})
          : pki::ReadAuthority(pki::AuthorityFolder(folder_.Path()));
  NWD_CHECK(authority.ok());
  const auto issued = authority->Issue(request);
  NWD_CHECK(issued.ok());
  // What the holder trusts is this hub, also where its own certificate comes from elsewhere.
  const auto hub = pki::ReadAuthority(pki::AuthorityFolder(folder_.Path()));
  NWD_CHECK(hub.ok());
  NWD_CHECK(pki::WriteIdentity(folder, *issued, hub->certificate_pem()).ok());
  return folder;
}

std::unique_ptr<rpc::Client> TestHub::ConnectUnchecked(const std::string& folder, const std::string& address) const {
  const auto read = [&](const char* file) {
    std::ifstream in(Cat(folder, "/", file));
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  return std::make_unique<rpc::Client>(address,
                                       grpc::SslCredentials({read("ca.crt"), read("tls.key"), read("tls.crt")}));
}

std::unique_ptr<rpc::Client> TestHub::Connect(const std::string& folder, const std::string& name,
                                              const std::string& address) const {
  return std::make_unique<rpc::Client>(address, tls::Credentials(OpenStore(folder)).Channel(name));
}

std::shared_ptr<grpc::ServerCredentials> TestHub::CredentialsIn(const std::string& folder) {
  return tls::Credentials(OpenStore(folder)).Server();
}

access::Organisation TestHub::Agency(const std::string& slug) {
  access::Organisation organisation;
  const auto digest = crypto::Sha256(slug);
  organisation.organisation_id =
      ids::Uuid::FromBytes(crypto::View(digest).substr(0, ids::Uuid::kSizeBytes))->ToString();
  organisation.slug = slug;
  organisation.kind = common::v1::ORGANISATION_KIND_VCS;
  organisation.state = common::v1::ORGANISATION_STATE_ACTIVE;
  organisation.roles = {common::v1::ROLE_AGENCY};
  organisation.identities = {tls::OrganisationUri(kTrustDomain, slug)};
  return organisation;
}

}  // namespace nwd::testing
