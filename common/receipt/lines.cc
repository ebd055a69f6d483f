#include "common/receipt/lines.h"

#include <algorithm>

#include "common/base/strings.h"

namespace nwd::receipt {
namespace {

constexpr size_t kLabelWidth = 14;

}  // namespace

void Lines::Add(std::string_view label, std::string_view text) {
  text_ += Cat(label, std::string(kLabelWidth - std::min(label.size(), kLabelWidth - 1), ' '), text, "\n");
}

std::string Shown(std::string text) {
  for (char& letter : text) {
    if (static_cast<unsigned char>(letter) < ' ' || letter == '\x7f') letter = ' ';
  }
  return text;
}

std::string Shown(absl::Time time) { return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", time, absl::UTCTimeZone()); }

std::string Shown(const Organisation& organisation) {
  const std::string id = Shown(organisation.organisation_id);
  return organisation.slug.empty() ? id : Cat(Shown(organisation.slug), " (", id, ")");
}

}  // namespace nwd::receipt
