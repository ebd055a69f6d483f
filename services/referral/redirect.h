// The child of a referral that its receiver passes on to another service: SENT where everything holds for the new
// receiver, else a draft that waits for the referrer.
//
//   NWD_CO_ASSIGN_OR_RETURN(const NewReferral child, co_await GatherChild(parts, call, parent, service_id));
//   ... in the body:    NWD_ASSIGN_OR_RETURN(storage::Referral made, CommitChild(mover, txn, child, parent, …));
//
// It is the referrer's as its parent was, with the same correlation id, and has the referrer's text. Thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/referral/new_referral.h"

namespace nwd::referral {

// INVALID_ARGUMENT where it is the service the parent is for; else the errors of GatherNew.
async::Task<absl::StatusOr<NewReferral>> GatherChild(const Parts& parts, const rpc::Call& call,
                                                     const storage::Referral& parent, const std::string& service_id);

// Its moves, as `doer`, the parent's receiver, makes them.
absl::StatusOr<std::vector<Planned>> PlanChild(const Mover& mover, const store::Reader& reader,
                                               const NewReferral& child, const Doer& doer);

// Makes it. `trace_id`: of the call.
absl::StatusOr<storage::Referral> CommitChild(const Mover& mover, store::Txn& txn, NewReferral child,
                                              const storage::Referral& parent, const Doer& doer,
                                              const person_keys::PersonKey& key, std::string_view trace_id);

}  // namespace nwd::referral
