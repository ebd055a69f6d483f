// Fields of a feed's JSON read forgivingly: text that should be a number, numbers that should be text, nulls for
// absence. What is absent or null is nothing; what has a shape nobody can use is reported and then nothing. Only the
// reader of feeds uses this.
//
// Values are views into the parsed document.
#pragma once

#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>

#include "services/directory/feed_problems.h"

namespace nwd::directory::json {

using Element = simdjson::dom::element;
using Object = simdjson::dom::object;
using Array = simdjson::dom::array;

// "service_at_locations[0]" and "location" make "service_at_locations[0].location".
std::string Join(std::string_view path, std::string_view key);
std::string Join(std::string_view path, std::string_view key, size_t index);

std::optional<Object> FindObject(Object parent, std::string_view key);
std::optional<Array> FindArray(Object parent, std::string_view key);
// Text as it is; a number as its digits.
std::optional<std::string> FindText(Object parent, std::string_view key, std::string_view path, FeedProblems& problems);
// A number, or text that is one.
std::optional<double> FindNumber(Object parent, std::string_view key, std::string_view path, FeedProblems& problems);

}  // namespace nwd::directory::json
