// One whole import: begin, every page, commit.
//
//   absl::StatusOr<Imported> done = Import(client, {.slug = "sample", .source = "deploy/sample", .full = true}, pages,
//   on_page);
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/rpc/client.h"
#include "deploy/feed/pages.h"
#include "nwd/directory/v1/feed_service.pb.h"

namespace nwd::feed {

struct ImportOptions {
  std::string slug;
  std::string source;          // where the feed is published, for people to find
  bool full = true;            // what is absent counts as missing
  bool validate_only = false;  // check and count; change nothing
  bool take_over = false;      // an import of this feed that the same organisation left open is aborted first
};

struct Imported {
  std::string feed_id;
  int services = 0;  // in all pages, taken
  int problem_count = 0;
  std::vector<directory::v1::ImportProblem> problems;  // by page, then by entry
  directory::v1::CommitImportResponse done;
};

// `client` is a hub admin's, of the directory. `on_page` is told how many pages are done. A page that is not usable is
// a problem like those the directory finds in the others; then nobody knows what is absent from the feed, and nothing
// counts as missing. Where nothing could be taken (below), nothing is committed. What was begun and cannot be finished
// is aborted. FAILED_PRECONDITION where an import is open.
absl::StatusOr<Imported> Import(rpc::Client& client, const ImportOptions& options, const std::vector<Page>& pages,
                                const std::function<void(int)>& on_page);

// Where it is: "services-page-001.json [3] name".
std::string Place(const directory::v1::ImportProblem& problem);

// INVALID_ARGUMENT where something of the feed was left out and nothing is left: no page could be read, say. One
// sentence that names the first page and what is wrong with it. A feed that says itself that it has no services is none
// of these.
absl::Status CheckAnythingTaken(const Imported& imported);

// The import in the way, where that is why Import was refused and the same organisation began it; else empty.
std::string ImportInTheWay(const absl::Status& status);

}  // namespace nwd::feed
