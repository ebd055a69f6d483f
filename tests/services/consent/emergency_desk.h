// Somebody known to three organisations, one of which is trusted with safeguarding and may open emergency access; two
// that review. For tests of emergency access.
#pragma once

#include <string>
#include <vector>

#include "services/consent/emergency_service.h"
#include "tests/services/consent/desk.h"

namespace nwd::consent {

inline constexpr char kReason[] = "has been threatened at home and does not answer the telephone";
inline constexpr char kOutcome[] = "the police visited; she is with her sister";
inline constexpr char kNote[] = "nothing else would have been as quick";

class EmergencyTest : public ::testing::Test {
 protected:
  using Roles = std::vector<common::v1::Role>;

  EmergencyTest() {
    using namespace common::v1;  // NOLINT
    desk_.Add("lambeth", ORGANISATION_KIND_BOROUGH);
    // Of a kind with a low ceiling, which has no say in an emergency.
    desk_.Add("crisis", ORGANISATION_KIND_EMPLOYER, {ROLE_AGENCY, ROLE_SAFEGUARDING});
    desk_.Add("other-crisis", ORGANISATION_KIND_HEALTH, {ROLE_AGENCY, ROLE_SAFEGUARDING});
    desk_.Add("board", ORGANISATION_KIND_OTHER, {ROLE_SAFEGUARDING});
    desk_.Add("auditor", ORGANISATION_KIND_OTHER, {ROLE_AUDITOR});
    lambeth_ref_ = desk_.Register("lambeth", "Ada Lovelace", "AB123456C");
    ref_ = desk_.Register("crisis", "Ada Lovelace", "AB123456C");
    desk_.Put("lambeth", lambeth_ref_, desk_.Contact("020 7946 0018", false));
  }

  v1::OpenEmergencyAccessRequest Opening(const std::string& ref, std::vector<Category> categories = {}) {
    v1::OpenEmergencyAccessRequest request;
    request.set_person_ref(ref);
    request.set_reason(kReason);
    request.set_lawful_basis(common::v1::LAWFUL_BASIS_VITAL_INTERESTS);
    if (categories.empty()) categories = {common::v1::CATEGORY_CONTACT};
    for (const Category category : categories) request.add_categories(category);
    return request;
  }
  absl::StatusOr<v1::OpenEmergencyAccessResponse> Open(const std::string& who,
                                                       const v1::OpenEmergencyAccessRequest& request) {
    return desk_.Ask(desk_.services().emergency(), &EmergencyService::OpenEmergencyAccess, who, request);
  }
  // The crisis team's, to the person's contact details.
  std::string Opened(bool unsafe_to_tell = false) {
    v1::OpenEmergencyAccessRequest request = Opening(ref_);
    request.set_unsafe_to_tell(unsafe_to_tell);
    const auto opened = Open("crisis", request);
    EXPECT_TRUE(opened.ok()) << opened.status();
    return opened.ok() ? opened->emergency_access_id() : "";
  }
  absl::StatusOr<v1::CloseEmergencyAccessResponse> Close(const std::string& who, const std::string& id) {
    v1::CloseEmergencyAccessRequest request;
    request.set_emergency_access_id(id);
    request.set_outcome(kOutcome);
    return desk_.Ask(desk_.services().emergency(), &EmergencyService::CloseEmergencyAccess, who, request);
  }
  v1::ReviewEmergencyAccessRequest Reviewing(const std::string& id) {
    v1::ReviewEmergencyAccessRequest request;
    request.set_emergency_access_id(id);
    request.set_etag(Get(id).etag());
    request.set_finding(v1::REVIEW_FINDING_JUSTIFIED);
    request.set_note(kNote);
    return request;
  }
  absl::StatusOr<v1::ReviewEmergencyAccessResponse> Review(const std::string& who,
                                                           const v1::ReviewEmergencyAccessRequest& request) {
    return desk_.Ask(desk_.services().emergency(), &EmergencyService::ReviewEmergencyAccess, who, request);
  }
  absl::StatusOr<v1::ListEmergencyAccessesResponse> List(const std::string& who,
                                                         const v1::ListEmergencyAccessesRequest& request = {}) {
    return desk_.Ask(desk_.services().emergency(), &EmergencyService::ListEmergencyAccesses, who, request);
  }
  // As `who` sees it in the list, where it must be.
  v1::EmergencyAccess Get(const std::string& id, const std::string& who = "board") {
    const auto listed = List(who);
    EXPECT_TRUE(listed.ok()) << listed.status();
    for (const v1::EmergencyAccess& access : listed->emergency_accesses()) {
      if (access.emergency_access_id() == id) return access;
    }
    ADD_FAILURE() << who << " is not shown " << id;
    return {};
  }

  v1::GetRecordRequest Reading(const std::string& ref, const std::string& id, std::vector<Category> categories = {}) {
    v1::GetRecordRequest request;
    request.set_person_ref(ref);
    request.set_purpose(common::v1::PURPOSE_SAFEGUARDING);
    if (categories.empty()) categories = {common::v1::CATEGORY_CONTACT};
    for (const Category category : categories) request.add_categories(category);
    request.set_mode(v1::SHARING_MODE_VIEW);
    request.set_emergency_access_id(id);
    return request;
  }
  absl::StatusOr<v1::GetRecordResponse> Read(const std::string& who, const v1::GetRecordRequest& request) {
    return desk_.Ask(desk_.services().record(), &RecordService::GetRecord, who, request);
  }
  absl::StatusOr<v1::GetRecordResponse> ReadContact(const std::string& id) { return Read("crisis", Reading(ref_, id)); }

  Desk desk_;
  std::string lambeth_ref_, ref_;
};

}  // namespace nwd::consent
