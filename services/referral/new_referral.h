// A referral that does not exist yet: asked for by a referrer, or made by a redirect. Everything about it that comes
// from outside is gathered first (NewReferral); its moves are then planned inside a transaction or, for validate_only,
// inside a view. Thread-safe.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "common/rpc/call.h"
#include "common/store/store.h"
#include "services/referral/parts.h"

namespace nwd::referral {

struct NewReferral {
  storage::Referral base;  // all but what moves set
  Asked asked;
};

// Fills in the service and its organisation, person, references and, where it is to be sent, what the basis permits.
// `base` names referrer, the holder whose reference of the person it uses, service_id and basis; and that
// reference, or the person. Errors: NOT_FOUND for the service, FAILED_PRECONDITION where no organisation of the hub
// answers for it, status::Denied() where the holder does not hold the person.
async::Task<absl::StatusOr<NewReferral>> GatherNew(const Parts& parts, const rpc::Call& call,
                                                   const storage::Referral& base, bool send);

// CREATE and, where `send`, SEND: each as `command` says who acts.
absl::StatusOr<std::vector<Planned>> PlanNew(const Mover& mover, const store::Reader& reader, const NewReferral& fresh,
                                             const Command& command, bool send, absl::Time now);

}  // namespace nwd::referral
