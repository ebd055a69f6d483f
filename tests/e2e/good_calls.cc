#include "tests/e2e/good_calls.h"

#include "common/base/check.h"
#include "nwd/common/v1/audit_service.pb.h"
#include "nwd/common/v1/change_service.pb.h"
#include "nwd/common/v1/maintenance_service.pb.h"
#include "nwd/consent/v1/ledger_service.pb.h"
#include "nwd/outcome/v1/outcome_service.pb.h"
#include "tests/e2e/good_call_table.h"
#include "tests/e2e/operator_view.h"
#include "tests/e2e/things.h"

namespace nwd::e2e {
namespace {

namespace v1 = common::v1;

template <class Request>
void AddForOperator(Table& table) {
  table[Request::descriptor()->full_name()] = [](World& world, const Rpc&) {
    return GoodCall{world.HolderOf(v1::ROLE_OPERATOR), "", std::make_unique<Request>()};
  };
}

// Something that a service writes into its log.
void WriteAnEntry(World& world, const std::string& service) {
  const World::Consented consented = world.Consent(kReferrer, {kReceiver});
  if (service == "referral") world.Refer(kReferrer, consented);
  if (service == "outcome") world.Do<outcome::v1::RecordOutcomeResponse>(kReceiver, RecordingOutcome(Accepted(world)));
}

// The log's first entries, once there are two.
v1::ListEntriesResponse FirstEntries(World& world, const std::string& service) {
  v1::ListEntriesRequest list;
  rpc::Client& client = world.ClientOf(world.HolderOf(v1::ROLE_AUDITOR), service);
  v1::ListEntriesResponse first;
  for (int i = 0; i < 2; ++i) WriteAnEntry(world, service);
  NWD_CHECK(Eventually([&] {
    auto listed = client.Call<v1::ListEntriesResponse>(list);
    if (listed.ok()) first = *std::move(listed);
    return first.entries_size() >= 2;
  }));
  return first;
}

// Every service has its log.
void AddAuditCalls(Table& table) {
  table[v1::GetCheckpointRequest::descriptor()->full_name()] = [](World&, const Rpc&) {
    return GoodCall{kReferrer, "", std::make_unique<v1::GetCheckpointRequest>()};
  };
  table[v1::ListEntriesRequest::descriptor()->full_name()] = [](World& world, const Rpc& rpc) {
    auto list = std::make_unique<v1::ListEntriesRequest>();
    list->set_page_size(1);
    FirstEntries(world, rpc.service);
    return GoodCall{world.HolderOf(v1::ROLE_AUDITOR), world.HolderOf(v1::ROLE_OPERATOR), std::move(list)};
  };
  table[v1::GetInclusionProofRequest::descriptor()->full_name()] = [](World& world, const Rpc& rpc) {
    auto prove = std::make_unique<v1::GetInclusionProofRequest>();
    prove->set_entry(FirstEntries(world, rpc.service).entries(0).entry());
    return GoodCall{kReferrer, "", std::move(prove)};
  };
}

const Table& GoodCalls() {
  static const Table table = [] {
    Table made;
    AddDirectoryCalls(made);
    AddConsentCalls(made);
    AddRightsCalls(made);
    AddReferralCalls(made);
    AddOutcomeCalls(made);
    // Every service offers its own feed to the others.
    made[v1::ReadChangesRequest::descriptor()->full_name()] = [](World&, const Rpc& rpc) {
      const bool outcome = rpc.service == "outcome";
      return GoodCall{outcome ? kReferralService : kOutcomeService, outcome ? "service/consent" : "service/directory",
                      std::make_unique<v1::ReadChangesRequest>()};
    };
    AddAuditCalls(made);
    // Each that keeps people's keys has them looked after by the operator.
    AddForOperator<v1::GetStatusRequest>(made);
    AddForOperator<v1::RotateKeysRequest>(made);
    AddForOperator<v1::BackupRequest>(made);
    AddForOperator<consent::v1::ReadLedgerRequest>(made);
    return made;
  }();
  return table;
}

}  // namespace

std::optional<GoodCall> MakeGoodCall(World& world, const Rpc& rpc) {
  const auto found = GoodCalls().find(rpc.method->input_type()->full_name());
  if (found == GoodCalls().end()) return std::nullopt;
  return found->second(world, rpc);
}

}  // namespace nwd::e2e
