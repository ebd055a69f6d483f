// The decision: may this organisation do this with these categories, on this consent, at this moment. A pure function;
// everything it needs is in the consent's one value and, where it cites one, the data-sharing agreement it falls under.
// What it shares with the decision on other bases (authority_decision.h) is here too.
//
//   const Decision decision = Decide(consent, {.organisation_id = college, .kind = ORGANISATION_KIND_COLLEGE, …},
//                                    agreement.get(), now);
//   if (Holds(decision.permitted, CATEGORY_SKILLS)) …
//
// Whose consent it is, and whether the organisation is trusted at all, the caller has established before.
#pragma once

#include <array>
#include <initializer_list>
#include <utility>

#include "absl/time/time.h"
#include "common/base/timestamps.h"
#include "common/ids/uuid.h"
#include "nwd/common/v1/change_service.pb.h"
#include "nwd/common/v1/vocabulary.pb.h"
#include "nwd/consent/v1/access_service.pb.h"
#include "services/consent/categories.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent {

struct Question {
  ids::Uuid organisation_id;  // who would receive
  common::v1::OrganisationKind kind = common::v1::ORGANISATION_KIND_UNSPECIFIED;
  common::v1::Purpose purpose = common::v1::PURPOSE_UNSPECIFIED;
  CategoryMask categories = 0;
  v1::SharingMode mode = v1::SHARING_MODE_UNSPECIFIED;
  bool prospective = false;   // leave out whether a referral is open
  bool safeguarding = false;  // the organisation is active and has the role SAFEGUARDING, without which no emergency
                              // access is a basis
};

struct Decision {
  CategoryMask permitted = 0;
  // Denied for want of corroboration only, with uses left: what the organisation itself put in is still open to it.
  CategoryMask own_only = 0;
  // By category; unspecified where permitted or not asked for. USED_UP only where nothing else stands in the way.
  std::array<v1::DenialReason, kCategoryLast + 1> reasons{};

  v1::DenialReason reason(Category category) const { return reasons[static_cast<size_t>(category)]; }
};

// `agreement`: the one that the consent cites (cited_agreement.h). Null where it cites none; and where it cites one that
// is not known here, so that all is denied.
Decision Decide(const storage::Consent& consent, const Question& question, const common::v1::AgreementChange* agreement,
                absl::Time now);

// What a category must pass to be permitted, in the order in which a denial is told: the first hurdle that it does not
// pass is its reason.
struct Hurdle {
  CategoryMask passed;
  v1::DenialReason otherwise;
};
// `whole`: why nothing at all is permitted; unspecified where something may be.
Decision Pass(CategoryMask asked, v1::DenialReason whole, std::initializer_list<Hurdle> hurdles);

// Not used up. USED_UP is the last hurdle: it says that nothing else stands in the way.
template <class Row>
bool HasUsesLeft(const Row& basis) {
  return basis.max_uses() <= 0 || basis.uses() < basis.max_uses();
}

// What rests is not permitted, whatever else is, not even what the organisation itself put in: RESTRICTED. It is told only
// where nothing else stands in the way.
void Restrict(CategoryMask restricted, Decision& decision);

// The answer to who may not know more: NO_BASIS for every category.
Decision NoBasis(CategoryMask categories);

// Says in a response which of the categories `asked` for are denied, and why.
template <class Response>
void TellDenied(const Decision& decision, CategoryMask asked, Response& response) {
  ForEachCategory(asked & ~decision.permitted, [&](Category category) {
    v1::DeniedCategory& denied = *response.add_denied_categories();
    denied.set_category(category);
    denied.set_reason(decision.reason(category));
  });
}

// The recipient's entry in a consent or an authority; null where that does not name it.
template <class Row>
const storage::Recipient* FindRecipient(const Row& basis, const ids::Uuid& organisation_id) {
  for (const storage::Recipient& recipient : basis.recipients()) {
    if (recipient.organisation_id() == organisation_id.bytes()) return &recipient;
  }
  return nullptr;
}
template <class Row>
storage::Recipient* FindRecipient(Row& basis, const ids::Uuid& organisation_id) {
  return const_cast<storage::Recipient*>(FindRecipient(std::as_const(basis), organisation_id));
}

// It captured the consent or is named in it.
bool IsParty(const storage::Consent& consent, const ids::Uuid& organisation_id);

// It has corroborated the consent, for all these categories.
bool HasVouched(const storage::Consent& consent, const ids::Uuid& organisation_id, CategoryMask categories);

// Whether entries that `source` put in are open to `organisation_id` under this consent. Nobody can mint their own key:
// who captured the consent they read under reads what they put in themselves and what those put in who corroborated it;
// everything once the person has.
bool OpensSource(const storage::Consent& consent, const ids::Uuid& organisation_id, const ids::Uuid& source);

// What a permitted recipient must do with what it receives at `now` under a consent or an authority.
template <class Row>
v1::Obligations ObligationsOf(const Row& basis, v1::SharingMode mode, absl::Time now) {
  v1::Obligations obligations;
  if (mode != v1::SHARING_MODE_VIEW) {
    *obligations.mutable_erase_by() = ToTimestamp(now + absl::Hours(24) * basis.retention_days());
  }
  obligations.set_no_onward(basis.mode() != v1::SHARING_MODE_ONWARD);
  obligations.set_do_not_contact(basis.do_not_contact());
  return obligations;
}

}  // namespace nwd::consent
