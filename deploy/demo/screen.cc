#include "deploy/demo/screen.h"

#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "absl/strings/str_format.h"
#include "common/base/strings.h"

namespace nwd::demo {
namespace {

constexpr char kBold[] = "1";
constexpr char kDim[] = "2";
constexpr char kGreen[] = "32";
constexpr char kRed[] = "1;31";
constexpr size_t kStepColumns = 56;

// Columns of text with at most one column a character, as ours is.
size_t Columns(const std::string& text) {
  size_t columns = 0;
  for (const unsigned char byte : text) columns += (byte & 0xC0) != 0x80;
  return columns;
}

std::string Padded(const std::string& text, size_t columns) {
  const size_t has = Columns(text);
  return has >= columns ? text : text + std::string(columns - has, ' ');
}

}  // namespace

Screen::Screen() : terminal_(isatty(STDOUT_FILENO) != 0), colour_(terminal_ && std::getenv("NO_COLOR") == nullptr) {}

std::string Screen::Paint(const char* code, const std::string& text) const {
  return colour_ ? Cat("\033[", code, "m", text, "\033[0m") : text;
}

void Screen::Clear() {
  if (terminal_) std::cout << "\r\033[K";
}

void Screen::Title(const std::string& text) { std::cout << "\n" << Paint(kBold, text) << std::endl; }
void Screen::Chapter(const std::string& text) { std::cout << "\n" << Paint(kBold, text) << std::endl; }

void Screen::Begin(const std::string& step) {
  if (terminal_) std::cout << Paint(kDim, Cat("  · ", step, " …")) << std::flush;
}

void Screen::Done(const std::string& step, const std::string& figure, absl::Duration took) {
  Clear();
  const std::string time = absl::StrFormat("%6d ms", absl::ToInt64Milliseconds(took));
  std::cout << Paint(kGreen, "  ✓ ") << Padded(step, kStepColumns) << "  " << Paint(kDim, time) << "   " << figure
            << std::endl;
}

void Screen::Failed(const std::string& step, const std::string& why, absl::Duration took) {
  Clear();
  const std::string time = absl::StrFormat("%6d ms", absl::ToInt64Milliseconds(took));
  std::cout << Paint(kRed, "  ✗ ") << Padded(step, kStepColumns) << "  " << Paint(kDim, time) << "\n      "
            << Paint(kRed, why) << std::endl;
}

void Screen::Line(const std::string& text) { std::cout << text << std::endl; }
void Screen::Note(const std::string& text) { std::cout << Paint(kDim, text) << std::endl; }

}  // namespace nwd::demo
