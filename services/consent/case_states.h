// A case of a person's rights in time: what may happen to one of its kind in its state, and when it is due. Pure functions.
//
// One calendar month from when it was received, three where it is complex (UK GDPR, Article 12(3)); counted from when the
// person had shown who they are, where that was asked, and without the days for which they were asked what they mean
// (Article 12A). A day off moves it to the next working day. A complaint is acknowledged within 30 days, of which the day it
// came is the first (Data Protection Act 2018, section 164A(4)).
//
//   NWD_RETURN_IF_ERROR(Advance(calendar, v1::CASE_ACTION_EXTEND, now, row));
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/calendar/working_calendar.h"
#include "nwd/consent/v1/rights_service.pb.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent {

// When the case as it stands is due; 0 while its clock stands still and once it is closed.
int64_t DueTimeUs(const calendar::WorkingCalendar& calendar, const storage::Case& row);
bool IsOverdue(const storage::Case& row, absl::Time now);

// A new one: sets its state and its clock, from its kind and the time it was received.
void Begin(const calendar::WorkingCalendar& calendar, storage::Case& row);

// Does what the action does to its state and clock. FAILED_PRECONDITION, and nothing changes: WRONG_STATE where its kind or
// state does not allow it, ONLY_ONCE for what was done, TOO_LATE for what is to be done before it is overdue.
absl::Status Advance(const calendar::WorkingCalendar& calendar, v1::CaseAction action, absl::Time now,
                     storage::Case& row);

// Closes it with this outcome. FAILED_PRECONDITION, WRONG_STATE where it is closed; and where an answer is awaited, for
// other outcomes than REFUSED and WITHDRAWN. (A granted ERASURE is FULFILLED by being carried out.)
absl::Status Close(v1::CaseOutcome outcome, absl::Time now, storage::Case& row);

// Closes one whose person was erased by another.
void CloseErased(absl::Time now, storage::Case& row);

// Closed so, a restriction is over.
bool EndsRestriction(v1::CaseOutcome outcome);

// "AWAITING_IDENTITY", "EXTEND", "ACCESS".
std::string_view StateName(v1::CaseState state);
std::string_view ActionName(v1::CaseAction action);
std::string_view KindName(v1::CaseKind kind);

// The table of actions as docs/rights.md has it: a row of Markdown for each.
std::string CaseTable();

}  // namespace nwd::consent
