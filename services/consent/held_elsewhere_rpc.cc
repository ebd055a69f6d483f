#include "services/consent/held_elsewhere_rpc.h"

#include <algorithm>

#include "common/base/macros.h"
#include "common/base/timestamps.h"
#include "nwd/directory/v1/catalogue_service.pb.h"
#include "nwd/directory/v1/organisation_service.pb.h"
#include "services/consent/limits.h"

namespace nwd::consent {
namespace {

template <class Request>
Request RequestOf(const HeldElsewhere::Asked& asked) {
  Request request;
  for (const std::string& id : asked.person_ids) request.add_person_ids(id);
  request.set_organisation_id(asked.organisation_id);
  request.set_page_size(kHeldElsewhereAtOnce);
  return request;
}

}  // namespace

async::Task<absl::StatusOr<std::vector<referral::v1::PersonReferralItem>>> HeldElsewhereRpc::Referrals(
    const rpc::Call& call, const Asked& asked) {
  auto request = RequestOf<referral::v1::ListPersonReferralsRequest>(asked);
  std::vector<referral::v1::PersonReferralItem> all;
  do {
    NWD_CO_ASSIGN_OR_RETURN(referral::v1::ListPersonReferralsResponse page,
                            co_await referral_.AwaitFor<referral::v1::ListPersonReferralsResponse>(call, request));
    for (referral::v1::PersonReferralItem& item : *page.mutable_items()) all.push_back(std::move(item));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  co_return all;
}

async::Task<absl::StatusOr<std::vector<outcome::v1::PersonStep>>> HeldElsewhereRpc::Steps(const rpc::Call& call,
                                                                                          const Asked& asked) {
  auto request = RequestOf<outcome::v1::ListPersonStepsRequest>(asked);
  std::vector<outcome::v1::PersonStep> all;
  do {
    NWD_CO_ASSIGN_OR_RETURN(outcome::v1::ListPersonStepsResponse page,
                            co_await outcome_.AwaitFor<outcome::v1::ListPersonStepsResponse>(call, request));
    for (outcome::v1::PersonStep& step : *page.mutable_steps()) all.push_back(std::move(step));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  co_return all;
}

async::Task<absl::StatusOr<std::string>> HeldElsewhereRpc::OrganisationName(const rpc::Call& call,
                                                                            const std::string& id) {
  directory::v1::GetOrganisationRequest request;
  request.set_organisation_id(id);
  const auto found = co_await directory_.AwaitFor<directory::v1::GetOrganisationResponse>(call, request);
  if (absl::IsNotFound(found.status())) co_return id;
  if (!found.ok()) co_return found.status();
  co_return found->organisation().name();
}

async::Task<absl::StatusOr<std::string>> HeldElsewhereRpc::ServiceName(const rpc::Call& call, const std::string& id) {
  directory::v1::GetServiceRequest request;
  request.set_service_id(id);
  const auto found = co_await directory_.AwaitFor<directory::v1::GetServiceResponse>(call, request);
  if (absl::IsNotFound(found.status())) co_return id;
  if (!found.ok()) co_return found.status();
  co_return found->service().name();
}

async::Task<absl::StatusOr<HeldElsewhere::KeysLeft>> HeldElsewhereRpc::ConfirmErasure(
    const std::vector<std::string>& person_ids) {
  const rpc::CallOptions options{.timeout = kErasureConfirmTimeout};
  referral::v1::ConfirmErasureRequest of_referral;
  outcome::v1::ConfirmErasureRequest of_outcome;
  for (const std::string& id : person_ids) {
    of_referral.add_person_ids(id);
    of_outcome.add_person_ids(id);
  }
  NWD_CO_ASSIGN_OR_RETURN(const auto referral,
                          co_await referral_.Await<referral::v1::ConfirmErasureResponse>(of_referral, options));
  NWD_CO_ASSIGN_OR_RETURN(const auto outcome,
                          co_await outcome_.Await<outcome::v1::ConfirmErasureResponse>(of_outcome, options));
  KeysLeft left{.gone = referral.gone() && outcome.gone(), .oldest_backup = {}};
  const auto look_at = [&](const auto& answer) {
    if (!answer.has_oldest_key_backup_time()) return;
    const absl::Time oldest = FromTimestamp(answer.oldest_key_backup_time());
    left.oldest_backup = std::min(oldest, left.oldest_backup.value_or(absl::InfiniteFuture()));
  };
  look_at(referral);
  look_at(outcome);
  co_return left;
}

}  // namespace nwd::consent
