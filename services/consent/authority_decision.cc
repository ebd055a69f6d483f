#include "services/consent/authority_decision.h"

#include "services/consent/agreements.h"
#include "services/consent/authority_states.h"
#include "services/consent/ceilings.h"

namespace nwd::consent {
namespace {

// Why the authority permits this organisation nothing at all; unspecified where it may permit something.
v1::DenialReason WholeReason(const storage::Authority& authority, const Question& question, absl::Time now) {
  if (FindRecipient(authority, question.organisation_id) == nullptr) return v1::DENIAL_REASON_NOT_RECIPIENT;
  if (authority.state() != v1::AUTHORITY_STATE_APPROVED) return v1::DENIAL_REASON_NOT_IN_FORCE;
  if (StateAt(authority, now) != v1::AUTHORITY_STATE_ACTIVE) return v1::DENIAL_REASON_OUT_OF_TIME;
  if (question.purpose == common::v1::PURPOSE_UNSPECIFIED || question.purpose != authority.purpose()) {
    return v1::DENIAL_REASON_OTHER_PURPOSE;
  }
  if (question.mode == v1::SHARING_MODE_UNSPECIFIED || question.mode > authority.mode()) {
    return v1::DENIAL_REASON_OTHER_MODE;
  }
  return v1::DENIAL_REASON_UNSPECIFIED;
}

}  // namespace

Decision Decide(const storage::Authority& authority, const Question& question,
                const common::v1::AgreementChange* agreement, absl::Time now) {
  const agreements::Use use{authority.lawful_basis(), question.purpose, question.organisation_id};
  return Pass(
      question.categories, WholeReason(authority, question, now),
      {{authority.categories(), v1::DENIAL_REASON_NOT_COVERED},
       {Ceiling(question.kind), v1::DENIAL_REASON_ABOVE_CEILING},
       {agreements::Allowed(authority.agreement_id(), agreement, use, now), v1::DENIAL_REASON_NOT_UNDER_AGREEMENT},
       {HasUsesLeft(authority) ? kAllCategories : 0, v1::DENIAL_REASON_USED_UP}});
}

bool IsParty(const storage::Authority& authority, const ids::Uuid& organisation_id) {
  return authority.approver_organisation_id() == organisation_id.bytes() || !IsNeutral(authority, organisation_id);
}

bool IsNeutral(const storage::Authority& authority, const ids::Uuid& organisation_id) {
  return authority.asserter_organisation_id() != organisation_id.bytes() &&
         FindRecipient(authority, organisation_id) == nullptr;
}

bool MayJudge(const storage::Authority& authority, const ids::Uuid& organisation_id,
              common::v1::OrganisationKind kind) {
  const CategoryMask told = authority.categories() | MaskOf(common::v1::CATEGORY_CIRCUMSTANCES);
  return IsNeutral(authority, organisation_id) && MaySeeAll(kind, told);
}

}  // namespace nwd::consent
