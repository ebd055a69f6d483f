// Finding what fits a person, and referring them to it.
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/base/macros.h"
#include "deploy/demo/chapters.h"
#include "nwd/directory/v1/catalogue_service.pb.h"

namespace nwd::demo {
namespace {

namespace v1 = referral::v1;
using Figure = absl::StatusOr<std::string>;

constexpr int kFarMetres = 100'000;
constexpr int kLookedAt = 100;

// Every tenth referral goes on in the same way; the most ordinary way comes most often.
constexpr Plot kPlots[10] = {Plot::kStraight,
                             Plot::kQuestion,
                             Plot::kDeclined,
                             Plot::kRedirected,
                             Plot::kStraight,
                             Plot::kWaitlisted,
                             Plot::kNoShow,
                             Plot::kWithdrawnBeforeStart,
                             Plot::kWithdrawnAfterStart,
                             Plot::kStraight};

bool Named(const KnownConsent& consent, const std::string& slug) {
  return std::find(consent.recipients.begin(), consent.recipients.end(), slug) != consent.recipients.end();
}

// The best service with room whose provider the person named; empty where there is none by these conditions.
absl::StatusOr<LinkedService> FirstThatFits(World& world, const Person& person,
                                            const directory::v1::SearchServicesRequest& request) {
  NWD_ASSIGN_OR_RETURN(const auto found, world.Call<directory::v1::SearchServicesResponse>(person.registrar, request));
  for (const auto& result : found.results()) {
    const std::string provider = world.SlugOf(result.service().organisation_id());
    const bool fits = Named(person.consent, provider) && result.service().service_id() != world.scarce.service_id;
    if (fits) return LinkedService{.service_id = result.service().service_id(), .provider = provider, .categories = {}};
  }
  return LinkedService{};
}

// By need first, then by nearness, then by words alone.
absl::StatusOr<LinkedService> FindService(World& world, const Person& person, std::atomic<int>& by_need) {
  directory::v1::SearchServicesRequest request;
  request.set_open_places(true);
  request.set_page_size(kLookedAt);
  request.set_age(person.made_up.age);
  request.set_near_postcode(person.made_up.postcode);
  request.set_within_metres(kFarMetres);
  for (const Need& need : person.made_up.needs) request.add_categories(need.category);
  NWD_ASSIGN_OR_RETURN(LinkedService service, FirstThatFits(world, person, request));
  if (!service.service_id.empty()) {
    ++by_need;
    return service;
  }
  request.clear_categories();
  NWD_ASSIGN_OR_RETURN(service, FirstThatFits(world, person, request));
  if (!service.service_id.empty()) return service;
  // Nothing with a known place: whatever one of the named organisations offers.
  request.clear_near_postcode();
  request.clear_within_metres();
  request.clear_age();
  for (const std::string& slug : person.consent.recipients) {
    request.set_organisation_id(world.IdOf(slug));
    NWD_ASSIGN_OR_RETURN(service, FirstThatFits(world, person, request));
    if (!service.service_id.empty()) return service;
  }
  return Unexpected("a search for a person", "a service with room at an organisation they named", "none");
}

v1::CreateReferralRequest ReferralFor(const Person& person, const std::string& service_id) {
  v1::CreateReferralRequest request;
  request.set_person_ref(person.refs.at(person.registrar));
  request.set_service_id(service_id);
  request.set_consent_id(person.consent.consent_id);
  request.mutable_summary()->set_need(person.made_up.needs.front().code);
  request.mutable_summary()->set_borough(person.made_up.borough);
  request.mutable_summary()->set_age_band(person.made_up.AgeBand());
  request.mutable_summary()->set_priority(v1::PRIORITY_ROUTINE);
  for (const std::string& group : person.made_up.priority_groups) request.add_priority_groups(group);
  request.set_entry_channel(person.made_up.entry_channel);
  request.set_notes("Prefers mornings.");
  request.set_send(true);
  return request;
}

absl::Status Refer(World& world, int number, const LinkedService& service, Case& made) {
  const Person& person = world.people[number];
  NWD_ASSIGN_OR_RETURN(const auto created, world.Call<v1::CreateReferralResponse>(
                                               person.registrar, ReferralFor(person, service.service_id)));
  made.person = number;
  made.referrer = person.registrar;
  made.receiver = service.provider;
  made.service_id = service.service_id;
  made.referral_id = created.referral_id();
  made.etag = created.etag();
  made.state = created.state();
  return Same("the state of a referral made and sent", v1::ReferralState_Name(v1::REFERRAL_STATE_SENT),
              v1::ReferralState_Name(created.state()));
}

bool Agreed(const Person& person) {
  return person.shape == Shape::kBroad || person.shape == Shape::kLimited || person.shape == Shape::kStanding;
}

Figure ReferAll(World& world, Story& story) {
  std::vector<int> agreed;
  for (size_t i = 0; i < world.people.size(); ++i) {
    if (Agreed(world.people[i])) agreed.push_back(static_cast<int>(i));
  }
  world.cases.resize(agreed.size());
  std::atomic<int> by_need = 0;
  const absl::Time begin = absl::Now();
  NWD_RETURN_IF_ERROR(InParallel(agreed.size(), [&](int i) -> absl::Status {
    NWD_ASSIGN_OR_RETURN(const LinkedService service, FindService(world, world.people[agreed[i]], by_need));
    return Refer(world, agreed[i], service, world.cases[i]);
  }));
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  // The limited have a story of their own: half of them are passed on to where their consent does not reach.
  int turn = 0, limited = 0;
  for (Case& referral : world.cases) {
    const bool is_limited = world.people[referral.person].shape == Shape::kLimited;
    if (is_limited) referral.plot = limited++ % 2 == 0 ? Plot::kStraight : Plot::kRedirected;
    if (!is_limited) referral.plot = kPlots[turn++ % std::size(kPlots)];
  }
  story.Count("referrals", static_cast<int64_t>(world.cases.size()));
  return absl::StrFormat("%d searched and sent, %d matched by need; %.0f a second", agreed.size(), by_need.load(),
                         agreed.size() / seconds);
}

Figure NoConsentNoReferral(World& world) {
  int tried = 0;
  for (const Person& person : world.people) {
    if (person.shape != Shape::kRefused && person.shape != Shape::kDeferred) continue;
    const auto created = world.Call<v1::CreateReferralResponse>(
        person.registrar, ReferralFor(person, world.services[tried % world.services.size()].service_id));
    NWD_RETURN_IF_ERROR(Holds("a referral on a consent that was not given is refused", !created.ok()));
    ++tried;
  }
  return Cat(tried, " tried, none sent");
}

Figure OnlyOnePlace(World& world) {
  std::vector<int> two;
  for (size_t i = 0; i < world.people.size() && two.size() < 2; ++i) {
    if (world.people[i].shape == Shape::kBroad) two.push_back(static_cast<int>(i));
  }
  Case first;
  NWD_RETURN_IF_ERROR(Refer(world, two[0], world.scarce, first));
  const Person& second = world.people[two[1]];
  const auto full =
      world.Call<v1::CreateReferralResponse>(second.registrar, ReferralFor(second, world.scarce.service_id));
  NWD_RETURN_IF_ERROR(
      Refused("a referral to a service that is full", full.status(), absl::StatusCode::kFailedPrecondition));
  // The referrer takes the first one back, and the place is free again.
  NWD_RETURN_IF_ERROR(world.Move(first, first.referrer, v1::REFERRAL_ACTION_WITHDRAW));
  v1::CreateReferralRequest again = ReferralFor(second, world.scarce.service_id);
  again.set_validate_only(true);
  NWD_RETURN_IF_ERROR(world.Call<v1::CreateReferralResponse>(second.registrar, again).status());
  return "one place: the second is refused until the first is taken back";
}

Figure UnlinkedTakesNone(World& world) {
  if (world.unlinked_service_id.empty()) return "every provider is in the hub";
  const Person& person = world.people[world.cases.front().person];
  const auto created =
      world.Call<v1::CreateReferralResponse>(person.registrar, ReferralFor(person, world.unlinked_service_id));
  NWD_RETURN_IF_ERROR(Holds("a service nobody in the hub answers for takes no referral", !created.ok()));
  return absl::StatusCodeToString(created.status().code());
}

Figure SecondOneIsRefused(World& world) {
  const Case& first = world.cases.front();
  const Person& person = world.people[first.person];
  const auto again = world.Call<v1::CreateReferralResponse>(first.referrer, ReferralFor(person, first.service_id));
  NWD_RETURN_IF_ERROR(Holds("a second open referral of one person to one service is refused", !again.ok()));
  return absl::StatusCodeToString(again.status().code());
}

Figure ReceiverSeesLittle(World& world) {
  for (const Case& referral : world.cases) {
    v1::GetReferralRequest request;
    request.set_referral_id(referral.referral_id);
    NWD_ASSIGN_OR_RETURN(const auto got, world.Call<v1::GetReferralResponse>(referral.receiver, request));
    const v1::Referral& seen = got.referral();
    NWD_RETURN_IF_ERROR(Same("the need as the receiver sees it",
                             world.people[referral.person].made_up.needs.front().code, seen.summary().need()));
    NWD_RETURN_IF_ERROR(
        Holds("before it takes a referral on, the receiver has no reference of the person", seen.person_ref().empty()));
    NWD_RETURN_IF_ERROR(Holds("before it takes a referral on, the receiver sees no text", seen.notes().empty()));
    const auto stranger = world.Call<v1::GetReferralResponse>(kUnrelated, request);
    NWD_RETURN_IF_ERROR(Refused("an unrelated organisation looks at a referral", stranger.status(),
                                absl::StatusCode::kPermissionDenied));
  }
  return "need, borough, age band, priority; others see nothing";
}

}  // namespace

void TellReferrals(World& world, Story& story) {
  story.Chapter("Referral: from one door to another");
  story.Step("advisers search and refer", [&] { return ReferAll(world, story); });
  story.Step("without consent there is no referral", [&] { return NoConsentNoReferral(world); });
  story.Step("a second referral to the same service is refused", [&] { return SecondOneIsRefused(world); });
  story.Step("places are counted", [&] { return OnlyOnePlace(world); });
  story.Step("a provider outside the hub takes none", [&] { return UnlinkedTakesNone(world); });
  story.Step("before it decides, the receiver sees the summary only", [&] { return ReceiverSeesLittle(world); });
}

}  // namespace nwd::demo
