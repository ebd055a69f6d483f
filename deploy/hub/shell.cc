#include "deploy/hub/shell.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "common/base/strings.h"
#include "deploy/hub/folder.h"

namespace nwd::hub {

std::string Quoted(std::string_view word) {
  constexpr std::string_view kPlain = "/._-+=:,@%";
  const auto plain = [&](unsigned char c) {
    return absl::ascii_isalnum(c) || kPlain.find(static_cast<char>(c)) != kPlain.npos;
  };
  if (!word.empty() && std::all_of(word.begin(), word.end(), plain)) return std::string(word);
  return Cat("'", absl::StrReplaceAll(AbslView(word), {{"'", "'\\''"}}), "'");
}

std::string StopLine(const std::string& hub_folder) {
  return Cat(Quoted(Cat(ProgramsFolder(), "/nwd")), " hub down --folder ", Quoted(hub_folder));
}

}  // namespace nwd::hub
