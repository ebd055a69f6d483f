#include "deploy/hub/clients.h"

#include "absl/strings/str_split.h"
#include "common/base/check.h"
#include "common/base/macros.h"
#include "common/tls/certificate_store.h"
#include "common/tls/credentials.h"
#include "deploy/hub/folder.h"
#include "deploy/pki/hub.h"

namespace nwd::hub {

struct Clients::Credentials {
  explicit Credentials(std::shared_ptr<tls::CertificateStore> store) : credentials(std::move(store)) {}
  tls::Credentials credentials;
};

Clients::Clients(HubState hub) : hub_(std::move(hub)) {}
Clients::~Clients() = default;

std::string Clients::ServiceOf(const google::protobuf::Descriptor& message) {
  const std::vector<std::string> parts = absl::StrSplit(message.file()->package(), '.');
  NWD_CHECK(parts.size() == 3 && parts[0] == "nwd");
  return parts[1];
}

absl::StatusOr<rpc::Client*> Clients::As(const std::string& organisation, const std::string& service) {
  absl::MutexLock lock(&mutex_);
  std::unique_ptr<rpc::Client>& client = clients_[{organisation, service}];
  if (client != nullptr) return client.get();
  std::unique_ptr<Credentials>& credentials = credentials_[organisation];
  if (credentials == nullptr) {
    NWD_ASSIGN_OR_RETURN(auto store, tls::CertificateStore::Open(
                                         {.folder = pki::OrganisationFolder(PkiFolder(hub_.folder), organisation),
                                          .trust_domain = hub_.trust_domain}));
    credentials = std::make_unique<Credentials>(std::move(store));
  }
  client = std::make_unique<rpc::Client>(hub_.Service(service).Address(), credentials->credentials.Channel(service));
  return client.get();
}

}  // namespace nwd::hub
