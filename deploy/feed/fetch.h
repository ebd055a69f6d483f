// A feed's pages over HTTP, as Open Referral UK publishers serve them: GET <url>?page=1, 2, … until the page that says
// it is the last.
//
// A page the publisher cannot serve as it should is one bad page; several in a row are no feed any more. Publishers'
// servers are the outside world: TLS 1.2 is still met there and accepted here, on these connections alone. Redirects
// are followed to http and https only; sizes, pages and times are bounded.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "deploy/feed/pages.h"

namespace nwd::feed {

// UNAVAILABLE where the publisher cannot be reached or answers errors, INVALID_ARGUMENT where it serves something else.
absl::StatusOr<std::vector<Page>> FetchPages(const std::string& url, const Limits& limits);

}  // namespace nwd::feed
