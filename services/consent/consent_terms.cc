#include "services/consent/consent_terms.h"

#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/calendar/periods.h"
#include "common/ids/uuid.h"
#include "services/consent/limits.h"
#include "services/consent/representatives.h"
#include "services/consent/shared_terms.h"

namespace nwd::consent {

void CheckTerms(const v1::ConsentTerms& terms, absl::Time now, status::Violations& violations) {
  shared_terms::CheckCategories(terms.categories(), violations);
  shared_terms::CheckRecipients(terms.recipient_organisation_ids(), violations);
  calendar::CheckPeriod({terms.has_valid_from() ? &terms.valid_from() : nullptr, terms.valid_until(), kConsentLastsMax,
                         kConsentLastsInWords},
                        now, violations);
  calendar::CheckReview(terms.review_on(), terms.valid_until(), violations);
  CheckRepresentative(terms, now, violations);
  if (terms.text_sha256().size() != kSha256TextSize) {
    violations.Add("terms.text_sha256",
                   Cat("must be ", kSha256TextSize, " hexadecimal digits, as CreateText answered"));
  }
}

void CheckForeseen(const v1::ConsentTerms& terms, const common::v1::AgreementChange* agreement, const ids::Uuid& captor,
                   status::Violations& violations) {
  shared_terms::CheckForeseen({common::v1::LAWFUL_BASIS_CONSENT, "terms.agreement_id", terms.purpose(),
                               terms.categories(), terms.recipient_organisation_ids()},
                              agreement, captor, violations);
}

storage::Consent FromTerms(const v1::ConsentTerms& terms) {
  storage::Consent consent;
  shared_terms::Keep(terms, consent);
  consent.set_standing(terms.standing());
  if (const auto supersedes = ids::Uuid::Parse(terms.supersedes_consent_id())) {
    consent.set_supersedes_consent_id(std::string(supersedes->bytes()));
  }
  if (terms.has_representative() && !terms.representative().authority_ends_on().empty()) {
    consent.set_authority_until_us(Micros(AuthorityEnd(terms.representative())));
  }
  return consent;
}

}  // namespace nwd::consent
