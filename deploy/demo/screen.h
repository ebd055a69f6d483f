// What a person sees of the story: one line a step. On a terminal the line of a running step is shown at once and
// completed in place, with colour unless NO_COLOR is set; elsewhere plain lines as they come.
#pragma once

#include <atomic>
#include <string>

#include "absl/time/time.h"

namespace nwd::demo {

class Screen {
 public:
  Screen();

  void Title(const std::string& text);
  void Chapter(const std::string& text);
  void Begin(const std::string& step);
  void Done(const std::string& step, const std::string& figure, absl::Duration took);
  void Failed(const std::string& step, const std::string& why, absl::Duration took);
  void Line(const std::string& text);
  void Note(const std::string& text);  // dim
  // Shows nothing any more, whoever still has something to say. From any thread.
  void Hush() { hushed_ = true; }

 private:
  std::string Paint(const char* code, const std::string& text) const;
  void Show(const std::string& text) const;

  const bool terminal_;
  const bool colour_;
  std::atomic<bool> hushed_{false};
};

}  // namespace nwd::demo
