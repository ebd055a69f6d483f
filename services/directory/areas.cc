#include "services/directory/areas.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "common/base/strings.h"
#include "common/text/fold.h"

namespace nwd::directory {
namespace {

// Words that stand beside a borough's own name and do not tell it from another.
constexpr std::array<std::string_view, 11> kFiller = {"and",  "of",      "the",  "london", "borough", "royal",
                                                      "city", "council", "upon", "thames", "rbk"};
// Areas that hold all of London.
constexpr std::array<std::string_view, 4> kCodesAround = {"E12000007", "E92000001", "K02000001", "K03000001"};
constexpr std::array<std::string_view, 9> kNamesAround = {"london",     "greater london", "all london boroughs",
                                                          "pan london", "england",        "national",
                                                          "nationwide", "united kingdom", "uk"};

constexpr size_t kCodeLength = 9;

bool LooksLikeCode(std::string_view text) {
  return text.size() == kCodeLength && absl::ascii_isupper(text[0]) &&
         std::all_of(text.begin() + 1, text.end(), [](char c) { return absl::ascii_isdigit(c); });
}

// A name without filler; the whole folded name where nothing else is left ("City of London").
std::string NameKey(std::string_view name) {
  const std::string folded = text::FoldName(name);
  std::string key;
  for (const absl::string_view word : absl::StrSplit(folded, ' ', absl::SkipEmpty())) {
    if (std::find(kFiller.begin(), kFiller.end(), StdView(word)) != kFiller.end()) continue;
    if (!key.empty()) key.push_back(' ');
    key.append(word.data(), word.size());
  }
  return key.empty() ? folded : key;
}

}  // namespace

Areas::Areas(const facts::Facts& facts) {
  for (const facts::Borough& borough : facts.boroughs()) all_.push_back(borough.code);
  for (const facts::Hub& hub : facts.hubs()) {
    std::vector<std::string> codes;
    for (const facts::Borough* borough : facts.BoroughsOf(hub.slug)) codes.push_back(borough->code);
    std::sort(codes.begin(), codes.end());
    by_name_[NameKey(hub.name)] = std::move(codes);
  }
  for (const std::string_view name : kNamesAround) by_name_[NameKey(name)] = all_;
  for (const facts::Borough& borough : facts.boroughs()) by_name_[NameKey(borough.name)] = {borough.code};
}

Areas::Found Areas::ResolveCode(std::string_view code) const {
  if (std::find(kCodesAround.begin(), kCodesAround.end(), code) != kCodesAround.end()) return {Kind::kKnown, all_};
  if (std::binary_search(all_.begin(), all_.end(), code)) return {Kind::kKnown, {std::string(code)}};
  return {Kind::kOutside, {}};
}

Areas::Found Areas::Resolve(std::string_view area) const {
  area = StdView(absl::StripAsciiWhitespace(AbslView(area)));
  if (LooksLikeCode(area)) return ResolveCode(area);
  const std::string_view tail = area.substr(area.rfind('/') + 1);  // all of it where there is no slash
  if (LooksLikeCode(tail)) return ResolveCode(tail);
  const auto found = by_name_.find(NameKey(area));
  if (found == by_name_.end()) return {};
  return {Kind::kKnown, found->second};
}

std::string Areas::BoroughNamed(std::string_view name) const {
  Found found = Resolve(name);
  return found.boroughs.size() == 1 ? std::move(found.boroughs.front()) : std::string();
}

}  // namespace nwd::directory
