#include "services/directory/catalogue_repository.h"

#include "common/base/check.h"
#include "common/base/macros.h"
#include "common/base/timestamps.h"
#include "common/store/proto_value.h"
#include "services/directory/keys.h"

namespace nwd::directory {
namespace {

using ids::Uuid;
using store::Visit;

bool ReadKey(std::string_view key, std::string_view* service_id, uint64_t* generation) {
  store::KeyReader reader(key);
  return reader.Bytes(Uuid::kSizeBytes, service_id) && reader.Number(generation) && reader.Done();
}

// Parses every row of a table and hands it on with the rest of its key.
template <class Row, class Take>
absl::Status ScanTable(const store::Reader& reader, char table, Take take) {
  absl::Status inner;
  auto look = [&](std::string_view key, std::string_view value) {
    absl::StatusOr<Row> row = store::ParseValue<Row>(key, value);
    inner = row.ok() ? take(store::KeyReader(key), *row) : row.status();
    return inner.ok() ? Visit::kContinue : Visit::kStop;
  };
  NWD_RETURN_IF_ERROR(reader.Scan(store::PrefixRange(keys::Table(table)), store::Direction::kForward, look));
  return inner;
}

}  // namespace

absl::StatusOr<std::optional<storage::ServiceRow>> FindServiceRow(const store::Reader& reader, Uuid service_id) {
  std::optional<storage::ServiceRow> found;
  std::optional<storage::FeedRow> feed;
  absl::Status inner;
  auto look = [&](std::string_view key, std::string_view value) {
    auto step = [&]() -> absl::StatusOr<bool> {
      NWD_ASSIGN_OR_RETURN(storage::ServiceRow row, store::ParseValue<storage::ServiceRow>(key, value));
      const std::optional<Uuid> feed_id = Uuid::Parse(row.service().feed_id());
      std::string_view id;
      uint64_t generation = 0;
      if (!feed_id || !ReadKey(key, &id, &generation))
        return absl::DataLossError("a service's row or key is malformed");
      if (!feed) {
        NWD_ASSIGN_OR_RETURN(feed, store::Find<storage::FeedRow>(reader, keys::Feed(*feed_id)));
        if (!feed) return absl::DataLossError("a service names a feed that is not there");
      }
      if (generation > feed->generation()) return false;
      found = std::move(row);
      return true;
    };
    const absl::StatusOr<bool> done = step();
    if (!done.ok()) inner = done.status();
    return !done.ok() || *done ? Visit::kStop : Visit::kContinue;
  };
  NWD_RETURN_IF_ERROR(
      reader.Scan(store::PrefixRange(keys::ServiceRows(service_id)), store::Direction::kBackward, look));
  NWD_RETURN_IF_ERROR(inner);
  return found;
}

absl::StatusOr<HubFacts> ReadHubFacts(const store::Reader& reader, const storage::ServiceRow& row) {
  const std::optional<Uuid> id = Uuid::Parse(row.service().service_id());
  const std::optional<Uuid> feed_id = Uuid::Parse(row.service().feed_id());
  NWD_CHECK(id && feed_id);
  HubFacts facts;
  if (!row.provider_external_id().empty()) {
    const std::string key = keys::ProviderLink(*feed_id, row.provider_external_id());
    NWD_ASSIGN_OR_RETURN(const auto link, store::Find<storage::ProviderLinkRow>(reader, key));
    if (link) facts.organisation_id = link->organisation_id();
  }
  NWD_ASSIGN_OR_RETURN(const auto capacity, store::Find<storage::CapacityRow>(reader, keys::Capacity(*id)));
  if (capacity) {
    facts.accepts = capacity->accepts_referrals();
    if (capacity->has_capacity()) facts.capacity = capacity->capacity();
    facts.capacity_revision = capacity->revision();
  }
  NWD_ASSIGN_OR_RETURN(const auto taken, store::Find<storage::TakenRow>(reader, keys::Taken(*id)));
  if (taken) facts.taken = taken->taken();
  return facts;
}

common::v1::Change ServiceChangeOf(const storage::ServiceRow& row, const HubFacts& facts, absl::Time time) {
  v1::Service service = row.service();
  AddHubFacts(facts, row.revision(), service);
  common::v1::Change change;
  *change.mutable_change_time() = ToTimestamp(time);
  *change.mutable_service() = ToServiceChange(service);
  return change;
}

void AppendServiceChange(store::Txn& txn, const storage::ServiceRow& row, const HubFacts& facts, absl::Time now) {
  txn.Append(store::Feed::kChanges, ServiceChangeOf(row, facts, now).SerializeAsString());
}

absl::Status AppendServiceChange(store::Txn& txn, Uuid service_id, absl::Time now) {
  NWD_ASSIGN_OR_RETURN(const auto row, FindServiceRow(txn, service_id));
  if (!row) return absl::DataLossError("a service of the catalogue has no row");
  NWD_ASSIGN_OR_RETURN(const HubFacts facts, ReadHubFacts(txn, *row));
  AppendServiceChange(txn, *row, facts, now);
  return absl::OkStatus();
}

absl::StatusOr<FeedRows> AllFeeds(const store::Reader& reader) {
  FeedRows feeds;
  auto take = [&](store::KeyReader key, const storage::FeedRow& row) -> absl::Status {
    std::string_view id;
    if (!key.Bytes(Uuid::kSizeBytes, &id)) return absl::DataLossError("a feed's key is malformed");
    feeds.emplace(id, row);
    return absl::OkStatus();
  };
  NWD_RETURN_IF_ERROR(ScanTable<storage::FeedRow>(reader, keys::kFeeds, take));
  return feeds;
}

absl::Status ScanServices(const store::Reader& reader, const FeedRows& feeds,
                          absl::FunctionRef<void(const storage::ServiceRow&, uint64_t)> visit,
                          std::vector<std::string>& stale_keys) {
  std::string last_service;  // of the rows before: newest first, so the first that counts is the one
  absl::Status inner;
  auto look = [&](std::string_view key, std::string_view value) {
    auto step = [&]() -> absl::Status {
      std::string_view id;
      uint64_t generation = 0;
      if (!ReadKey(key, &id, &generation)) return absl::DataLossError("a service's key is malformed");
      if (id == last_service) {
        stale_keys.emplace_back(key);
        return absl::OkStatus();
      }
      NWD_ASSIGN_OR_RETURN(const storage::ServiceRow row, store::ParseValue<storage::ServiceRow>(key, value));
      const std::optional<Uuid> feed_id = Uuid::Parse(row.service().feed_id());
      const auto feed = feed_id ? feeds.find(std::string(feed_id->bytes())) : feeds.end();
      if (feed == feeds.end()) return absl::DataLossError("a service names a feed that is not there");
      if (generation > feed->second.generation()) {
        stale_keys.emplace_back(key);
        return absl::OkStatus();
      }
      last_service = std::string(id);
      visit(row, generation);
      return absl::OkStatus();
    };
    inner = step();
    return inner.ok() ? Visit::kContinue : Visit::kStop;
  };
  NWD_RETURN_IF_ERROR(reader.Scan(store::PrefixRange(keys::Table(keys::kServices)), store::Direction::kBackward, look));
  return inner;
}

absl::Status ScanHubFacts(const store::Reader& reader, const HubFactsVisitor& visitor) {
  auto by_service = [](const auto& visit) {
    return [&visit](store::KeyReader key, const auto& row) -> absl::Status {
      std::string_view id;
      if (!key.Bytes(Uuid::kSizeBytes, &id)) return absl::DataLossError("a service's key is malformed");
      visit(*Uuid::FromBytes(id), row);
      return absl::OkStatus();
    };
  };
  auto link = [&](store::KeyReader key, const storage::ProviderLinkRow& row) -> absl::Status {
    std::string_view feed_id, external_id;
    if (!key.Bytes(Uuid::kSizeBytes, &feed_id) || !key.Text(&external_id))
      return absl::DataLossError("a link's key is malformed");
    visitor.link(*Uuid::FromBytes(feed_id), external_id, row);
    return absl::OkStatus();
  };
  if (visitor.link) NWD_RETURN_IF_ERROR(ScanTable<storage::ProviderLinkRow>(reader, keys::kLinks, link));
  if (visitor.capacity)
    NWD_RETURN_IF_ERROR(ScanTable<storage::CapacityRow>(reader, keys::kCapacities, by_service(visitor.capacity)));
  if (visitor.taken)
    NWD_RETURN_IF_ERROR(ScanTable<storage::TakenRow>(reader, keys::kTakens, by_service(visitor.taken)));
  return absl::OkStatus();
}

}  // namespace nwd::directory
