// What an import would do to the catalogue: services compared with what stands, by content. Values in, values out;
// changes nothing.
#pragma once

#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "nwd/directory/v1/feed_service.pb.h"
#include "services/directory/search_index.h"
#include "services/directory/storage.pb.h"

namespace nwd::directory {

// All that an import was given.
struct StagedImport {
  // Where a service stood: pages[page], at that index of its contents.
  struct Origin {
    size_t page = 0;
    int index = 0;
  };
  std::vector<std::string> pages;
  std::vector<storage::StagedService> services;  // of those with the same id, the first counts
  std::vector<Origin> origins;                   // of each of them
  absl::flat_hash_set<std::string> left_out_ids;
  int left_out = 0;
  bool absences_known = true;  // every page could be read, and of every entry left out the id
};

// A row to write.
struct PlannedRow {
  ids::Uuid service_id;
  storage::ServiceRow row;
  uint64_t replaces = 0;  // the generation of the row it replaces; 0 where it is new
};

struct ImportPlan {
  std::vector<PlannedRow> rows;
  v1::CommitImportResponse counts;  // and what came twice
};

// Unchanged services get no row. Where `full`, services of the feed that are absent count as missing, and become
// inactive when they have been so kMissingMax times in a row; where a page, or the id of an entry left out, could not
// be read, nobody knows what is absent, and nothing counts as missing.
ImportPlan PlanImport(ids::Uuid feed_id, StagedImport staged, const SearchIndex& index, bool full, absl::Time now);

}  // namespace nwd::directory
