// A feed as large as asked for: the sample's services over and over, each with ids and a position of its own, from the
// sample's providers.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "deploy/feed/pages.h"

namespace nwd::bench {

absl::StatusOr<std::vector<feed::Page>> LargeFeed(int services);

}  // namespace nwd::bench
