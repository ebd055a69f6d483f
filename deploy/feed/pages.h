// The pages of a directory feed (Open Referral UK v3), from wherever they are.
//
// A page that cannot be had, or cannot be put through an import, is there all the same, with what is wrong with it: the
// rest of the feed is worth importing. All pages are held in memory at once, so a feed as a whole has a limit too.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace nwd::feed {

struct Limits {
  size_t page_bytes = 4'000'000;  // what an import takes
  size_t name_bytes = 200;        // of a page
  size_t feed_bytes = 1'000'000'000;
  int pages = 10'000;
};

struct Page {
  std::string name;  // problems are listed under it
  std::string content;
  std::string problem = {};  // why there is no content; empty where there is
  bool usable() const { return problem.empty(); }
};

// From a JSON file, a folder (every .json in it, by name), or an http(s) URL whose pages are asked for by number; at
// least one is usable. FAILED_PRECONDITION (cannot be looked at), INVALID_ARGUMENT, NOT_FOUND or (of a publisher) UNAVAILABLE in one sentence that says what to do.
absl::StatusOr<std::vector<Page>> ReadPages(const std::string& source, const Limits& limits = {});

bool IsUrl(const std::string& source);

// The feed would be larger than all its pages together may be.
absl::Status TooLarge(const std::string& source, const Limits& limits);
// What is wrong with a page that is too large.
std::string TooLargePage(const Limits& limits);

}  // namespace nwd::feed
