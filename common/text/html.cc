#include "common/text/html.h"

#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "absl/strings/ascii.h"
#include "common/text/controls.h"

namespace nwd::text {
namespace {

struct Entity {
  std::string_view name;
  std::string_view text;
};
// Those met in directory descriptions. Any other name stays as it was written.
constexpr Entity kEntities[] = {
    {"amp", "&"},    {"lt", "<"},     {"gt", ">"},    {"quot", "\""},  {"apos", "'"},   {"nbsp", " "},
    {"pound", "£"},  {"euro", "€"},   {"copy", "©"},  {"reg", "®"},    {"trade", "™"},  {"ndash", "–"},
    {"mdash", "—"},  {"lsquo", "‘"},  {"rsquo", "’"}, {"ldquo", "“"},  {"rdquo", "”"},  {"sbquo", "‚"},
    {"bdquo", "„"},  {"hellip", "…"}, {"bull", "•"},  {"middot", "·"}, {"deg", "°"},    {"frac12", "½"},
    {"frac14", "¼"}, {"frac34", "¾"}, {"times", "×"}, {"ensp", " "},   {"emsp", " "},   {"thinsp", " "},
    {"shy", ""},     {"zwnj", ""},    {"zwj", ""},    {"eacute", "é"}, {"egrave", "è"}, {"agrave", "à"},
    {"ccedil", "ç"}, {"ouml", "ö"},   {"uuml", "ü"},  {"auml", "ä"},   {"rarr", "→"},   {"sect", "§"},
};
constexpr size_t kMaxEntityLength = 10;  // between & and ;

enum class Break { kNone, kLine, kParagraph };
struct Element {
  std::string_view name;
  Break line_break;
};
constexpr Element kElements[] = {
    {"br", Break::kLine},           {"li", Break::kLine},      {"tr", Break::kLine},
    {"div", Break::kLine},          {"dt", Break::kLine},      {"dd", Break::kLine},
    {"p", Break::kParagraph},       {"ul", Break::kParagraph}, {"ol", Break::kParagraph},
    {"table", Break::kParagraph},   {"h1", Break::kParagraph}, {"h2", Break::kParagraph},
    {"h3", Break::kParagraph},      {"h4", Break::kParagraph}, {"h5", Break::kParagraph},
    {"h6", Break::kParagraph},      {"hr", Break::kParagraph}, {"blockquote", Break::kParagraph},
    {"section", Break::kParagraph},
};
// Their content is no text.
constexpr std::array<std::string_view, 4> kSilentElements = {"script", "style", "template", "iframe"};

// Writes text, collapsing white space as it goes.
class PlainText {
 public:
  explicit PlainText(size_t size) { text_.reserve(size); }

  void Space() { pending_space_ = true; }
  void Lines(int count) { pending_lines_ = std::max(pending_lines_, count); }
  // A line break of the source: two in a row are a blank line.
  void SourceLine() { pending_lines_ = std::min(pending_lines_ + 1, kBlankLine); }

  void Append(std::string_view visible) {
    if (visible.empty()) return;
    if (!text_.empty()) {
      if (pending_lines_ > 0) {
        text_.append(static_cast<size_t>(pending_lines_), '\n');
      } else if (pending_space_) {
        text_.push_back(' ');
      }
    }
    pending_space_ = false;
    pending_lines_ = 0;
    text_.append(visible);
  }

  // One byte of the source, outside any tag.
  void AppendByte(char c) {
    if (c == '\n') {
      SourceLine();
    } else if (absl::ascii_isspace(c) || absl::ascii_iscntrl(c)) {
      Space();
    } else {
      Append({&c, 1});
    }
  }

  static constexpr int kBlankLine = 2;

  std::string Take() && { return std::move(text_); }

 private:
  std::string text_;
  bool pending_space_ = false;
  int pending_lines_ = 0;
};

// "#8217" or "#x2019" → the character; nothing where it has none or may not be in text.
std::optional<std::string> NumericEntity(std::string_view name) {
  name.remove_prefix(1);
  const bool hexadecimal = !name.empty() && (name[0] == 'x' || name[0] == 'X');
  if (hexadecimal) name.remove_prefix(1);
  if (name.empty()) return std::nullopt;
  const uint32_t base = hexadecimal ? 16 : 10;
  uint32_t code_point = 0;
  for (const char c : name) {
    if (hexadecimal ? !absl::ascii_isxdigit(c) : !absl::ascii_isdigit(c)) return std::nullopt;
    const int digit = absl::ascii_isdigit(c) ? c - '0' : absl::ascii_tolower(c) - 'a' + 10;
    code_point = code_point * base + static_cast<uint32_t>(digit);
    if (code_point > 0x10FFFF) return std::nullopt;
  }
  constexpr uint32_t kNoBreakSpace = 0xA0;
  if (code_point == kNoBreakSpace) return " ";
  if (code_point == '\t' || code_point == '\n' || code_point == '\r') return " ";
  if (U_IS_SURROGATE(code_point)) return "";
  std::array<char, U8_MAX_LENGTH> bytes;
  int32_t size = 0;
  U8_APPEND_UNSAFE(bytes.data(), size, code_point);
  std::string text(bytes.data(), static_cast<size_t>(size));
  if (HasControl(text) || HasDirection(text)) return "";
  return text;
}

std::optional<std::string> EntityText(std::string_view name) {
  if (name.starts_with('#')) return NumericEntity(name);
  for (const Entity& entity : kEntities) {
    if (entity.name == name) return std::string(entity.text);
  }
  return std::nullopt;
}

class Stripper {
 public:
  explicit Stripper(std::string_view html) : html_(html), out_(html.size()) {}

  // Whether control characters were left out, however they were written; true from then on.
  bool left_out() const { return left_out_; }

  std::string Run() {
    while (at_ < html_.size()) {
      if (html_[at_] == '<' && SkipMarkup()) continue;
      if (html_[at_] == '&' && TakeEntity()) continue;
      if (SkipControl()) continue;
      left_out_ |= absl::ascii_iscntrl(html_[at_]) && !absl::ascii_isspace(html_[at_]);
      out_.AppendByte(html_[at_++]);
    }
    return std::move(out_).Take();
  }

 private:
  static constexpr size_t kNone = std::string_view::npos;

  // A control character of more than a byte.
  bool SkipControl() {
    const size_t size = html_[at_] == '\xc2' ? 2 : html_[at_] == '\xe2' ? 3 : 0;
    if (size == 0) return false;
    const std::string_view character = html_.substr(at_, size);
    if (!HasControl(character) && !HasDirection(character)) return false;
    left_out_ = true;
    at_ += size;
    return true;
  }

  bool SkipMarkup() {
    const std::string_view rest = html_.substr(at_);
    if (rest.starts_with("<!--")) return SkipTo("-->", at_ + 4);
    if (rest.size() < 2) return false;
    const char next = rest[1];
    if (next == '!' || next == '?') return SkipTo(">", at_ + 2);
    const bool closing = next == '/';
    const size_t name_begin = at_ + (closing ? 2 : 1);
    size_t name_end = name_begin;
    while (name_end < html_.size() && absl::ascii_isalnum(html_[name_end])) ++name_end;
    if (name_end == name_begin || !absl::ascii_isalpha(html_[name_begin])) return false;
    const size_t end = TagEnd(name_end);
    if (end == kNone) return false;

    std::string name(html_.substr(name_begin, name_end - name_begin));
    std::transform(name.begin(), name.end(), name.begin(), absl::ascii_tolower);
    at_ = end + 1;
    if (!closing && std::find(kSilentElements.begin(), kSilentElements.end(), name) != kSilentElements.end())
      SkipContent(name);
    for (const Element& element : kElements) {
      if (element.name == name) out_.Lines(element.line_break == Break::kParagraph ? PlainText::kBlankLine : 1);
    }
    return true;
  }

  // Moves past `closer` if there is one from `from` on. Where a search fails, all later ones would: the rest holds no
  // markup of this kind, and each is tried once, which keeps the whole linear.
  bool SkipTo(std::string_view closer, size_t from) {
    bool& absent = closer == ">" ? no_more_ends_ : no_more_comments_;
    const size_t found = absent ? kNone : html_.find(closer, from);
    absent = absent || found == kNone;
    if (found == kNone) return false;
    at_ = found + closer.size();
    return true;
  }

  // Where the tag ends whose name ends at `from`: at the first > outside quotes. Once a quote turns out never to be
  // closed, quotes mean nothing any more.
  size_t TagEnd(size_t from) {
    if (no_more_ends_) return kNone;
    for (size_t i = from; quotes_count_ && i < html_.size(); ++i) {
      if (html_[i] == '>') return i;
      if (html_[i] != '"' && html_[i] != '\'') continue;
      i = html_.find(html_[i], i + 1);
      if (i == kNone) {
        quotes_count_ = false;
        break;
      }
    }
    const size_t end = html_.find('>', from);
    no_more_ends_ = end == kNone;
    return end;
  }

  // Moves to the closing tag of a silent element, or to the end of the text.
  void SkipContent(std::string_view name) {
    for (; at_ < html_.size(); ++at_) {
      if (html_[at_] != '<' || html_.substr(at_ + 1, 1) != "/") continue;
      const std::string_view here = html_.substr(at_ + 2, name.size());
      const auto same = [](char a, char b) { return absl::ascii_tolower(a) == b; };
      if (std::equal(here.begin(), here.end(), name.begin(), name.end(), same)) return;
    }
  }

  bool TakeEntity() {
    const std::string_view window = html_.substr(at_ + 1, kMaxEntityLength + 1);
    const size_t semicolon = window.find(';');
    if (semicolon == kNone || semicolon == 0) return false;
    const std::string_view name = window.substr(0, semicolon);
    const std::optional<std::string> text = EntityText(name);
    if (!text.has_value()) return false;
    left_out_ |= name.starts_with('#') && text->empty();
    if (*text == " ") {
      out_.Space();
    } else {
      out_.Append(*text);
    }
    at_ += semicolon + 2;
    return true;
  }

  const std::string_view html_;
  size_t at_ = 0;
  PlainText out_;
  bool quotes_count_ = true;
  bool no_more_ends_ = false;
  bool no_more_comments_ = false;
  bool left_out_ = false;
};

}  // namespace

std::string StripHtml(std::string_view html, bool* left_out) {
  Stripper stripper(html);
  std::string text = stripper.Run();
  if (left_out != nullptr) *left_out = stripper.left_out();
  return text;
}

}  // namespace nwd::text
