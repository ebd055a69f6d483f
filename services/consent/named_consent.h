// A consent that a call names, looked at before the transaction so that its person's key is at hand within it; and what
// every answer about a consent says, and the refusals that decisions share. Called by handlers, many at once; no state.
#pragma once

#include <string>

#include "services/consent/consent_rows.h"
#include "services/consent/consent_states.h"
#include "services/consent/parts.h"

namespace nwd::consent {

struct NamedConsent {
  ids::Uuid consent_id;
  ids::Uuid person_id;         // nil where there is no such consent
  person_keys::PersonKey key;  // null where there is no such person, or no longer
  storage::Consent seen;       // as it was then; empty where there is none
};

// Whose a consent is never changes, so what is learnt here holds in a later transaction too. Errors are the store's.
async::Task<absl::StatusOr<NamedConsent>> LookUp(const Parts& parts, const std::string& consent_id);
// The same for who has this tie (ties.h); Denied for anyone else. The transaction proves it anew: a tie can end.
async::Task<absl::StatusOr<NamedConsent>> LookUp(const Parts& parts, const rpc::Call& call,
                                                 const std::string& consent_id, common::v1::Tie tie);

// What was done to a consent, for the audit.
storage::Deed DeedOn(const rpc::Call& call, const storage::Consent& consent);

// FAILED_PRECONDITION: `event` is not possible in `state`; says from where it is.
absl::Status WrongState(ConsentState state, ConsentEvent event);

// FAILED_PRECONDITION where a representative acts for the person whose authority has ended: nobody can say yes for the
// person any more. What was given on it before goes on: it was valid when it was given.
absl::Status CheckAuthority(const storage::Consent& consent, absl::Time now);

template <class Response>
Response Stands(const storage::Consent& consent) {
  Response response;
  response.set_state(consent.state());
  response.set_etag(consents::EtagOf(consent));
  return response;
}

}  // namespace nwd::consent
