#include "services/referral/words.h"

#include <vector>

#include "absl/strings/str_join.h"
#include "common/base/strings.h"

namespace nwd::referral {
namespace {

std::string Without(std::string_view prefix, const std::string& name) { return name.substr(prefix.size()); }

constexpr std::string_view kState = "REFERRAL_STATE_";
constexpr std::string_view kAction = "REFERRAL_ACTION_";
constexpr std::string_view kReason = "REFERRAL_REASON_";
constexpr std::string_view kAppointment = "APPOINTMENT_STATE_";
constexpr std::string_view kConsentState = "CONSENT_STATE_";
constexpr std::string_view kAuthorityState = "AUTHORITY_STATE_";

std::string_view ActorWord(Actor actor) {
  switch (actor) {
    case Actor::kReferrer:
      return "the referrer";
    case Actor::kReceiver:
      return "the receiving organisation";
    case Actor::kPerson:
      return "the person";
    case Actor::kConsent:
      return "the consent service";
    case Actor::kTimer:
      return "the suite, when time is up";
  }
  return "";
}

}  // namespace

std::string StateWord(ReferralState state) { return Without(kState, v1::ReferralState_Name(state)); }
std::string ActionWord(ReferralAction action) { return Without(kAction, v1::ReferralAction_Name(action)); }
std::string ReasonWord(ReferralReason reason) {
  return reason == v1::REFERRAL_REASON_UNSPECIFIED ? "" : Without(kReason, v1::ReferralReason_Name(reason));
}
std::string AppointmentStateWord(v1::AppointmentState state) {
  return Without(kAppointment, v1::AppointmentState_Name(state));
}

std::string ConsentStateWord(consent::v1::ConsentState state) {
  return Without(kConsentState, consent::v1::ConsentState_Name(state));
}

ReferralState StateOf(std::string_view word) {
  ReferralState state = v1::REFERRAL_STATE_UNSPECIFIED;
  v1::ReferralState_Parse(Cat(kState, word), &state);
  return state;
}

ReferralAction ActionOf(std::string_view word) {
  ReferralAction action = v1::REFERRAL_ACTION_UNSPECIFIED;
  v1::ReferralAction_Parse(Cat(kAction, word), &action);
  return action;
}

ReferralReason ReasonOf(std::string_view word) {
  ReferralReason reason = v1::REFERRAL_REASON_UNSPECIFIED;
  v1::ReferralReason_Parse(Cat(kReason, word), &reason);
  return reason;
}

consent::v1::ConsentState ConsentStateOf(std::string_view word) {
  consent::v1::ConsentState state = consent::v1::CONSENT_STATE_UNSPECIFIED;
  consent::v1::ConsentState_Parse(Cat(kConsentState, word), &state);
  return state;
}

consent::v1::AuthorityState AuthorityStateOf(std::string_view word) {
  consent::v1::AuthorityState state = consent::v1::AUTHORITY_STATE_UNSPECIFIED;
  consent::v1::AuthorityState_Parse(Cat(kAuthorityState, word), &state);
  return state;
}

std::string StateWords(States states) {
  std::vector<std::string> words;
  for (int number = v1::ReferralState_MIN; number <= v1::ReferralState_MAX; ++number) {
    const auto state = static_cast<ReferralState>(number);
    if (!states.Has(state)) continue;
    words.push_back(state == v1::REFERRAL_STATE_UNSPECIFIED ? "(no referral yet)" : StateWord(state));
  }
  return absl::StrJoin(words, ", ");
}

std::string ActorWords(Actors actors) {
  std::vector<std::string> words;
  for (const Actor actor : kActors) {
    if (actors.Has(actor)) words.emplace_back(ActorWord(actor));
  }
  return absl::StrJoin(words, " or ");
}

std::string_view ActorLetter(Actor actor) {
  switch (actor) {
    case Actor::kReferrer:
      return "R";
    case Actor::kReceiver:
      return "T";
    case Actor::kPerson:
      return "P";
    case Actor::kConsent:
      return "C";
    case Actor::kTimer:
      return "S";
  }
  return "";
}

}  // namespace nwd::referral
