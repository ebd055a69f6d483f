// The key that texts and audit entries of a person are sealed under.
//
// Errors are those of the two stores; DATA_LOSS where an id that was kept is none. Thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "services/referral/parts.h"

namespace nwd::referral {

// Made on first use. status::Denied() for a person who was erased: none of them gets a key again.
async::Task<absl::StatusOr<person_keys::PersonKey>> EnsureKey(const Parts& parts, const std::string& person_id);

// Null where the person has none: nothing can be read then.
async::Task<absl::StatusOr<person_keys::PersonKey>> FindKey(const Parts& parts, const std::string& person_id);

// The key of a move: EnsureKey's. A move that brings no text goes on after an erasure, so that support can end and its
// place come free: under a key that nobody keeps, so that the audit log has the move and its detail can never be read.
async::Task<absl::StatusOr<person_keys::PersonKey>> KeyForMove(const Parts& parts, const std::string& person_id,
                                                               bool brings_text);

}  // namespace nwd::referral
