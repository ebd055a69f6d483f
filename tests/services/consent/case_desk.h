// Ada, whom Lambeth and a college hold and who is enrolled with an app, and cases of her rights; for tests of cases, of
// restriction and of exports.
#pragma once

#include <string>
#include <vector>

#include "services/consent/case_service.h"
#include "tests/services/consent/desk.h"

namespace nwd::consent {

class CaseTest : public ::testing::Test {
 protected:
  CaseTest() {
    using namespace common::v1;  // NOLINT
    desk_.Add("lambeth", ORGANISATION_KIND_BOROUGH);
    desk_.Add("college", ORGANISATION_KIND_COLLEGE);
    desk_.Add("stranger");
    desk_.Add("hub", ORGANISATION_KIND_HUB, {ROLE_HUB_ADMIN});
    desk_.AddChannel("app");
    desk_.AddChannel("other-app");
    ref_ = desk_.Register("lambeth", "Ada Lovelace", "AB123456C");
    desk_.clock().Advance(absl::Seconds(1));
    college_ref_ = desk_.Register("college", "Ada Lovelace", "AB123456C");
    app_ref_ = desk_.Enrol("app", "lambeth", ref_);
    desk_.Put("lambeth", ref_, desk_.Skills("bricklaying"));
  }

  v1::OpenCaseRequest Opening(const std::string& ref, v1::CaseKind kind) {
    v1::OpenCaseRequest request;
    request.set_person_ref(ref);
    request.set_kind(kind);
    if (kind == v1::CASE_KIND_RESTRICTION) request.add_categories(common::v1::CATEGORY_SKILLS);
    if (kind == v1::CASE_KIND_COMPLAINT) request.set_request("I was not asked");
    return request;
  }
  absl::StatusOr<v1::OpenCaseResponse> Open(const std::string& who, const v1::OpenCaseRequest& request) {
    return desk_.Ask(desk_.services().cases(), &CaseService::OpenCase, who, request);
  }
  v1::OpenCaseResponse Opened(const std::string& who, const std::string& ref, v1::CaseKind kind) {
    const auto opened = Open(who, Opening(ref, kind));
    EXPECT_TRUE(opened.ok()) << opened.status();
    return opened.ok() ? *opened : v1::OpenCaseResponse();
  }
  absl::StatusOr<v1::AdvanceCaseResponse> Advance(const std::string& who, const std::string& id,
                                                  const std::string& etag, v1::CaseAction action) {
    v1::AdvanceCaseRequest request;
    request.set_case_id(id);
    request.set_etag(etag);
    request.set_action(action);
    return desk_.Ask(desk_.services().cases(), &CaseService::AdvanceCase, who, request);
  }
  v1::CloseCaseRequest Closing(const std::string& id, const std::string& etag, v1::CaseOutcome outcome) {
    v1::CloseCaseRequest request;
    request.set_case_id(id);
    request.set_etag(etag);
    request.set_outcome(outcome);
    const bool refuses = outcome == v1::CASE_OUTCOME_REFUSED || outcome == v1::CASE_OUTCOME_PARTLY;
    if (refuses) request.set_refusal(v1::CASE_REFUSAL_EXEMPT);
    if (outcome != v1::CASE_OUTCOME_WITHDRAWN) request.set_answer("we wrote to you today");
    return request;
  }
  absl::StatusOr<v1::CloseCaseResponse> Close(const std::string& who, const v1::CloseCaseRequest& request) {
    return desk_.Ask(desk_.services().cases(), &CaseService::CloseCase, who, request);
  }
  absl::StatusOr<v1::CloseCaseResponse> Close(const std::string& who, const std::string& id, const std::string& etag,
                                              v1::CaseOutcome outcome) {
    return Close(who, Closing(id, etag, outcome));
  }
  absl::StatusOr<v1::LiftRestrictionResponse> Lift(const std::string& who, const std::string& id, bool told = true) {
    v1::LiftRestrictionRequest request;
    request.set_case_id(id);
    request.set_person_told(told);
    return desk_.Ask(desk_.services().cases(), &CaseService::LiftRestriction, who, request);
  }
  absl::StatusOr<v1::ListCasesResponse> Cases(const std::string& who, const std::string& ref = "",
                                              bool open_only = false) {
    v1::ListCasesRequest request;
    request.set_person_ref(ref);
    request.set_open_only(open_only);
    return desk_.Ask(desk_.services().cases(), &CaseService::ListCases, who, request);
  }
  // In the order of the list.
  std::vector<std::string> IdsOf(const absl::StatusOr<v1::ListCasesResponse>& listed) {
    EXPECT_TRUE(listed.ok()) << listed.status();
    std::vector<std::string> ids;
    for (const v1::Case& one : listed->cases()) ids.push_back(one.case_id());
    return ids;
  }
  std::vector<v1::Notice> NoticesTo(const std::string& who) {
    const auto listed =
        desk_.Ask(desk_.services().notice(), &NoticeService::ListNotices, who, v1::ListNoticesRequest());
    EXPECT_TRUE(listed.ok()) << listed.status();
    return {listed->notices().begin(), listed->notices().end()};
  }

  Desk desk_;
  std::string ref_, college_ref_, app_ref_;
};

}  // namespace nwd::consent
