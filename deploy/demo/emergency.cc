// In an emergency there is no time to ask: a few sections for a few hours, looked at afterwards by somebody else, and
// the person is told.
#include "common/base/macros.h"
#include "deploy/demo/answers.h"
#include "deploy/demo/chapters.h"
#include "nwd/consent/v1/emergency_service.pb.h"

namespace nwd::demo {
namespace {

namespace v1 = consent::v1;
using namespace common::v1;  // NOLINT: the words of the vocabulary
using Figure = absl::StatusOr<std::string>;

struct Emergency {
  std::string id;
  std::string etag;
};

const std::string& RefOf(const World& world, std::string_view slug) {
  return world.people.front().refs.at(std::string(slug));
}

v1::GetRecordRequest Reading(const World& world, std::string_view slug, const Emergency& emergency) {
  v1::GetRecordRequest request;
  request.set_person_ref(RefOf(world, slug));
  request.set_purpose(PURPOSE_SAFEGUARDING);
  request.add_categories(CATEGORY_CONTACT);
  request.set_mode(v1::SHARING_MODE_VIEW);
  request.set_emergency_access_id(emergency.id);
  return request;
}

Figure Open(World& world, Emergency& emergency) {
  v1::OpenEmergencyAccessRequest request;
  request.set_person_ref(RefOf(world, kSafeguarding));
  request.set_reason("Sample: did not come home, and may be in danger");
  request.set_lawful_basis(LAWFUL_BASIS_VITAL_INTERESTS);
  request.add_categories(CATEGORY_CONTACT);
  const auto without_role = world.Call<v1::OpenEmergencyAccessResponse>(kCollege, request);
  NWD_RETURN_IF_ERROR(
      Refused("emergency access without the role", without_role.status(), absl::StatusCode::kPermissionDenied));
  NWD_ASSIGN_OR_RETURN(const auto opened, world.Call<v1::OpenEmergencyAccessResponse>(kSafeguarding, request));
  emergency.id = opened.emergency_access_id();
  NWD_RETURN_IF_ERROR(
      world.Call<v1::GetRecordResponse>(kSafeguarding, Reading(world, kSafeguarding, emergency)).status());
  const auto by_another = world.Call<v1::GetRecordResponse>(kReviewer, Reading(world, kReviewer, emergency));
  NWD_RETURN_IF_ERROR(
      Refused("a read on another's emergency", by_another.status(), absl::StatusCode::kPermissionDenied));
  return Cat(kSafeguarding, " reads how to reach the person; nobody else does");
}

Figure Close(World& world, Emergency& emergency) {
  v1::CloseEmergencyAccessRequest request;
  request.set_emergency_access_id(emergency.id);
  request.set_outcome("Sample: reached by telephone, safe");
  NWD_ASSIGN_OR_RETURN(const auto closed, world.Call<v1::CloseEmergencyAccessResponse>(kSafeguarding, request));
  emergency.etag = closed.etag();
  const auto after = world.Call<v1::GetRecordResponse>(kSafeguarding, Reading(world, kSafeguarding, emergency));
  NWD_RETURN_IF_ERROR(Refused("the very next read after closing", after.status(), absl::StatusCode::kPermissionDenied));
  return "the very next read refused";
}

Figure Review(World& world, const Emergency& emergency) {
  v1::ReviewEmergencyAccessRequest request;
  request.set_emergency_access_id(emergency.id);
  request.set_etag(emergency.etag);
  request.set_finding(v1::REVIEW_FINDING_JUSTIFIED);
  request.set_note("Sample: nothing else would have done in time");
  const auto own = world.Call<v1::ReviewEmergencyAccessResponse>(kSafeguarding, request);
  NWD_RETURN_IF_ERROR(Refused("a review by who opened it", own.status(), absl::StatusCode::kPermissionDenied));
  v1::ListEmergencyAccessesRequest list;
  list.set_awaiting_review_only(true);
  NWD_ASSIGN_OR_RETURN(const auto waiting, world.Call<v1::ListEmergencyAccessesResponse>(kReviewer, list));
  NWD_RETURN_IF_ERROR(Same("emergencies to review", 1, waiting.emergency_accesses_size()));
  NWD_RETURN_IF_ERROR(Same("reads under it", 1, waiting.emergency_accesses(0).reads()));
  NWD_RETURN_IF_ERROR(world.Call<v1::ReviewEmergencyAccessResponse>(kReviewer, request).status());
  return Cat(kReviewer, " looked at it; who opened it could not");
}

Figure PersonIsTold(World& world, const Emergency& emergency) {
  const auto of_this = [&](const v1::Notice& notice) {
    return notice.emergency_access_id() == emergency.id && notice.type() == v1::NOTICE_TYPE_EMERGENCY_ACCESS;
  };
  NWD_ASSIGN_OR_RETURN(const int told, AnswerNotices(world, kChannel, of_this, v1::NOTICE_ANSWER_TOLD));
  NWD_RETURN_IF_ERROR(Same("notices to the person's channel", 1, told));
  return "through the channel they enrolled with";
}

}  // namespace

void TellEmergency(World& world, Story& story) {
  Emergency emergency;
  story.Chapter("Emergency: when there is no time to ask");
  story.Step("access is opened for three hours, to what is needed", [&] { return Open(world, emergency); });
  story.Step("it is closed when it is over", [&] { return Close(world, emergency); });
  story.Step("a second organisation reviews it", [&] { return Review(world, emergency); });
  story.Step("the person is told", [&] { return PersonIsTold(world, emergency); });
}

}  // namespace nwd::demo
