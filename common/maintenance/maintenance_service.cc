#include "common/maintenance/maintenance_service.h"

#include <algorithm>

#include "common/async/block_on.h"
#include "common/base/macros.h"
#include "common/log/log.h"
#include "common/status/reasons.h"
#include "common/status/status.h"

namespace nwd::maintenance {

using common::v1::GetStatusRequest;
using common::v1::GetStatusResponse;
using common::v1::RotateKeysRequest;
using common::v1::RotateKeysResponse;

absl::Status MaintenanceService::Load(const crypto::HubKey& hub_key) {
  return async::BlockOn(rotation_.Use(hub_key.WrappingKeys(purpose_)));
}

void MaintenanceService::Register(rpc::Router& router) {
  router.Unary(this, &MaintenanceService::GetStatus);
  router.Unary(this, &MaintenanceService::Backup);
  router.Stream(this, &MaintenanceService::RotateKeys);
}

async::Task<absl::StatusOr<GetStatusResponse>> MaintenanceService::GetStatus(rpc::Call&, const GetStatusRequest&) {
  NWD_CO_ASSIGN_OR_RETURN(person_keys::KeyCounts counts, co_await rotation_.Count());
  const std::shared_ptr<const person_keys::WrappingRing> ring = keys_.ring();
  counts.try_emplace(ring->newest(), 0);
  GetStatusResponse response;
  for (const auto& [number, people_keys] : counts) {
    common::v1::WrappingKeyStatus& status = *response.add_wrapping_keys();
    status.set_number(static_cast<int32_t>(number));
    status.set_people_keys(people_keys);
    status.set_held(ring->Find(number) != nullptr);
    status.set_newest(number == ring->newest());
  }
  co_return response;
}

async::Task<absl::StatusOr<common::v1::BackupResponse>> MaintenanceService::Backup(rpc::Call&,
                                                                                   const common::v1::BackupRequest&) {
  if (make_backup_ == nullptr) co_return absl::UnimplementedError("this service's engine has other means of backup");
  const absl::StatusOr<backup::Made> made = co_await workers_.Run(make_backup_);
  if (made.ok()) {
    log::Line(log::Level::kInfo, "backup.made").Str("data", made->data).Str("keys", made->keys).Emit();
    common::v1::BackupResponse response;
    response.set_data_folder(made->data);
    response.set_keys_folder(made->keys);
    co_return response;
  }
  log::Line(log::Level::kError, "backup.failed").Status(made.status()).Emit();
  if (absl::IsResourceExhausted(made.status())) co_return made.status();
  co_return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kBackupFailed,
                          "the backup could not be written, and nothing is left of it; the service's log says why "
                          "(backup.failed)");
}

async::Task<absl::Status> MaintenanceService::RotateKeys(rpc::Call& call, const RotateKeysRequest&,
                                                         rpc::Writer<RotateKeysResponse>& writer) {
  NWD_CO_RETURN_IF_ERROR(co_await ReadKeysAgain());
  RotateKeysResponse progress;
  progress.set_newest_number(static_cast<int32_t>(keys_.ring()->newest()));
  NWD_CO_ASSIGN_OR_RETURN(const person_keys::KeyCounts counts, co_await rotation_.Count());
  for (const auto& [number, people_keys] : counts) progress.set_total(progress.total() + people_keys);
  NWD_CO_RETURN_IF_ERROR(co_await writer.Write(progress));

  person_keys::RotationPage page;
  do {
    NWD_CO_RETURN_IF_ERROR(call.CheckAlive());
    NWD_CO_RETURN_IF_ERROR(call.StillAdmitted());
    NWD_CO_ASSIGN_OR_RETURN(page, co_await rotation_.Rewrap(page.next));
    progress.set_done(progress.done() + page.keys);
    progress.set_total(std::max(progress.total(), progress.done()));
    progress.set_rewrapped(progress.rewrapped() + page.rewrapped);
    progress.set_damaged(progress.damaged() + page.damaged);
    if (!page.next.empty()) NWD_CO_RETURN_IF_ERROR(co_await writer.Write(progress));
  } while (!page.next.empty());

  if (progress.damaged() == 0) NWD_CO_RETURN_IF_ERROR(co_await rotation_.LetOldOnesGo());
  log::Line(progress.damaged() == 0 ? log::Level::kInfo : log::Level::kError, "keys.rotated")
      .Int("newest", progress.newest_number())
      .Int("keys", progress.done())
      .Int("rewrapped", progress.rewrapped())
      .Int("damaged", progress.damaged())
      .Emit();
  progress.set_complete(true);
  co_return co_await writer.Write(progress);
}

async::Task<absl::Status> MaintenanceService::ReadKeysAgain() {
  if (read_hub_key_ == nullptr) co_return absl::OkStatus();
  const absl::StatusOr<crypto::HubKey> hub_key = read_hub_key_();
  absl::Status used = hub_key.status();
  if (hub_key.ok()) used = co_await rotation_.Use(hub_key->WrappingKeys(purpose_));
  if (!absl::IsFailedPrecondition(used) && !absl::IsNotFound(used) && !absl::IsPermissionDenied(used)) co_return used;
  log::Line(log::Level::kError, "keys.file_refused").Status(used).Emit();
  co_return status::Error(
      absl::StatusCode::kFailedPrecondition, reasons::kKeyFileUnusable,
      "this service cannot use what its hub key file holds now, and goes on as before; its log says "
      "why (keys.file_refused)");
}

}  // namespace nwd::maintenance
