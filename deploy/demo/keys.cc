// The hub's operators give people's keys a new lock, while everybody goes on working.
#include "absl/strings/str_format.h"
#include "common/base/macros.h"
#include "common/crypto/key_file.h"
#include "deploy/demo/chapters.h"
#include "deploy/hub/folder.h"
#include "nwd/common/v1/maintenance_service.pb.h"

namespace nwd::demo {
namespace {

using Figure = absl::StatusOr<std::string>;

absl::StatusOr<common::v1::RotateKeysResponse> Rotate(World& world, std::string_view as, const std::string& service) {
  NWD_ASSIGN_OR_RETURN(rpc::Client* const client, world.clients().As(std::string(as), service));
  auto progress = client->Watch<common::v1::RotateKeysResponse>(common::v1::RotateKeysRequest());
  common::v1::RotateKeysResponse last;
  while (progress.Read(last)) continue;
  NWD_RETURN_IF_ERROR(progress.Finish());
  return last;
}

Figure WrapAnew(World& world) {
  NWD_ASSIGN_OR_RETURN(const uint32_t number, crypto::AddWrappingKey(hub::KeyFile(world.clients().hub().folder)));
  NWD_RETURN_IF_ERROR(Refused("an agency rotates keys", Rotate(world, "lambeth", "consent").status(),
                              absl::StatusCode::kPermissionDenied));
  int64_t wrapped = 0;
  for (const char* service : {"consent", "referral", "outcome"}) {
    NWD_ASSIGN_OR_RETURN(const auto last, Rotate(world, kOperations, service));
    NWD_RETURN_IF_ERROR(
        Holds(Cat("all of ", service, "'s keys are wrapped anew"),
              last.complete() && last.damaged() == 0 && last.newest_number() == static_cast<int>(number)));
    wrapped += last.rewrapped();
  }
  return absl::StrFormat("%d people's keys in three services, by an operator, with no service stopped", wrapped);
}

Figure RecordsOpenStill(World& world) {
  int read = 0;
  for (const Person& person : world.people) {
    if (person.shape != Shape::kSelfCaptured) continue;
    consent::v1::GetRecordRequest request;
    request.set_person_ref(person.refs.at(std::string(kCollege)));
    request.set_purpose(common::v1::PURPOSE_SKILLS_TRAINING);
    request.add_categories(common::v1::CATEGORY_IDENTITY);
    request.set_mode(consent::v1::SHARING_MODE_VIEW);
    request.set_consent_id(person.consent.consent_id);
    NWD_RETURN_IF_ERROR(world.Call<consent::v1::GetRecordResponse>(kCollege, request).status());
    ++read;
  }
  return Cat(read, " records read under the new key");
}

}  // namespace

void TellKeys(World& world, Story& story) {
  story.Chapter("Keys: a new lock, and nobody waits");
  story.Step("people's keys are wrapped anew", [&] { return WrapAnew(world); });
  story.Step("what they lock opens as before", [&] { return RecordsOpenStill(world); });
}

}  // namespace nwd::demo
