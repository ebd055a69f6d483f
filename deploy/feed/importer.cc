#include "deploy/feed/importer.h"

#include "common/base/macros.h"

namespace nwd::feed {
namespace {

namespace v1 = directory::v1;

// Checking, indexing and writing a whole feed at once may take its time.
constexpr absl::Duration kCommitPatience = absl::Minutes(5);
constexpr absl::Duration kPagePatience = absl::Minutes(1);

absl::Status PutPages(rpc::Client& client, const std::string& import_id, const std::vector<Page>& pages,
                      const std::function<void(int)>& on_page, Imported& imported) {
  int done = 0;
  for (const Page& page : pages) {
    v1::PutImportPageRequest request;
    request.set_import_id(import_id);
    request.set_page_name(page.name);
    request.set_content(page.content);
    NWD_ASSIGN_OR_RETURN(const auto put, client.Call<v1::PutImportPageResponse>(request, {.timeout = kPagePatience}));
    imported.services += put.services();
    imported.problem_count += put.problem_count();
    imported.problems.insert(imported.problems.end(), put.problems().begin(), put.problems().end());
    on_page(++done);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Imported> Import(rpc::Client& client, const ImportOptions& options, const std::vector<Page>& pages,
                                const std::function<void(int)>& on_page) {
  v1::BeginImportRequest begin;
  begin.set_feed_slug(options.slug);
  begin.set_source_url(options.source);
  NWD_ASSIGN_OR_RETURN(const auto begun, client.Call<v1::BeginImportResponse>(begin));
  Imported imported;
  imported.feed_id = begun.feed_id();

  absl::Status status = PutPages(client, begun.import_id(), pages, on_page, imported);
  if (status.ok()) {
    v1::CommitImportRequest commit;
    commit.set_import_id(begun.import_id());
    commit.set_full(options.full);
    commit.set_validate_only(options.validate_only);
    auto done = client.Call<v1::CommitImportResponse>(commit, {.timeout = kCommitPatience});
    status = done.status();
    if (done.ok()) imported.done = *std::move(done);
  }
  if (!status.ok() || options.validate_only) {
    v1::AbortImportRequest abort;
    abort.set_import_id(begun.import_id());
    client.Call<v1::AbortImportResponse>(abort)
        .status()
        .IgnoreError();  // an import that is left lying is the directory's to sweep
  }
  if (!status.ok()) return status;
  return imported;
}

}  // namespace nwd::feed
