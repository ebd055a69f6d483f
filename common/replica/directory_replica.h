// What consent, referral and outcome must know of the directory: organisations (and their trust), services and
// data-sharing agreements, kept in their own stores so that they go on deciding while the directory is down.
//
// Load() fills the registry from the store at start, before the server takes calls. Services and agreements are read
// within a transaction or view, so that a decision sees one state. Where a call names an organisation, service or
// agreement that the replica lacks, ask the owner before denying: AskOrganisation / AskService / AskAgreement fetch it
// from the directory, keep it, and answer (bounded: an id or identity the directory does not know is remembered for a
// few seconds, so that strangers cannot make us hammer it).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/access/registry.h"
#include "common/async/task.h"
#include "common/ids/uuid.h"
#include "common/replica/follower.h"
#include "common/rpc/client.h"
#include "common/store/store.h"
#include "nwd/common/v1/change_service.pb.h"
#include "nwd/directory/v1/agreement_service.pb.h"
#include "nwd/directory/v1/catalogue_service.pb.h"
#include "nwd/directory/v1/organisation_service.pb.h"

namespace nwd::replica {

// What the replica asks of the directory.
struct DirectoryPeer {
  ReadChanges read_changes;
  std::function<async::Task<absl::StatusOr<directory::v1::GetOrganisationResponse>>(
      const directory::v1::GetOrganisationRequest&)>
      get_organisation;
  std::function<async::Task<absl::StatusOr<directory::v1::GetServiceResponse>>(const directory::v1::GetServiceRequest&)>
      get_service;
  std::function<async::Task<absl::StatusOr<directory::v1::GetAgreementResponse>>(
      const directory::v1::GetAgreementRequest&)>
      get_agreement;
};
// Over the network.
DirectoryPeer DirectoryPeerOf(rpc::Client& client);

class DirectoryReplica {
 public:
  DirectoryReplica(store::Store& store, rpc::Client& directory, access::Registry& registry, const Clock& clock);
  DirectoryReplica(store::Store& store, DirectoryPeer directory, access::Registry& registry, const Clock& clock);
  ~DirectoryReplica();

  // Fills the registry from what the store holds. Blocks; at start only.
  absl::Status Load();
  async::Task<void> Run(rpc::Stop& stop);
  const Follower& follower() const;

  // A service as last known here; nothing where it is not known (or was deleted).
  static absl::StatusOr<std::optional<common::v1::ServiceChange>> FindService(const store::Reader& reader,
                                                                              std::string_view service_id);
  // An agreement as last known here, also one that has ended; nothing where it is not known.
  static absl::StatusOr<std::optional<common::v1::AgreementChange>> FindAgreement(const store::Reader& reader,
                                                                                  const ids::Uuid& agreement_id);

  // Asks the directory about what the replica lacks, and about a service that no organisation is known to answer for. OK
  // says that it answered, either way: afterwards the registry (an organisation, an identity) or the store (a service, an
  // agreement) holds it, if it exists. An unreachable directory is UNAVAILABLE, reason DIRECTORY_UNREACHABLE. AskIdentity
  // is for the chain: rpc::ServerOptions::on_unknown_identity.
  async::Task<absl::Status> AskIdentity(std::string spiffe_id);
  async::Task<absl::Status> AskOrganisation(std::string organisation_id);
  async::Task<absl::Status> AskService(std::string service_id);
  async::Task<absl::Status> AskAgreement(std::string agreement_id);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace nwd::replica
