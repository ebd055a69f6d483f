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
    if (page[key].get(contents) == simdjson::SUCCESS) return contents;
  }
  return std::nullopt;
}

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// What some writers put where JSON has nothing to put.
constexpr std::array<std::string_view, 3> kNoNumbers = {"NaN", "-Infinity", "Infinity"};

// The page with null for each of these outside text; nothing where it has none.
std::optional<std::string> WithoutNoNumbers(std::string_view bytes) {
  std::string mended;
  bool in_text = false;
  size_t copied = 0;
  for (size_t at = 0; at < bytes.size(); ++at) {
    if (bytes[at] == '"') in_text = !in_text;
    if (in_text) {
      at += bytes[at] == '\\';  // what is escaped ends no text
      continue;
    }
    if (bytes[at] != 'N' && bytes[at] != '-' && bytes[at] != 'I') continue;
    for (const std::string_view word : kNoNumbers) {
      if (!bytes.substr(at).starts_with(word)) continue;
      mended.append(bytes, copied, at - copied).append("null");
      copied = at + word.size();
      at = copied - 1;
      break;
    }
  }
  if (copied == 0) return std::nullopt;
  return mended.append(bytes, copied);
}

std::string WhyUnreadable(std::string_view bytes, simdjson::error_code error) {
  if (bytes.starts_with("\x1f\x8b")) return "the page is compressed with gzip: unpack it first";
  return Cat("the page is not JSON: ", simdjson::error_message(error));
}

// The id of an entry that was left out, where it has one that can be read.
std::optional<std::string> IdOf(Element entry) {
  FeedProblems told_already("");
  const std::optional<json::Object> object = json::AsObject(entry, "", told_already);
  std::optional<std::string> id = object ? json::FindId(*object, "id", "", told_already) : std::nullopt;
  if (id && id->empty()) return std::nullopt;
  return id;
}

void ReadContents(Array contents, const Areas& areas, const geo::Gazetteer& gazetteer, FeedProblems& problems,
                  ParsedPage& page) {
  int index = -1;
  for (const Element entry : contents) {
    problems.At(++index);
    if (std::optional<storage::StagedService> service = ReadFeedService(entry, areas, gazetteer, problems)) {
      page.services.push_back(*std::move(service));
      page.indexes.push_back(index);
    } else {
      ++page.left_out;
      if (std::optional<std::string> id = IdOf(entry)) page.left_out_ids.push_back(*std::move(id));
    }
  }
}

}  // namespace

ParsedPage FeedReader::Read(std::string_view bytes, std::string_view page_name) const {
  ParsedPage page;
  FeedProblems problems(page_name);
  simdjson::dom::parser parser;
  Element root;
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  simdjson::error_code error = parser.parse(bytes.data(), bytes.size()).get(root);
  if (error != simdjson::SUCCESS) {
    if (const std::optional<std::string> mended = WithoutNoNumbers(bytes)) {
      error = parser.parse(*mended).get(root);
      if (error == simdjson::SUCCESS) problems.Field("", "holds NaN or Infinity, which JSON has not; read as null");
    }
  }
  if (error != simdjson::SUCCESS) {
    page.unreadable = true;
    problems.LeftOut("", WhyUnreadable(bytes, error));
  } else if (const std::optional<Array> contents = FindContents(root)) {
    ReadContents(*contents, areas_, gazetteer_, problems, page);
  } else {
    page.unreadable = true;
    problems.LeftOut("contents", "the page holds no list of services under \"contents\"");
  }
  page.problems = problems.listed();
  page.problem_count = problems.count();
  return page;
}

}  // namespace nwd::directory
