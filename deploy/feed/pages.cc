#include "deploy/feed/pages.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "deploy/feed/fetch.h"

namespace nwd::feed {
namespace {

namespace fs = std::filesystem;

absl::StatusOr<Page> ReadPage(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  Page page = {.name = path.filename().string(), .content = std::string((std::istreambuf_iterator<char>(file)), {})};
  if (!file.is_open() || file.bad()) return absl::InvalidArgumentError(Cat("cannot read ", path.string()));
  if (page.content.size() > kPageBytesMax) {
    return absl::InvalidArgumentError(Cat(path.string(), " is ", page.content.size(), " bytes; a page may have ",
                                          kPageBytesMax, ": ask its publisher for smaller pages, or split it"));
  }
  return page;
}

// The pages in a folder, by name: those called services… where there are any, since other JSON may lie beside them;
// else all.
std::vector<fs::path> PagesIn(const fs::path& folder) {
  std::vector<fs::path> all, services;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".json") continue;
    all.push_back(entry.path());
    if (entry.path().filename().string().starts_with("services")) services.push_back(entry.path());
  }
  std::vector<fs::path>& pages = services.empty() ? all : services;
  std::sort(pages.begin(), pages.end());
  return pages;
}

}  // namespace

bool IsUrl(const std::string& source) { return source.starts_with("https://") || source.starts_with("http://"); }

absl::StatusOr<std::vector<Page>> ReadPages(const std::string& source) {
  if (IsUrl(source)) return FetchPages(source);
  std::error_code error;
  std::vector<fs::path> paths;
  if (fs::is_directory(source, error)) {
    paths = PagesIn(source);
  } else if (fs::exists(source, error)) {
    paths.push_back(source);
  }
  if (paths.empty())
    return absl::NotFoundError(Cat("there is no feed at ", source, ": give a JSON file, a folder of them, or a URL"));
  std::vector<Page> pages;
  for (const fs::path& path : paths) {
    NWD_ASSIGN_OR_RETURN(Page page, ReadPage(path));
    pages.push_back(std::move(page));
  }
  return pages;
}

}  // namespace nwd::feed
