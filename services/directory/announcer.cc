#include "services/directory/announcer.h"

#include <algorithm>

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/log/log.h"
#include "common/store/proto_value.h"
#include "services/directory/catalogue_repository.h"
#include "services/directory/import_repository.h"
#include "services/directory/keys.h"
#include "services/directory/limits.h"

namespace nwd::directory {

using ids::Uuid;
using store::Reader;
using store::Txn;

async::Task<absl::Status> Announcer::AnnounceRows(const storage::FeedRow& feed, const std::vector<PlannedRow>& rows,
                                                  absl::Time now) {
  const Uuid feed_id = IdOf(feed.feed_id());
  if (feed.announced_generation() < feed.generation()) {  // an earlier commit was not announced to its end
    co_return co_await AnnounceFeed(feed_id, now);
  }
  for (size_t first = 0; first < rows.size(); first += kBatchServices) {
    const size_t last = std::min(rows.size(), first + kBatchServices);
    auto body = [&](Txn& txn) -> absl::Status {
      for (size_t i = first; i < last; ++i) {
        NWD_ASSIGN_OR_RETURN(const HubFacts facts, ReadHubFacts(txn, rows[i].row));
        AppendServiceChange(txn, rows[i].row, facts, now);
        if (rows[i].replaces != 0) txn.Delete(keys::Service(rows[i].service_id, rows[i].replaces));
      }
      return absl::OkStatus();
    };
    NWD_CO_RETURN_IF_ERROR(co_await store_.Update(body));
  }
  co_return co_await NoteAnnounced(feed_id);
}

async::Task<absl::Status> Announcer::AnnounceFeed(Uuid feed_id, absl::Time now) {
  auto find = [&](const Reader& reader) { return store::Find<storage::FeedRow>(reader, keys::Feed(feed_id)); };
  NWD_CO_ASSIGN_OR_RETURN(const auto feed, co_await store_.View(find));
  if (!feed) co_return absl::DataLossError("a feed is not there any more");
  const IndexPtr index = catalogue_.Current();
  std::vector<Uuid> changed;
  for (const DocumentPtr& document : index->documents()) {
    if (document->feed_id == feed_id && document->generation > feed->announced_generation())
      changed.push_back(document->id);
  }
  NWD_CO_RETURN_IF_ERROR(co_await Tell(changed, 0, now));
  co_return co_await NoteAnnounced(feed_id);
}

async::Task<absl::Status> Announcer::NoteAnnounced(Uuid feed_id) {
  auto note = [&](Txn& txn) -> absl::Status {
    NWD_ASSIGN_OR_RETURN(auto row, store::Find<storage::FeedRow>(txn, keys::Feed(feed_id)));
    if (!row) return absl::DataLossError("a feed is not there any more");
    row->set_announced_generation(row->generation());
    PutFeed(txn, *row);
    return absl::OkStatus();
  };
  co_return co_await store_.Update(note);
}

async::Task<absl::Status> Announcer::Tell(const std::vector<Uuid>& services, size_t from, absl::Time now) {
  for (size_t first = from; first < services.size(); first += kBatchServices) {
    const size_t last = std::min(services.size(), first + kBatchServices);
    auto body = [&](Txn& txn) -> absl::Status {
      for (size_t i = first; i < last; ++i) NWD_RETURN_IF_ERROR(AppendServiceChange(txn, services[i], now));
      return absl::OkStatus();
    };
    NWD_CO_RETURN_IF_ERROR(co_await store_.Update(body));
  }
  co_return absl::OkStatus();
}

async::Task<absl::Status> Announcer::AnnounceLink(Uuid feed_id, const std::string& external_id, size_t from,
                                                  absl::Time now) {
  const std::vector<Uuid> services = catalogue_.Current()->ServicesOf(feed_id, external_id);
  NWD_CO_RETURN_IF_ERROR(co_await Tell(services, from, now));
  auto note = [&](Txn& txn) -> absl::Status {
    const std::string key = keys::ProviderLink(feed_id, external_id);
    NWD_ASSIGN_OR_RETURN(auto link, store::Find<storage::ProviderLinkRow>(txn, key));
    if (!link) return absl::OkStatus();
    link->set_announced(true);
    store::PutMessage(txn, key, *link);
    return absl::OkStatus();
  };
  co_return co_await store_.Update(note);
}

void LogUnfinished(std::string_view step, const absl::Status& status) {
  if (status.ok()) return;
  log::Line(log::Level::kWarning, "directory.import_unfinished")
      .Str("step", step)
      .Str("error", StdView(status.message()))
      .Emit();
}

}  // namespace nwd::directory
