#include "tests/e2e/good_calls.h"

#include "nwd/common/v1/change_service.pb.h"
#include "nwd/common/v1/maintenance_service.pb.h"
#include "nwd/consent/v1/ledger_service.pb.h"
#include "tests/e2e/good_call_table.h"

namespace nwd::e2e {
namespace {

namespace v1 = common::v1;

template <class Request>
void AddForOperator(Table& table) {
  table[Request::descriptor()->full_name()] = [](World& world, const Rpc&) {
    return GoodCall{world.HolderOf(v1::ROLE_OPERATOR), "", std::make_unique<Request>()};
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
