#include "deploy/nwd/hub_client.h"

#include "absl/strings/str_join.h"
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
constexpr char kLoopback[] = "127.0.0.1";

// "--consent, --referral"
std::string AddressOptions(const HubAsked& asked) { return Cat("--", absl::StrJoin(asked.services, ", --")); }

bool AnyAddress(const HubAsked& asked) {
  for (const auto& [service, address] : asked.addresses) {
    if (!address.host.empty()) return true;
  }
  return false;
}

absl::Status CheckFitTogether(const HubAsked& asked) {
  if (asked.tls.empty()) {
    if (!AnyAddress(asked) && asked.trust_domain.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError(
        Cat(AddressOptions(asked),
            " and --trust-domain go with --tls: name the folder with the tls.crt, tls.key and ca.crt to show"));
  }
  if (asked.hub.empty() && asked.as.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      Cat("--hub and --as are for a hub that nwd hub up started; with --tls the certificate says who you are, and ",
          AddressOptions(asked), " where the hub is"));
}

config::HostPort UsualAddress(const std::string& of) {
  for (const hub::ServicePorts& service : hub::kServices) {
    if (service.service == of) return {.host = kLoopback, .port = service.grpc};
  }
  return {};
}

// There is no hub.json where a hub was started otherwise.
absl::Status WithAdvice(const absl::Status& status, const HubAsked& asked) {
  if (!absl::IsNotFound(status)) return status;
  return absl::NotFoundError(
      Cat(status.message(), "; for a hub that was not started by nwd hub up, give --tls and ", AddressOptions(asked)));
}

}  // namespace

void AddHubOptions(config::Options& options, HubAsked& asked, const std::string& as_help) {
  options.Add("--hub", &asked.hub, "Folder of a hub that `nwd hub up` started (default: hub)");
  options.Add("--as", &asked.as, as_help);
  options.Add("--tls", &asked.tls,
              "For any other hub: folder with the tls.crt, tls.key and ca.crt of the organisation to act as");
  for (const std::string& service : asked.services) {
    options.Add(Cat("--", service), &asked.addresses[service],
                Cat("… where its ", service, " service is (default: ", UsualAddress(service).ToString(), ")"));
  }
  options.Add("--trust-domain", &asked.trust_domain, "… its SPIFFE trust domain (default: hub.local)");
}

absl::StatusOr<HubClient> HubClient::Open(const HubAsked& asked) {
  NWD_RETURN_IF_ERROR(CheckFitTogether(asked));
  HubClient client;
  if (!asked.tls.empty()) {
    NWD_ASSIGN_OR_RETURN(auto store,
                         tls::CertificateStore::Open(
                             {.folder = asked.tls,
                              .trust_domain = asked.trust_domain.empty() ? kDefaultTrustDomain : asked.trust_domain}));
    const tls::Credentials credentials(std::move(store));
    for (const std::string& service : asked.services) {
      const auto given = asked.addresses.find(service);
      const bool usual = given == asked.addresses.end() || given->second.host.empty();
      const config::HostPort address = usual ? UsualAddress(service) : given->second;
      client.own_.push_back(std::make_unique<rpc::Client>(address.ToString(), credentials.Channel(service)));
      client.to_[service] = client.own_.back().get();
    }
    return client;
  }
  absl::StatusOr<hub::HubState> state = hub::ReadState(asked.hub.empty() ? kDefaultHub : asked.hub);
  if (!state.ok()) return WithAdvice(state.status(), asked);
  const std::string who = asked.as.empty() && !state->admins.empty() ? state->admins.front() : asked.as;
  client.clients_ = std::make_unique<hub::Clients>(*std::move(state));
  for (const std::string& service : asked.services) {
    NWD_ASSIGN_OR_RETURN(client.to_[service], client.clients_->As(who, service));
  }
  return client;
}

absl::StatusOr<HubClient> OpenAsOperator(const HubAsked& asked) {
  if (!asked.tls.empty() || !asked.as.empty()) return HubClient::Open(asked);
  return absl::InvalidArgumentError("--as or --tls must say whom to act as: an organisation with the role OPERATOR");
}

std::string Refusal(const std::string& service, const absl::Status& status) {
  const bool refused = absl::IsPermissionDenied(status);
  return Cat(
      service, ": ", StdView(status.message()),
      refused ? "; this is for an organisation with the role OPERATOR: name one by --as, or its certificates by --tls"
              : "");
}

}  // namespace nwd::tool
