// Feeds, imports and their pages in the store.
//
// Functions of a transaction or a view; no state.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "services/directory/import_plan.h"
#include "services/directory/storage.pb.h"

namespace nwd::directory {

// An id that this service itself has written.
ids::Uuid IdOf(std::string_view text);

absl::StatusOr<std::optional<storage::FeedRow>> FindFeed(const store::Reader& reader, std::string_view feed_id);
absl::StatusOr<std::optional<storage::FeedRow>> FindFeedBySlug(const store::Reader& reader, std::string_view slug);
// Feeds by slug, after `after_slug`, at most `limit`.
absl::StatusOr<std::vector<storage::FeedRow>> ListFeedsAfter(const store::Reader& reader, std::string_view after_slug,
                                                             int limit);
void PutFeed(store::Txn& txn, const storage::FeedRow& feed);

absl::StatusOr<std::optional<storage::ImportRow>> FindImport(const store::Reader& reader, std::string_view import_id);
// The import, if it was begun by `organisation_id`; else the one answer for "not yours" and "not there".
absl::StatusOr<storage::ImportRow> GetOwnImport(const store::Reader& reader, std::string_view import_id,
                                                std::string_view organisation_id);
// FAILED_PRECONDITION unless the import can still be given pages.
absl::Status CheckOpen(const storage::ImportRow& import);
void PutImport(store::Txn& txn, const storage::ImportRow& import);
// Forgets an import's row; its pages are deleted by whoever sweeps.
void DeleteImport(store::Txn& txn, std::string_view import_id);

// Puts a page, in place of one of the same name, and counts it in `import`.
absl::Status PutPage(store::Txn& txn, storage::ImportRow& import, std::string_view name, const storage::PageRow& page,
                     std::string_view content);
// All that the import was given, in the order of the pages' names.
absl::StatusOr<StagedImport> ReadPages(const store::Reader& reader, std::string_view import_id);
// Keys of the rows of pages whose import is not open, at most `limit`.
absl::StatusOr<std::vector<std::string>> FindAbandonedPages(const store::Reader& reader, size_t limit);

}  // namespace nwd::directory
