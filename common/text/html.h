// Plain text from the HTML that directory feeds carry in descriptions: tags, comments, scripts and styles go,
// paragraphs, line breaks and list items become lines, entities become the characters they stand for (once: "&amp;lt;"
// gives "&lt;"), control characters and those of direction (controls.h) go, spaces and blank lines collapse. What only looks like a tag ("under <18", "a <
// b") stays.
//
//   StripHtml("<p>Open to <b>all</b>&nbsp;ages</p>") is "Open to all ages"
//
// The result is text, not HTML: whoever puts it into a page escapes it. Never fails, whatever the input; takes time
// linear in it. UTF-8 passes through unchanged. Thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace nwd::text {

// `left_out`, where given, becomes whether there were control characters, other than white space.
std::string StripHtml(std::string_view html, bool* left_out = nullptr);

}  // namespace nwd::text
