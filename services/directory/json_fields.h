// Fields of a feed's JSON read forgivingly: text that should be a number, numbers that should be text, nulls for
// absence. What is absent or null is nothing. What has another type than the feed's standard gives it is always
// reported: mended where its meaning is plain, else dropped. Only the reader of feeds uses this.
//
// Values are views into the parsed document. Functions without state; a document is read by one thread.
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

// The value is there and says null.
bool IsNull(Object parent, std::string_view key);
// It is not there, or says null.
bool IsAbsent(Object parent, std::string_view key);

std::optional<Object> FindObject(Object parent, std::string_view key, std::string_view path, FeedProblems& problems);
std::optional<Array> FindArray(Object parent, std::string_view key, std::string_view path, FeedProblems& problems);
// An entry of a list of objects; `path` is the entry's own.
std::optional<Object> AsObject(Element entry, std::string_view path, FeedProblems& problems);
// Text as it is; a whole number as its digits, any other as it is usually written.
std::optional<std::string> FindText(Object parent, std::string_view key, std::string_view path, FeedProblems& problems);
// The same for what names something: 12.0 is "12", as exports write whole numbers; a number that is not whole, or too
// large to be certain of its digits, is dropped.
std::optional<std::string> FindId(Object parent, std::string_view key, std::string_view path, FeedProblems& problems);
// Either, where nothing stands without it: what is absent or of no use is reported as the reason to leave out.
std::optional<std::string> RequireText(Object parent, std::string_view key, FeedProblems& problems);
std::optional<std::string> RequireId(Object parent, std::string_view key, FeedProblems& problems);
// A number, or text that is one.
std::optional<double> FindNumber(Object parent, std::string_view key, std::string_view path, FeedProblems& problems);

}  // namespace nwd::directory::json
