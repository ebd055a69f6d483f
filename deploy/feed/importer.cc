#include "deploy/feed/importer.h"

#include <algorithm>
#include <map>
#include <utility>

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/ids/uuid.h"
#include "common/status/status.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace nwd::feed {
namespace {

namespace v1 = directory::v1;

// Checking, indexing and writing a whole feed at once may take its time.
constexpr absl::Duration kCommitPatience = absl::Minutes(5);
constexpr absl::Duration kPagePatience = absl::Minutes(1);

// Names a call, so that its retry after a lost answer is the same call.
std::string NewRequestId() { return ids::Uuid::Random().ToString(); }

absl::StatusOr<v1::BeginImportResponse> Begin(rpc::Client& client, const ImportOptions& options) {
  v1::BeginImportRequest begin;
  begin.set_request_id(NewRequestId());
  begin.set_feed_slug(options.slug);
  begin.set_source_url(options.source);
  return client.Call<v1::BeginImportResponse>(begin);
}

absl::Status Abort(rpc::Client& client, const std::string& import_id) {
  v1::AbortImportRequest abort;
  abort.set_request_id(NewRequestId());
  abort.set_import_id(import_id);
  return client.Call<v1::AbortImportResponse>(abort).status();
}

absl::StatusOr<v1::BeginImportResponse> BeginOrTakeOver(rpc::Client& client, const ImportOptions& options) {
  const absl::StatusOr<v1::BeginImportResponse> begun = Begin(client, options);
  const std::string in_the_way = ImportInTheWay(begun.status());
  if (!options.take_over || in_the_way.empty()) return begun;
  NWD_RETURN_IF_ERROR(Abort(client, in_the_way));
  return Begin(client, options);
}

v1::ImportProblem ProblemOf(const Page& page) {
  v1::ImportProblem problem;
  problem.set_page(page.name);
  problem.set_index(-1);
  problem.set_description(page.problem);
  problem.set_left_out(true);
  return problem;
}

absl::Status PutPage(rpc::Client& client, const std::string& import_id, const Page& page, Imported& imported) {
  v1::PutImportPageRequest request;
  request.set_import_id(import_id);
  request.set_page_name(page.name);
  request.set_content(page.content);
  NWD_ASSIGN_OR_RETURN(const auto put, client.Call<v1::PutImportPageResponse>(request, {.timeout = kPagePatience}));
  imported.services += put.services();
  imported.problem_count += put.problem_count();
  imported.problems.insert(imported.problems.end(), put.problems().begin(), put.problems().end());
  return absl::OkStatus();
}

absl::Status PutPages(rpc::Client& client, const std::string& import_id, const std::vector<Page>& pages,
                      const std::function<void(int)>& on_page, Imported& imported) {
  int done = 0;
  for (const Page& page : pages) {
    if (page.usable()) {
      NWD_RETURN_IF_ERROR(PutPage(client, import_id, page, imported));
    } else {
      ++imported.problem_count;
      imported.problems.push_back(ProblemOf(page));
    }
    on_page(++done);
  }
  return absl::OkStatus();
}

absl::Status Commit(rpc::Client& client, const ImportOptions& options, const std::string& import_id, bool all_pages,
                    Imported& imported) {
  v1::CommitImportRequest commit;
  commit.set_request_id(NewRequestId());
  commit.set_import_id(import_id);
  commit.set_full(options.full && all_pages);
  commit.set_validate_only(options.validate_only);
  NWD_ASSIGN_OR_RETURN(imported.done, client.Call<v1::CommitImportResponse>(commit, {.timeout = kCommitPatience}));
  imported.problem_count += imported.done.problem_count();
  imported.problems.insert(imported.problems.end(), imported.done.problems().begin(), imported.done.problems().end());
  return absl::OkStatus();
}

// By page as they were given, then by entry: what the directory finds at the end belongs to pages long put.
void Order(const std::vector<Page>& pages, std::vector<v1::ImportProblem>& problems) {
  std::map<std::string, size_t> places;
  for (const Page& page : pages) places.emplace(page.name, places.size());
  const auto place = [&](const v1::ImportProblem& problem) {
    const auto found = places.find(problem.page());
    return std::pair(found == places.end() ? places.size() : found->second, problem.index());
  };
  std::stable_sort(problems.begin(), problems.end(), [&](const auto& a, const auto& b) { return place(a) < place(b); });
}

}  // namespace

std::string ImportInTheWay(const absl::Status& status) {
  if (status::ReasonOf(status) != "IMPORT_OPEN") return "";
  const google::rpc::Status wire = status::ToWire(status);
  for (const auto& detail : wire.details()) {
    google::rpc::ErrorInfo info;
    if (!detail.UnpackTo(&info)) continue;
    const auto found = info.metadata().find("import_id");
    if (found != info.metadata().end()) return found->second;
  }
  return "";
}

std::string Place(const v1::ImportProblem& problem) {
  return Cat(problem.page(), problem.index() < 0 ? "" : Cat(" [", problem.index(), "]"),
             problem.field().empty() ? "" : Cat(" ", problem.field()));
}

absl::Status CheckAnythingTaken(const Imported& imported) {
  if (imported.services > 0) return absl::OkStatus();
  const auto first = std::find_if(imported.problems.begin(), imported.problems.end(),
                                  [](const v1::ImportProblem& problem) { return problem.left_out(); });
  if (first == imported.problems.end()) return absl::OkStatus();
  const int others = imported.problem_count - 1;
  return absl::InvalidArgumentError(
      Cat("nothing of the feed could be imported: ", Place(*first), ": ", first->description(),
          "; mend it, or ask the feed's publisher to",
          others == 0 ? "" : Cat(" (and ", others, others == 1 ? " problem more)" : " problems more)")));
}

absl::StatusOr<Imported> Import(rpc::Client& client, const ImportOptions& options, const std::vector<Page>& pages,
                                const std::function<void(int)>& on_page) {
  NWD_ASSIGN_OR_RETURN(const v1::BeginImportResponse begun, BeginOrTakeOver(client, options));
  Imported imported;
  imported.feed_id = begun.feed_id();
  absl::Status status = PutPages(client, begun.import_id(), pages, on_page, imported);
  const bool worth_it = CheckAnythingTaken(imported).ok();
  if (status.ok() && worth_it) {
    const bool all_pages = std::all_of(pages.begin(), pages.end(), [](const Page& page) { return page.usable(); });
    status = Commit(client, options, begun.import_id(), all_pages, imported);
  }
  if (!status.ok() || !worth_it || options.validate_only) {
    Abort(client, begun.import_id()).IgnoreError();  // an import that is left lying can be taken over
  }
  if (!status.ok()) return status;
  Order(pages, imported.problems);
  return imported;
}

}  // namespace nwd::feed
