// Words as a shell takes them, for lines that people copy.
#pragma once

#include <string>
#include <string_view>

namespace nwd::hub {

// The word as it is where no shell sees more in it, else in single quotes: 'a hub/pki'.
std::string Quoted(std::string_view word);

// The line that stops the hub in this folder, by the program that runs now.
std::string StopLine(const std::string& hub_folder);

}  // namespace nwd::hub
