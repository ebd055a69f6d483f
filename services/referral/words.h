// The referral's enums as words, and those of the states of a consent and an authority: the name without its prefix, as
// changes, events and messages say it.
//
//   StateWord(REFERRAL_STATE_IN_PROGRESS) == "IN_PROGRESS"
//
// Values only; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "nwd/consent/v1/authority_service.pb.h"
#include "nwd/consent/v1/consent.pb.h"
#include "nwd/referral/v1/appointment_service.pb.h"
#include "services/referral/transitions.h"

namespace nwd::referral {

std::string StateWord(ReferralState state);
std::string ActionWord(ReferralAction action);
std::string ReasonWord(ReferralReason reason);  // empty for UNSPECIFIED
std::string AppointmentStateWord(v1::AppointmentState state);
std::string ConsentStateWord(consent::v1::ConsentState state);  // as the consent service's changes say it

// The other way round; UNSPECIFIED for a word that names none.
ReferralState StateOf(std::string_view word);
ReferralAction ActionOf(std::string_view word);
ReferralReason ReasonOf(std::string_view word);
consent::v1::ConsentState ConsentStateOf(std::string_view word);
consent::v1::AuthorityState AuthorityStateOf(std::string_view word);

// "SENT, RECEIVED"; in the order of the enum. UNSPECIFIED is where there is none yet.
std::string StateWords(States states);
// "the referrer", "the receiving organisation" …, joined by "or".
std::string ActorWords(Actors actors);
// "R", "T", "P", "C", "S".
std::string_view ActorLetter(Actor actor);

}  // namespace nwd::referral
