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
constexpr char kClearLine[] = "\r\033[K";
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

void Screen::Show(const std::string& text) const {
  if (!hushed_) std::cout << text << std::flush;
}

void Screen::Title(const std::string& text) { Show(Cat("\n", Paint(kBold, text), "\n")); }
void Screen::Chapter(const std::string& text) { Show(Cat("\n", Paint(kBold, text), "\n")); }

void Screen::Begin(const std::string& step) {
  if (terminal_) Show(Paint(kDim, Cat("  · ", step, " …")));
}

void Screen::Done(const std::string& step, const std::string& figure, absl::Duration took) {
  const std::string time = absl::StrFormat("%6d ms", absl::ToInt64Milliseconds(took));
  Show(Cat(terminal_ ? kClearLine : "", Paint(kGreen, "  ✓ "), Padded(step, kStepColumns), "  ", Paint(kDim, time),
           "   ", figure, "\n"));
}

void Screen::Failed(const std::string& step, const std::string& why, absl::Duration took) {
  const std::string time = absl::StrFormat("%6d ms", absl::ToInt64Milliseconds(took));
  Show(Cat(terminal_ ? kClearLine : "", Paint(kRed, "  ✗ "), Padded(step, kStepColumns), "  ", Paint(kDim, time),
           "\n      ", Paint(kRed, why), "\n"));
}

void Screen::Line(const std::string& text) { Show(text + "\n"); }
void Screen::Note(const std::string& text) { Show(Paint(kDim, text) + "\n"); }

}  // namespace nwd::demo
