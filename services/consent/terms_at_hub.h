// What only the hub can tell of the terms of a consent or an authority: whether it knows those whom they name, and whether
// the agreement that they cite can be cited and foresees them. Called by handlers before their Update, many at once.
#pragma once

#include "absl/time/time.h"
#include "common/base/macros.h"
#include "common/ids/uuid.h"
#include "common/status/status.h"
#include "services/consent/authority_terms.h"
#include "services/consent/consent_terms.h"
#include "services/consent/parts.h"
#include "services/consent/recipients.h"

namespace nwd::consent {

// Adds to `violations` what is wrong with terms that `organisation` draws up, where the field has not been found fault with
// yet. UNAVAILABLE where the directory has to be asked and cannot be.
template <class Terms>
async::Task<absl::Status> CheckAtHub(const Parts& parts, const Terms& terms, ids::Uuid organisation, absl::Time now,
                                     status::Violations& violations) {
  const auto& recipients = terms.recipient_organisation_ids();
  NWD_CO_RETURN_IF_ERROR(co_await CheckRecipientsKnown(parts.organisations, recipients, violations));
  NWD_CO_ASSIGN_OR_RETURN(const AgreementPtr agreement,
                          co_await parts.agreements.CheckCitable(terms.agreement_id(), organisation, now,
                                                                 "terms.agreement_id", violations));
  status::Violations unforeseen;
  CheckForeseen(terms, agreement.get(), organisation, unforeseen);
  violations.AddNew(unforeseen.ToStatus());
  co_return absl::OkStatus();
}

}  // namespace nwd::consent
