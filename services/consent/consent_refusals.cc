#include "services/consent/consent_refusals.h"

#include <algorithm>

#include "services/consent/categories.h"

namespace nwd::consent {
namespace {

bool Names(const storage::Consent& consent, const std::string& organisation_id) {
  return std::any_of(
      consent.recipients().begin(), consent.recipients().end(),
      [&](const storage::Recipient& recipient) { return recipient.organisation_id() == organisation_id; });
}

}  // namespace

bool Lifts(const storage::Consent& given, const storage::Consent& refused) {
  if (given.decide_time_us() <= refused.decide_time_us()) return false;
  if (!given.supersedes_consent_id().empty() && given.supersedes_consent_id() == refused.consent_id()) return true;
  if ((given.categories() & ~refused.categories()) != 0) return false;
  return std::all_of(given.recipients().begin(), given.recipients().end(),
                     [&](const storage::Recipient& recipient) { return Names(refused, recipient.organisation_id()); });
}

bool ApplyRefusal(storage::Consent& given, const storage::Consent& refused) {
  if (refused.state() != v1::CONSENT_STATE_REFUSED || refused.purpose() != given.purpose() || Lifts(given, refused))
    return false;
  bool changed = false;
  for (storage::Recipient& recipient : *given.mutable_recipients()) {
    if (!Names(refused, recipient.organisation_id())) continue;
    const CategoryMask closed = recipient.refused_categories() | (refused.categories() & given.categories());
    changed |= closed != recipient.refused_categories();
    recipient.set_refused_categories(closed);
  }
  return changed;
}

}  // namespace nwd::consent
