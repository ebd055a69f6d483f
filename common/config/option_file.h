// The file of options, read by CLI11 once it is known to be one. CLI11 passes over lines that are too short to mean
// anything to it, and breaks at a name that is empty; both are mistakes here, named with their line.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

namespace nwd::config {

// "--data-dir" of `nwd pki init` is NWD_PKI_INIT_DATA_DIR. `option` has a letter or digit.
std::string EnvironmentName(const std::vector<std::string>& commands, const std::string& option);

// What is wrong with the file itself: "names no option", of a line, or "is larger than …", of the whole (line 0).
class FileMistake final : public CLI::ConfigError {
 public:
  FileMistake(int line, const std::string& what) : CLI::ConfigError(what), line_(line) {}
  int line() const { return line_; }

 private:
  int line_;
};

// Reads TOML and INI, without what the environment says: that comes before the file. Throws FileMistake, as CLI11 has
// it.
std::shared_ptr<CLI::Config> FileBelowEnvironment();

}  // namespace nwd::config
