// The pages of a directory feed (Open Referral UK v3), from wherever they are.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace nwd::feed {

// The most of one page: what an import takes.
inline constexpr size_t kPageBytesMax = 4'000'000;
inline constexpr int kPagesMax = 10'000;

struct Page {
  std::string name;  // problems are listed under it
  std::string content;
};

// From a JSON file, a folder of them (by name), or an http(s) URL whose pages are asked for by number. INVALID_ARGUMENT
// or NOT_FOUND in one sentence that says what to do.
absl::StatusOr<std::vector<Page>> ReadPages(const std::string& source);

bool IsUrl(const std::string& source);

}  // namespace nwd::feed
