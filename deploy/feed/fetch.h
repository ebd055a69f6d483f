// A feed's pages over HTTP, as Open Referral UK publishers serve them: GET <url>?page=1, 2, … until the page that says
// it is the last.
//
// Publishers' servers are the outside world: TLS 1.2 is still met there and accepted here, on these connections alone.
// Redirects are followed to http and https only; sizes, pages and times are bounded.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "deploy/feed/pages.h"

namespace nwd::feed {

// UNAVAILABLE where a page cannot be had; INVALID_ARGUMENT where it is too large or not such a page.
absl::StatusOr<std::vector<Page>> FetchPages(const std::string& url);

}  // namespace nwd::feed
