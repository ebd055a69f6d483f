#include "services/directory/importer.h"

#include <algorithm>

#include "common/async/block_on.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/log/log.h"
#include "common/status/status.h"
#include "common/store/proto_value.h"
#include "services/directory/catalogue_repository.h"
#include "services/directory/import_repository.h"
#include "services/directory/keys.h"
#include "services/directory/limits.h"
#include "services/directory/organisation_repository.h"

namespace nwd::directory {
namespace {

using ids::Uuid;
using store::Reader;
using store::Txn;

Uuid IdOf(std::string_view text) {
  const std::optional<Uuid> id = Uuid::Parse(text);
  NWD_CHECK(id.has_value());
  return *id;
}

storage::Act ActOf(const rpc::Call& call, std::string_view object_id, std::string detail) {
  storage::Act act;
  act.set_organisation_id(call.organisation_id());
  act.set_object_id(std::string(object_id));
  act.set_detail(std::move(detail));
  return act;
}

// What failed after it had happened: it will be done at the next commit or start.
void LogLater(std::string_view what, const absl::Status& status) {
  if (status.ok()) return;
  log::Line(log::Level::kWarning, "directory.import_unfinished")
      .Str("step", what)
      .Str("error", StdView(status.message()))
      .Emit();
}

}  // namespace

async::Task<absl::StatusOr<v1::CommitImportResponse>> Importer::Commit(rpc::Call& call,
                                                                       const v1::CommitImportRequest& request) {
  const Turn::Guard turn = co_await turn_.Take();
  // A retry of a commit that is done gets its answer again, before anything else is looked at.
  std::optional<v1::CommitImportResponse> answered;
  auto replay = [&](Txn& txn) -> absl::Status {
    answered.reset();
    NWD_ASSIGN_OR_RETURN(const storage::ImportRow import,
                         GetOwnImport(txn, request.import_id(), call.organisation_id()));
    call.ProveTie(common::v1::TIE_IMPORTER);
    const absl::Status open = CheckOpen(import);
    if (open.ok()) return absl::OkStatus();
    auto closed = [&]() -> absl::StatusOr<v1::CommitImportResponse> { return open; };
    NWD_ASSIGN_OR_RETURN(answered, parts_.requests.Once<v1::CommitImportResponse>(txn, call, request, closed));
    return absl::OkStatus();
  };
  NWD_CO_RETURN_IF_ERROR(co_await parts_.store.Update(replay, call.deadline()));
  if (answered) co_return *answered;

  NWD_CO_ASSIGN_OR_RETURN(const storage::FeedRow feed, co_await Start(call, request));
  NWD_CO_ASSIGN_OR_RETURN(Prepared prepared, co_await Prepare(feed, request, call.Now()));
  if (request.validate_only()) co_return prepared.plan.counts;
  NWD_CO_RETURN_IF_ERROR(co_await WriteRows(call, prepared, feed.pending_generation()));
  NWD_CO_ASSIGN_OR_RETURN(const v1::CommitImportResponse response,
                          co_await MakeVisible(call, request, feed, prepared.plan.counts));
  parts_.catalogue.Publish(std::move(prepared.index));

  LogLater("announce", co_await Announce(feed, prepared.plan.rows, call.Now()));
  LogLater("sweep pages", co_await SweepPages());
  co_return response;
}

// Notes the pending generation, having swept what an earlier attempt left.
async::Task<absl::StatusOr<storage::FeedRow>> Importer::Start(rpc::Call& call, const v1::CommitImportRequest& request) {
  auto find = [&](const Reader& reader) -> absl::StatusOr<storage::FeedRow> {
    NWD_ASSIGN_OR_RETURN(const storage::ImportRow import,
                         GetOwnImport(reader, request.import_id(), call.organisation_id()));
    NWD_ASSIGN_OR_RETURN(auto feed, FindFeed(reader, import.feed_id()));
    if (!feed) return absl::DataLossError("an import names a feed that is not there");
    return *std::move(feed);
  };
  NWD_CO_ASSIGN_OR_RETURN(storage::FeedRow feed, co_await parts_.store.View(find));
  if (request.validate_only()) co_return feed;
  // After an attempt that did not come to its end, and after one whose replaced rows may not all be gone.
  if (feed.pending_generation() != 0 || feed.announced_generation() < feed.generation()) {
    NWD_CO_RETURN_IF_ERROR(co_await SweepRows());
  }
  auto note = [&](Txn& txn) -> absl::Status {
    NWD_ASSIGN_OR_RETURN(auto row, FindFeed(txn, feed.feed_id()));
    if (!row) return absl::DataLossError("an import names a feed that is not there");
    row->set_pending_generation(row->generation() + 1);
    PutFeed(txn, *row);
    feed = *std::move(row);
    return absl::OkStatus();
  };
  NWD_CO_RETURN_IF_ERROR(co_await parts_.store.Update(note, call.deadline()));
  co_return feed;
}

async::Task<absl::StatusOr<Importer::Prepared>> Importer::Prepare(const storage::FeedRow& feed,
                                                                  const v1::CommitImportRequest& request,
                                                                  absl::Time now) {
  auto work = [&]() -> absl::StatusOr<Prepared> {
    auto read = [&](const Reader& reader) { return ReadPages(reader, request.import_id()); };
    NWD_ASSIGN_OR_RETURN(StagedImport staged, async::BlockOn(parts_.store.View(read)));
    Prepared prepared;
    prepared.plan =
        PlanImport(IdOf(feed.feed_id()), std::move(staged), *parts_.catalogue.Current(), request.full(), now);
    if (request.validate_only()) return prepared;
    std::vector<Document> documents;
    documents.reserve(prepared.plan.rows.size());
    prepared.bytes.reserve(prepared.plan.rows.size());
    for (const PlannedRow& planned : prepared.plan.rows) {
      prepared.bytes.push_back(planned.row.SerializeAsString());
      documents.push_back(MakeDocument(planned.row, feed.pending_generation(), parts_.catalogue.lexicon()));
    }
    prepared.index = parts_.catalogue.Prepare(std::move(documents));
    return prepared;
  };
  co_return co_await parts_.pool.Run(work);
}

async::Task<absl::Status> Importer::WriteRows(rpc::Call& call, const Prepared& prepared, uint64_t generation) {
  const std::vector<PlannedRow>& rows = prepared.plan.rows;
  for (size_t first = 0; first < rows.size();) {
    NWD_CO_RETURN_IF_ERROR(call.CheckAlive());
    size_t last = first;
    for (size_t bytes = 0; last < rows.size() && (last == first || bytes + prepared.bytes[last].size() <= kBatchBytes);
         ++last) {
      bytes += prepared.bytes[last].size();
    }
    auto body = [&](Txn& txn) -> absl::Status {
      for (size_t i = first; i < last; ++i) txn.Put(keys::Service(rows[i].service_id, generation), prepared.bytes[i]);
      return absl::OkStatus();
    };
    NWD_CO_RETURN_IF_ERROR(co_await parts_.store.Update(body, call.deadline()));
    first = last;
  }
  co_return absl::OkStatus();
}

async::Task<absl::StatusOr<v1::CommitImportResponse>> Importer::MakeVisible(rpc::Call& call,
                                                                            const v1::CommitImportRequest& request,
                                                                            const storage::FeedRow& feed,
                                                                            const v1::CommitImportResponse& counts) {
  const absl::Time now = call.Now();
  Txn* within = nullptr;
  auto effect = [&]() -> absl::StatusOr<v1::CommitImportResponse> {
    Txn& txn = *within;
    NWD_ASSIGN_OR_RETURN(storage::ImportRow import, GetOwnImport(txn, request.import_id(), call.organisation_id()));
    NWD_RETURN_IF_ERROR(CheckOpen(import));  // aborted while the rows were written
    NWD_ASSIGN_OR_RETURN(auto row, FindFeed(txn, feed.feed_id()));
    if (!row || row->pending_generation() != feed.pending_generation()) {
      return absl::AbortedError("another commit of this feed came between; commit again");
    }
    row->set_generation(feed.pending_generation());
    row->set_pending_generation(0);
    row->set_import_time_us(absl::ToUnixMicros(now));
    if (!row->last_import_id().empty()) DeleteImport(txn, row->last_import_id());
    row->set_last_import_id(import.import_id());
    row->clear_open_import_id();
    PutFeed(txn, *row);
    import.set_state(storage::ImportRow::STATE_COMMITTED);
    PutImport(txn, import);
    parts_.audit.AppendPlain(txn, "feed.imported", now, ActOf(call, feed.feed_id(), import.import_id()));
    return counts;
  };
  auto body = [&](Txn& txn) {
    within = &txn;
    return parts_.requests.Once<v1::CommitImportResponse>(txn, call, request, effect);
  };
  co_return co_await parts_.store.Update(body, call.deadline());
}

// The rows are what readers see: nobody else commits an import meanwhile.
async::Task<absl::Status> Importer::Announce(const storage::FeedRow& feed, const std::vector<PlannedRow>& rows,
                                             absl::Time now) {
  if (feed.announced_generation() < feed.generation()) {  // an earlier commit was not announced to its end
    co_return co_await AnnounceAll(IdOf(feed.feed_id()), now);
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
    NWD_CO_RETURN_IF_ERROR(co_await parts_.store.Update(body));
  }
  co_return co_await NoteAnnounced(IdOf(feed.feed_id()));
}

async::Task<absl::Status> Importer::AnnounceAll(Uuid feed_id, absl::Time now) {
  auto find = [&](const Reader& reader) { return store::Find<storage::FeedRow>(reader, keys::Feed(feed_id)); };
  NWD_CO_ASSIGN_OR_RETURN(const auto feed, co_await parts_.store.View(find));
  if (!feed) co_return absl::DataLossError("a feed is not there any more");
  const IndexPtr index = parts_.catalogue.Current();
  std::vector<Uuid> changed;
  for (const DocumentPtr& document : index->documents()) {
    if (document->feed_id == feed_id && document->generation > feed->announced_generation())
      changed.push_back(document->id);
  }
  NWD_CO_RETURN_IF_ERROR(co_await TellPeers(changed, 0, now));
  co_return co_await NoteAnnounced(feed_id);
}

async::Task<absl::Status> Importer::NoteAnnounced(Uuid feed_id) {
  auto note = [&](Txn& txn) -> absl::Status {
    NWD_ASSIGN_OR_RETURN(auto row, store::Find<storage::FeedRow>(txn, keys::Feed(feed_id)));
    if (!row) return absl::DataLossError("a feed is not there any more");
    row->set_announced_generation(row->generation());
    PutFeed(txn, *row);
    return absl::OkStatus();
  };
  co_return co_await parts_.store.Update(note);
}

async::Task<absl::Status> Importer::TellPeers(const std::vector<Uuid>& services, size_t from, absl::Time now) {
  for (size_t first = from; first < services.size(); first += kBatchServices) {
    const size_t last = std::min(services.size(), first + kBatchServices);
    auto body = [&](Txn& txn) -> absl::Status {
      for (size_t i = first; i < last; ++i) {
        NWD_ASSIGN_OR_RETURN(const auto row, FindServiceRow(txn, services[i]));
        if (!row) return absl::DataLossError("a service of the catalogue has no row");
        NWD_ASSIGN_OR_RETURN(const HubFacts facts, ReadHubFacts(txn, *row));
        AppendServiceChange(txn, *row, facts, now);
      }
      return absl::OkStatus();
    };
    NWD_CO_RETURN_IF_ERROR(co_await parts_.store.Update(body));
  }
  co_return absl::OkStatus();
}

async::Task<absl::StatusOr<v1::LinkProviderResponse>> Importer::Link(rpc::Call& call,
                                                                     const v1::LinkProviderRequest& request) {
  const Turn::Guard turn = co_await turn_.Take();
  const absl::Time now = call.Now();
  const std::optional<Uuid> feed_id = Uuid::Parse(request.feed_id());
  const IndexPtr index = parts_.catalogue.Current();
  const SearchIndex::Provider* provider = feed_id ? index->FindProvider(*feed_id, request.external_id()) : nullptr;
  if (provider == nullptr) {
    co_return status::Error(absl::StatusCode::kNotFound, "NO_PROVIDER",
                            "the feed names no provider with this id; see ListProviders");
  }
  std::vector<Uuid> services;
  for (const DocumentNumber number : provider->documents) services.push_back(index->document(number).id);
  const bool at_once = services.size() <= kBatchServices;

  bool done = false;
  Txn* within = nullptr;
  auto effect = [&]() -> absl::StatusOr<v1::LinkProviderResponse> {
    Txn& txn = *within;
    if (!request.organisation_id().empty()) {
      NWD_ASSIGN_OR_RETURN(const auto organisation, FindOrganisation(txn, request.organisation_id()));
      if (!organisation) {
        return status::Error(absl::StatusCode::kNotFound, "NO_ORGANISATION",
                             Cat("there is no organisation ", request.organisation_id(), " in this hub"));
      }
      if (organisation->organisation().state() != common::v1::ORGANISATION_STATE_ACTIVE) {
        return status::Error(absl::StatusCode::kFailedPrecondition, "WRONG_STATE",
                             "only an active organisation can answer for a provider");
      }
    }
    const std::string key = keys::ProviderLink(*feed_id, request.external_id());
    NWD_ASSIGN_OR_RETURN(const auto before, store::Find<storage::ProviderLinkRow>(txn, key));
    v1::LinkProviderResponse response;
    if ((before ? before->organisation_id() : "") == request.organisation_id()) return response;
    storage::ProviderLinkRow link;
    link.set_organisation_id(request.organisation_id());
    link.set_announced(at_once);
    store::PutMessage(txn, key, link);
    for (size_t i = 0; i < services.size() && i < kBatchServices; ++i) {
      NWD_ASSIGN_OR_RETURN(const auto row, FindServiceRow(txn, services[i]));
      if (!row) return absl::DataLossError("a service of the catalogue has no row");
      NWD_ASSIGN_OR_RETURN(const HubFacts facts, ReadHubFacts(txn, *row));
      AppendServiceChange(txn, *row, facts, now);
    }
    parts_.audit.AppendPlain(txn, "provider.linked", now,
                             ActOf(call, request.organisation_id(), request.external_id()));
    response.set_services(static_cast<int32_t>(services.size()));
    done = true;
    return response;
  };
  auto body = [&](Txn& txn) {
    done = false;
    within = &txn;
    return parts_.requests.Once<v1::LinkProviderResponse>(txn, call, request, effect);
  };
  auto result = co_await parts_.store.Update(body, call.deadline());
  if (!result.ok() || !done) co_return result;
  parts_.catalogue.SetLink(*feed_id, request.external_id(), request.organisation_id());
  if (!at_once) LogLater("announce link", co_await AnnounceLink(*feed_id, request.external_id(), kBatchServices, now));
  co_return result;
}

async::Task<absl::Status> Importer::AnnounceLink(Uuid feed_id, const std::string& external_id, size_t from,
                                                 absl::Time now) {
  const IndexPtr index = parts_.catalogue.Current();
  std::vector<Uuid> services;
  if (const SearchIndex::Provider* provider = index->FindProvider(feed_id, external_id)) {
    for (const DocumentNumber number : provider->documents) services.push_back(index->document(number).id);
  }
  NWD_CO_RETURN_IF_ERROR(co_await TellPeers(services, from, now));
  auto note = [&](Txn& txn) -> absl::Status {
    const std::string key = keys::ProviderLink(feed_id, external_id);
    NWD_ASSIGN_OR_RETURN(auto link, store::Find<storage::ProviderLinkRow>(txn, key));
    if (!link) return absl::OkStatus();
    link->set_announced(true);
    store::PutMessage(txn, key, *link);
    return absl::OkStatus();
  };
  co_return co_await parts_.store.Update(note);
}

async::Task<absl::Status> Importer::Delete(const std::vector<std::string>& doomed) {
  for (size_t first = 0; first < doomed.size(); first += kBatchServices) {
    const size_t last = std::min(doomed.size(), first + kBatchServices);
    auto body = [&](Txn& txn) -> absl::Status {
      for (size_t i = first; i < last; ++i) txn.Delete(doomed[i]);
      return absl::OkStatus();
    };
    NWD_CO_RETURN_IF_ERROR(co_await parts_.store.Update(body));
  }
  co_return absl::OkStatus();
}

async::Task<absl::Status> Importer::SweepPages() {
  while (true) {
    auto find = [&](const Reader& reader) { return FindAbandonedPages(reader, kBatchServices); };
    NWD_CO_ASSIGN_OR_RETURN(const std::vector<std::string> doomed, co_await parts_.store.View(find));
    if (doomed.empty()) co_return absl::OkStatus();
    NWD_CO_RETURN_IF_ERROR(co_await Delete(doomed));
  }
}

async::Task<absl::Status> Importer::SweepRows() {
  auto work = [&]() -> absl::StatusOr<std::vector<std::string>> {
    std::vector<std::string> stale;
    auto scan = [&](const Reader& reader) -> absl::Status {
      stale.clear();
      NWD_ASSIGN_OR_RETURN(const FeedRows feeds, AllFeeds(reader));
      return ScanServices(
          reader, feeds, [](const storage::ServiceRow&, uint64_t) {}, stale);
    };
    NWD_RETURN_IF_ERROR(async::BlockOn(parts_.store.View(scan)));
    return stale;
  };
  NWD_CO_ASSIGN_OR_RETURN(const std::vector<std::string> stale, co_await parts_.pool.Run(work));
  co_return co_await Delete(stale);
}

absl::Status Importer::Load() {
  std::vector<Document> documents;
  auto read = [&](const Reader& reader) -> absl::Status {
    documents.clear();
    std::vector<std::string> stale;
    NWD_ASSIGN_OR_RETURN(const FeedRows feeds, AllFeeds(reader));
    auto take = [&](const storage::ServiceRow& row, uint64_t generation) {
      documents.push_back(MakeDocument(row, generation, parts_.catalogue.lexicon()));
    };
    NWD_RETURN_IF_ERROR(ScanServices(reader, feeds, take, stale));
    return ScanHubFacts(
        reader, {.link =
                     [&](Uuid feed_id, std::string_view external_id, const storage::ProviderLinkRow& link) {
                       parts_.catalogue.SetLink(feed_id, external_id, link.organisation_id());
                     },
                 .capacity =
                     [&](Uuid service_id, const storage::CapacityRow& row) {
                       const auto capacity = row.has_capacity() ? std::optional<int32_t>(row.capacity()) : std::nullopt;
                       parts_.catalogue.SetCapacity(service_id, row.accepts_referrals(), capacity, row.revision());
                     },
                 .taken = [&](Uuid service_id,
                              const storage::TakenRow& row) { parts_.catalogue.SetTaken(service_id, row.taken()); }});
  };
  NWD_RETURN_IF_ERROR(async::BlockOn(parts_.store.View(read)));
  parts_.catalogue.Publish(parts_.catalogue.Prepare(std::move(documents)));
  return absl::OkStatus();
}

async::Task<absl::Status> Importer::Recover(absl::Time now) {
  const Turn::Guard turn = co_await turn_.Take();
  struct Undone {
    std::vector<Uuid> feeds;
    std::vector<std::pair<Uuid, std::string>> links;
  };
  auto look = [&](const Reader& reader) -> absl::StatusOr<Undone> {
    Undone undone;
    NWD_ASSIGN_OR_RETURN(const FeedRows feeds, AllFeeds(reader));
    for (const auto& [id, feed] : feeds) {
      if (feed.announced_generation() < feed.generation()) undone.feeds.push_back(*Uuid::FromBytes(id));
    }
    auto link = [&](Uuid feed_id, std::string_view external_id, const storage::ProviderLinkRow& row) {
      if (!row.announced()) undone.links.emplace_back(feed_id, external_id);
    };
    NWD_RETURN_IF_ERROR(ScanHubFacts(reader, {.link = link, .capacity = nullptr, .taken = nullptr}));
    return undone;
  };
  NWD_CO_ASSIGN_OR_RETURN(const Undone undone, co_await parts_.store.View(look));
  for (const Uuid feed_id : undone.feeds) NWD_CO_RETURN_IF_ERROR(co_await AnnounceAll(feed_id, now));
  for (const auto& [feed_id, external_id] : undone.links) {
    NWD_CO_RETURN_IF_ERROR(co_await AnnounceLink(feed_id, external_id, 0, now));
  }
  NWD_CO_RETURN_IF_ERROR(co_await SweepRows());
  co_return co_await SweepPages();
}

}  // namespace nwd::directory
