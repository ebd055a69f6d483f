// Text for people: a label and what stands beside it, a line each. For the files of this folder alone.
#pragma once

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "common/receipt/receipt.h"

namespace nwd::receipt {

class Lines {
 public:
  void Add(std::string_view label, std::string_view text);
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// Text that came from outside, for a terminal: nothing in it moves the cursor or colours a line.
std::string Shown(std::string text);
std::string Shown(absl::Time time);
std::string Shown(const Organisation& organisation);

}  // namespace nwd::receipt
