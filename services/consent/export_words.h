// What the fields of an export are called on its page, for the person it is about. A field that is not in the table is
// called by its name, in words: what is added to the export later is on the page all the same. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace nwd::consent {

// "main_contact" → "Main contact".
std::string InWords(std::string_view name);
// "captor_organisation_id" → "Who asked you"; "create_time" → "Made on".
std::string FieldWords(std::string_view name);
// The type of a step of the journey: "person.registered" → "You were registered".
std::string StepWords(std::string_view type);

}  // namespace nwd::consent
