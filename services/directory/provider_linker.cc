#include "services/directory/provider_linker.h"

#include <vector>

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/status/status.h"
#include "common/store/proto_value.h"
#include "services/directory/acts.h"
#include "services/directory/catalogue_repository.h"
#include "services/directory/keys.h"
#include "services/directory/limits.h"
#include "services/directory/organisation_repository.h"
#include "services/directory/organisation_rules.h"
#include "services/directory/reasons.h"

namespace nwd::directory {
namespace {

using ids::Uuid;
using store::Txn;

// OK where the organisation can answer for a provider; empty means that none does.
absl::Status CheckAnswers(const Txn& txn, const std::string& organisation_id) {
  if (organisation_id.empty()) return absl::OkStatus();
  NWD_ASSIGN_OR_RETURN(const auto organisation, FindOrganisation(txn, organisation_id));
  if (!organisation) return NoOrganisation(organisation_id);
  if (organisation->organisation().state() == common::v1::ORGANISATION_STATE_ACTIVE) return absl::OkStatus();
  return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kWrongState,
                       "only an active organisation can answer for a provider", {{"organisation", organisation_id}});
}

}  // namespace

async::Task<absl::StatusOr<v1::LinkProviderResponse>> ProviderLinker::Link(rpc::Call& call,
                                                                           const v1::LinkProviderRequest& request) {
  NWD_CO_ASSIGN_OR_RETURN(const Turn::Guard turn, co_await parts_.turn.Take(call.deadline()));
  const absl::Time now = call.Now();
  const std::optional<Uuid> feed_id = Uuid::Parse(request.feed_id());
  const IndexPtr index = parts_.catalogue.Current();
  if (!feed_id || index->FindProvider(*feed_id, request.external_id()) == nullptr) {
    co_return status::Error(absl::StatusCode::kNotFound, reasons::kNoProvider,
                            Cat("the feed names no provider ", request.external_id(), "; see ListProviders"),
                            {{"feed", request.feed_id()}, {"provider", request.external_id()}});
  }
  const std::vector<Uuid> services = index->ServicesOf(*feed_id, request.external_id());
  const bool at_once = services.size() <= kBatchServices;

  bool done = false;
  auto body = [&](Txn& txn) {
    done = false;
    auto effect = [&]() -> absl::StatusOr<v1::LinkProviderResponse> {
      NWD_RETURN_IF_ERROR(CheckAnswers(txn, request.organisation_id()));
      const std::string key = keys::ProviderLink(*feed_id, request.external_id());
      NWD_ASSIGN_OR_RETURN(const auto before, store::Find<storage::ProviderLinkRow>(txn, key));
      v1::LinkProviderResponse response;
      if ((before ? before->organisation_id() : "") == request.organisation_id()) return response;
      storage::ProviderLinkRow link;
      link.set_organisation_id(request.organisation_id());
      link.set_announced(at_once);
      store::PutMessage(txn, key, link);
      for (size_t i = 0; i < services.size() && i < kBatchServices; ++i)
        NWD_RETURN_IF_ERROR(AppendServiceChange(txn, services[i], now));
      parts_.audit.AppendPlain(txn, "provider.linked", now,
                               ActOf(call, request.organisation_id(), request.external_id()));
      response.set_services(static_cast<int32_t>(services.size()));
      done = true;
      return response;
    };
    return parts_.requests.Once<v1::LinkProviderResponse>(txn, call, request, effect);
  };
  auto result = co_await parts_.store.Update(body, call.deadline());
  if (!result.ok() || !done) co_return result;
  parts_.catalogue.SetLink(*feed_id, request.external_id(), request.organisation_id());
  if (!at_once) {
    LogUnfinished("announce link",
                  co_await parts_.announcer.AnnounceLink(*feed_id, request.external_id(), kBatchServices, now));
  }
  co_return result;
}

}  // namespace nwd::directory
