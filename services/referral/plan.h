// What a move would do to a referral: judged against the table, without touching anything.
//
//   absl::StatusOr<Planned> planned = Plan(referral, command, findings, now, timetable);
//
// Errors: PERMISSION_DENIED, reason WRONG_ACTOR, where the table gives the action to others; FAILED_PRECONDITION,
// reason WRONG_STATE, where it has no row from this state (the message says which states would do), or another reason
// for a guard that does not hold; INVALID_ARGUMENT with every violated field. Pure, synchronous and thread-safe: the
// same values give the same answer.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/referral/due_times.h"
#include "services/referral/storage.pb.h"
#include "services/referral/transitions.h"

namespace nwd::referral {

// What somebody wants to do.
struct Command {
  ReferralAction action = v1::REFERRAL_ACTION_UNSPECIFIED;
  Actors actors = {};                // who the caller is to the referral
  std::string organisation_id = {};  // empty for the suite itself
  std::string practitioner = {};
  ReferralReason reason = v1::REFERRAL_REASON_UNSPECIFIED;
  std::string text = {};
  std::string expected_start_on = {};
  std::string review_on = {};
  std::string redirect_service_id = {};
};

// What the guards need to know beyond the referral itself. Only what the row's guards name is looked at.
struct Findings {
  bool basis_permits = false;
  bool basis_stands = false;
  bool service_takes = false;
  bool has_room = false;
  bool other_open = false;
  int outcomes = 0;
  int missed_appointments = 0;
};

struct Planned {
  const Row* row = nullptr;
  storage::Referral next;  // with its new state, revision, clocks and due times
  storage::Event event;
  bool Does(Effect effect) const { return row->effects.Has(effect); }
};

// The row for a command, or why there is none.
absl::StatusOr<const Row*> RowFor(ReferralState from, const Command& command);

// Every violation of what the row says about reason and fields.
absl::Status CheckFields(const Row& row, const Command& command, absl::Time now);

absl::StatusOr<Planned> Plan(const storage::Referral& referral, const Command& command, const Findings& findings,
                             absl::Time now, const Timetable& timetable);

}  // namespace nwd::referral
