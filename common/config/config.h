// A program's options, from flags, then the environment, then a file; what none of them says keeps the value the
// variable has.
//
//   struct {
//     std::string data;
//     config::HostPort listen{"127.0.0.1", 7102};
//     absl::Duration drain = absl::Seconds(10);
//   } cfg;
//   config::Options options("nwd-consent", "The consent service of a hub.");
//   options.Add("--data", &cfg.data, "Folder of the store").Required();
//   options.Add("--listen", &cfg.listen, "Address for gRPC");
//   options.Add("--drain", &cfg.drain, "Time given to calls in flight when stopping");
//   if (const std::optional<int> exit_code = options.Parse(argc, argv)) return *exit_code;
//
// --data is also NWD_DATA, and `data = "…"` in the file that --config or NWD_CONFIG names (INI or TOML). An option of a
// command is prefixed by it: `nwd pki init --dir` is NWD_PKI_INIT_DIR, and `dir` under [pki.init] in the file. Every
// program has --help, --version and --config. A wrong or unknown option, in any of the three, is one sentence on stderr
// and exit code 2.
//
// Text is never empty where it is given: `--data ""` and `data = ""` are mistakes; an empty variable of the environment
// is as if it were not there.
//
// A name without dashes is positional (flags only). Variables must outlive Parse. Not thread-safe. No secret is ever an
// option.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/config/values.h"

namespace nwd::config {

// What `--version` prints after the program's name.
inline constexpr char kVersion[] = "0.1.0";

class Option {
 public:
  Option& Required();
  Option& Range(int64_t low, int64_t high);                // for numbers; both ends allowed
  Option& Range(absl::Duration low, absl::Duration high);  // for durations likewise
  Option& OneOf(const std::vector<std::string>& values);   // for text
  Option& ExistingFile();
  Option& ExistingFolder();

 private:
  friend class Options;
  explicit Option(void* option) : option_(option) {}
  void* option_;  // CLI::Option
};

class Options {
 public:
  Options(const std::string& program, const std::string& about);
  ~Options();
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;

  Option Add(const std::string& name, std::string* value, const std::string& help);
  Option Add(const std::string& name, int* value, const std::string& help);
  Option Add(const std::string& name, int64_t* value, const std::string& help);
  Option Add(const std::string& name, double* value, const std::string& help);
  Option Add(const std::string& name, bool* value,
             const std::string& help);  // --x; where on by default, --no-x or --x=false; NWD_X=true
  Option Add(const std::string& name, absl::Duration* value, const std::string& help);
  Option Add(const std::string& name, HostPort* value, const std::string& help);
  Option Add(const std::string& name, Bytes* value, const std::string& help);
  Option Add(const std::string& name, std::vector<std::string>* value,
             const std::string& help);  // repeated, or separated by commas

  // A command, such as `init` in `nwd pki init`; may have commands of its own. If a program has commands, one must be
  // given.
  Options& Command(const std::string& name, const std::string& about);

  // Whether the command line chose this command.
  bool chosen() const;

  // Nothing if the program should go on; else the code to exit with: 0 after --help or --version, 2 after a mistake,
  // which it has said.
  std::optional<int> Parse(int argc, const char* const* argv);
  // The sentence it said of a mistake; empty where there was none.
  const std::string& mistake() const { return mistake_; }

 private:
  struct Impl;
  explicit Options(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
  std::string mistake_;
  std::deque<std::unique_ptr<Options>> commands_;
};

}  // namespace nwd::config
