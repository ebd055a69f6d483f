#include "services/consent/consent_refusals.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "services/consent/categories.h"
#include "services/consent/consent_states.h"

namespace nwd::consent {
namespace {

using Organisations = absl::flat_hash_set<std::string_view>;

Organisations NamedIn(const storage::Consent& consent) {
  Organisations named;
  for (const storage::Recipient& recipient : consent.recipients()) named.insert(recipient.organisation_id());
  return named;
}

// Whether the yes, or one that was, lifts what was refused, for whom and what it names.
bool Lifts(const storage::Consent& yes, const storage::Consent& refused, const Organisations& refused_to) {
  if (!WasGiven(yes.state()) || yes.state() == v1::CONSENT_STATE_INVALIDATED) return false;
  if (yes.purpose() != refused.purpose() || yes.decide_time_us() <= refused.decide_time_us()) return false;
  if (!yes.supersedes_consent_id().empty() && yes.supersedes_consent_id() == refused.consent_id()) return true;
  if ((yes.categories() & ~refused.categories()) != 0) return false;
  return std::all_of(yes.recipients().begin(), yes.recipients().end(), [&](const storage::Recipient& recipient) {
    return refused_to.contains(recipient.organisation_id());
  });
}

}  // namespace

bool ApplyRefusals(const std::vector<storage::Consent>& all, storage::Consent& given) {
  std::vector<CategoryMask> closed(static_cast<size_t>(given.recipients_size()));
  for (const storage::Consent& refused : all) {
    if (refused.state() != v1::CONSENT_STATE_REFUSED || refused.purpose() != given.purpose()) continue;
    if ((refused.categories() & given.categories()) == 0) continue;
    const Organisations refused_to = NamedIn(refused);
    std::vector<CategoryMask> still(closed.size());
    for (size_t i = 0; i < still.size(); ++i) {
      if (refused_to.contains(given.recipients(static_cast<int>(i)).organisation_id())) still[i] = refused.categories();
    }
    const auto lift = [&](const storage::Consent& yes) {
      if (yes.decide_time_us() > given.decide_time_us() || !Lifts(yes, refused, refused_to)) return;
      const Organisations named = NamedIn(yes);
      for (size_t i = 0; i < still.size(); ++i) {
        if (named.contains(given.recipients(static_cast<int>(i)).organisation_id())) still[i] &= ~yes.categories();
      }
    };
    lift(given);
    for (const storage::Consent& yes : all) lift(yes);
    for (size_t i = 0; i < closed.size(); ++i) closed[i] |= still[i] & given.categories();
  }
  bool changed = false;
  for (size_t i = 0; i < closed.size(); ++i) {
    storage::Recipient& recipient = *given.mutable_recipients(static_cast<int>(i));
    changed |= recipient.refused_categories() != closed[i];
    recipient.set_refused_categories(closed[i]);
  }
  return changed;
}

}  // namespace nwd::consent
