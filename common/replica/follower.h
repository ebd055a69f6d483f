// Follows another service's change feed into this service's own store: durable, in order, resumed where it stopped.
//
//   auto apply = [&](Txn& txn, const Change& change) { return organisations.Apply(txn, change); };
//   Follower directory(store, client, "directory", apply);
//   directory.OnApplied(after_each_batch);   // Task<void>(const std::vector<Change>&): brings memory up to date
//   server.Background([&](rpc::Stop& stop) { return directory.Run(stop); });
//
// Each batch of changes and the cursor after it are one transaction. A change may come twice: Apply is idempotent.
// While the owner is down the replica stays as it is and the follower tries again (100 ms to 5 s). A cursor that is too
// old (OUT_OF_RANGE) or can no longer be opened starts again from the oldest change the owner keeps. CaughtUp() tells
// when the replica has once been level with its owner since the start; LagSeconds() how long ago it last was.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/async/task.h"
#include "common/base/clock.h"
#include "common/rpc/client.h"
#include "common/rpc/stop.h"
#include "common/store/store.h"
#include "nwd/common/v1/change_service.pb.h"

namespace nwd::replica {

using common::v1::Change;

// How a follower reads its owner's feed.
using ReadChanges =
    std::function<async::Task<absl::StatusOr<common::v1::ReadChangesResponse>>(const common::v1::ReadChangesRequest&)>;
// Over the network.
ReadChanges ReadChangesOf(rpc::Client& client);

class Follower {
 public:
  using Apply = std::function<absl::Status(store::Txn&, const Change&)>;
  // After the commit, before the next batch is asked for: on the queue's thread, so it awaits rather than blocks.
  using Applied = std::function<async::Task<void>(const std::vector<Change>&)>;

  // `peer` is the followed service's name ("directory"): part of the key the cursor is kept under.
  Follower(store::Store& store, rpc::Client& client, std::string peer, Apply apply, const Clock& clock);
  Follower(store::Store& store, ReadChanges read, std::string peer, Apply apply, const Clock& clock);
  ~Follower();
  // Before Run.
  void OnApplied(Applied applied);
  async::Task<void> Run(rpc::Stop& stop);
  bool CaughtUp() const;
  double LagSeconds() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace nwd::replica
