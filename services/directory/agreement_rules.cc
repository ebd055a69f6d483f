#include "services/directory/agreement_rules.h"

#include <algorithm>
#include <optional>

#include "absl/container/flat_hash_set.h"
#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/calendar/london.h"
#include "common/calendar/written_days.h"
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

void CheckValidity(const v1::AgreementTerms& terms, absl::Time now, status::Violations& violations) {
  const bool from_is_time = !terms.has_valid_from() || IsTimestamp(terms.valid_from());
  if (!from_is_time) violations.Add("terms.valid_from", "is no time");
  if (!IsTimestamp(terms.valid_until())) {
    violations.Add("terms.valid_until", "is no time");
    return;
  }
  const absl::Time until = FromTimestamp(terms.valid_until());
  if (until <= now) violations.Add("terms.valid_until", "must lie in the future");
  if (until > now + kAgreementValidityMax) violations.Add("terms.valid_until", "must lie within ten years");
  if (terms.has_valid_from() && from_is_time && FromTimestamp(terms.valid_from()) >= until) {
    violations.Add("terms.valid_from", "must come before valid_until");
  }
}

void CheckReview(const v1::AgreementTerms& terms, status::Violations& violations) {
  const std::optional<absl::CivilDay> day = calendar::ParseDay(terms.review_on());
  if (day && IsTimestamp(terms.valid_until()) && *day > calendar::DayOf(FromTimestamp(terms.valid_until()))) {
    violations.Add("terms.review_on", "must not come after the day of valid_until");
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
  CheckValidity(terms, now, violations);
  CheckReview(terms, violations);
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
  const std::optional<absl::CivilDay> day = calendar::ParseDay(agreement.terms().review_on());
  return day && StateAt(agreement, now) == v1::AGREEMENT_STATE_ACTIVE && calendar::DayOf(now) >= *day;
}

bool IsParty(const v1::Agreement& agreement, std::string_view organisation_id) {
  const auto& parties = agreement.terms().party_organisation_ids();
  return std::find(parties.begin(), parties.end(), organisation_id) != parties.end();
}

}  // namespace nwd::directory
