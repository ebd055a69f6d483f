#include "services/directory/importer.h"

#include "common/async/block_on.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/status/status.h"
#include "services/directory/acts.h"
#include "services/directory/catalogue_repository.h"
#include "services/directory/import_repository.h"
#include "services/directory/keys.h"
#include "services/directory/limits.h"
#include "services/directory/reasons.h"

namespace nwd::directory {

using ids::Uuid;
using store::Reader;
using store::Txn;

async::Task<absl::StatusOr<v1::CommitImportResponse>> Importer::Commit(rpc::Call& call,
                                                                       const v1::CommitImportRequest& request) {
  NWD_CO_ASSIGN_OR_RETURN(const Turn::Guard turn, co_await parts_.turn.Take(call.deadline()));
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

  LogUnfinished("announce", co_await parts_.announcer.AnnounceRows(feed, prepared.plan.rows, call.Now()));
  LogUnfinished("sweep pages", co_await parts_.sweeper.SweepPages());
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
    NWD_CO_RETURN_IF_ERROR(co_await parts_.sweeper.SweepRows());
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
  auto body = [&](Txn& txn) {
    auto effect = [&]() -> absl::StatusOr<v1::CommitImportResponse> {
      NWD_ASSIGN_OR_RETURN(storage::ImportRow import, GetOwnImport(txn, request.import_id(), call.organisation_id()));
      NWD_RETURN_IF_ERROR(CheckOpen(import));  // aborted while the rows were written
      NWD_ASSIGN_OR_RETURN(auto row, FindFeed(txn, feed.feed_id()));
      if (!row || row->pending_generation() != feed.pending_generation()) {
        return status::Error(absl::StatusCode::kUnavailable, reasons::kOtherCommit,
                             Cat("another commit of the feed ", feed.slug(), " came between; commit again"),
                             {{"feed", feed.slug()}});
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
    return parts_.requests.Once<v1::CommitImportResponse>(txn, call, request, effect);
  };
  co_return co_await parts_.store.Update(body, call.deadline());
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
  NWD_CO_ASSIGN_OR_RETURN(const Turn::Guard turn, co_await parts_.turn.Take(absl::InfiniteFuture()));
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
  for (const Uuid feed_id : undone.feeds) NWD_CO_RETURN_IF_ERROR(co_await parts_.announcer.AnnounceFeed(feed_id, now));
  for (const auto& [feed_id, external_id] : undone.links) {
    NWD_CO_RETURN_IF_ERROR(co_await parts_.announcer.AnnounceLink(feed_id, external_id, 0, now));
  }
  NWD_CO_RETURN_IF_ERROR(co_await parts_.sweeper.SweepRows());
  co_return co_await parts_.sweeper.SweepPages();
}

}  // namespace nwd::directory
