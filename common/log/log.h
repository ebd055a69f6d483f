// The log: one JSON object a line, RFC 3339 UTC times with microseconds.
//
//   log::Init({.program = "nwd-consent"});                                  // once, in main
//   log::Line(log::Level::kInfo, "rpc.call").Str("method", m).Int("latency_us", 12).Emit();
//
//   {"ts":"2026-03-02T09:15:00.000123Z","level":"info","program":"nwd-consent","event":"rpc.call","method":"…",
//    "latency_us":12}
//
// Event names are fixed text, `area.what`; everything that varies is a field. Never personal data: no names, no
// references, no free text a person wrote. Keys are ours (plain ASCII); values may be any bytes and come out as valid
// JSON.
//
// A line is put in a bounded queue and written by one thread. A full queue drops the line rather than delay a call;
// dropped lines are counted, and what got through is followed by a `log.dropped` line with the number. Before Init, and
// after Shutdown, warnings and errors go straight to stderr and the rest nowhere. All functions are thread-safe. What
// is queued is written at exit; a process that is killed loses what waited, at most some milliseconds of it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace nwd::log {

enum class Level { kDebug, kInfo, kWarning, kError };

// "debug", "info", "warning", "error".
std::string_view LevelName(Level level);
bool ParseLevel(std::string_view name, Level* level);

struct Options {
  std::string program;         // said in every line; left out if empty
  Level level = Level::kInfo;  // lines below it cost nothing
  std::string file;            // appended to and rotated; empty for stderr
  std::function<void(std::string_view)>
      receiver;  // if set, gets each line (no newline) instead, on the writer's thread
};

// Starts the writer. Called again, it finishes with the former destination and goes on with the new one.
absl::Status Init(Options options);

// Returns when every line emitted before it has been written.
void Flush();

// Writes what waits and stops the writer. Also happens at exit.
void Shutdown();

// Lines lost to a full queue since the process started.
uint64_t DroppedLines();

bool Enabled(Level level);

// One line being built, used as one expression. Without Emit nothing is written.
class [[nodiscard]] Line {
 public:
  Line(Level level, std::string_view event);
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  Line& Str(std::string_view key, std::string_view value);
  Line& Int(std::string_view key, int64_t value);
  Line& Float(std::string_view key, double value);
  Line& Bool(std::string_view key, bool value);
  // "code" and "error" fields from a status that is not OK; nothing for OK.
  Line& Status(const absl::Status& status);
  void Emit();

 private:
  friend class Queue;
  void Key(std::string_view key);
  std::string_view Finish();  // the whole line with its newline; empty if not enabled

  const bool enabled_;
  std::string text_;
};

// Appends `value` to `out` as a JSON string with its quotes; bytes that are not UTF-8 become U+FFFD.
void AppendJsonString(std::string_view value, std::string& out);

}  // namespace nwd::log
