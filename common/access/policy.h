// The declared rule of an RPC, and whether a caller meets its first half: roles, services, state, revocation. The
// second half, the tie to the object, only the handler can judge (see rpc::Call::ProveTie).
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/access/caller.h"
#include "common/access/registry.h"
#include "google/protobuf/descriptor.h"
#include "nwd/common/v1/access.pb.h"

namespace nwd::access {

// The rule declared on `method`; FAILED_PRECONDITION where it declares none or one that cannot be enforced.
absl::StatusOr<common::v1::AccessRule> RuleOf(const google::protobuf::MethodDescriptor& method);

// OK, or UNAUTHENTICATED for a caller that is nobody here or whose certificate is revoked, or PERMISSION_DENIED for one
// that lacks every role, is suspended or has left, or is a service the rule does not name.
absl::Status Admit(const common::v1::AccessRule& rule, const Caller& caller);

// UNAUTHENTICATED where the hub's authority has revoked the caller's certificate: an organisation's or a service's.
absl::Status AdmitCertificate(const Caller& caller, const Registry& registry);

// A sponsored organisation (a navigator) goes no further than its sponsor: PERMISSION_DENIED where that is unknown,
// suspended or has left. OK for everybody else.
absl::Status AdmitSponsor(const Caller& caller, const Registry& registry);

}  // namespace nwd::access
