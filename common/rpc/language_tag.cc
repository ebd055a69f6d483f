#include "common/rpc/language_tag.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"

namespace nwd::rpc {
namespace {

constexpr size_t kSubtagLengthMax = 8;
constexpr int kExtendedLanguagesMax = 3;
constexpr std::string_view kPrivateUse = "xX";

bool IsAlpha(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return absl::ascii_isalpha(c); });
}
bool IsDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return absl::ascii_isdigit(c); });
}
bool IsAlphanumeric(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return absl::ascii_isalnum(c); });
}

// The parts between the hyphens, read from the left.
class Subtags {
 public:
  explicit Subtags(std::string_view text) {
    while (true) {
      const size_t hyphen = text.find('-');
      subtags_.push_back(text.substr(0, hyphen));
      if (hyphen == std::string_view::npos) break;
      text.remove_prefix(hyphen + 1);
    }
  }
  bool AllFit() const {
    return std::all_of(subtags_.begin(), subtags_.end(), [](std::string_view subtag) {
      return !subtag.empty() && subtag.size() <= kSubtagLengthMax && IsAlphanumeric(subtag);
    });
  }
  bool Done() const { return at_ == subtags_.size(); }
  // Passes over the next one where `fits` takes it.
  template <class Fits>
  bool Take(Fits fits) {
    if (Done() || !fits(subtags_[at_])) return false;
    ++at_;
    return true;
  }

 private:
  std::vector<std::string_view> subtags_;
  size_t at_ = 0;
};

bool IsLanguage(std::string_view subtag) { return (subtag.size() == 2 || subtag.size() == 3) && IsAlpha(subtag); }
bool IsExtendedLanguage(std::string_view subtag) { return subtag.size() == 3 && IsAlpha(subtag); }
bool IsScript(std::string_view subtag) { return subtag.size() == 4 && IsAlpha(subtag); }
bool IsRegion(std::string_view subtag) {
  return (subtag.size() == 2 && IsAlpha(subtag)) || (subtag.size() == 3 && IsDigits(subtag));
}
bool IsVariant(std::string_view subtag) {
  return subtag.size() >= 5 || (subtag.size() == 4 && IsDigits(subtag.substr(0, 1)));
}
bool IsPrivateUse(std::string_view subtag) {
  return subtag.size() == 1 && kPrivateUse.find(subtag[0]) != std::string_view::npos;
}
bool IsSingleton(std::string_view subtag) { return subtag.size() == 1 && !IsPrivateUse(subtag); }
bool IsOfExtension(std::string_view subtag) { return subtag.size() >= 2; }
bool IsAny(std::string_view) { return true; }

}  // namespace

bool IsLanguageTag(std::string_view text) {
  Subtags subtags(text);
  if (!subtags.AllFit()) return false;
  if (subtags.Take(&IsLanguage)) {
    for (int i = 0; i < kExtendedLanguagesMax && subtags.Take(&IsExtendedLanguage); ++i) {
    }
    subtags.Take(&IsScript);
    subtags.Take(&IsRegion);
    while (subtags.Take(&IsVariant)) {
    }
    while (subtags.Take(&IsSingleton)) {
      if (!subtags.Take(&IsOfExtension)) return false;
      while (subtags.Take(&IsOfExtension)) {
      }
    }
    if (subtags.Done()) return true;
  }
  // Private use comes last, or alone.
  if (!subtags.Take(&IsPrivateUse) || !subtags.Take(&IsAny)) return false;
  while (subtags.Take(&IsAny)) {
  }
  return subtags.Done();
}

}  // namespace nwd::rpc
