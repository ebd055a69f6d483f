// Operators' calls to a service that keeps people's keys: the one implementation of nwd.common.v1.MaintenanceService.
//
//   MaintenanceService maintenance(person_keys, "consent/person-keys", [&] { return program.ReadHubKey(); });
//   NWD_RETURN_IF_ERROR(maintenance.Load(hub_key));   // before the server starts
//   maintenance.Register(router);
//
// The keys outlive it. Load is called once, by one thread; the handlers are thread-safe.
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/async/worker_pool.h"
#include "common/backup/backup.h"
#include "common/crypto/key_file.h"
#include "common/person_keys/key_rotation.h"
#include "common/person_keys/person_keys.h"
#include "common/rpc/call.h"
#include "common/rpc/router.h"
#include "nwd/common/v1/maintenance_service.pb.h"

namespace nwd::maintenance {

// Reads the hub's key again: a small file, on the thread that asks.
using ReadHubKey = std::function<absl::StatusOr<crypto::HubKey>()>;
// Makes a backup of the service's stores. Blocks.
using MakeBackup = std::function<absl::StatusOr<backup::Made>()>;

inline constexpr int kBackupsWaitingMax = 1;  // behind the one that is being made

class MaintenanceService {
 public:
  // `purpose`: what the wrapping keys are derived for.
  MaintenanceService(person_keys::PersonKeys& keys, std::string purpose, ReadHubKey read_hub_key,
                     MakeBackup make_backup = {})
      : keys_(keys),
        rotation_(keys),
        purpose_(std::move(purpose)),
        read_hub_key_(std::move(read_hub_key)),
        make_backup_(std::move(make_backup)),
        workers_(1, kBackupsWaitingMax) {}

  // FAILED_PRECONDITION, one sentence, where people's keys lie under a wrapping key that the hub's key file has lost.
  // Blocks.
  absl::Status Load(const crypto::HubKey& hub_key);
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<common::v1::GetStatusResponse>> GetStatus(rpc::Call& call,
                                                                       const common::v1::GetStatusRequest& request);
  async::Task<absl::StatusOr<common::v1::BackupResponse>> Backup(rpc::Call& call,
                                                                 const common::v1::BackupRequest& request);
  async::Task<absl::Status> RotateKeys(rpc::Call& call, const common::v1::RotateKeysRequest& request,
                                       rpc::Writer<common::v1::RotateKeysResponse>& writer);

 private:
  // Takes what the key file holds now; an error says nothing of the file.
  async::Task<absl::Status> ReadKeysAgain();

  person_keys::PersonKeys& keys_;
  person_keys::KeyRotation rotation_;
  const std::string purpose_;
  const ReadHubKey read_hub_key_;
  const MakeBackup make_backup_;
  async::WorkerPool workers_;  // one backup after the other
};

}  // namespace nwd::maintenance
