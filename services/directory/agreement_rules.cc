#include "services/directory/agreement_rules.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/calendar/periods.h"
#include "services/directory/limits.h"
#include "services/directory/reasons.h"

namespace nwd::directory {
namespace {

template <class Repeated>
void CheckNoneTwice(const Repeated& items, std::string_view field, status::Violations& violations) {
  absl::flat_hash_set<typename Repeated::value_type> seen;
  for (int i = 0; i < items.size(); ++i) {
    if (!seen.insert(items.Get(i)).second) violations.Add(Cat("terms.", field, "[", i, "]"), "is named twice");
  }
}

}  // namespace

absl::Status NoAgreement(std::string_view agreement_id) {
  return status::Error(absl::StatusCode::kNotFound, reasons::kNoAgreement,
                       Cat("there is no agreement ", agreement_id, " in this hub"),
                       {{"agreement", std::string(agreement_id)}});
}

void CheckAgreementTerms(const v1::AgreementTerms& terms, absl::Time now, status::Violations& violations) {
  CheckNoneTwice(terms.party_organisation_ids(), "party_organisation_ids", violations);
  if (terms.party_organisation_ids_size() == 1) {
    violations.Add("terms.party_organisation_ids", "needs at least two: an agreement is between organisations");
  }
  CheckNoneTwice(terms.purposes(), "purposes", violations);
  CheckNoneTwice(terms.categories(), "categories", violations);
  CheckNoneTwice(terms.lawful_bases(), "lawful_bases", violations);
  const auto* from = terms.has_valid_from() ? &terms.valid_from() : nullptr;
  calendar::CheckPeriod({from, terms.valid_until(), kAgreementValidityMax, "ten years"}, now, violations);
  calendar::CheckReview(terms.review_on(), terms.valid_until(), violations);
  if (terms.document_sha256().size() != kSha256TextSize) {
    violations.Add("terms.document_sha256", Cat("must be ", kSha256TextSize, " hexadecimal digits"));
  }
}

void CheckParties(const v1::AgreementTerms& terms, const access::Registry& registry, status::Violations& violations) {
  for (int i = 0; i < terms.party_organisation_ids_size(); ++i) {
    const access::OrganisationPtr party = registry.FindById(terms.party_organisation_ids(i));
    const std::string field = Cat("terms.party_organisation_ids[", i, "]");
    if (party == nullptr) {
      violations.Add(field, "is no organisation of this hub");
    } else if (party->state == common::v1::ORGANISATION_STATE_LEFT) {
      violations.Add(field, "has left the hub");
    }
  }
}

absl::Time BeginOf(const v1::Agreement& agreement) {
  return FromTimestamp(agreement.terms().has_valid_from() ? agreement.terms().valid_from() : agreement.create_time());
}

absl::Time EndOf(const v1::Agreement& agreement) {
  return FromTimestamp(agreement.has_end_time() ? agreement.end_time() : agreement.terms().valid_until());
}

v1::AgreementState StateAt(const v1::Agreement& agreement, absl::Time now) {
  if (now >= EndOf(agreement)) return v1::AGREEMENT_STATE_ENDED;
  return now < BeginOf(agreement) ? v1::AGREEMENT_STATE_PENDING : v1::AGREEMENT_STATE_ACTIVE;
}

bool ReviewDue(const v1::Agreement& agreement, absl::Time now) {
  return StateAt(agreement, now) == v1::AGREEMENT_STATE_ACTIVE &&
         calendar::ReviewHasCome(agreement.terms().review_on(), now);
}

bool IsParty(const v1::Agreement& agreement, std::string_view organisation_id) {
  const auto& parties = agreement.terms().party_organisation_ids();
  return std::find(parties.begin(), parties.end(), organisation_id) != parties.end();
}

}  // namespace nwd::directory
