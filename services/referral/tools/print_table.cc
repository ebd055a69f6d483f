#include "services/referral/tools/print_table.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/base/strings.h"
#include "services/referral/limits.h"
#include "services/referral/transitions.h"
#include "services/referral/words.h"

namespace nwd::referral {
namespace {

std::string GuardWord(Guard guard) {
  switch (guard) {
    case Guard::kBasisPermits:
      return "the basis permits the receiver something for purpose REFERRAL, asked at once";
    case Guard::kServiceTakes:
      return "the service is active and takes referrals";
    case Guard::kRoom:
      return "a place is free or already held";
    case Guard::kNoOtherOpen:
      return "no other open referral by this referrer for this person (whichever of their joined registrations it "
             "names) and service";
    case Guard::kOutcomeRecorded:
      return "at least one outcome, asked at once";
    case Guard::kMissedIfNoShow:
      return "with NO_SHOW: at least one missed appointment";
    case Guard::kNotReopenedBefore:
      return "once only";
    case Guard::kWithinReopenWindow:
      return Cat("within ", Times().reopen_within_calendar_days, " days of its end");
    case Guard::kTimerPassed:
      return "its time has come";
    case Guard::kNotNudged:
      return "not reminded yet";
    case Guard::kNudged:
      return "reminded before";
    case Guard::kBasisEnded:
      return "the basis has ended";
    case Guard::kBasisStands:
      return "the basis is in force for the receiver";
  }
  return "";
}

std::string EffectWord(Effect effect) {
  switch (effect) {
    case Effect::kHoldPlace:
      return "a place is taken";
    case Effect::kReleasePlace:
      return "the place is released";
    case Effect::kStartClock:
      return "the decision clock starts";
    case Effect::kPauseClock:
      return "the decision clock stands still";
    case Effect::kResumeClock:
      return "the decision clock goes on";
    case Effect::kOpenGrant:
      return "under a consent the receiver's access opens, after the commit and before the reply";
    case Effect::kCloseGrant:
      return "under a consent the receiver's access closes, before the commit (by C: it has closed already)";
    case Effect::kOfferAlternatives:
      return Cat("the referrer is offered up to ", kAlternativesMax, " services with room");
    case Effect::kMakeChild:
      return "a child referral to another service: SENT where everything holds for the new receiver, else a DRAFT of "
             "the referrer";
    case Effect::kInviteFeedback:
      return "the event invites feedback (`feedback_invited`)";
    case Effect::kEndAccess:
      return "text is no longer shown to the receiver";
    case Effect::kMoveGrant:
      return "it rests on the new consent from then on, and the receiver's access, where it has it, with it";
    case Effect::kRemind:
      return "both sides see that whose move it is was reminded; the etag stays";
    case Effect::kDelete:
      return "the referral is deleted";
  }
  return "";
}

std::string FieldWord(Field field) {
  switch (field) {
    case Field::kReason:
      return "reason";
    case Field::kText:
      return "text";
    case Field::kExpectedStartOn:
      return "expected_start_on";
    case Field::kReviewOn:
      return "review_on";
    case Field::kRedirectServiceId:
      return "redirect_service_id";
  }
  return "";
}

template <class T, size_t N, class Word>
std::string Join(const T (&all)[N], Set<T> set, std::string_view separator, Word word) {
  std::vector<std::string> words;
  for (const T value : all) {
    if (set.Has(value)) words.emplace_back(word(value));
  }
  return absl::StrJoin(words, AbslView(separator));
}

std::string ReasonCell(const Row& row) {
  std::vector<std::string> words;
  for (int number = v1::ReferralReason_MIN + 1; number <= v1::ReferralReason_MAX; ++number) {
    const auto reason = static_cast<ReferralReason>(number);
    if (row.reasons.Has(reason)) words.push_back(ReasonWord(reason));
  }
  return absl::StrJoin(words, ", ");
}

std::string FieldsCell(const Row& row) {
  std::vector<std::string> words;
  for (const Field field : kFields) {
    if (row.required.Has(field)) {
      words.push_back(Cat("**", FieldWord(field), "**"));
    } else if (row.taken.Has(field)) {
      words.push_back(FieldWord(field));
    }
  }
  return absl::StrJoin(words, ", ");
}

std::string FromCell(const Row& row) {
  return row.from.Has(v1::REFERRAL_STATE_UNSPECIFIED) ? "–" : StateWords(row.from);
}

std::string ToCell(const Row& row) {
  if (row.effects.Has(Effect::kDelete)) return "deleted";
  return row.to == v1::REFERRAL_STATE_UNSPECIFIED ? "stays" : StateWord(row.to);
}

}  // namespace

std::string StatesDocument() {
  std::string out =
      "# The states of a referral\n\n"
      "Printed from `services/referral/transitions.cc` by `nwd_referral_table`; do not edit.\n\n"
      "R referrer, T receiving organisation, P the person (through a resident channel), C the consent service, S the "
      "suite itself, when time is up. "
      "What is not in the table is refused: PERMISSION_DENIED where the action is for others, FAILED_PRECONDITION from "
      "any other state. "
      "Fields in bold are required. Every action of an organisation may carry a text, kept as a note. "
      "A resident channel calls as P for people who enrolled with it, and as R too of what it made for them; without "
      "one, "
      "what P may do is done by R or T on the person's word.\n\n";
  out += Cat("Open: ", StateWords(kOpen), ". Taken on (the receiver has access): ", StateWords(kTakenOn), ".\n\n");
  out += "| from | action → to | by | guards | effects | fields |\n|---|---|---|---|---|---|\n";
  for (const Row& row : Table()) {
    out += Cat("| ", FromCell(row), " | ", ActionWord(row.action), " → ", ToCell(row), " | ",
               Join(kActors, row.by, ", ", ActorLetter), " | ", Join(kGuards, row.guards, "; ", GuardWord), " | ",
               Join(kEffects, row.effects, "; ", EffectWord), " | ", FieldsCell(row), " |\n");
  }
  out += "\n## Reasons\n\n| action | by | reasons it takes |\n|---|---|---|\n";
  for (const Row& row : Table()) {
    if (row.reasons.empty()) continue;
    out += Cat("| ", ActionWord(row.action), " | ", Join(kActors, row.by, ", ", ActorLetter), " | ", ReasonCell(row),
               " |\n");
  }
  const Times times;
  out += Cat("\n## Times\n\nWorking days are England's. Looked at within ", times.receive_within_days,
             " of SENT; decided within ", times.decide_within_days,
             ", not counting the time a question is open, else EXPIRED; a question answered within ",
             times.answer_within_days, ", else EXPIRED; reminded ", times.nudge_before_days,
             " before it expires; started within ", times.start_within_days, " of SENT; an end acknowledged within ",
             times.close_within_days, ", else CLOSED. Drafts are deleted after ", times.draft_kept_calendar_days,
             " days. These are the defaults; a hub chooses its own by options of `nwd-referral`.\n");
  return out;
}

}  // namespace nwd::referral
