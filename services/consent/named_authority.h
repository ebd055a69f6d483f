// An authority that a call names, looked at before the transaction so that its person's key is at hand within it; and
// what every answer about an authority says. Called by handlers, many at once; no state.
#pragma once

#include <string>

#include "services/consent/authority_rows.h"
#include "services/consent/authority_states.h"
#include "services/consent/parts.h"

namespace nwd::consent {

struct NamedAuthority {
  ids::Uuid authority_id;
  ids::Uuid person_id;         // nil where there is no such authority
  person_keys::PersonKey key;  // null where there is no such person, or no longer
};

// Whose an authority is never changes, so what is learnt here holds in a later transaction too. Errors are the store's.
async::Task<absl::StatusOr<NamedAuthority>> LookUpAuthority(const Parts& parts, const std::string& authority_id);

// What was done to an authority, for the audit.
storage::Deed DeedOn(const rpc::Call& call, const storage::Authority& authority);

// FAILED_PRECONDITION: `event` is not possible in `state`; says from where it is.
absl::Status WrongState(AuthorityState state, AuthorityEvent event);

template <class Response>
Response Stands(const storage::Authority& authority, absl::Time now) {
  Response response;
  response.set_state(StateAt(authority, now));
  response.set_etag(authorities::EtagOf(authority));
  return response;
}

}  // namespace nwd::consent
