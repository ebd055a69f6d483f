// Who sees what of a referral, in its present state.
//
// - A referral that was never sent is the referrer's alone: to anyone else, the receiver included, it is not there.
// - The receiver first sees the summary (need, borough, age band, priority) and no more, but for the answer to its own
//   question; from ACCEPTED on, its own reference of the person.
// - Text of the referrer goes to the receiver while the referral is taken on and its basis has not ended; an answer
//   to the receiver's own question from the answer on, while the referral is open.
// - Text of the receiver goes to the referrer; priority groups and alternatives are the referrer's alone.
// - The person, through a resident channel, sees where it stands from SEND on: all but what the two wrote to each other,
//   which is theirs to show, and the references that these know the person by.
//
// Pure; thread-safe.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "common/person_keys/person_keys.h"
#include "nwd/referral/v1/appointment_service.pb.h"
#include "nwd/referral/v1/referral.pb.h"
#include "nwd/referral/v1/referral_service.pb.h"
#include "services/referral/storage.pb.h"
#include "services/referral/transitions.h"

namespace nwd::referral {

// What the organisation is to the referral as far as it may know: empty for a stranger.
Actors SidesOf(const storage::Referral& referral, std::string_view organisation_id);

// The referrer's text may be shown to the receiver now.
bool ShowsReferrersText(const storage::Referral& referral);
bool ShowsAnswer(const storage::Referral& referral);
// Showing the referral to these sides would release text of the referrer to the receiver: a disclosure.
bool ReleasesText(const storage::Referral& referral, Actors sides);
// Whether a note is shown to these sides.
bool ShowsNote(const storage::Referral& referral, const storage::Note& note, std::string_view organisation_id,
               Actors sides);
// Whether an event is shown to these sides.
bool ShowsEvent(const storage::Referral& referral, int64_t sequence, Actors sides);

// Without text.
v1::Referral ShowSummary(const storage::Referral& referral, Actors sides);
// With the text the sides may see; `key` is null where the person was erased.
absl::StatusOr<v1::Referral> Show(const storage::Referral& referral, Actors sides, const person_keys::PersonKey& key);
// A note, with its text; an appointment, with its place.
absl::StatusOr<v1::Note> ShowNote(const storage::Note& note, const person_keys::PersonKey& key);
absl::StatusOr<v1::Appointment> ShowAppointment(const storage::Appointment& appointment,
                                                const person_keys::PersonKey& key);
v1::ReferralEvent ShowEvent(std::string_view referral_id, const storage::Event& event,
                            std::string_view organisation_id);

std::string EtagOf(const storage::Referral& referral);

}  // namespace nwd::referral
