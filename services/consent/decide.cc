#include "services/consent/decide.h"

#include <algorithm>

#include "common/base/timestamps.h"
#include "services/consent/agreements.h"
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

Decision Decide(const storage::Consent& consent, const Question& question, const common::v1::AgreementChange* agreement,
                absl::Time now) {
  const storage::Recipient* recipient = FindRecipient(consent, question.organisation_id);
  const agreements::Use use{common::v1::LAWFUL_BASIS_CONSENT, question.purpose, question.organisation_id};
  const bool uncorroborated =
      consent.captor_organisation_id() == question.organisation_id.bytes() && !consent.corroborated_by_person();
  const bool uses_left = HasUsesLeft(consent);
  Decision decision =
      Pass(question.categories, WholeReason(consent, recipient, question, now),
           {{recipient != nullptr ? ~recipient->refused_categories() : 0, v1::DENIAL_REASON_REFUSED},
            {consent.categories(), v1::DENIAL_REASON_NOT_COVERED},
            {Ceiling(question.kind), v1::DENIAL_REASON_ABOVE_CEILING},
            {agreements::Allowed(consent.agreement_id(), agreement, use, now), v1::DENIAL_REASON_NOT_UNDER_AGREEMENT},
            {uncorroborated ? consent.corroborated_categories() : kAllCategories, v1::DENIAL_REASON_NOT_CORROBORATED},
            {uses_left ? kAllCategories : 0, v1::DENIAL_REASON_USED_UP}});
  ForEachCategory(question.categories, [&](Category category) {
    const bool own = uses_left && decision.reason(category) == v1::DENIAL_REASON_NOT_CORROBORATED;
    if (own) decision.own_only |= MaskOf(category);
  });
  return decision;
}

Decision Pass(CategoryMask asked, v1::DenialReason whole, std::initializer_list<Hurdle> hurdles) {
  Decision decision;
  ForEachCategory(asked, [&](Category category) {
    v1::DenialReason& reason = decision.reasons[static_cast<size_t>(category)];
    reason = whole;
    for (const Hurdle& hurdle : hurdles) {
      if (reason != v1::DENIAL_REASON_UNSPECIFIED) break;
      if (!Holds(hurdle.passed, category)) reason = hurdle.otherwise;
    }
    if (reason == v1::DENIAL_REASON_UNSPECIFIED) decision.permitted |= MaskOf(category);
  });
  return decision;
}

void Restrict(CategoryMask restricted, Decision& decision) {
  ForEachCategory(restricted & (decision.permitted | decision.own_only), [&](Category category) {
    decision.reasons[static_cast<size_t>(category)] = v1::DENIAL_REASON_RESTRICTED;
  });
  decision.permitted &= ~restricted;
  decision.own_only &= ~restricted;
}

Decision NoBasis(CategoryMask categories) {
  Decision decision;
  ForEachCategory(categories, [&](Category category) {
    decision.reasons[static_cast<size_t>(category)] = v1::DENIAL_REASON_NO_BASIS;
  });
  return decision;
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

}  // namespace nwd::consent
