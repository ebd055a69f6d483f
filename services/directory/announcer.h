// Tells peers, through the change feed, of services that an import or a link changed: a bounded transaction at a time,
// after it has happened. How far it came is noted in the store, so that what was cut off is told later; peers may hear
// things twice.
//
// Callers hold the turn of imports: what readers see does not change meanwhile. Not called twice at once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/async/task.h"
#include "common/store/store.h"
#include "services/directory/catalogue.h"
#include "services/directory/import_plan.h"

namespace nwd::directory {

class Announcer {
 public:
  Announcer(store::Store& store, const Catalogue& catalogue) : store_(store), catalogue_(catalogue) {}

  // The rows of a commit, and lets go of those they replace. `feed` is the feed as it was before the commit.
  async::Task<absl::Status> AnnounceRows(const storage::FeedRow& feed, const std::vector<PlannedRow>& rows,
                                         absl::Time now);
  // All services of a feed whose rows are of a generation that peers have not been told of.
  async::Task<absl::Status> AnnounceFeed(ids::Uuid feed_id, absl::Time now);
  // The services of a linked provider, from the `from`th on.
  async::Task<absl::Status> AnnounceLink(ids::Uuid feed_id, const std::string& external_id, size_t from,
                                         absl::Time now);

 private:
  async::Task<absl::Status> NoteAnnounced(ids::Uuid feed_id);
  async::Task<absl::Status> Tell(const std::vector<ids::Uuid>& services, size_t from, absl::Time now);

  store::Store& store_;
  const Catalogue& catalogue_;
};

// Logs what failed after the answer stood: it will be done at the next commit or start.
void LogUnfinished(std::string_view step, const absl::Status& status);

}  // namespace nwd::directory
