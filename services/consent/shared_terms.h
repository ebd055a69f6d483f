// What consents and authorities ask alike of their terms, beyond what the fields declare. Faults are reported all at
// once, under "terms.". Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "common/base/timestamps.h"
#include "common/ids/uuid.h"
#include "common/status/status.h"
#include "nwd/common/v1/change_service.pb.h"
#include "nwd/common/v1/vocabulary.pb.h"
#include "nwd/consent/v1/consent_service.pb.h"
#include "services/consent/categories.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent::shared_terms {

using google::protobuf::RepeatedPtrField;

void CheckCategories(const RepeatedPtrField<v1::ConsentCategory>& categories, status::Violations& violations);
void CheckRecipients(const RepeatedPtrField<std::string>& recipients, status::Violations& violations);

// What is to be shared under an agreement.
struct Wanted {
  common::v1::LawfulBasis lawful_basis;
  std::string_view basis_field;  // what is at fault where the agreement does not foresee sharing on that basis
  common::v1::Purpose purpose;
  const RepeatedPtrField<v1::ConsentCategory>& categories;
  const RepeatedPtrField<std::string>& recipients;
};
// Whether the agreement that the terms cite foresees them: they would permit nothing of what it does not. `agreement`:
// null where there is none; it is nothing to a `party` that is none, who is told so elsewhere (agreement_lookup.h).
void CheckForeseen(const Wanted& wanted, const common::v1::AgreementChange* agreement, const ids::Uuid& party,
                   status::Violations& violations);

CategoryMask CategoriesOf(const RepeatedPtrField<v1::ConsentCategory>& categories);
void AddRecipients(const RepeatedPtrField<std::string>& named, RepeatedPtrField<storage::Recipient>& recipients);

// Sets in a consent's or an authority's row what follows from terms that have been checked.
template <class Terms, class Row>
void Keep(const Terms& terms, Row& row) {
  row.set_purpose(terms.purpose());
  row.set_categories(CategoriesOf(terms.categories()));
  AddRecipients(terms.recipient_organisation_ids(), *row.mutable_recipients());
  row.set_mode(terms.mode());
  if (terms.has_valid_from()) row.set_valid_from_us(Micros(FromTimestamp(terms.valid_from())));
  row.set_valid_until_us(Micros(FromTimestamp(terms.valid_until())));
  row.set_retention_days(terms.retention_days());
  row.set_max_uses(terms.max_uses());
  row.set_do_not_contact(terms.do_not_contact());
  if (const auto agreement = ids::Uuid::Parse(terms.agreement_id())) {
    row.set_agreement_id(std::string(agreement->bytes()));
  }
}

}  // namespace nwd::consent::shared_terms
