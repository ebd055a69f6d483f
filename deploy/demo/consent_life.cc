// What becomes of a consent while it lasts: it rests and goes on, and whoever doubts it is shown a receipt.
#include "common/base/macros.h"
#include "common/receipt/envelope.h"
#include "common/receipt/receipt.h"
#include "deploy/demo/answers.h"
#include "deploy/demo/chapters.h"

namespace nwd::demo {
namespace {

namespace v1 = consent::v1;
using namespace common::v1;  // NOLINT: the words of the vocabulary
using Figure = absl::StatusOr<std::string>;

// Those whose standing consent nobody will withdraw: every second keeps it, see withdrawal.cc.
std::vector<const Person*> WhoKeepTheirs(const World& world) {
  std::vector<const Person*> all;
  int turn = 0;
  for (const Person& person : world.people) {
    if (person.shape == Shape::kStanding && turn++ % 2 != 0) all.push_back(&person);
  }
  return all;
}

v1::GetRecordRequest Reading(const Person& person) {
  v1::GetRecordRequest request;
  request.set_person_ref(person.refs.at(std::string(kPartner)));
  request.set_purpose(PURPOSE_EMPLOYMENT_SUPPORT);
  request.add_categories(CATEGORY_IDENTITY);
  request.set_mode(v1::SHARING_MODE_VIEW);
  request.set_consent_id(person.standing.consent_id);
  return request;
}

// The reader was told of the suspension, and answers that it lets what it has rest.
absl::Status Hold(World& world, const Person& person) {
  const auto of_this = [&](const v1::Notice& notice) {
    return notice.consent_id() == person.standing.consent_id && notice.type() == v1::NOTICE_TYPE_SUSPENSION;
  };
  NWD_ASSIGN_OR_RETURN(const int held, AnswerNotices(world, kPartner, of_this, v1::NOTICE_ANSWER_HELD));
  return Same("notices of a suspension to who read", 1, held);
}

absl::Status RestAndGoOn(World& world, const Person& person) {
  const v1::GetRecordRequest read = Reading(person);
  NWD_RETURN_IF_ERROR(world.Call<v1::GetRecordResponse>(kPartner, read).status());
  v1::SuspendConsentRequest suspend;
  suspend.set_consent_id(person.standing.consent_id);
  suspend.set_reason(v1::SUSPEND_REASON_PERSON_ASKED);
  NWD_ASSIGN_OR_RETURN(const auto suspended, world.Call<v1::SuspendConsentResponse>(kPartner, suspend));
  const auto resting = world.Call<v1::GetRecordResponse>(kPartner, read);
  NWD_RETURN_IF_ERROR(
      Refused("the very next read after a suspension", resting.status(), absl::StatusCode::kPermissionDenied));
  NWD_RETURN_IF_ERROR(Hold(world, person));

  v1::ResumeConsentRequest resume;
  resume.set_consent_id(person.standing.consent_id);
  resume.set_etag(suspended.etag());
  const auto unasked = world.Call<v1::ResumeConsentResponse>(person.registrar, resume);
  NWD_RETURN_IF_ERROR(Refused("resuming what the person stopped without asking them", unasked.status(),
                              absl::StatusCode::kFailedPrecondition));
  resume.set_person_agreed(true);
  NWD_RETURN_IF_ERROR(world.Call<v1::ResumeConsentResponse>(person.registrar, resume).status());
  return world.Call<v1::GetRecordResponse>(kPartner, read).status();
}

Figure AllRestAndGoOn(World& world) {
  const std::vector<const Person*> people = WhoKeepTheirs(world);
  for (const Person* person : people) NWD_RETURN_IF_ERROR(RestAndGoOn(world, *person));
  return Cat(people.size(), " suspended and refused, ", people.size(), " resumed on the person's word and read");
}

Figure ReceiptsAreGenuine(World& world) {
  int genuine = 0;
  for (const Person& person : world.people) {
    if (person.shape == Shape::kDeferred) continue;
    v1::GetReceiptRequest request;
    request.set_consent_id(person.consent.consent_id);
    NWD_ASSIGN_OR_RETURN(const auto got, world.Call<v1::GetReceiptResponse>(person.consent.captor, request));
    receipt::Envelope envelope{got.content(), got.signature(), got.key_id(), got.public_key()};
    NWD_ASSIGN_OR_RETURN(const crypto::VerifyingKey key, receipt::CarriedKey(envelope));
    NWD_RETURN_IF_ERROR(Holds("a receipt is genuine", receipt::Check(envelope, key) == receipt::Verdict::kGenuine));
    NWD_ASSIGN_OR_RETURN(const receipt::Receipt told, receipt::Read(envelope.content));
    NWD_RETURN_IF_ERROR(Same("what a receipt says the person decided",
                             std::string(person.shape == Shape::kRefused ? "REFUSE" : "GIVE"), told.event));
    envelope.content[envelope.content.size() / 2] ^= 1;
    NWD_RETURN_IF_ERROR(
        Holds("one changed byte is noticed", receipt::Check(envelope, key) == receipt::Verdict::kForged));
    ++genuine;
  }
  return Cat(genuine, " genuine, and not one of them with a byte changed");
}

}  // namespace

void TellConsentLife(World& world, Story& story) {
  story.Chapter("Consent: while it lasts");
  story.Step("a consent rests, and goes on when the person says so", [&] { return AllRestAndGoOn(world); });
  story.Step("every decision has a receipt that anybody can check", [&] { return ReceiptsAreGenuine(world); });
}

}  // namespace nwd::demo
