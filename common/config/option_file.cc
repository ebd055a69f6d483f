#include "common/config/option_file.h"

#include <cstdlib>
#include <istream>
#include <sstream>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace nwd::config {
namespace {

constexpr size_t kFileBytesMax = 1 << 20;
constexpr size_t kLineBytesMin = 3;  // CLI11 passes over what is shorter
constexpr std::string_view kNoName = " \t.-+\"'[]";

bool InEnvironment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value != nullptr && *value != '\0';
}

std::string ReadAll(std::istream& in) {
  std::string text(kFileBytesMax + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  if (in.bad()) throw FileMistake(0, "cannot be read");
  if (text.size() > kFileBytesMax) throw FileMistake(0, "is larger than 1 MiB, which no file of options is");
  return text;
}

// Of "pki.init.dir = x" it is "dir", of "[pki.init]" it is "init".
std::string_view LastName(std::string_view line) {
  const std::string_view name = line.substr(0, line.find_first_of("=#"));
  const size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? name : name.substr(dot + 1);
}

// Whether the lists that begin in this line ("admins = [a,") ends in it.
bool LeavesListOpen(std::string_view line) {
  const size_t equals = line.find('=');
  if (equals == std::string_view::npos) return false;
  std::string value(line.substr(equals + 1));
  value = value.substr(0, value.find('#'));
  absl::StripAsciiWhitespace(&value);
  return value.size() > 1 && value.front() == '[' && value.back() != ']';
}

void CheckLines(const std::string& text) {
  std::istringstream lines(text);
  std::string line;
  bool in_list = false;
  for (int number = 1; std::getline(lines, line); ++number) {
    absl::StripAsciiWhitespace(&line);
    if (in_list) {
      in_list = line.empty() || line.back() != ']';
      continue;
    }
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.size() < kLineBytesMin || LastName(line).find_first_not_of(kNoName) == std::string_view::npos) {
      throw FileMistake(number,
                        absl::StrCat("names no option: '", line, "', where data = \"/var/lib/nwd\" would name one"));
    }
    in_list = LeavesListOpen(line);
  }
}

class Reader final : public CLI::ConfigTOML {
 public:
  std::vector<CLI::ConfigItem> from_config(std::istream& in) const override {
    const std::string text = ReadAll(in);
    CheckLines(text);
    std::istringstream checked(text);
    std::vector<CLI::ConfigItem> said = CLI::ConfigTOML::from_config(checked);
    std::erase_if(said, [](const CLI::ConfigItem& item) {
      const bool section_mark =
          item.name == "++" || item.name == "--";  // where CLI11 notes that a section begins and ends
      return !section_mark && InEnvironment(EnvironmentName(item.parents, item.name));
    });
    return said;
  }
};

}  // namespace

std::string EnvironmentName(const std::vector<std::string>& commands, const std::string& option) {
  std::string name = "NWD";
  for (const std::string& command : commands) absl::StrAppend(&name, "_", command);
  absl::StrAppend(&name, "_", option.substr(option.find_first_not_of('-')));
  return absl::AsciiStrToUpper(absl::StrReplaceAll(name, {{"-", "_"}}));
}

std::shared_ptr<CLI::Config> FileBelowEnvironment() { return std::make_shared<Reader>(); }

}  // namespace nwd::config
