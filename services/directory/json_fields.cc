#include "services/directory/json_fields.h"

#include <cmath>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "common/base/strings.h"

namespace nwd::directory::json {
namespace {

using Type = simdjson::dom::element_type;

// As a publisher would call it.
std::string_view NameOf(Type type) {
  switch (type) {
    case Type::ARRAY:
      return "a list";
    case Type::OBJECT:
      return "an object";
    case Type::STRING:
      return "text";
    case Type::BOOL:
      return "true or false";
    case Type::NULL_VALUE:
      return "null";
    default:
      return "a number";
  }
}

std::string WrongType(Type type, std::string_view expected, std::string_view done) {
  return Cat("is ", NameOf(type), ", not ", expected, "; it was ", done);
}

// Nothing where the value is absent or null.
std::optional<Element> Find(Object parent, std::string_view key) {
  Element value;
  if (parent[key].get(value) != simdjson::SUCCESS || value.is_null()) return std::nullopt;
  return value;
}

// From here on a double may stand for its neighbours too.
constexpr double kDigitsUncertainFrom = 0x1p53;

struct Read {
  std::optional<std::string> text;
  std::string problem;
};

Read ReadAs(Type type, const std::string& text) {
  return {text, WrongType(type, "text", Cat("read as \"", text, "\""))};
}

Read ReadText(Object parent, std::string_view key) {
  const std::optional<Element> value = Find(parent, key);
  if (!value) return {};
  std::string text;
  switch (value->type()) {
    case Type::STRING:
      return {std::string(value->get_string().value_unsafe()), {}};
    case Type::INT64:
      text = Cat(value->get_int64().value_unsafe());
      break;
    case Type::UINT64:
      text = Cat(value->get_uint64().value_unsafe());
      break;
    case Type::DOUBLE:
      text = absl::StrFormat("%.15g", value->get_double().value_unsafe());
      break;
    default:
      return {std::nullopt, WrongType(value->type(), "text", "dropped")};
  }
  return ReadAs(value->type(), text);
}

Read ReadId(Object parent, std::string_view key) {
  const std::optional<Element> value = Find(parent, key);
  if (!value || value->type() != Type::DOUBLE) return ReadText(parent, key);
  const double number = value->get_double().value_unsafe();
  if (std::trunc(number) != number || std::abs(number) >= kDigitsUncertainFrom) {
    return {std::nullopt, "is a number that is not whole, or too large; it was dropped"};
  }
  return ReadAs(Type::DOUBLE, Cat(static_cast<int64_t>(number)));
}

std::optional<std::string> Report(Read read, std::string_view field, FeedProblems& problems) {
  if (!read.problem.empty()) problems.Field(field, read.problem);
  return std::move(read.text);
}

std::optional<std::string> Require(Read read, std::string_view field, FeedProblems& problems) {
  if (read.text) return Report(std::move(read), field, problems);
  problems.LeftOut(field, read.problem.empty() ? "must be there and not empty" : read.problem);
  return std::nullopt;
}

}  // namespace

std::string Join(std::string_view path, std::string_view key) {
  return path.empty() ? std::string(key) : Cat(path, ".", key);
}

std::string Join(std::string_view path, std::string_view key, size_t index) {
  return Cat(Join(path, key), "[", index, "]");
}

bool IsNull(Object parent, std::string_view key) {
  Element value;
  return parent[key].get(value) == simdjson::SUCCESS && value.is_null();
}

bool IsAbsent(Object parent, std::string_view key) { return !Find(parent, key); }

std::optional<Object> FindObject(Object parent, std::string_view key, std::string_view path, FeedProblems& problems) {
  const std::optional<Element> value = Find(parent, key);
  if (!value) return std::nullopt;
  Object found;
  if (value->get(found) == simdjson::SUCCESS) return found;
  problems.Field(Join(path, key), WrongType(value->type(), "an object", "dropped"));
  return std::nullopt;
}

std::optional<Array> FindArray(Object parent, std::string_view key, std::string_view path, FeedProblems& problems) {
  const std::optional<Element> value = Find(parent, key);
  if (!value) return std::nullopt;
  Array found;
  if (value->get(found) == simdjson::SUCCESS) return found;
  problems.Field(Join(path, key), WrongType(value->type(), "a list", "dropped"));
  return std::nullopt;
}

std::optional<Object> AsObject(Element entry, std::string_view path, FeedProblems& problems) {
  Object found;
  if (entry.get(found) == simdjson::SUCCESS) return found;
  problems.Field(path, WrongType(entry.type(), "an object", "dropped"));
  return std::nullopt;
}

std::optional<std::string> FindText(Object parent, std::string_view key, std::string_view path,
                                    FeedProblems& problems) {
  return Report(ReadText(parent, key), Join(path, key), problems);
}

std::optional<std::string> FindId(Object parent, std::string_view key, std::string_view path, FeedProblems& problems) {
  return Report(ReadId(parent, key), Join(path, key), problems);
}

std::optional<std::string> RequireText(Object parent, std::string_view key, FeedProblems& problems) {
  return Require(ReadText(parent, key), key, problems);
}

std::optional<std::string> RequireId(Object parent, std::string_view key, FeedProblems& problems) {
  return Require(ReadId(parent, key), key, problems);
}

std::optional<double> FindNumber(Object parent, std::string_view key, std::string_view path, FeedProblems& problems) {
  const std::optional<Element> value = Find(parent, key);
  if (!value) return std::nullopt;
  double number = 0;
  if (value->get(number) == simdjson::SUCCESS) return number;
  std::string_view text;
  const bool is_text = value->get(text) == simdjson::SUCCESS;
  if (is_text && text.empty()) return std::nullopt;
  if (is_text && absl::SimpleAtod(AbslView(text), &number)) {
    problems.Field(Join(path, key), WrongType(value->type(), "a number", "read as one"));
    return number;
  }
  problems.Field(Join(path, key), is_text ? "is text that is no number; it was dropped"
                                          : WrongType(value->type(), "a number", "dropped"));
  return std::nullopt;
}

}  // namespace nwd::directory::json
