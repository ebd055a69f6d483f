// Reads pages of directory feeds: Open Referral UK v3, the HSDS 3.0 it profiles, and the envelope of ORUK v1. Real
// feeds carry HTML in descriptions, ages of -1, e-mails of null, labelled telephone numbers, no coordinates and wrong
// totals: what can be mended is mended, what cannot is left out, the rest is taken. Whatever is not as the standard has
// it is listed. A page that is no JSON is one problem with index -1.
//
//   ParsedPage page = reader.Read(bytes, "services-page-001.json");
//
// Thread-safe: a page at a time on each thread, some 10 µs a service.
#pragma once

#include <string_view>
#include <vector>

#include "common/geo/gazetteer.h"
#include "nwd/directory/v1/feed_service.pb.h"
#include "services/directory/areas.h"
#include "services/directory/storage.pb.h"

namespace nwd::directory {

struct ParsedPage {
  std::vector<storage::StagedService> services;
  std::vector<int> indexes;                 // of each of them in the page's contents
  std::vector<v1::ImportProblem> problems;  // the first kProblemsListedMax
  int problem_count = 0;
  int left_out = 0;
  std::vector<std::string> left_out_ids;  // of those left out that had one that could be read
  bool unreadable = false;                // the page as a whole was left out
};

class FeedReader {
 public:
  // Both outlive the reader.
  FeedReader(const Areas& areas, const geo::Gazetteer& gazetteer) : areas_(areas), gazetteer_(gazetteer) {}
  ParsedPage Read(std::string_view bytes, std::string_view page_name) const;

 private:
  const Areas& areas_;
  const geo::Gazetteer& gazetteer_;
};

}  // namespace nwd::directory
