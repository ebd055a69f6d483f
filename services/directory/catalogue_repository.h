// Services in the store: what the feed said (a row a generation), and what the hub knows (capacity, links, places
// taken), each in a row of its own, so that an import never overwrites a provider's word.
//
// Functions of a transaction or a view; no state.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "services/directory/hub_facts.h"
#include "services/directory/storage.pb.h"

namespace nwd::directory {

// The service as readers see it: its newest row of a generation that has been committed. Nothing where there is none.
absl::StatusOr<std::optional<storage::ServiceRow>> FindServiceRow(const store::Reader& reader, ids::Uuid service_id);
absl::StatusOr<HubFacts> ReadHubFacts(const store::Reader& reader, const storage::ServiceRow& row);
// What peers are told of the service as it stands now.
common::v1::Change ServiceChangeOf(const storage::ServiceRow& row, const HubFacts& facts, absl::Time time);
// Tells them.
void AppendServiceChange(store::Txn& txn, const storage::ServiceRow& row, const HubFacts& facts, absl::Time now);
// The same of the row readers see, which is there.
absl::Status AppendServiceChange(store::Txn& txn, ids::Uuid service_id, absl::Time now);

// Feeds by their ids (16 raw bytes).
using FeedRows = absl::flat_hash_map<std::string, storage::FeedRow>;
absl::StatusOr<FeedRows> AllFeeds(const store::Reader& reader);

// Visits every row readers see and names the keys of all others: rows that a newer one replaced, and what a commit that
// never came to its end left behind.
absl::Status ScanServices(const store::Reader& reader, const FeedRows& feeds,
                          absl::FunctionRef<void(const storage::ServiceRow&, uint64_t generation)> visit,
                          std::vector<std::string>& stale_keys);

// Visits what the hub knows of services: every link of a provider, capacity and count of places taken. A visitor may be
// empty.
struct HubFactsVisitor {
  std::function<void(ids::Uuid feed_id, std::string_view external_id, const storage::ProviderLinkRow&)> link;
  std::function<void(ids::Uuid service_id, const storage::CapacityRow&)> capacity;
  std::function<void(ids::Uuid service_id, const storage::TakenRow&)> taken;
};
absl::Status ScanHubFacts(const store::Reader& reader, const HubFactsVisitor& visitor);

}  // namespace nwd::directory
