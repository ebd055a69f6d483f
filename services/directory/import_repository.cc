#include "services/directory/import_repository.h"

#include "common/base/check.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/status/status.h"
#include "common/store/proto_value.h"
#include "services/directory/keys.h"
#include "services/directory/limits.h"
#include "services/directory/reasons.h"

namespace nwd::directory {
namespace {

using ids::Uuid;
using store::Visit;

// The import and name in a page's key.
bool ReadPageKey(std::string_view key, std::string_view* import_id, std::string_view* name) {
  store::KeyReader reader(key);
  return reader.Bytes(Uuid::kSizeBytes, import_id) && reader.Text(name) && reader.Done();
}

}  // namespace

Uuid IdOf(std::string_view text) {
  const std::optional<Uuid> id = Uuid::Parse(text);
  NWD_CHECK(id.has_value());
  return *id;
}

absl::StatusOr<std::optional<storage::FeedRow>> FindFeed(const store::Reader& reader, std::string_view feed_id) {
  const std::optional<Uuid> id = Uuid::Parse(feed_id);
  if (!id) return std::nullopt;
  return store::Find<storage::FeedRow>(reader, keys::Feed(*id));
}

absl::StatusOr<std::optional<storage::FeedRow>> FindFeedBySlug(const store::Reader& reader, std::string_view slug) {
  std::string bytes;
  NWD_ASSIGN_OR_RETURN(const bool known, reader.Get(keys::FeedSlug(slug), &bytes));
  if (!known) return std::nullopt;
  const std::optional<Uuid> id = Uuid::FromBytes(bytes);
  if (!id) return absl::DataLossError("a feed's finder holds no id");
  return store::Find<storage::FeedRow>(reader, keys::Feed(*id));
}

absl::StatusOr<std::vector<storage::FeedRow>> ListFeedsAfter(const store::Reader& reader, std::string_view after_slug,
                                                             int limit) {
  std::vector<storage::FeedRow> feeds;
  store::Range range = store::PrefixRange(keys::Table(keys::kFeedSlugs));
  if (!after_slug.empty()) range.begin = keys::FeedSlug(after_slug) + '\0';
  absl::Status inner;
  NWD_RETURN_IF_ERROR(reader.Scan(range, store::Direction::kForward, [&](std::string_view, std::string_view id) {
    absl::StatusOr<std::optional<storage::FeedRow>> feed =
        store::Find<storage::FeedRow>(reader, keys::Feed(*Uuid::FromBytes(id)));
    if (!feed.ok() || !feed->has_value()) {
      inner = feed.ok() ? absl::DataLossError("a slug names a feed that is not there") : feed.status();
      return Visit::kStop;
    }
    feeds.push_back(**std::move(feed));
    return static_cast<int>(feeds.size()) < limit ? Visit::kContinue : Visit::kStop;
  }));
  NWD_RETURN_IF_ERROR(inner);
  return feeds;
}

void PutFeed(store::Txn& txn, const storage::FeedRow& feed) {
  const Uuid id = IdOf(feed.feed_id());
  store::PutMessage(txn, keys::Feed(id), feed);
  txn.Put(keys::FeedSlug(feed.slug()), id.bytes());
}

absl::StatusOr<std::optional<storage::ImportRow>> FindImport(const store::Reader& reader, std::string_view import_id) {
  const std::optional<Uuid> id = Uuid::Parse(import_id);
  if (!id) return std::nullopt;
  return store::Find<storage::ImportRow>(reader, keys::Import(*id));
}

absl::StatusOr<storage::ImportRow> GetOwnImport(const store::Reader& reader, std::string_view import_id,
                                                std::string_view organisation_id) {
  NWD_ASSIGN_OR_RETURN(auto import, FindImport(reader, import_id));
  if (!import || import->organisation_id() != organisation_id) return status::Denied();
  return *std::move(import);
}

absl::Status CheckOpen(const storage::ImportRow& import) {
  if (import.state() == storage::ImportRow::STATE_OPEN) return absl::OkStatus();
  const std::string_view state = import.state() == storage::ImportRow::STATE_COMMITTED ? "committed" : "aborted";
  return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kWrongState,
                       Cat("the import has been ", state, "; begin another"), {{"state", std::string(state)}});
}

void PutImport(store::Txn& txn, const storage::ImportRow& import) {
  store::PutMessage(txn, keys::Import(IdOf(import.import_id())), import);
}

void DeleteImport(store::Txn& txn, std::string_view import_id) { txn.Delete(keys::Import(IdOf(import_id))); }

absl::Status PutPage(store::Txn& txn, storage::ImportRow& import, std::string_view name, const storage::PageRow& page,
                     std::string_view content) {
  const Uuid id = IdOf(import.import_id());
  NWD_ASSIGN_OR_RETURN(const auto before, store::Find<storage::PageRow>(txn, keys::Page(id, name)));
  import.set_services(import.services() + page.services() - (before ? before->services() : 0));
  import.set_bytes(import.bytes() + page.bytes() - (before ? before->bytes() : 0));
  if (import.services() > kImportServicesMax || import.bytes() > kImportBytesMax) {
    return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kImportTooLarge,
                         Cat("an import holds at most ", kImportServicesMax, " services and ", kImportBytesMax,
                             " bytes; import the feed in parts, as several feeds"),
                         {{"services_most", Cat(kImportServicesMax)}, {"bytes_most", Cat(kImportBytesMax)}});
  }
  store::PutMessage(txn, keys::Page(id, name), page);
  txn.Put(keys::PageContent(id, name), content);
  PutImport(txn, import);
  return absl::OkStatus();
}

absl::StatusOr<StagedImport> ReadPages(const store::Reader& reader, std::string_view import_id) {
  StagedImport staged;
  absl::Status inner;
  auto take = [&](std::string_view key, std::string_view value) {
    auto step = [&]() -> absl::Status {
      NWD_ASSIGN_OR_RETURN(const auto page, store::ParseValue<storage::PageRow>(key, value));
      staged.left_out += page.left_out();
      std::string_view id, name;
      if (!ReadPageKey(key, &id, &name)) return absl::DataLossError("a page's key is malformed");
      NWD_ASSIGN_OR_RETURN(auto content,
                           store::Find<storage::PageContent>(reader, keys::PageContent(*Uuid::FromBytes(id), name)));
      if (!content) return absl::DataLossError("a page of an import has no content");
      const bool indexed = !content->indexes().empty();  // pages of before that was kept are not
      if (indexed && content->indexes_size() != content->services_size())
        return absl::DataLossError("a page of an import does not say where its services stood");
      for (int i = 0; i < content->services_size(); ++i) {
        staged.services.push_back(std::move(*content->mutable_services(i)));
        staged.origins.push_back({.page = staged.pages.size(), .index = indexed ? content->indexes(i) : i});
      }
      staged.pages.emplace_back(name);
      staged.left_out_ids.insert(content->left_out_external_ids().begin(), content->left_out_external_ids().end());
      staged.absences_known &= !page.unreadable() && page.left_out() == content->left_out_external_ids_size();
      return absl::OkStatus();
    };
    inner = step();
    return inner.ok() ? Visit::kContinue : Visit::kStop;
  };
  NWD_RETURN_IF_ERROR(
      reader.Scan(store::PrefixRange(keys::PagesOf(IdOf(import_id))), store::Direction::kForward, take));
  NWD_RETURN_IF_ERROR(inner);
  return staged;
}

absl::StatusOr<std::vector<std::string>> FindAbandonedPages(const store::Reader& reader, size_t limit) {
  std::vector<std::string> found;
  std::string last_import;
  bool last_open = false;
  absl::Status inner;
  auto look = [&](std::string_view key, std::string_view) {
    auto step = [&]() -> absl::Status {
      std::string_view import_id, name;
      if (!ReadPageKey(key, &import_id, &name)) return absl::DataLossError("a page's key is malformed");
      const Uuid id = *Uuid::FromBytes(import_id);
      if (import_id != last_import) {
        NWD_ASSIGN_OR_RETURN(const auto import, store::Find<storage::ImportRow>(reader, keys::Import(id)));
        last_import = std::string(import_id);
        last_open = import && import->state() == storage::ImportRow::STATE_OPEN;
      }
      if (last_open) return absl::OkStatus();
      found.emplace_back(key);
      found.push_back(keys::PageContent(id, name));
      return absl::OkStatus();
    };
    inner = step();
    return inner.ok() && found.size() < limit ? Visit::kContinue : Visit::kStop;
  };
  NWD_RETURN_IF_ERROR(reader.Scan(store::PrefixRange(keys::Table(keys::kPages)), store::Direction::kForward, look));
  NWD_RETURN_IF_ERROR(inner);
  return found;
}

}  // namespace nwd::directory
