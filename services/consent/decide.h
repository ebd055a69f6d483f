// The decision: may this organisation do this with these categories, on this consent, at this moment. A pure function;
// everything it needs is in the consent's one value.
//
//   const Decision decision = Decide(consent, {.organisation_id = college, .kind = ORGANISATION_KIND_COLLEGE, …}, now);
//   if (Holds(decision.permitted, CATEGORY_SKILLS)) …
//
// Whose consent it is, and whether the organisation is trusted at all, the caller has established before.
#pragma once

#include <array>

#include "absl/time/time.h"
#include "common/ids/uuid.h"
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
  bool prospective = false;  // leave out whether a referral is open
};

struct Decision {
  CategoryMask permitted = 0;
  // Denied for want of corroboration only, with uses left: what the organisation itself put in is still open to it.
  CategoryMask own_only = 0;
  // By category; unspecified where permitted or not asked for. USED_UP only where nothing else stands in the way.
  std::array<v1::DenialReason, kCategoryLast + 1> reasons{};

  v1::DenialReason reason(Category category) const { return reasons[static_cast<size_t>(category)]; }
};

Decision Decide(const storage::Consent& consent, const Question& question, absl::Time now);

// The answer to who may not know more: NO_BASIS for every category.
Decision NoBasis(CategoryMask categories);

// The recipient's entry; null where the consent does not name it.
const storage::Recipient* FindRecipient(const storage::Consent& consent, const ids::Uuid& organisation_id);
storage::Recipient* FindRecipient(storage::Consent& consent, const ids::Uuid& organisation_id);

// It captured the consent or is named in it.
bool IsParty(const storage::Consent& consent, const ids::Uuid& organisation_id);

// It has corroborated the consent, for all these categories.
bool HasVouched(const storage::Consent& consent, const ids::Uuid& organisation_id, CategoryMask categories);

// Whether entries that `source` put in are open to `organisation_id` under this consent. Nobody can mint their own key:
// who captured the consent they read under reads what they put in themselves and what those put in who corroborated it;
// everything once the person has.
bool OpensSource(const storage::Consent& consent, const ids::Uuid& organisation_id, const ids::Uuid& source);

// What a permitted recipient must do with what it receives at `now`.
v1::Obligations ObligationsOf(const storage::Consent& consent, v1::SharingMode mode, absl::Time now);

}  // namespace nwd::consent
