// A person whom a call names by the caller's own reference and whom the caller holds, looked at before the transaction so
// that their key is at hand within it. Called by handlers, many at once; no state.
#pragma once

#include <string>

#include "services/consent/parts.h"

namespace nwd::consent {

struct HeldWithKey {
  ids::Uuid person_id;
  person_keys::PersonKey key;  // never null
};

// Proves TIE_PERSON_HOLDER: who holds a person goes on holding them. Denied for whom the caller does not hold, for
// nobody, and for one who was erased, at the same reads; other errors are the stores'.
async::Task<absl::StatusOr<HeldWithKey>> LookUpHeld(const Parts& parts, rpc::Call& call, const std::string& person_ref);

// An organisation's own reference to a person, by whichever of their ids it holds (joins.h); empty where it holds none.
absl::StatusOr<std::string> ReferenceFor(const store::Reader& reader, const Parts& parts, const ids::Uuid& organisation,
                                         const ids::Uuid& person_id);

}  // namespace nwd::consent
