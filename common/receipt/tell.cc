#include "common/base/strings.h"
#include "common/receipt/lines.h"
#include "common/receipt/receipt.h"
#include "common/receipt/terms.h"

namespace nwd::receipt {
namespace {

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
  Lines told;
  told.Add("decided", Cat(Who(receipt), " ", TermOfEvent(receipt.event).plain));
  told.Add("when", Shown(receipt.time));
  told.Add("state", std::string(WordOf(receipt.state)));
  told.Add("recorded by", Shown(receipt.recorded_by));
  told.Add("captured by", Cat(Shown(receipt.captor), ", ", TermOf(receipt.method).plain));
  told.Add("what for", std::string(TermOf(receipt.purpose).plain));
  for (const Item& item : receipt.items) {
    told.Add("what", Cat(TermOf(item.category).plain, ": ", Shown(item.necessity)));
  }
  for (const Organisation& recipient : receipt.recipients) told.Add("with", Shown(recipient));
  told.Add("they may", Keeping(receipt));
  told.Add("good", While(receipt));
  if (!receipt.review_on.empty()) told.Add("looked at on", Shown(receipt.review_on));
  if (!receipt.agreement_id.empty()) told.Add("agreement", Shown(receipt.agreement_id));
  told.Add("text",
           Cat(Shown(receipt.text_sha256), ", version ", Shown(receipt.text_version), ", ", Shown(receipt.language)));
  if (!receipt.replaces_consent_id.empty()) told.Add("in place of", Shown(receipt.replaces_consent_id));
  if (!receipt.replaced_by_consent_id.empty()) told.Add("replaced by", Shown(receipt.replaced_by_consent_id));
  told.Add("consent", Shown(receipt.consent_id));
  told.Add("receipt", Shown(receipt.receipt_id));
  return told.text();
}

}  // namespace nwd::receipt
