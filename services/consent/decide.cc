#include "services/consent/decide.h"

#include <algorithm>

#include "common/base/timestamps.h"
#include "services/consent/ceilings.h"
#include "services/consent/consent_states.h"

namespace nwd::consent {
namespace {

bool Corroborated(const storage::Consent& consent, std::string_view source) {
  return std::find(consent.corroborator_ids().begin(), consent.corroborator_ids().end(), source) !=
         consent.corroborator_ids().end();
}

// Why the consent permits this recipient nothing at all; unspecified where it may permit something.
v1::DenialReason WholeReason(const storage::Consent& consent, const storage::Recipient* recipient,
                             const Question& question, absl::Time now) {
  if (recipient == nullptr) return v1::DENIAL_REASON_NOT_RECIPIENT;
  if (consent.state() != v1::CONSENT_STATE_GIVEN) return v1::DENIAL_REASON_NOT_IN_FORCE;
  const int64_t valid_from_us = consent.valid_from_us() != 0 ? consent.valid_from_us() : consent.decide_time_us();
  if (Micros(now) < valid_from_us || Micros(now) >= consent.valid_until_us()) return v1::DENIAL_REASON_OUT_OF_TIME;
  if (question.purpose == common::v1::PURPOSE_UNSPECIFIED || question.purpose != consent.purpose()) {
    return v1::DENIAL_REASON_OTHER_PURPOSE;
  }
  if (question.mode == v1::SHARING_MODE_UNSPECIFIED || question.mode > consent.mode())
    return v1::DENIAL_REASON_OTHER_MODE;
  if (!consent.standing() && !question.prospective && recipient->open_referrals() <= 0) {
    return v1::DENIAL_REASON_NO_OPEN_REFERRAL;
  }
  return v1::DENIAL_REASON_UNSPECIFIED;
}

}  // namespace

Decision Decide(const storage::Consent& consent, const Question& question, absl::Time now) {
  Decision decision;
  const storage::Recipient* recipient = FindRecipient(consent, question.organisation_id);
  const v1::DenialReason whole = WholeReason(consent, recipient, question, now);
  const CategoryMask ceiling = Ceiling(question.kind);
  const bool used_up = consent.max_uses() > 0 && consent.uses() >= consent.max_uses();
  const bool self_captured = consent.captor_organisation_id() == question.organisation_id.bytes();
  ForEachCategory(question.categories, [&](Category category) {
    v1::DenialReason reason = whole;
    if (reason != v1::DENIAL_REASON_UNSPECIFIED) {
      // Denied as a whole.
    } else if (Holds(recipient->refused_categories(), category)) {
      reason = v1::DENIAL_REASON_REFUSED;
    } else if (!Holds(consent.categories(), category)) {
      reason = v1::DENIAL_REASON_NOT_COVERED;
    } else if (!Holds(ceiling, category)) {
      reason = v1::DENIAL_REASON_ABOVE_CEILING;
    } else if (self_captured && !consent.corroborated_by_person() &&
               !Holds(consent.corroborated_categories(), category)) {
      reason = v1::DENIAL_REASON_NOT_CORROBORATED;
      if (!used_up) decision.own_only |= MaskOf(category);
    } else if (used_up) {  // last: it says that nothing else stands in the way
      reason = v1::DENIAL_REASON_USED_UP;
    } else {
      decision.permitted |= MaskOf(category);
    }
    decision.reasons[static_cast<size_t>(category)] = reason;
  });
  return decision;
}

Decision NoBasis(CategoryMask categories) {
  Decision decision;
  ForEachCategory(categories, [&](Category category) {
    decision.reasons[static_cast<size_t>(category)] = v1::DENIAL_REASON_NO_BASIS;
  });
  return decision;
}

const storage::Recipient* FindRecipient(const storage::Consent& consent, const ids::Uuid& organisation_id) {
  for (const storage::Recipient& recipient : consent.recipients()) {
    if (recipient.organisation_id() == organisation_id.bytes()) return &recipient;
  }
  return nullptr;
}

storage::Recipient* FindRecipient(storage::Consent& consent, const ids::Uuid& organisation_id) {
  return const_cast<storage::Recipient*>(FindRecipient(std::as_const(consent), organisation_id));
}

bool IsParty(const storage::Consent& consent, const ids::Uuid& organisation_id) {
  return consent.captor_organisation_id() == organisation_id.bytes() ||
         FindRecipient(consent, organisation_id) != nullptr;
}

bool HasVouched(const storage::Consent& consent, const ids::Uuid& organisation_id, CategoryMask categories) {
  return Corroborated(consent, organisation_id.bytes()) && (categories & ~consent.corroborated_categories()) == 0;
}

bool OpensSource(const storage::Consent& consent, const ids::Uuid& organisation_id, const ids::Uuid& source) {
  return consent.captor_organisation_id() != organisation_id.bytes() || consent.corroborated_by_person() ||
         source == organisation_id || Corroborated(consent, source.bytes());
}

v1::Obligations ObligationsOf(const storage::Consent& consent, v1::SharingMode mode, absl::Time now) {
  v1::Obligations obligations;
  if (mode != v1::SHARING_MODE_VIEW) {
    *obligations.mutable_erase_by() = ToTimestamp(now + absl::Hours(24) * consent.retention_days());
  }
  obligations.set_no_onward(consent.mode() != v1::SHARING_MODE_ONWARD);
  obligations.set_do_not_contact(consent.do_not_contact());
  return obligations;
}

}  // namespace nwd::consent
