// Receivers look at what they were sent and decide: take on, ask, decline, pass on. Referrers see each step as it
// happens.
#include <algorithm>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/base/macros.h"
#include "deploy/demo/chapters.h"
#include "deploy/demo/following.h"

namespace nwd::demo {
namespace {

namespace v1 = referral::v1;
using namespace common::v1;  // NOLINT: the words of the vocabulary
using Figure = absl::StatusOr<std::string>;

constexpr int kStartInDays = 7;

absl::StatusOr<v1::Referral> Get(World& world, const Case& referral, std::string_view as) {
  v1::GetReferralRequest request;
  request.set_referral_id(referral.referral_id);
  NWD_ASSIGN_OR_RETURN(auto got, world.Call<v1::GetReferralResponse>(as, request));
  return std::move(*got.mutable_referral());
}

// The first person is known to every receiver from before: each has a reference, is named in the consent, and still may
// not read.
Figure NothingToReadYet(World& world) {
  const Case& referral = world.cases.front();
  const Person& person = world.people[referral.person];
  consent::v1::GetRecordRequest read;
  read.set_person_ref(person.refs.at(referral.receiver));
  read.set_purpose(PURPOSE_REFERRAL);
  read.add_categories(CATEGORY_IDENTITY);
  read.set_mode(consent::v1::SHARING_MODE_VIEW);
  read.set_consent_id(person.consent.consent_id);
  const auto got = world.Call<consent::v1::GetRecordResponse>(referral.receiver, read);
  NWD_RETURN_IF_ERROR(
      Refused("a read before the referral is accepted", got.status(), absl::StatusCode::kPermissionDenied));
  consent::v1::CheckAccessRequest check;
  check.set_person_ref(read.person_ref());
  check.set_purpose(PURPOSE_REFERRAL);
  check.add_categories(CATEGORY_IDENTITY);
  check.set_mode(consent::v1::SHARING_MODE_VIEW);
  check.set_consent_id(read.consent_id());
  NWD_ASSIGN_OR_RETURN(const auto decision, world.Call<consent::v1::CheckAccessResponse>(referral.receiver, check));
  NWD_RETURN_IF_ERROR(Same("permitted before acceptance", false, decision.permitted()));
  if (decision.denied_categories().empty()) return Unexpected("a denial", "a reason", "none");
  NWD_RETURN_IF_ERROR(Same("why", consent::v1::DenialReason_Name(consent::v1::DENIAL_REASON_NO_OPEN_REFERRAL),
                           consent::v1::DenialReason_Name(decision.denied_categories(0).reason())));
  return "PERMISSION_DENIED: NO_OPEN_REFERRAL";
}

absl::Status Accept(World& world, Case& referral) {
  v1::TransitionReferralRequest request;
  request.set_action(v1::REFERRAL_ACTION_ACCEPT);
  request.set_expected_start_on(
      absl::FormatCivilTime(absl::ToCivilDay(absl::Now(), absl::UTCTimeZone()) + kStartInDays));
  NWD_RETURN_IF_ERROR(world.Move(referral, referral.receiver, std::move(request)).status());
  NWD_ASSIGN_OR_RETURN(const v1::Referral taken, Get(world, referral, referral.receiver));
  referral.receiver_ref = taken.person_ref();
  NWD_RETURN_IF_ERROR(
      Holds("who takes a referral on gets its own reference of the person", !taken.person_ref().empty()));
  return Holds("and it is not the referrer's",
               taken.person_ref() != world.people[referral.person].refs.at(referral.referrer));
}

absl::Status AskAndAnswer(World& world, Case& referral) {
  v1::TransitionReferralRequest ask;
  ask.set_action(v1::REFERRAL_ACTION_ASK);
  ask.set_text("Which days suit?");
  NWD_RETURN_IF_ERROR(world.Move(referral, referral.receiver, std::move(ask)).status());
  NWD_ASSIGN_OR_RETURN(const v1::Referral asked, Get(world, referral, referral.referrer));
  NWD_RETURN_IF_ERROR(Same<std::string>("the question as the referrer sees it", "Which days suit?", asked.question()));
  v1::TransitionReferralRequest answer;
  answer.set_action(v1::REFERRAL_ACTION_ANSWER);
  answer.set_text("Tuesdays and Thursdays.");
  return world.Move(referral, referral.referrer, std::move(answer)).status();
}

absl::Status Decline(World& world, Case& referral, std::atomic<int>& alternatives) {
  v1::TransitionReferralRequest request;
  request.set_action(v1::REFERRAL_ACTION_DECLINE);
  request.set_reason(v1::REFERRAL_REASON_NO_CAPACITY);
  NWD_RETURN_IF_ERROR(world.Move(referral, referral.receiver, std::move(request)).status());
  NWD_ASSIGN_OR_RETURN(const v1::Referral declined, Get(world, referral, referral.referrer));
  NWD_RETURN_IF_ERROR(Holds("at most three alternatives are offered", declined.alternative_service_ids_size() <= 3));
  alternatives += declined.alternative_service_ids_size();
  return world.Move(referral, referral.referrer, v1::REFERRAL_ACTION_CLOSE);
}

// On to another organisation's service: sent where the consent names it, a draft for the referrer to mend where it does
// not.
absl::Status Redirect(World& world, Case& referral, Case& child) {
  const KnownConsent& consent = world.people[referral.person].consent;
  const bool want_named = world.people[referral.person].shape != Shape::kLimited;
  const auto fits = [&](const LinkedService& service) {
    const bool named =
        std::find(consent.recipients.begin(), consent.recipients.end(), service.provider) != consent.recipients.end();
    return named == want_named && service.provider != referral.receiver && service.provider != referral.referrer;
  };
  const auto target = std::find_if(world.services.begin(), world.services.end(), fits);
  if (target == world.services.end()) return Unexpected("a service to redirect to", "one", "none");
  v1::TransitionReferralRequest request;
  request.set_action(v1::REFERRAL_ACTION_REDIRECT);
  request.set_reason(v1::REFERRAL_REASON_WRONG_SERVICE);
  request.set_redirect_service_id(target->service_id);
  NWD_ASSIGN_OR_RETURN(const auto moved, world.Move(referral, referral.receiver, std::move(request)));
  NWD_RETURN_IF_ERROR(Same("the referral a redirect goes on as",
                           v1::ReferralState_Name(want_named ? v1::REFERRAL_STATE_SENT : v1::REFERRAL_STATE_DRAFT),
                           v1::ReferralState_Name(moved.child_state())));
  child = referral;
  child.plot = Plot::kStraight;
  child.receiver = target->provider;
  child.service_id = target->service_id;
  child.referral_id = moved.child_referral_id();
  child.state = moved.child_state();
  NWD_ASSIGN_OR_RETURN(const v1::Referral seen, Get(world, child, child.referrer));
  child.etag = seen.etag();
  NWD_RETURN_IF_ERROR(
      Same("the parent of the referral a redirect goes on as", referral.referral_id, seen.parent_referral_id()));
  if (!want_named) return absl::OkStatus();
  NWD_RETURN_IF_ERROR(world.Move(child, child.receiver, v1::REFERRAL_ACTION_RECEIVE));
  return Accept(world, child);
}

struct Tally {
  std::atomic<int> accepted = 0, asked = 0, declined = 0, redirected = 0, alternatives = 0;
};

absl::Status Decide(World& world, Case& referral, Case& child, Tally& tally) {
  NWD_RETURN_IF_ERROR(world.Move(referral, referral.receiver, v1::REFERRAL_ACTION_RECEIVE));
  if (referral.plot == Plot::kDeclined) {
    ++tally.declined;
    return Decline(world, referral, tally.alternatives);
  }
  if (referral.plot == Plot::kRedirected) {
    ++tally.redirected;
    return Redirect(world, referral, child);
  }
  if (referral.plot == Plot::kQuestion) {
    ++tally.asked;
    NWD_RETURN_IF_ERROR(AskAndAnswer(world, referral));
  }
  ++tally.accepted;
  return Accept(world, referral);
}

Figure DecideAll(World& world, Story& story) {
  Tally tally;
  std::vector<Case> children(world.cases.size());
  NWD_RETURN_IF_ERROR(
      InParallel(world.cases.size(), [&](int i) { return Decide(world, world.cases[i], children[i], tally); }));
  for (Case& child : children) {
    if (!child.referral_id.empty()) world.cases.push_back(std::move(child));
  }
  for (const auto& [name, count] :
       std::initializer_list<std::pair<const char*, int>>{{"accepted", tally.accepted},
                                                          {"asked", tally.asked},
                                                          {"declined", tally.declined},
                                                          {"redirected", tally.redirected}}) {
    NWD_RETURN_IF_ERROR(Holds(Cat("some referrals are ", name), count > 0));
    story.Count(name, count);
  }
  return absl::StrFormat("%d accepted (%d after a question), %d declined with %d alternatives, %d passed on",
                         tally.accepted.load(), tally.asked.load(), tally.declined.load(), tally.alternatives.load(),
                         tally.redirected.load());
}

Figure OnlyTheReceiverDecides(World& world) {
  const auto accepted = [](const Case& referral) { return referral.state == v1::REFERRAL_STATE_ACCEPTED; };
  Case referral = *std::find_if(world.cases.begin(), world.cases.end(), accepted);
  const absl::Status by_referrer = world.Move(referral, referral.referrer, v1::REFERRAL_ACTION_START);
  NWD_RETURN_IF_ERROR(
      Refused("the referrer starts support for the receiver", by_referrer, absl::StatusCode::kPermissionDenied));
  const absl::Status twice = world.Move(referral, referral.receiver, v1::REFERRAL_ACTION_ACCEPT);
  NWD_RETURN_IF_ERROR(Refused("a referral is accepted twice", twice, absl::StatusCode::kFailedPrecondition));
  return "PERMISSION_DENIED for others, FAILED_PRECONDITION from a wrong state";
}

}  // namespace

void TellDecisions(World& world, Story& story) {
  story.Chapter("Decisions: whose move it is");
  story.Step("before acceptance there is nothing to read", [&] { return NothingToReadYet(world); });
  story.Step("receivers accept, ask, decline and redirect", [&] { return DecideAll(world, story); });
  story.Step("only the receiver decides, and only once", [&] { return OnlyTheReceiverDecides(world); });
  story.Step("referrers saw every step as it happened", [&] { return ReferrersSawAll(world); });
}

}  // namespace nwd::demo
