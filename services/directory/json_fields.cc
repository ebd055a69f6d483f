#include "services/directory/json_fields.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "common/base/strings.h"

namespace nwd::directory::json {
namespace {

constexpr std::string_view kNeitherTextNorNumber = "is neither text nor a number; it was dropped";

}  // namespace

std::string Join(std::string_view path, std::string_view key) {
  return path.empty() ? std::string(key) : Cat(path, ".", key);
}

std::string Join(std::string_view path, std::string_view key, size_t index) {
  return Cat(Join(path, key), "[", index, "]");
}

std::optional<Object> FindObject(Object parent, std::string_view key) {
  Object found;
  if (parent[key].get(found) != simdjson::SUCCESS) return std::nullopt;
  return found;
}

std::optional<Array> FindArray(Object parent, std::string_view key) {
  Array found;
  if (parent[key].get(found) != simdjson::SUCCESS) return std::nullopt;
  return found;
}

std::optional<std::string> FindText(Object parent, std::string_view key, std::string_view path,
                                    FeedProblems& problems) {
  Element value;
  if (parent[key].get(value) != simdjson::SUCCESS || value.is_null()) return std::nullopt;
  switch (value.type()) {
    case simdjson::dom::element_type::STRING:
      return std::string(value.get_string().value_unsafe());
    case simdjson::dom::element_type::INT64:
      return Cat(value.get_int64().value_unsafe());
    case simdjson::dom::element_type::UINT64:
      return Cat(value.get_uint64().value_unsafe());
    case simdjson::dom::element_type::DOUBLE:
      return absl::StrFormat("%g", value.get_double().value_unsafe());
    default:
      problems.Field(Join(path, key), kNeitherTextNorNumber);
      return std::nullopt;
  }
}

std::optional<double> FindNumber(Object parent, std::string_view key, std::string_view path, FeedProblems& problems) {
  Element value;
  if (parent[key].get(value) != simdjson::SUCCESS || value.is_null()) return std::nullopt;
  double number = 0;
  if (value.get(number) == simdjson::SUCCESS) return number;
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) {
    if (text.empty()) return std::nullopt;
    if (absl::SimpleAtod(AbslView(text), &number)) return number;
  }
  problems.Field(Join(path, key), "is not a number; it was dropped");
  return std::nullopt;
}

}  // namespace nwd::directory::json
