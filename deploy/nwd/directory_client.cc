#include "deploy/nwd/directory_client.h"

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/tls/certificate_store.h"
#include "common/tls/credentials.h"
#include "deploy/hub/folder.h"
#include "deploy/hub/state.h"

namespace nwd::tool {
namespace {

constexpr char kDefaultHub[] = "hub";
constexpr char kDefaultTrustDomain[] = "hub.local";
constexpr char kService[] = "directory";
constexpr char kLoopback[] = "127.0.0.1";

absl::Status CheckFitTogether(const DirectoryAsked& asked) {
  if (asked.tls.empty()) {
    if (asked.address.host.empty() && asked.trust_domain.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError(
        "--directory and --trust-domain go with --tls: name the folder with the tls.crt, tls.key and ca.crt to show");
  }
  if (asked.hub.empty() && asked.as.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "--hub and --as are for a hub that nwd hub up started; with --tls the certificate says who you are, and "
      "--directory where the hub is");
}

int UsualPort() {
  for (const hub::ServicePorts& service : hub::kServices) {
    if (service.service == kService) return service.grpc;
  }
  return 0;
}

// There is no hub.json where a hub was started otherwise.
absl::Status WithAdvice(const absl::Status& status) {
  if (!absl::IsNotFound(status)) return status;
  return absl::NotFoundError(
      Cat(status.message(), "; for a hub that was not started by nwd hub up, give --tls and --directory"));
}

}  // namespace

void AddDirectoryOptions(config::Options& options, DirectoryAsked& asked) {
  options.Add("--hub", &asked.hub, "Folder of a hub that `nwd hub up` started (default: hub)");
  options.Add("--as", &asked.as, "Admin organisation to act as in it (default: its first)");
  options.Add("--tls", &asked.tls,
              "For any other hub: folder with the tls.crt, tls.key and ca.crt of the admin organisation to act as");
  options.Add("--directory", &asked.address, "… where its directory is (default: 127.0.0.1:7101)");
  options.Add("--trust-domain", &asked.trust_domain, "… its SPIFFE trust domain (default: hub.local)");
}

absl::StatusOr<DirectoryClient> DirectoryClient::Open(const DirectoryAsked& asked) {
  NWD_RETURN_IF_ERROR(CheckFitTogether(asked));
  DirectoryClient client;
  if (!asked.tls.empty()) {
    NWD_ASSIGN_OR_RETURN(auto store,
                         tls::CertificateStore::Open(
                             {.folder = asked.tls,
                              .trust_domain = asked.trust_domain.empty() ? kDefaultTrustDomain : asked.trust_domain}));
    const config::HostPort address =
        asked.address.host.empty() ? config::HostPort{.host = kLoopback, .port = UsualPort()} : asked.address;
    client.own_ =
        std::make_unique<rpc::Client>(address.ToString(), tls::Credentials(std::move(store)).Channel(kService));
    return client;
  }
  absl::StatusOr<hub::HubState> state = hub::ReadState(asked.hub.empty() ? kDefaultHub : asked.hub);
  if (!state.ok()) return WithAdvice(state.status());
  const std::string admin = asked.as.empty() && !state->admins.empty() ? state->admins.front() : asked.as;
  client.clients_ = std::make_unique<hub::Clients>(*std::move(state));
  NWD_ASSIGN_OR_RETURN(client.local_, client.clients_->As(admin, kService));
  return client;
}

}  // namespace nwd::tool
