#include "common/config/sentences.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/config/option_file.h"
#include "common/text/controls.h"

namespace nwd::config {
namespace {

constexpr size_t kSentenceBytesMax = 500;

std::string FileOf(const CLI::App& app) { return app.get_config_ptr()->as<std::string>(); }

// An entry of the file, named last by CLI11: an option, or the beginning of a section ("pki.++").
std::string EntrySentence(const CLI::App& app, absl::string_view entry) {
  const std::string in_file = absl::StrCat(" in ", FileOf(app));
  if (!absl::ConsumeSuffix(&entry, ".++") && !absl::ConsumeSuffix(&entry, ".--")) {
    return absl::StrCat("'", entry, "'", in_file, " is no option of ", app.get_name());
  }
  if (!app.get_subcommands({}).empty()) {
    return absl::StrCat("'[", entry, "]'", in_file, " is no command of ", app.get_name());
  }
  return absl::StrCat("'[", entry, "]'", in_file, ": ", app.get_name(),
                      " takes no sections; leave that line out, and have only its options in the file");
}

std::string ConfigSentence(const CLI::App& app, const CLI::ConfigError& error) {
  constexpr absl::string_view kNoSuchOption = "INI was not able to parse ";
  constexpr absl::string_view kNotInAFile = ": This option is not allowed in a configuration file";
  if (const auto* mistake = dynamic_cast<const FileMistake*>(&error)) {
    const std::string line = mistake->line() > 0 ? absl::StrCat("line ", mistake->line(), " of ") : "";
    return absl::StrCat(line, FileOf(app), " ", mistake->what());
  }
  absl::string_view entry = error.what();
  if (absl::ConsumePrefix(&entry, kNoSuchOption)) return EntrySentence(app, entry);
  if (!absl::ConsumeSuffix(&entry, kNotInAFile)) return std::string(entry);
  return absl::StrCat("'", entry, "' in ", FileOf(app), " can only be given on the command line");
}

// Of the file as a whole, which CLI11 names first.
std::string FileSentence(const CLI::FileError& error) {
  absl::string_view named = error.what();
  absl::ConsumeSuffix(&named, " was not readable (missing?)");
  const std::string file(named);
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) {
    return absl::StrCat(file, " is a folder; --config (or NWD_CONFIG) names a file of options");
  }
  if (!std::filesystem::exists(file, ignored)) {
    return absl::StrCat("there is no file ", file,
                        " that this user can see; --config (or NWD_CONFIG) names a file of options");
  }
  return absl::StrCat(file, " cannot be read by this user; --config (or NWD_CONFIG) names a file of options");
}

// "NAME: At Most 1 required but received 2", "NAME: 1 required TEXT missing".
std::string MismatchSentence(const CLI::ArgumentMismatch& error) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(error.what(), absl::MaxSplits(": ", 1));
  const auto& [name, said] = parts;
  if (said.ends_with(" missing")) return absl::StrCat(name, " needs a value");
  if (!said.starts_with("At Most 1 ")) return error.what();
  return absl::StrCat(name, " takes one value, and ", said.substr(said.rfind(' ') + 1), " were given");
}

const CLI::Option* FindOption(const CLI::App& app, const std::string& name) {
  for (const CLI::App* at = &app;; at = at->get_subcommands().back()) {
    if (const CLI::Option* option = at->get_option_no_throw(name)) return option;
    if (at->get_subcommands().empty()) return nullptr;
  }
}

std::string_view WhatItTakes(const CLI::Option* option) {
  if (option == nullptr) return "what is meant here";
  if (option->get_expected_min() == 0) return "true or false";
  const std::string type = option->get_type_name();
  if (type.starts_with("INT")) return "a whole number, or is too large";
  return type.starts_with("FLOAT") ? "a number" : "what is meant here";
}

// "Could not convert: NAME = VALUE", "NAME: Should be true/false or a number", "NAME: too many inputs for a flag".
std::string ConversionSentence(const CLI::App& app, const CLI::ConversionError& error) {
  absl::string_view said = error.what();
  if (absl::ConsumePrefix(&said, "Could not convert: ")) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(said, absl::MaxSplits(" = ", 1));
    const std::string_view takes = WhatItTakes(FindOption(app, parts.first));
    return absl::StrCat(parts.first, ": '", parts.second, "' is not ", std::string(takes));
  }
  if (absl::ConsumeSuffix(&said, ": Should be true/false or a number")) {
    return absl::StrCat(said, " must be true or false");
  }
  if (absl::ConsumeSuffix(&said, ": too many inputs for a flag")) return absl::StrCat(said, " takes one value");
  return std::string(said);
}

std::string InOurWords(const CLI::App& app, const CLI::Error& error) {
  // A misspelt word comes before what is missed because of it.
  if (const std::vector<std::string> unknown = app.remaining(true); !unknown.empty()) {
    return absl::StrCat("'", unknown.front(), "' is not known here");
  }
  if (const auto* config = dynamic_cast<const CLI::ConfigError*>(&error)) return ConfigSentence(app, *config);
  if (const auto* file = dynamic_cast<const CLI::FileError*>(&error)) return FileSentence(*file);
  if (const auto* mismatch = dynamic_cast<const CLI::ArgumentMismatch*>(&error)) return MismatchSentence(*mismatch);
  if (const auto* conversion = dynamic_cast<const CLI::ConversionError*>(&error)) {
    return ConversionSentence(app, *conversion);
  }
  constexpr absl::string_view kNoCommand = "A subcommand is required";
  return error.what() == kNoCommand ? "a command is required" : error.what();
}

}  // namespace

std::string Sentence(const CLI::App& app, const CLI::Error& error) {
  return text::Printable(InOurWords(app, error), kSentenceBytesMax);
}

}  // namespace nwd::config
