#include "common/base/strings.h"
#include "common/receipt/receipt.h"
#include "common/receipt/terms.h"

namespace nwd::receipt {
namespace {

// Text that came from outside, for a terminal: nothing in it moves the cursor or colours a line.
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

std::string Who(const Receipt& receipt) {
  if (!receipt.by_person) return Shown(receipt.recorded_by);
  if (receipt.representative == consent::v1::REPRESENTATIVE_KIND_UNSPECIFIED) return "the person";
  if (!IsAnswer(receipt.event)) return "the person, or who acts for them,";
  return std::string(TermOf(receipt.representative).plain);
}

std::string Keeping(const Receipt& receipt) {
  const std::string_view may = TermOf(receipt.mode).plain;
  if (receipt.mode == consent::v1::SHARING_MODE_VIEW) return std::string(may);
  return Cat(may, ", for ", receipt.retention_days, " days after they read it");
}

std::string While(const Receipt& receipt) {
  std::string when = Cat("until ", Shown(receipt.valid_until));
  if (receipt.valid_from != absl::InfinitePast()) when = Cat("from ", Shown(receipt.valid_from), " ", when);
  if (!receipt.standing) when += ", while a referral that rests on it is open";
  if (receipt.max_uses > 0) when += Cat(", at most ", receipt.max_uses, " times");
  return when;
}

}  // namespace

std::string Tell(const Receipt& receipt) {
  std::string told;
  const auto line = [&](std::string_view label, const std::string& text) {
    told += Cat(label, std::string(14 - std::min<size_t>(label.size(), 13), ' '), text, "\n");
  };
  line("decided", Cat(Who(receipt), " ", TermOfEvent(receipt.event).plain));
  line("when", Shown(receipt.time));
  line("state", std::string(WordOf(receipt.state)));
  line("recorded by", Shown(receipt.recorded_by));
  line("captured by", Cat(Shown(receipt.captor), ", ", TermOf(receipt.method).plain));
  line("what for", std::string(TermOf(receipt.purpose).plain));
  for (const Item& item : receipt.items) {
    line("what", Cat(TermOf(item.category).plain, ": ", Shown(item.necessity)));
  }
  for (const Organisation& recipient : receipt.recipients) line("with", Shown(recipient));
  line("they may", Keeping(receipt));
  line("good", While(receipt));
  if (!receipt.review_on.empty()) line("looked at on", Shown(receipt.review_on));
  if (!receipt.agreement_id.empty()) line("agreement", Shown(receipt.agreement_id));
  line("text",
       Cat(Shown(receipt.text_sha256), ", version ", Shown(receipt.text_version), ", ", Shown(receipt.language)));
  if (!receipt.replaces_consent_id.empty()) line("in place of", Shown(receipt.replaces_consent_id));
  if (!receipt.replaced_by_consent_id.empty()) line("replaced by", Shown(receipt.replaced_by_consent_id));
  line("consent", Shown(receipt.consent_id));
  line("receipt", Shown(receipt.receipt_id));
  return told;
}

}  // namespace nwd::receipt
