#include "services/directory/feed_reader.h"

#include <array>
#include <optional>

#include "common/base/strings.h"
#include "services/directory/feed_service_entry.h"
#include "services/directory/json_fields.h"

namespace nwd::directory {
namespace {

using json::Array;
using json::Element;

// Where pages keep their services: ORUK v3 and HSDS 3.0, then ORUK v1.
constexpr std::array<std::string_view, 2> kContents = {"contents", "content"};

std::optional<Array> FindContents(Element root) {
  Array contents;
  if (root.get(contents) == simdjson::SUCCESS) return contents;  // a bare list
  json::Object page;
  if (root.get(page) != simdjson::SUCCESS) return std::nullopt;
  for (const std::string_view key : kContents) {
    if (std::optional<Array> found = json::FindArray(page, key)) return found;
  }
  return std::nullopt;
}

}  // namespace

ParsedPage FeedReader::Read(std::string_view bytes, std::string_view page_name) const {
  ParsedPage page;
  FeedProblems problems(page_name);
  simdjson::dom::parser parser;
  Element root;
  const simdjson::error_code error = parser.parse(bytes.data(), bytes.size()).get(root);
  if (error != simdjson::SUCCESS) {
    page.unreadable = true;
    problems.LeftOut("", Cat("the page is not JSON: ", simdjson::error_message(error)));
  } else if (const std::optional<Array> contents = FindContents(root)) {
    int index = 0;
    for (const Element entry : *contents) {
      problems.At(index++);
      if (std::optional<storage::StagedService> service = ReadFeedService(entry, areas_, gazetteer_, problems)) {
        page.services.push_back(*std::move(service));
      } else {
        ++page.left_out;
        std::string_view id;
        if (entry["id"].get(id) == simdjson::SUCCESS) page.left_out_ids.emplace_back(id);
      }
    }
  } else {
    page.unreadable = true;
    problems.LeftOut("contents", "the page holds no list of services under \"contents\"");
  }
  page.problems = problems.listed();
  page.problem_count = problems.count();
  return page;
}

}  // namespace nwd::directory
