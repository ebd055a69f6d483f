// A feed's pages over HTTP, as Open Referral UK publishers serve them: GET <url>?page=1, 2, … until the page that says
// it is the last.
//
// A page the publisher cannot serve as it should, be it an error or an answer cut off, is one bad page: it is there with
// its problem, and so is the page at which the asking ends early, because several in a row were bad or empty. What was
// had is a feed all the same. Publishers' servers are the outside world: TLS 1.2 is still met there and accepted here,
// on these connections alone. Redirects are followed to http and https only; sizes, pages and times are bounded.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "deploy/feed/pages.h"

namespace nwd::feed {

// Where not even the first pages can be had: UNAVAILABLE where the publisher cannot be reached or answers errors,
// INVALID_ARGUMENT where it serves something else.
absl::StatusOr<std::vector<Page>> FetchPages(const std::string& url, const Limits& limits);

}  // namespace nwd::feed
