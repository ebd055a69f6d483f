#include "deploy/feed/pages.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/text/utf8.h"
#include "deploy/feed/fetch.h"

namespace nwd::feed {
namespace {

namespace fs = std::filesystem;

// A file that may be a page: how large it is, or why it is none.
struct Found {
  fs::path path;
  std::string name;
  size_t bytes = 0;
  std::string problem = {};
};

bool CanBeListed(const std::string& name, const Limits& limits) {
  return name.size() <= limits.name_bytes && text::IsValidUtf8(name) &&
         std::none_of(name.begin(), name.end(), [](char c) { return absl::ascii_iscntrl(c); });
}

// The file's name; of one that cannot be listed, what can.
std::string NameOf(const fs::path& path, const Limits& limits) {
  std::string name = path.filename().string();
  if (CanBeListed(name, limits)) return name;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !absl::ascii_isprint(c); }, '?');
  if (name.size() > limits.name_bytes) name.resize(limits.name_bytes);
  return name;
}

Found Look(const fs::path& path, const Limits& limits) {
  Found found = {.path = path, .name = NameOf(path, limits)};
  std::error_code error;
  if (found.name != path.filename().string()) {
    found.problem = Cat("the page's file name is not plain text of at most ", limits.name_bytes, " bytes: rename it");
    return found;
  }
  if (!fs::is_regular_file(path, error)) {
    found.problem = "the page is not a file that can be read";
    return found;
  }
  found.bytes = fs::file_size(path, error);
  if (error) found.problem = Cat("the page cannot be read: ", error.message());
  if (found.bytes > limits.page_bytes) found.problem = TooLargePage(limits);
  return found;
}

Page ReadPage(const Found& found) {
  Page page = {.name = found.name, .content = {}, .problem = found.problem};
  if (!page.usable()) return page;
  errno = 0;
  std::ifstream file(found.path, std::ios::binary);
  if (!file.is_open()) {
    page.problem = Cat("the page cannot be read: ", std::strerror(errno), "; let this user read its file");
    return page;
  }
  page.content.resize(found.bytes + 1);  // one more, to see that a file has grown meanwhile
  file.read(page.content.data(), static_cast<std::streamsize>(page.content.size()));
  page.content.resize(static_cast<size_t>(file.gcount()));
  if (page.content.empty()) page.problem = "the page is empty";
  if (page.content.size() > found.bytes) page.problem = "the page was being written to while it was read";
  if (file.bad()) page.problem = "the page cannot be read to its end";
  if (!page.usable()) page.content.clear();
  return page;
}

// The pages in a folder, by name: every .json, whatever it is called. One that turns out to be no page is listed, and
// then nothing of the feed counts as missing: better than a page that nobody noticed was left out.
absl::StatusOr<std::vector<fs::path>> PagesIn(const fs::path& folder) {
  std::vector<fs::path> pages;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (absl::EqualsIgnoreCase(at->path().extension().string(), ".json")) pages.push_back(at->path());
  }
  if (error)
    return absl::FailedPreconditionError(Cat("cannot read the folder ", folder.string(), ": ", error.message()));
  if (pages.empty()) return absl::NotFoundError(Cat("the folder ", folder.string(), " holds no .json file"));
  std::sort(pages.begin(), pages.end());
  return pages;
}

absl::StatusOr<std::vector<Page>> ReadFiles(const std::string& source, const Limits& limits) {
  std::error_code error;
  std::vector<fs::path> paths;
  if (fs::is_directory(source, error)) {
    NWD_ASSIGN_OR_RETURN(paths, PagesIn(source));
  } else if (fs::exists(source, error)) {
    paths.push_back(source);
  }
  if (paths.empty() && error) {
    return absl::FailedPreconditionError(Cat("cannot look at ", source, ": ", error.message()));
  }
  if (paths.empty())
    return absl::NotFoundError(
        Cat("there is no feed at ", source, ": give a JSON file, a folder of them, or an http(s) URL"));
  if (paths.size() > static_cast<size_t>(limits.pages))
    return absl::InvalidArgumentError(Cat(source, " has more than ", limits.pages, " pages"));
  std::vector<Found> files;
  size_t bytes = 0;
  for (const fs::path& path : paths) {
    files.push_back(Look(path, limits));
    if (files.back().problem.empty()) bytes += files.back().bytes;
    if (bytes > limits.feed_bytes) return TooLarge(source, limits);
  }
  std::vector<Page> pages;
  for (const Found& file : files) pages.push_back(ReadPage(file));
  return pages;
}

}  // namespace

bool IsUrl(const std::string& source) { return source.starts_with("https://") || source.starts_with("http://"); }

absl::Status TooLarge(const std::string& source, const Limits& limits) {
  return absl::InvalidArgumentError(
      Cat(source, " is larger than the ", limits.feed_bytes, " bytes a feed may have: import it in parts"));
}

std::string TooLargePage(const Limits& limits) {
  return Cat("the page is larger than the ", limits.page_bytes,
             " bytes a page may have: ask its publisher for smaller pages, or split it");
}

absl::StatusOr<std::vector<Page>> ReadPages(const std::string& source, const Limits& limits) {
  NWD_ASSIGN_OR_RETURN(std::vector<Page> pages, IsUrl(source) ? FetchPages(source, limits) : ReadFiles(source, limits));
  if (std::none_of(pages.begin(), pages.end(), [](const Page& page) { return page.usable(); })) {
    return absl::InvalidArgumentError(
        Cat("no page of ", source, " can be imported: ", pages.front().name, ": ", pages.front().problem));
  }
  return pages;
}

}  // namespace nwd::feed
