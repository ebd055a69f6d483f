#include "services/outcome/peers.h"

#include "common/base/macros.h"
#include "nwd/consent/v1/person_service.pb.h"

namespace nwd::outcome {

bool IsRefusal(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kInvalidArgument:
      return true;
    default:
      return false;
  }
}

async::Task<absl::StatusOr<std::vector<std::string>>> RpcPeers::ResolveRef(const rpc::Call& call,
                                                                           const std::string& person_ref) {
  consent::v1::ResolveRefRequest request;
  request.set_on_behalf_of(call.organisation_id());
  request.set_person_ref(person_ref);
  absl::StatusOr<consent::v1::ResolveRefResponse> answer =
      co_await consent_.AwaitFor<consent::v1::ResolveRefResponse>(call, request);
  if (!answer.ok()) co_return answer.status();
  std::vector<std::string> ids = {answer->person_id()};
  ids.insert(ids.end(), answer->joined_person_ids().begin(), answer->joined_person_ids().end());
  co_return ids;
}

async::Task<absl::StatusOr<bool>> RpcPeers::MaySeeHistory(const rpc::Call& call, const std::string& person_id,
                                                          const std::string& consent_id) {
  consent::v1::CheckAccessRequest request;
  request.set_on_behalf_of(call.organisation_id());
  request.set_person_id(person_id);
  request.set_purpose(common::v1::PURPOSE_FOLLOW_UP);
  request.add_categories(common::v1::CATEGORY_SUPPORT_HISTORY);
  request.set_mode(consent::v1::SHARING_MODE_VIEW);
  request.set_consent_id(consent_id);
  absl::StatusOr<consent::v1::CheckAccessResponse> answer =
      co_await consent_.AwaitFor<consent::v1::CheckAccessResponse>(call, request);
  if (!answer.ok()) co_return answer.status();
  co_return answer->permitted();
}

async::Task<absl::StatusOr<referral::v1::GetReferralPartiesResponse>> RpcPeers::GetReferralParties(
    const rpc::Call& call, const std::string& referral_id) {
  referral::v1::GetReferralPartiesRequest request;
  request.set_referral_id(referral_id);
  co_return co_await referral_.AwaitFor<referral::v1::GetReferralPartiesResponse>(call, request);
}

}  // namespace nwd::outcome
