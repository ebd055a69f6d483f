// People act for themselves: they enrol with a channel by a code, and see and decide what is theirs.
#include <algorithm>

#include "common/base/macros.h"
#include "deploy/demo/answers.h"
#include "deploy/demo/chapters.h"
#include "nwd/consent/v1/person_service.pb.h"

namespace nwd::demo {
namespace {

namespace v1 = consent::v1;
using namespace common::v1;  // NOLINT: the words of the vocabulary
using Figure = absl::StatusOr<std::string>;

// The first person is known at every door; emergency.cc goes on with them.
Person& Enrolled(World& world) { return world.people.front(); }

Figure Enrol(World& world) {
  Person& person = Enrolled(world);
  v1::CreateChannelCodeRequest create;
  create.set_person_ref(person.refs.at(person.registrar));
  create.set_channel_organisation_id(world.IdOf(kChannel));
  create.set_person_present(true);
  NWD_ASSIGN_OR_RETURN(const auto made, world.Call<v1::CreateChannelCodeResponse>(person.registrar, create));

  v1::EnrolChannelRequest enrol;
  enrol.set_code("0000-0000-0000");
  NWD_RETURN_IF_ERROR(Refused("a code that was guessed", world.Call<v1::EnrolChannelResponse>(kChannel, enrol).status(),
                              absl::StatusCode::kPermissionDenied));
  enrol.set_code(made.code());
  NWD_ASSIGN_OR_RETURN(const auto enrolled, world.Call<v1::EnrolChannelResponse>(kChannel, enrol));
  person.refs[std::string(kChannel)] = enrolled.person_ref();
  NWD_RETURN_IF_ERROR(Refused("a code a second time", world.Call<v1::EnrolChannelResponse>(kChannel, enrol).status(),
                              absl::StatusCode::kPermissionDenied));
  return "by a code that serves once; a guessed one does not";
}

Figure SeeAll(World& world) {
  Person& person = Enrolled(world);
  v1::ListConsentsRequest consents;
  consents.set_person_ref(person.refs.at(std::string(kChannel)));
  NWD_ASSIGN_OR_RETURN(const auto agreed, world.Call<v1::ListConsentsResponse>(kChannel, consents));
  const auto own = [&](const v1::Consent& consent) { return consent.consent_id() == person.consent.consent_id; };
  NWD_RETURN_IF_ERROR(
      Holds("people see what they agreed to", std::any_of(agreed.consents().begin(), agreed.consents().end(), own)));
  v1::ListDisclosuresRequest disclosures;
  disclosures.set_person_ref(person.refs.at(std::string(kChannel)));
  NWD_ASSIGN_OR_RETURN(const auto seen, world.Call<v1::ListDisclosuresResponse>(kChannel, disclosures));
  NWD_RETURN_IF_ERROR(Holds("people see who read about them", seen.disclosures_size() > 0));

  const Person& stranger = world.people.back();
  v1::GetConsentRequest get;
  get.set_consent_id(stranger.consent.consent_id);
  NWD_RETURN_IF_ERROR(Refused("a channel asks about somebody who did not enrol",
                              world.Call<v1::GetConsentResponse>(kChannel, get).status(),
                              absl::StatusCode::kPermissionDenied));
  return Cat(agreed.consents_size(), " consents, ", seen.disclosures_size(), " disclosures; of somebody else nothing");
}

Figure Decide(World& world) {
  Person& person = Enrolled(world);
  v1::SuspendConsentRequest suspend;
  suspend.set_consent_id(person.consent.consent_id);
  suspend.set_reason(v1::SUSPEND_REASON_PERSON_ASKED);
  NWD_ASSIGN_OR_RETURN(const auto suspended, world.Call<v1::SuspendConsentResponse>(kChannel, suspend));
  const auto of_this = [&](const v1::Notice& notice) { return notice.consent_id() == person.consent.consent_id; };
  int held = 0;
  for (const std::string& slug : person.consent.recipients) {
    NWD_ASSIGN_OR_RETURN(const int answered, AnswerNotices(world, slug, of_this, v1::NOTICE_ANSWER_HELD));
    held += answered;
  }
  NWD_RETURN_IF_ERROR(Same("readers who let what they have rest", suspended.notices(), held));
  v1::ResumeConsentRequest resume;
  resume.set_consent_id(person.consent.consent_id);
  resume.set_etag(suspended.etag());
  resume.set_person_agreed(true);
  NWD_RETURN_IF_ERROR(world.Call<v1::ResumeConsentResponse>(kChannel, resume).status());
  return "a consent rests and goes on by the person's own hand";
}

}  // namespace

void TellOwnSay(World& world, Story& story) {
  story.Chapter("Their own say: people act through a channel");
  story.Step("a person enrols at a desk", [&] { return Enrol(world); });
  story.Step("they see what they agreed to, and who read", [&] { return SeeAll(world); });
  story.Step("they decide", [&] { return Decide(world); });
}

}  // namespace nwd::demo
