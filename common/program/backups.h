// A service's backups, and what there is to do where its data came back from one (common/backup).
//
//   Backups backups;
//   backups.AddOptions(options);
//   NWD_RETURN_IF_ERROR(backups.Open("consent", data_folder));   // before the stores are opened
//   NWD_RETURN_IF_ERROR(backups.TakeUp(data, hub_key));          // before anything else touches them
//   NWD_RETURN_IF_ERROR(backups.Finish(stores, audit_log));      // once the service has loaded, before it serves
//   server.Background([&](rpc::Stop& stop) { return backups.LetGo(stop); });
//
// Make is thread-safe, one at a time; the rest is one thread's, at the start.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/async/task.h"
#include "common/async/worker_pool.h"
#include "common/audit/log.h"
#include "common/backup/restore.h"
#include "common/config/config.h"
#include "common/crypto/key_file.h"
#include "common/metrics/metrics.h"
#include "common/rpc/stop.h"
#include "common/store/store.h"

namespace nwd::program {

inline constexpr absl::Duration kBackupsLook = absl::Hours(1);       // for those that have had their time
inline constexpr absl::Duration kClockMovedMax = absl::Minutes(10);  // by itself, between two looks

class Backups {
 public:
  void AddOptions(config::Options& options);
  absl::Status Open(const std::string& service, const std::string& data_folder);

  // Begins the new epoch where the data came back from a backup. Blocks.
  absl::Status TakeUp(store::Store& data, const crypto::HubKey& hub_key);
  // After TakeUp: which epoch the data is in; and what is still to be done to it before the service serves, null where it did
  // not come back from a backup.
  uint32_t epoch() const { return epoch_; }
  const backup::Plan* plan() const { return plan_.has_value() ? &*plan_ : nullptr; }
  // Where there was a plan: makes the first backup of the new epoch, since a ledger that is followed from now on goes with no
  // older one, and puts the plan away. `stores` by name: "data" and, of a service that has one, "keys". Blocks.
  absl::Status Finish(const std::map<std::string, store::Store*>& stores, const audit::Log& log);

  // Blocks.
  absl::StatusOr<backup::Made> Make(store::Store& data, store::Store& keys, const audit::Log& log) const;
  // When the oldest backup of keys that is still there was made; nothing where there is none. Blocks; thread-safe.
  absl::StatusOr<std::optional<absl::Time>> OldestOfKeys() const { return backup::Oldest(places_.key_backups); }
  metrics::Registration AddMetrics(metrics::Registry& registry) const;
  // Lets go of those that have had their time, until told to stop.
  async::Task<void> LetGo(rpc::Stop& stop);

 private:
  std::string service_;
  backup::Places places_;
  uint32_t epoch_ = 1;
  std::optional<backup::Plan> plan_;
  async::WorkerPool workers_{1, 1};  // deleting takes as long as the disk does
};

}  // namespace nwd::program
