// A desk at which an authority can be asserted, approved and read on: lambeth (a borough) asserts, college receives,
// trust (health) is a second organisation. All three hold the person, stranger does not, and lambeth and college have
// an agreement. What lambeth, trust and college know of them each put in.
#pragma once

#include <string>
#include <vector>

#include "tests/services/consent/desk.h"

namespace nwd::consent {

class AuthorityTest : public ::testing::Test {
 protected:
  AuthorityTest() {
    desk_.Add("lambeth", common::v1::ORGANISATION_KIND_BOROUGH);
    desk_.Add("college", common::v1::ORGANISATION_KIND_COLLEGE);
    desk_.Add("trust", common::v1::ORGANISATION_KIND_HEALTH);
    desk_.Add("stranger");
    ref_ = desk_.Register("lambeth", "Ada Lovelace", "AB123456C");
    college_ref_ = desk_.Register("college", "Ada Lovelace", "AB123456C");
    trust_ref_ = desk_.Register("trust", "Ada Lovelace", "AB123456C");
    desk_.Put("lambeth", ref_, desk_.Skills("bricklaying"));
    desk_.Put("trust", trust_ref_, desk_.Skills("first aid"));
    agreement_ = desk_.AgreementOf({"lambeth", "college"});
    for (int basis = common::v1::LAWFUL_BASIS_CONTRACT; basis <= common::v1::LawfulBasis_MAX; ++basis) {
      agreement_.add_lawful_bases(static_cast<common::v1::LawfulBasis>(basis));
    }
    agreement_.add_categories(common::v1::CATEGORY_CIRCUMSTANCES);
    desk_.AddAgreement(agreement_);
  }

  v1::AuthorityTerms Terms(common::v1::LawfulBasis lawful_basis = common::v1::LAWFUL_BASIS_PUBLIC_TASK) const {
    v1::AuthorityTerms terms;
    terms.set_lawful_basis(lawful_basis);
    terms.set_grounds("to find work for who claims: Jobseekers Act 1995");
    terms.set_statutory_gateway("Digital Economy Act 2017, section 35");
    terms.set_purpose(common::v1::PURPOSE_EMPLOYMENT_SUPPORT);
    for (const Category category : {common::v1::CATEGORY_SKILLS, common::v1::CATEGORY_CONTACT}) {
      terms.add_categories()->set_category(category);
      terms.mutable_categories()->rbegin()->set_necessity("to find work that fits");
    }
    terms.add_recipient_organisation_ids(desk_.IdOf("college"));
    terms.set_mode(v1::SHARING_MODE_STORE);
    *terms.mutable_valid_until() = ToTimestamp(now() + absl::Hours(24 * 90));
    terms.set_retention_days(30);
    terms.set_agreement_id(agreement_.agreement_id());
    return terms;
  }
  absl::Time now() const { return const_cast<Desk&>(desk_).clock().Now(); }

  absl::StatusOr<v1::AssertAuthorityResponse> Assert(const v1::AuthorityTerms& terms,
                                                     const std::string& request_id = "") {
    return AssertBy("lambeth", ref_, terms, request_id);
  }
  absl::StatusOr<v1::AssertAuthorityResponse> AssertBy(const std::string& who, const std::string& ref,
                                                       const v1::AuthorityTerms& terms,
                                                       const std::string& request_id = "") {
    v1::AssertAuthorityRequest request;
    request.set_request_id(request_id);
    request.set_person_ref(ref);
    *request.mutable_terms() = terms;
    return desk_.Ask(desk_.services().authority(), &AuthorityService::AssertAuthority, who, request);
  }
  std::string Asserted(const v1::AuthorityTerms& terms) {
    const auto asserted = Assert(terms);
    EXPECT_TRUE(asserted.ok()) << asserted.status();
    return asserted.ok() ? asserted->authority_id() : "";
  }
  std::string Asserted() { return Asserted(Terms()); }
  absl::StatusOr<v1::ApproveAuthorityResponse> Approve(const std::string& who, const std::string& id,
                                                       const std::string& etag = "r1") {
    v1::ApproveAuthorityRequest request;
    request.set_authority_id(id);
    request.set_etag(etag);
    return desk_.Ask(desk_.services().authority_acts(), &AuthorityActs::ApproveAuthority, who, request);
  }
  std::string Active(const v1::AuthorityTerms& terms) {
    const std::string id = Asserted(terms);
    const auto approved = Approve("trust", id);
    EXPECT_TRUE(approved.ok()) << approved.status();
    return id;
  }
  std::string Active() { return Active(Terms()); }
  absl::StatusOr<v1::EndAuthorityResponse> End(const std::string& who, const std::string& id) {
    v1::EndAuthorityRequest request;
    request.set_authority_id(id);
    request.set_reason(v1::END_REASON_NO_LONGER_NEEDED);
    return desk_.Ask(desk_.services().authority_acts(), &AuthorityActs::EndAuthority, who, request);
  }
  absl::StatusOr<v1::ObjectToAuthorityResponse> Object(const std::string& who, const std::string& id,
                                                       const std::string& request_id = "") {
    v1::ObjectToAuthorityRequest request;
    request.set_request_id(request_id);
    request.set_authority_id(id);
    return desk_.Ask(desk_.services().authority_acts(), &AuthorityActs::ObjectToAuthority, who, request);
  }
  absl::StatusOr<v1::OverturnAuthorityResponse> Overturn(const std::string& who, const std::string& id,
                                                         v1::OverturnReason reason = v1::OVERTURN_REASON_NOT_LAWFUL) {
    v1::OverturnAuthorityRequest request;
    request.set_authority_id(id);
    request.set_reason(reason);
    return desk_.Ask(desk_.services().authority_acts(), &AuthorityActs::OverturnAuthority, who, request);
  }
  absl::StatusOr<v1::ListAuthoritiesResponse> List(const std::string& who, const std::string& ref, int page_size = 0,
                                                   const std::string& page_token = "") {
    v1::ListAuthoritiesRequest request;
    request.set_person_ref(ref);
    request.set_page_size(page_size);
    request.set_page_token(page_token);
    return desk_.Ask(desk_.services().authority(), &AuthorityService::ListAuthorities, who, request);
  }
  absl::StatusOr<v1::ListAwaitingAuthoritiesResponse> ListAwaiting(const std::string& who, int page_size = 0,
                                                                   const std::string& page_token = "") {
    v1::ListAwaitingAuthoritiesRequest request;
    request.set_page_size(page_size);
    request.set_page_token(page_token);
    return desk_.Ask(desk_.services().authority(), &AuthorityService::ListAwaitingAuthorities, who, request);
  }
  std::vector<std::string> Awaiting(const std::string& who) {
    const auto listed = ListAwaiting(who);
    EXPECT_TRUE(listed.ok()) << listed.status();
    std::vector<std::string> ids;
    for (const v1::Authority& authority : listed->authorities()) ids.push_back(authority.authority_id());
    return ids;
  }
  // As its asserter sees it.
  v1::Authority Get(const std::string& id) {
    const auto listed = List("lambeth", ref_, 500);
    EXPECT_TRUE(listed.ok()) << listed.status();
    for (const v1::Authority& authority : listed->authorities()) {
      if (authority.authority_id() == id) return authority;
    }
    ADD_FAILURE() << "not listed: " << id;
    return {};
  }

  v1::CheckAccessRequest CheckRequest(const std::string& ref, const std::string& id,
                                      std::vector<Category> categories = {common::v1::CATEGORY_SKILLS}) {
    v1::CheckAccessRequest request = desk_.CheckRequest(ref, "", std::move(categories));
    request.set_authority_id(id);
    return request;
  }
  v1::CheckAccessResponse Check(const std::string& who, const v1::CheckAccessRequest& request) {
    const auto checked = desk_.Ask(desk_.services().access(), &AccessService::CheckAccess, who, request);
    EXPECT_TRUE(checked.ok()) << checked.status();
    return checked.value_or(v1::CheckAccessResponse());
  }
  bool Permitted(const std::string& id) { return Check("college", CheckRequest(college_ref_, id)).permitted(); }
  // Why skills are denied.
  v1::DenialReason ReasonFor(const std::string& who, const std::string& ref, const std::string& id) {
    const auto checked = Check(who, CheckRequest(ref, id));
    EXPECT_FALSE(checked.permitted());
    return checked.denied_categories_size() == 1 ? checked.denied_categories(0).reason()
                                                 : v1::DENIAL_REASON_UNSPECIFIED;
  }
  v1::GetRecordRequest ReadRequest(const std::string& ref, const std::string& id,
                                   std::vector<Category> categories = {common::v1::CATEGORY_SKILLS}) {
    v1::GetRecordRequest request;
    request.set_person_ref(ref);
    request.set_purpose(common::v1::PURPOSE_EMPLOYMENT_SUPPORT);
    for (const Category category : categories) request.add_categories(category);
    request.set_mode(v1::SHARING_MODE_VIEW);
    request.set_authority_id(id);
    return request;
  }
  absl::StatusOr<v1::GetRecordResponse> Read(const std::string& who, const v1::GetRecordRequest& request) {
    return desk_.Ask(desk_.services().record(), &RecordService::GetRecord, who, request);
  }
  absl::StatusOr<v1::GetRecordResponse> Read(const std::string& id) {
    return Read("college", ReadRequest(college_ref_, id));
  }
  std::vector<v1::Notice> Notices(const std::string& who) {
    const auto listed =
        desk_.Ask(desk_.services().notice(), &NoticeService::ListNotices, who, v1::ListNoticesRequest());
    EXPECT_TRUE(listed.ok()) << listed.status();
    return {listed->notices().begin(), listed->notices().end()};
  }

  Desk desk_;
  std::string ref_, college_ref_, trust_ref_;
  common::v1::AgreementChange agreement_;
};

}  // namespace nwd::consent
