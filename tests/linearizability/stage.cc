#include "tests/linearizability/stage.h"

#include <utility>

#include "common/ids/uuid.h"
#include "nwd/consent/v1/access_service.pb.h"
#include "nwd/consent/v1/person_service.pb.h"
#include "nwd/consent/v1/record_service.pb.h"

namespace nwd::linearizability {

namespace v1 = consent::v1;

Stage::Stage(e2e::World& world, int people)
    : world_(world),
      referrer_(world.ClientOf(e2e::kReferrer, "consent")),
      receiver_(world.ClientOf(e2e::kReceiver, "consent")),
      referral_service_(world.ClientOf("service/referral", "consent")),
      receiver_id_(world.IdOf(e2e::kReceiver)) {
  for (int i = 0; i < people; ++i) {
    auto person = std::make_unique<Person>();
    person->referrers_ref = world.Register(e2e::kReferrer);
    world.PutIdentity(e2e::kReferrer, person->referrers_ref);
    v1::ResolveRefRequest resolve;
    resolve.set_on_behalf_of(world.IdOf(e2e::kReferrer));
    resolve.set_person_ref(person->referrers_ref);
    resolve.add_organisation_ids(receiver_id_);
    const auto resolved = world.Do<v1::ResolveRefResponse>("service/referral", resolve);
    person->person_id = resolved.person_id();
    person->receivers_ref = resolved.refs().at(receiver_id_);
    for (const bool standing : {true, false}) {
      places_.push_back(std::make_unique<Place>());
      places_.back()->person = person.get();
      places_.back()->standing = standing;
      const auto drawn = world.Do<v1::CreateConsentResponse>(
          e2e::kReferrer, world.ConsentRequest(person->referrers_ref, {e2e::kReceiver}, standing));
      Publish(*places_.back(), drawn.consent_id(), drawn.etag());
    }
    people_.push_back(std::move(person));
  }
}

void Stage::Publish(Place& place, const std::string& consent_id, const std::string& etag) {
  auto consent = std::make_shared<Consent>();
  consent->id = consent_id;
  consent->person = place.person;
  consent->standing = place.standing;
  consent->give.set_request_id(ids::Uuid::Random().ToString());
  consent->give.set_consent_id(consent_id);
  consent->give.set_etag(etag);
  consent->give.set_decision(v1::CONSENT_STATE_GIVEN);
  for (std::string& referral_id : consent->referral_ids) referral_id = ids::Uuid::Random().ToString();
  {
    absl::MutexLock lock(&mutex_);
    consent->number = static_cast<uint32_t>(consent_ids_.size());
    consent_ids_.push_back(consent_id);
    standing_.push_back(place.standing);
  }
  ++published_;
  absl::MutexLock lock(&place.mutex);
  place.before = std::move(place.now);
  place.now = std::move(consent);
}

void Stage::Connect() {
  rpc::CallOptions options;
  options.timeout = absl::Seconds(30);
  options.wait_for_ready = true;
  options.practitioner = e2e::kPractitioner;
  for (rpc::Client* client : {&referrer_, &receiver_}) {
    client->Call<v1::ListNoticesResponse>(v1::ListNoticesRequest(), options).IgnoreError();
  }
  v1::CloseReferralAccessRequest nothing;
  nothing.set_referral_id(ids::Uuid::Random().ToString());
  nothing.set_consent_id(ids::Uuid::Random().ToString());
  nothing.set_organisation_id(receiver_id_);
  nothing.set_sequence(1);
  referral_service_.Call<v1::CloseReferralAccessResponse>(nothing, options).IgnoreError();
}

}  // namespace nwd::linearizability
