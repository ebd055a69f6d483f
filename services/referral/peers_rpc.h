// The peers over the network. Thread-safe; the clients and the replica they are given outlive them. Errors are those of
// the call.
#pragma once

#include "common/replica/directory_replica.h"
#include "nwd/consent/v1/access_service.pb.h"
#include "services/referral/peers.h"

namespace nwd::referral {

class RpcConsentPeer final : public ConsentPeer {
 public:
  explicit RpcConsentPeer(rpc::Client& client) : client_(client) {}
  async::Task<absl::StatusOr<ResolvedPerson>> Resolve(const PersonQuestion& question,
                                                      const rpc::CallOptions& options) override;
  async::Task<absl::StatusOr<Permission>> Permits(const BasisQuestion& question,
                                                  const rpc::CallOptions& options) override;
  async::Task<absl::StatusOr<bool>> Stands(const BasisQuestion& question, const rpc::CallOptions& options) override;
  async::Task<absl::StatusOr<Prospect>> ResolveAndPermits(const PersonQuestion& question, const Basis& basis,
                                                          const rpc::CallOptions& options) override;
  async::Task<absl::StatusOr<bool>> ReleaseText(const TextRelease& release, const rpc::CallOptions& options) override;
  async::Task<absl::Status> OpenAccess(const storage::Grant& grant, const rpc::CallOptions& options) override;
  async::Task<absl::Status> CloseAccess(const storage::Grant& grant, const rpc::CallOptions& options) override;

 private:
  async::Task<absl::StatusOr<consent::v1::CheckAccessResponse>> Check(const BasisQuestion& question,
                                                                      const rpc::CallOptions& options);
  rpc::Client& client_;
};

class RpcOutcomePeer final : public OutcomePeer {
 public:
  explicit RpcOutcomePeer(rpc::Client& client) : client_(client) {}
  async::Task<absl::StatusOr<int>> CountOutcomes(const std::string& referral_id,
                                                 const rpc::CallOptions& options) override;

 private:
  rpc::Client& client_;
};

class RpcDirectoryPeer final : public DirectoryPeer {
 public:
  RpcDirectoryPeer(rpc::Client& client, replica::DirectoryReplica& replica) : client_(client), replica_(replica) {}
  absl::StatusOr<std::optional<common::v1::ServiceChange>> FindService(const store::Reader& reader,
                                                                       const std::string& service_id) override;
  async::Task<absl::Status> AskService(const std::string& service_id) override;
  async::Task<absl::StatusOr<std::vector<std::string>>> Alternatives(const AlternativesQuestion& question,
                                                                     const rpc::CallOptions& options) override;

 private:
  rpc::Client& client_;
  replica::DirectoryReplica& replica_;
};

}  // namespace nwd::referral
