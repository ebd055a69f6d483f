#include "services/referral/peers_rpc.h"

#include <algorithm>
#include <utility>

#include "common/base/macros.h"
#include "common/status/status.h"
#include "nwd/consent/v1/access_service.pb.h"
#include "nwd/consent/v1/person_service.pb.h"
#include "nwd/directory/v1/catalogue_service.pb.h"
#include "nwd/outcome/v1/outcome_service.pb.h"
#include "services/referral/limits.h"

namespace nwd::referral {

namespace {

// The consent service knows nobody by that reference.
bool IsNobody(const absl::Status& status) {
  return absl::IsNotFound(status) || absl::IsInvalidArgument(status) || absl::IsPermissionDenied(status);
}

// Asks whether the basis permits the organisation anything, were the referral accepted; of whom is still to be said.
consent::v1::CheckAccessRequest CheckFor(const Basis& basis, const std::string& organisation_id) {
  consent::v1::CheckAccessRequest request;
  request.set_purpose(common::v1::PURPOSE_REFERRAL);
  // Which categories a consent for referral covers is the person's choice: any one will do, and the receiver reads no
  // more than that. Of an authority likewise.
  for (int category = common::v1::Category_MIN + 1; category <= common::v1::Category_MAX; ++category) {
    request.add_categories(static_cast<common::v1::Category>(category));
  }
  request.set_mode(consent::v1::SHARING_MODE_VIEW);
  request.set_consent_id(basis.consent_id);
  request.set_authority_id(basis.authority_id);
  request.set_on_behalf_of(organisation_id);
  request.set_prospective(true);
  return request;
}

}  // namespace

async::Task<absl::StatusOr<ResolvedPerson>> RpcConsentPeer::Resolve(const PersonQuestion& question,
                                                                    const rpc::CallOptions& options) {
  consent::v1::ResolveRefRequest request;
  request.set_on_behalf_of(question.organisation_id);
  if (question.person_id.empty()) {
    request.set_person_ref(question.person_ref);
  } else {
    request.set_person_id(question.person_id);
  }
  request.add_organisation_ids(question.other_organisation_id);
  absl::StatusOr<consent::v1::ResolveRefResponse> answer =
      co_await client_.Await<consent::v1::ResolveRefResponse>(request, options);
  if (!answer.ok()) co_return IsNobody(answer.status()) ? status::Denied() : answer.status();
  ResolvedPerson person;
  person.person_id = answer->person_id();
  const auto ref = answer->refs().find(question.other_organisation_id);
  if (ref != answer->refs().end()) person.other_person_ref = ref->second;
  if (person.person_id.empty() || person.other_person_ref.empty()) {
    co_return absl::InternalError("the consent service resolved a reference to nobody");
  }
  person.joined_person_ids.assign(answer->joined_person_ids().begin(), answer->joined_person_ids().end());
  person.other_own_refs.assign(answer->other_person_refs().begin(), answer->other_person_refs().end());
  co_return person;
}

async::Task<absl::StatusOr<consent::v1::CheckAccessResponse>> RpcConsentPeer::Check(const BasisQuestion& question,
                                                                                    const rpc::CallOptions& options) {
  consent::v1::CheckAccessRequest request = CheckFor(question.basis, question.organisation_id);
  request.set_person_id(question.person_id);
  co_return co_await client_.Await<consent::v1::CheckAccessResponse>(request, options);
}

async::Task<absl::StatusOr<Permission>> RpcConsentPeer::Permits(const BasisQuestion& question,
                                                                const rpc::CallOptions& options) {
  NWD_CO_ASSIGN_OR_RETURN(const consent::v1::CheckAccessResponse answer, co_await Check(question, options));
  Permission permission;
  permission.permits = answer.permitted_categories_size() > 0;
  permission.joined_person_ids.assign(answer.joined_person_ids().begin(), answer.joined_person_ids().end());
  co_return permission;
}

async::Task<absl::StatusOr<bool>> RpcConsentPeer::Stands(const BasisQuestion& question,
                                                         const rpc::CallOptions& options) {
  NWD_CO_ASSIGN_OR_RETURN(const consent::v1::CheckAccessResponse answer, co_await Check(question, options));
  const auto& denied = answer.denied_categories();
  co_return answer.permitted_categories_size() > 0 ||
      std::any_of(denied.begin(), denied.end(), [](const consent::v1::DeniedCategory& category) {
        return category.reason() == consent::v1::DENIAL_REASON_USED_UP;
      });
}

async::Task<absl::StatusOr<Prospect>> RpcConsentPeer::ResolveAndPermits(const PersonQuestion& question,
                                                                        const Basis& basis,
                                                                        const rpc::CallOptions& options) {
  consent::v1::CheckAccessRequest request = CheckFor(basis, question.other_organisation_id);
  if (question.person_id.empty()) {
    request.set_person_ref(question.person_ref);
    request.set_person_ref_of(question.organisation_id);
  } else {
    request.set_person_id(question.person_id);
  }
  absl::StatusOr<consent::v1::CheckAccessResponse> answer =
      co_await client_.Await<consent::v1::CheckAccessResponse>(request, options);
  if (!answer.ok()) co_return IsNobody(answer.status()) ? status::Denied() : answer.status();
  if (answer->person_id().empty()) co_return status::Denied();
  Prospect prospect;
  prospect.person.person_id = answer->person_id();
  prospect.person.other_person_ref = answer->person_ref();
  prospect.person.joined_person_ids.assign(answer->joined_person_ids().begin(), answer->joined_person_ids().end());
  prospect.basis_permits = answer->permitted_categories_size() > 0;
  co_return prospect;
}

async::Task<absl::StatusOr<bool>> RpcConsentPeer::ReleaseText(const TextRelease& release,
                                                              const rpc::CallOptions& options) {
  consent::v1::ReleaseReferralTextRequest request;
  request.set_referral_id(release.referral_id);
  request.set_consent_id(release.question.basis.consent_id);
  request.set_authority_id(release.question.basis.authority_id);
  request.set_person_id(release.question.person_id);
  request.set_organisation_id(release.question.organisation_id);
  request.set_source_organisation_id(release.source_organisation_id);
  absl::StatusOr<consent::v1::ReleaseReferralTextResponse> answer =
      co_await client_.Await<consent::v1::ReleaseReferralTextResponse>(request, options);
  if (!answer.ok()) co_return answer.status();
  co_return answer->permitted();
}

async::Task<absl::Status> RpcConsentPeer::OpenAccess(const storage::Grant& grant, const rpc::CallOptions& options) {
  consent::v1::OpenReferralAccessRequest request;
  request.set_referral_id(grant.referral_id());
  request.set_consent_id(grant.consent_id());
  request.set_person_id(grant.person_id());
  request.set_organisation_id(grant.organisation_id());
  request.set_sequence(grant.access_number());
  absl::StatusOr<consent::v1::OpenReferralAccessResponse> answer =
      co_await client_.Await<consent::v1::OpenReferralAccessResponse>(request, options);
  co_return answer.status();
}

async::Task<absl::Status> RpcConsentPeer::CloseAccess(const storage::Grant& grant, const rpc::CallOptions& options) {
  consent::v1::CloseReferralAccessRequest request;
  request.set_referral_id(grant.referral_id());
  request.set_consent_id(grant.consent_id());
  request.set_organisation_id(grant.organisation_id());
  request.set_sequence(grant.access_number());
  absl::StatusOr<consent::v1::CloseReferralAccessResponse> answer =
      co_await client_.Await<consent::v1::CloseReferralAccessResponse>(request, options);
  co_return answer.status();
}

async::Task<absl::StatusOr<int>> RpcOutcomePeer::CountOutcomes(const std::string& referral_id,
                                                               const rpc::CallOptions& options) {
  outcome::v1::CountOutcomesRequest request;
  request.set_referral_id(referral_id);
  absl::StatusOr<outcome::v1::CountOutcomesResponse> answer =
      co_await client_.Await<outcome::v1::CountOutcomesResponse>(request, options);
  if (!answer.ok()) co_return answer.status();
  co_return answer->outcomes();
}

absl::StatusOr<std::optional<common::v1::ServiceChange>> RpcDirectoryPeer::FindService(const store::Reader& reader,
                                                                                       const std::string& service_id) {
  return replica::DirectoryReplica::FindService(reader, service_id);
}

async::Task<absl::Status> RpcDirectoryPeer::AskService(const std::string& service_id) {
  return replica_.AskService(service_id);
}

async::Task<absl::StatusOr<std::vector<std::string>>> RpcDirectoryPeer::Alternatives(
    const AlternativesQuestion& question, const rpc::CallOptions& options) {
  directory::v1::SearchServicesRequest request;
  for (const std::string& category : question.categories) request.add_categories(category);
  request.set_borough(question.borough);
  if (question.age) request.set_age(*question.age);
  request.set_open_places(true);
  request.set_page_size(kAlternativesLookedAt);
  absl::StatusOr<directory::v1::SearchServicesResponse> answer =
      co_await client_.Await<directory::v1::SearchServicesResponse>(request, options);
  if (!answer.ok()) co_return answer.status();
  std::vector<std::string> found;
  for (const auto& result : answer->results()) {
    const directory::v1::Service& service = result.service();
    if (service.service_id() == question.service_id || service.organisation_id() == question.organisation_id) continue;
    found.push_back(service.service_id());
    if (static_cast<int>(found.size()) == kAlternativesMax) break;
  }
  co_return found;
}

}  // namespace nwd::referral
