#include "common/config/config.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <system_error>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/config/option_file.h"
#include "common/config/sentences.h"

namespace nwd::config {
namespace {

constexpr int kUsageExitCode = 2;

// Text to value and back for the types CLI11 does not know.
template <typename T, typename Parse, typename Print>
CLI::Option* AddParsed(CLI::App& app, const std::string& name, T* value, const std::string& help,
                       const std::string& type, Parse parse, Print print) {
  CLI::Option* option = app.add_option(
      name,
      [value, parse, name](const CLI::results_t& texts) {
        auto parsed = parse(texts.back());
        if (!parsed.ok()) throw CLI::ValidationError(name, std::string(parsed.status().message()));
        *value = *parsed;
        return true;
      },
      help);
  option->type_name(type)->default_str(print(*value));
  return option;
}

// An empty path is the file system's root or this folder, an empty name is nobody's: where nothing is meant, the option
// is left out.
std::string CheckNotEmpty(const std::string& text) {
  return text.empty() ? "must not be empty: give it a value, or leave it out" : "";
}

// `nwd demo` once `demo` was read: its help has the options.
std::string ChosenCommand(const CLI::App& app) {
  std::string words = app.get_name();
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().back();
    absl::StrAppend(&words, " ", at->get_name());
  }
  return words;
}

// What is wrong with the path of a file or a folder that must be there; nothing where it is.
std::string CheckIsThere(const std::string& path, bool folder) {
  const char* kind = folder ? "folder" : "file";
  std::error_code error;
  const auto found = std::filesystem::status(path, error).type();
  if (found == std::filesystem::file_type::not_found) return absl::StrCat("there is no ", kind, " '", path, "'");
  if (error) return absl::StrCat("'", path, "' cannot be looked at: ", error.message());
  const bool is_folder = found == std::filesystem::file_type::directory;
  return is_folder == folder ? "" : absl::StrCat("'", path, "' is not a ", kind);
}

}  // namespace

struct Options::Impl {
  CLI::App* app;
  std::unique_ptr<CLI::App> owned;  // of the program; commands belong to their parent
  std::vector<std::string> path;    // of commands, from the program down

  CLI::Option* Finish(CLI::Option* option, const std::string& name) const {
    if (name.starts_with("-")) option->envname(EnvironmentName(path, name));
    return option;
  }

  template <typename T>
  CLI::Option* AddPlain(const std::string& name, T* value, const std::string& help) const {
    return Finish(app->add_option(name, *value, help)->capture_default_str(), name);
  }
};

Option& Option::Required() {
  static_cast<CLI::Option*>(option_)->required();
  return *this;
}

Option& Option::Range(int64_t low, int64_t high) {
  const std::string range = absl::StrCat(low, " to ", high);
  const auto check = [low, high, range](const std::string& text) -> std::string {
    double value;
    const bool within =
        absl::SimpleAtod(text, &value) && value >= static_cast<double>(low) && value <= static_cast<double>(high);
    return within ? "" : absl::StrCat("'", text, "' is not a number from ", range);
  };
  static_cast<CLI::Option*>(option_)->check(check, range);
  return *this;
}

Option& Option::Range(absl::Duration low, absl::Duration high) {
  const auto check = [low, high](const std::string& text) -> std::string {
    const absl::StatusOr<absl::Duration> value = ParseDuration(text);
    if (!value.ok()) return std::string(value.status().message());
    if (*value >= low && *value <= high) return "";
    return absl::StrCat("'", text, "' is not in the range ", absl::FormatDuration(low), " to ",
                        absl::FormatDuration(high));
  };
  static_cast<CLI::Option*>(option_)->check(check);
  return *this;
}

Option& Option::OneOf(const std::vector<std::string>& values) {
  const auto check = [values](const std::string& text) -> std::string {
    if (std::find(values.begin(), values.end(), text) != values.end()) return "";
    return absl::StrCat("'", text, "' is none of ", absl::StrJoin(values, ", "));
  };
  static_cast<CLI::Option*>(option_)->check(check, absl::StrJoin(values, "|"));
  return *this;
}

Option& Option::ExistingFile() {
  static_cast<CLI::Option*>(option_)->check([](const std::string& path) { return CheckIsThere(path, false); }, "FILE");
  return *this;
}

Option& Option::ExistingFolder() {
  static_cast<CLI::Option*>(option_)->check([](const std::string& path) { return CheckIsThere(path, true); }, "FOLDER");
  return *this;
}

Options::Options(const std::string& program, const std::string& about) : impl_(std::make_unique<Impl>()) {
  impl_->owned = std::make_unique<CLI::App>(about, program);
  impl_->app = impl_->owned.get();
  CLI::App& app = *impl_->app;
  app.set_version_flag("--version", absl::StrCat(program, " ", kVersion));
  const char* file = std::getenv("NWD_CONFIG");
  const bool from_environment = file != nullptr && *file != '\0';
  app.set_config("--config", from_environment ? file : "", "File of options, INI or TOML (also NWD_CONFIG)",
                 from_environment);
  app.config_formatter(FileBelowEnvironment());
  app.allow_config_extras(CLI::config_extras_mode::error);
}

Options::Options(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Options::~Options() = default;

Option Options::Add(const std::string& name, std::string* value, const std::string& help) {
  return Option(impl_->AddPlain(name, value, help)->check(CheckNotEmpty));
}
Option Options::Add(const std::string& name, int* value, const std::string& help) {
  return Option(impl_->AddPlain(name, value, help));
}
Option Options::Add(const std::string& name, int64_t* value, const std::string& help) {
  return Option(impl_->AddPlain(name, value, help));
}
Option Options::Add(const std::string& name, double* value, const std::string& help) {
  return Option(impl_->AddPlain(name, value, help));
}
Option Options::Add(const std::string& name, bool* value, const std::string& help) {
  // What is on by itself can be turned off by a word of its own.
  const std::string names = *value ? absl::StrCat(name, ",!--no-", name.substr(name.find_first_not_of('-'))) : name;
  return Option(impl_->Finish(impl_->app->add_flag(names, *value, help)->capture_default_str(), name));
}
Option Options::Add(const std::string& name, std::vector<std::string>* value, const std::string& help) {
  return Option(impl_->AddPlain(name, value, help)->delimiter(',')->check(CheckNotEmpty));
}
Option Options::Add(const std::string& name, absl::Duration* value, const std::string& help) {
  const auto print = [](absl::Duration duration) { return absl::FormatDuration(duration); };
  return Option(impl_->Finish(AddParsed(*impl_->app, name, value, help, "DURATION", ParseDuration, print), name));
}
Option Options::Add(const std::string& name, HostPort* value, const std::string& help) {
  const auto print = [](const HostPort& address) { return address.host.empty() ? std::string() : address.ToString(); };
  return Option(impl_->Finish(AddParsed(*impl_->app, name, value, help, "HOST:PORT", ParseHostPort, print), name));
}
Option Options::Add(const std::string& name, Bytes* value, const std::string& help) {
  const auto print = [](const Bytes& size) { return size.ToString(); };
  return Option(impl_->Finish(AddParsed(*impl_->app, name, value, help, "SIZE", ParseBytes, print), name));
}

Options& Options::Command(const std::string& name, const std::string& about) {
  auto command = std::make_unique<Impl>();
  command->app = impl_->app->add_subcommand(name, about);
  command->path = impl_->path;
  command->path.push_back(name);
  impl_->app->require_subcommand(1);
  commands_.push_back(std::unique_ptr<Options>(new Options(std::move(command))));
  return *commands_.back();
}

bool Options::chosen() const { return impl_->app->parsed(); }

namespace {

// "--tls=" as two words: CLI11 would take the next option for the value.
std::vector<const char*> WithEmptyValues(int argc, const char* const* argv, std::vector<std::string>& names) {
  names.reserve(argc);  // pointers into it must stay
  std::vector<const char*> words;
  for (int i = 0; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (!word.starts_with("--") || word.find('=') != word.size() - 1) {
      words.push_back(argv[i]);
      continue;
    }
    words.push_back(names.emplace_back(word.substr(0, word.size() - 1)).c_str());
    words.push_back("");
  }
  return words;
}

}  // namespace

std::optional<int> Options::Parse(int argc, const char* const* argv) {
  CLI::App& app = *impl_->app;
  std::vector<std::string> names;
  const std::vector<const char*> words = WithEmptyValues(argc, argv, names);
  try {
    app.parse(static_cast<int>(words.size()), words.data());
    return std::nullopt;
  } catch (const CLI::Success& asked) {  // --help, --version
    return app.exit(asked, std::cout, std::cerr);
  } catch (const CLI::Error& error) {
    mistake_ = absl::StrCat(Sentence(app, error), "; see ", ChosenCommand(app), " --help");
    std::cerr << app.get_name() << ": " << mistake_ << "\n";
    return kUsageExitCode;
  }
}

}  // namespace nwd::config
