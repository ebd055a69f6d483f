// Building one line: JSON text, written front to back into one string.
#include <charconv>
#include <cmath>
#include <ctime>

#include "common/log/limits.h"
#include "common/log/log.h"
#include "common/log/queue.h"

namespace nwd::log {
namespace {

constexpr size_t kTypicalLineBytes = 320;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view kCut = "\xE2\x80\xA6";          // …

// Bytes of the valid UTF-8 sequence at the start of `text`, or 0.
size_t Utf8Length(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto continues = [&](size_t i, unsigned char low = 0x80, unsigned char high = 0xBF) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {  // neither overlong forms nor surrogates
    return continues(1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF) && continues(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {  // up to U+10FFFF
    return continues(1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF) && continues(2) && continues(3) ? 4
                                                                                                                  : 0;
  }
  return 0;
}

void AppendControl(char c, std::string& out) {
  constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += kHex[(c >> 4) & 0xF];
      out += kHex[c & 0xF];
  }
}

template <typename T>
void AppendNumber(T value, std::string& out) {
  char digits[32];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

// "2026-03-02T09:15:00.000123Z". The part up to the second is kept from line to line: it is most of the work.
void AppendNow(std::string& out) {
  thread_local time_t second = -1;
  thread_local char text[24];
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (now.tv_sec != second) {
    tm utc;
    gmtime_r(&now.tv_sec, &utc);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.", &utc);
    second = now.tv_sec;
  }
  char micros[7] = "000000";
  for (long left = now.tv_nsec / 1000, i = 5; left > 0; left /= 10, --i) micros[i] = static_cast<char>('0' + left % 10);
  out.append(text).append(micros, 6).push_back('Z');
}

}  // namespace

void AppendJsonString(std::string_view value, std::string& out) {
  out += '"';
  size_t plain = 0;  // start of the stretch that needs no change
  for (size_t i = 0; i < value.size();) {
    const auto c = static_cast<unsigned char>(value[i]);
    if (c >= 0x20 && c < 0x7F && c != '"' && c != '\\') {
      ++i;
      continue;
    }
    const size_t length = c < 0x80 ? 0 : Utf8Length(value.substr(i));
    if (length > 0) {
      i += length;
      continue;
    }
    out.append(value, plain, i - plain);
    if (c >= 0x80) {
      out += kReplacement;
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else {
      AppendControl(static_cast<char>(c), out);
    }
    plain = ++i;
  }
  out.append(value, plain);
  out += '"';
}

Line::Line(Level level, std::string_view event) : enabled_(Enabled(level)) {
  if (!enabled_) return;
  text_.reserve(kTypicalLineBytes);
  text_ += "{\"ts\":\"";
  AppendNow(text_);
  text_ += "\",\"level\":\"";
  text_ += LevelName(level);
  text_ += '"';
  Queue::Get().AppendProgram(text_);
  Str("event", event);
}

void Line::Key(std::string_view key) {
  text_ += ",\"";
  text_ += key;
  text_ += "\":";
}

Line& Line::Str(std::string_view key, std::string_view value) {
  if (!enabled_) return *this;
  Key(key);
  if (value.size() <= kValueBytesMax) {
    AppendJsonString(value, text_);
    return *this;
  }
  size_t end = kValueBytesMax;  // never in the middle of a character
  while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xC0) == 0x80) --end;
  AppendJsonString(value.substr(0, end), text_);
  text_.insert(text_.size() - 1, kCut);
  return *this;
}

Line& Line::Int(std::string_view key, int64_t value) {
  if (!enabled_) return *this;
  Key(key);
  AppendNumber(value, text_);
  return *this;
}

Line& Line::Float(std::string_view key, double value) {
  if (!enabled_) return *this;
  Key(key);
  if (std::isfinite(value)) {
    AppendNumber(value, text_);
  } else {
    text_ += "null";  // JSON has no infinity
  }
  return *this;
}

Line& Line::Bool(std::string_view key, bool value) {
  if (!enabled_) return *this;
  Key(key);
  text_ += value ? "true" : "false";
  return *this;
}

Line& Line::Status(const absl::Status& status) {
  if (status.ok()) return *this;
  const absl::string_view message = status.message();  // not std's in Debian's build
  return Str("code", absl::StatusCodeToString(status.code()))
      .Str("error", std::string_view(message.data(), message.size()));
}

void Line::Emit() {
  if (enabled_) Queue::Get().Put(Finish());
}

std::string_view Line::Finish() {
  if (enabled_) text_ += "}\n";
  return text_;
}

}  // namespace nwd::log
