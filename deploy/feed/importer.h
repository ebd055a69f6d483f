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
};

struct Imported {
  std::string feed_id;
  int services = 0;  // in all pages, taken
  int problem_count = 0;
  std::vector<directory::v1::ImportProblem> problems;
  directory::v1::CommitImportResponse done;
};

// `client` is a hub admin's, of the directory. `on_page` is told how many pages are done. What was begun and cannot be
// finished is aborted.
absl::StatusOr<Imported> Import(rpc::Client& client, const ImportOptions& options, const std::vector<Page>& pages,
                                const std::function<void(int)>& on_page);

}  // namespace nwd::feed
