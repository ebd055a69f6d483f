#include "services/directory/feed_service.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/status/status.h"
#include "common/tokens/page.h"
#include "services/directory/import_repository.h"
#include "services/directory/limits.h"
#include "services/directory/reasons.h"

namespace nwd::directory {
namespace {

using store::Reader;
using store::Txn;

// Frees a feed whose import has been idle too long; refuses while one is in use. The importer is told which, so that it
// can go on or abort.
absl::Status MakeRoomForImport(Txn& txn, const rpc::Call& call, storage::FeedRow& feed) {
  if (!feed.aborted_import_id().empty()) DeleteImport(txn, feed.aborted_import_id());
  feed.clear_aborted_import_id();
  if (feed.open_import_id().empty()) return absl::OkStatus();
  NWD_ASSIGN_OR_RETURN(const auto open, FindImport(txn, feed.open_import_id()));
  if (open && absl::FromUnixMicros(open->update_time_us()) + kImportIdleMax > call.Now()) {
    const bool own = open->organisation_id() == call.organisation_id();
    status::Metadata metadata = {{"feed", feed.slug()}};
    if (own) metadata.emplace_back("import_id", open->import_id());
    const std::string what_to_do =
        own ? "commit or abort it first"
            : Cat("it is another organisation's, and gives way when nothing has been put into it for ",
                  absl::FormatDuration(kImportIdleMax));
    return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kImportOpen,
                         Cat("an import of the feed ", feed.slug(), " is open; ", what_to_do), metadata);
  }
  DeleteImport(txn, feed.open_import_id());
  feed.clear_open_import_id();
  return absl::OkStatus();
}

// A name that can be part of a key and of a message.
bool IsPlainName(std::string_view name) {
  return std::none_of(name.begin(), name.end(), [](char c) { return absl::ascii_iscntrl(c); });
}

}  // namespace

void FeedService::Register(rpc::Router& router) {
  router.Unary(this, &FeedService::BeginImport);
  router.Unary(this, &FeedService::PutImportPage);
  router.Unary(this, &FeedService::CommitImport);
  router.Unary(this, &FeedService::AbortImport);
  router.Unary(this, &FeedService::ListFeeds);
  router.Unary(this, &FeedService::ListProviders);
  router.Unary(this, &FeedService::LinkProvider);
}

async::Task<absl::StatusOr<v1::BeginImportResponse>> FeedService::BeginImport(rpc::Call& call,
                                                                              const v1::BeginImportRequest& request) {
  const std::string new_feed_id = ids::Uuid::Random().ToString();
  const std::string import_id = ids::Uuid::Random().ToString();
  auto body = [&](Txn& txn) {
    auto effect = [&]() -> absl::StatusOr<v1::BeginImportResponse> {
      NWD_ASSIGN_OR_RETURN(auto known, FindFeedBySlug(txn, request.feed_slug()));
      storage::FeedRow feed;
      if (known) {
        feed = *std::move(known);
      } else {
        feed.set_feed_id(new_feed_id);
        feed.set_slug(request.feed_slug());
      }
      NWD_RETURN_IF_ERROR(MakeRoomForImport(txn, call, feed));
      if (!request.source_url().empty()) feed.set_source_url(request.source_url());
      feed.set_open_import_id(import_id);
      PutFeed(txn, feed);
      storage::ImportRow import;
      import.set_import_id(import_id);
      import.set_feed_id(feed.feed_id());
      import.set_organisation_id(call.organisation_id());
      import.set_state(storage::ImportRow::STATE_OPEN);
      import.set_update_time_us(absl::ToUnixMicros(call.Now()));
      PutImport(txn, import);
      v1::BeginImportResponse response;
      response.set_feed_id(feed.feed_id());
      response.set_import_id(import_id);
      return response;
    };
    return parts_.requests.Once<v1::BeginImportResponse>(txn, call, request, effect);
  };
  co_return co_await parts_.store.Update(body, call.deadline());
}

async::Task<absl::StatusOr<v1::PutImportPageResponse>> FeedService::PutImportPage(
    rpc::Call& call, const v1::PutImportPageRequest& request) {
  if (!IsPlainName(request.page_name())) co_return status::InvalidField("page_name", "must hold no control characters");
  // Before the work of reading, so that nobody else can make us do it.
  auto look = [&](const Reader& reader) -> absl::Status {
    return GetOwnImport(reader, request.import_id(), call.organisation_id()).status();
  };
  NWD_CO_RETURN_IF_ERROR(co_await parts_.store.View(look));

  struct Read {
    ParsedPage page;
    storage::PageRow row;
    std::string content;
  };
  auto work = [&]() -> absl::StatusOr<Read> {
    Read read;
    read.page = parts_.reader.Read(request.content(), request.page_name());
    storage::PageContent content;
    for (storage::StagedService& service : read.page.services) *content.add_services() = std::move(service);
    content.mutable_indexes()->Add(read.page.indexes.begin(), read.page.indexes.end());
    content.mutable_left_out_external_ids()->Add(read.page.left_out_ids.begin(), read.page.left_out_ids.end());
    read.content = content.SerializeAsString();
    read.row.set_services(content.services_size());
    read.row.set_left_out(read.page.left_out);
    read.row.set_bytes(static_cast<int64_t>(read.content.size()));
    read.row.set_unreadable(read.page.unreadable);
    return read;
  };
  NWD_CO_ASSIGN_OR_RETURN(const Read read, co_await parts_.pool.Run(work));

  auto body = [&](Txn& txn) -> absl::StatusOr<v1::PutImportPageResponse> {
    NWD_ASSIGN_OR_RETURN(storage::ImportRow import, GetOwnImport(txn, request.import_id(), call.organisation_id()));
    call.ProveTie(common::v1::TIE_IMPORTER);
    auto effect = [&]() -> absl::StatusOr<v1::PutImportPageResponse> {
      NWD_RETURN_IF_ERROR(CheckOpen(import));
      import.set_update_time_us(absl::ToUnixMicros(call.Now()));
      NWD_RETURN_IF_ERROR(PutPage(txn, import, request.page_name(), read.row, read.content));
      v1::PutImportPageResponse response;
      response.set_services(read.row.services());
      response.set_problem_count(read.page.problem_count);
      return response;
    };
    return parts_.requests.Once<v1::PutImportPageResponse>(txn, call, request, effect);
  };
  auto result = co_await parts_.store.Update(body, call.deadline());
  // The problems follow from the request, so a replay finds them again instead of having kept them.
  if (result.ok()) result->mutable_problems()->Add(read.page.problems.begin(), read.page.problems.end());
  co_return result;
}

async::Task<absl::StatusOr<v1::CommitImportResponse>> FeedService::CommitImport(
    rpc::Call& call, const v1::CommitImportRequest& request) {
  co_return co_await parts_.importer.Commit(call, request);
}

async::Task<absl::StatusOr<v1::AbortImportResponse>> FeedService::AbortImport(rpc::Call& call,
                                                                              const v1::AbortImportRequest& request) {
  auto body = [&](Txn& txn) -> absl::StatusOr<v1::AbortImportResponse> {
    NWD_ASSIGN_OR_RETURN(storage::ImportRow import, GetOwnImport(txn, request.import_id(), call.organisation_id()));
    call.ProveTie(common::v1::TIE_IMPORTER);
    auto effect = [&]() -> absl::StatusOr<v1::AbortImportResponse> {
      NWD_RETURN_IF_ERROR(CheckOpen(import));
      NWD_ASSIGN_OR_RETURN(auto feed, FindFeed(txn, import.feed_id()));
      if (!feed) return absl::DataLossError("an import names a feed that is not there");
      feed->clear_open_import_id();
      feed->set_aborted_import_id(import.import_id());
      PutFeed(txn, *feed);
      import.set_state(storage::ImportRow::STATE_ABORTED);
      PutImport(txn, import);
      return v1::AbortImportResponse();
    };
    return parts_.requests.Once<v1::AbortImportResponse>(txn, call, request, effect);
  };
  NWD_CO_ASSIGN_OR_RETURN(const v1::AbortImportResponse response, co_await parts_.store.Update(body, call.deadline()));
  NWD_CO_RETURN_IF_ERROR(co_await parts_.sweeper.SweepPages());
  co_return response;
}

async::Task<absl::StatusOr<v1::ListFeedsResponse>> FeedService::ListFeeds(rpc::Call& call,
                                                                          const v1::ListFeedsRequest& request) {
  const std::string scope = tokens::PageScope(call.organisation_id(), request);
  NWD_CO_ASSIGN_OR_RETURN(const std::string after_slug, tokens::PageStart(parts_.tokens, scope, request));
  const int size = tokens::PageSize(request.page_size());
  auto body = [&](const Reader& reader) { return ListFeedsAfter(reader, after_slug, size + 1); };
  NWD_CO_ASSIGN_OR_RETURN(const std::vector<storage::FeedRow> rows, co_await parts_.store.View(body));
  const IndexPtr index = parts_.catalogue.Current();
  v1::ListFeedsResponse response;
  for (const storage::FeedRow& row : rows) {
    if (response.feeds_size() == size) {
      response.set_next_page_token(parts_.tokens.Seal(scope, response.feeds(size - 1).slug()));
      break;
    }
    v1::DirectoryFeed& feed = *response.add_feeds();
    feed.set_feed_id(row.feed_id());
    feed.set_slug(row.slug());
    feed.set_source_url(row.source_url());
    const SearchIndex::Feed* known = index->FindFeed(*ids::Uuid::Parse(row.feed_id()));
    feed.set_services(known == nullptr ? 0 : static_cast<int32_t>(known->services));
    if (row.import_time_us() != 0)
      *feed.mutable_import_time() = ToTimestamp(absl::FromUnixMicros(row.import_time_us()));
  }
  co_return response;
}

async::Task<absl::StatusOr<v1::ListProvidersResponse>> FeedService::ListProviders(
    rpc::Call& call, const v1::ListProvidersRequest& request) {
  const std::string scope = tokens::PageScope(call.organisation_id(), request);
  NWD_CO_ASSIGN_OR_RETURN(const std::string after_id, tokens::PageStart(parts_.tokens, scope, request));
  auto find = [&](const Reader& reader) { return FindFeed(reader, request.feed_id()); };
  NWD_CO_ASSIGN_OR_RETURN(const auto feed, co_await parts_.store.View(find));
  if (!feed) {
    co_return status::Error(absl::StatusCode::kNotFound, reasons::kNoFeed,
                            Cat("there is no feed ", request.feed_id(), "; see ListFeeds"),
                            {{"feed", request.feed_id()}});
  }
  const ids::Uuid feed_id = *ids::Uuid::Parse(request.feed_id());
  const int size = tokens::PageSize(request.page_size());
  const IndexPtr index = parts_.catalogue.Current();
  v1::ListProvidersResponse response;
  const SearchIndex::Feed* known = index->FindFeed(feed_id);
  if (known == nullptr) co_return response;
  auto next = std::upper_bound(
      known->providers.begin(), known->providers.end(), after_id,
      [](const std::string& id, const SearchIndex::Provider& provider) { return id < provider.external_id; });
  for (; next != known->providers.end(); ++next) {
    if (response.providers_size() == size) {
      response.set_next_page_token(parts_.tokens.Seal(scope, response.providers(size - 1).external_id()));
      break;
    }
    v1::Provider& provider = *response.add_providers();
    provider.set_external_id(next->external_id);
    provider.set_name(next->name);
    provider.set_organisation_id(parts_.catalogue.LinkOf(feed_id, next->external_id));
    provider.set_services(static_cast<int32_t>(next->documents.size()));
  }
  co_return response;
}

async::Task<absl::StatusOr<v1::LinkProviderResponse>> FeedService::LinkProvider(
    rpc::Call& call, const v1::LinkProviderRequest& request) {
  co_return co_await parts_.linker.Link(call, request);
}

}  // namespace nwd::directory
