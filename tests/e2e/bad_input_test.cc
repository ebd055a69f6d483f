// Bad input to the four real programs over real mutual TLS: every RPC gets a request that would be answered OK, with
// one thing wrong. Each is refused with the right code and all violations named; nothing changes, no process is hurt;
// and the good request is answered OK after all.
//
// The RPCs come from the descriptors, the fields from their rules. An RPC that is added is swept by itself, once
// a table of good calls has it; until then its test fails and says so.
#include <gtest/gtest.h>

#include "common/base/strings.h"
#include "common/ids/uuid.h"
#include "nwd/common/v1/change_service.pb.h"
#include "tests/e2e/bad_input_kinds.h"
#include "tests/e2e/things.h"

namespace nwd::e2e {

// Names the RPC where a test of it fails.
void PrintTo(const Rpc& rpc, std::ostream* out) { *out << rpc.method->full_name() << " of " << rpc.service; }

namespace {

using google::protobuf::Message;
namespace v1 = common::v1;

// The changes a service has told the others of, from where this was last asked.
std::vector<v1::Change> NewChanges(const std::string& service) {
  static std::map<std::string, std::string> cursors;
  const std::string reader = service == "outcome" ? "service/referral" : "service/outcome";
  std::vector<v1::Change> all;
  while (true) {
    v1::ReadChangesRequest request;
    request.set_cursor(cursors[service]);
    v1::ReadChangesResponse response;
    const absl::Status read = World::Get().ClientOf(reader, service).CallMessage(request, response);
    EXPECT_TRUE(read.ok()) << read;
    if (!read.ok() || response.changes().empty()) return all;
    cursors[service] = response.next_cursor();
    all.insert(all.end(), response.changes().begin(), response.changes().end());
  }
}

class BadInput : public ::testing::TestWithParam<Rpc> {
 protected:
  // The processes that were started, by id and time of start: one that had died and come back would be another.
  void TearDown() override { EXPECT_TRUE(World::Get().hub().AllAlive()); }

  // Nothing has been told to the others since.
  void ExpectNoChange(const std::string& after) {
    for (const v1::Change& change : NewChanges(GetParam().service)) {
      ADD_FAILURE() << after << " changed something: " << change.ShortDebugString();
    }
  }
};

TEST_P(BadInput, IsRefusedAndChangesNothing) {
  World& world = World::Get();
  const Rpc& rpc = GetParam();
  const std::optional<GoodCall> good = MakeGoodCall(world, rpc);
  ASSERT_TRUE(good.has_value()) << "say in good_directory_calls.cc and its like what a good call of "
                                << rpc.method->full_name() << " is";
  OthersThing(world, good->who, "");  // makes what others have before anything is watched
  for (const Kind& kind : Kinds()) {
    if (!kind.applies(rpc)) continue;
    SCOPED_TRACE(kind.name);
    NewChanges(rpc.service);
    Sweep sweep{world, rpc, *good, world.ClientOf(good->who, rpc.service)};
    kind.sweep(sweep);
    EXPECT_GT(sweep.tried, 0) << "the rule says it makes sense";
    ExpectNoChange(kind.name);
  }
  const auto response = NewMessage(*rpc.method->output_type());
  const absl::Status answered = FirstResponse(world.ClientOf(good->who, rpc.service), rpc, *good->request, *response);
  EXPECT_TRUE(answered.ok()) << "the good call, after all: " << answered;
}

class RequestIds : public BadInput {};

TEST_P(RequestIds, AreGoodForOneRequest) {
  World& world = World::Get();
  const Rpc& rpc = GetParam();
  const std::optional<GoodCall> good = MakeGoodCall(world, rpc);
  ASSERT_TRUE(good.has_value());
  rpc::Client& client = world.ClientOf(good->who, rpc.service);
  const std::string request_id = ids::Uuid::Random().ToString();
  SetText(*good->request, "request_id", request_id);
  const Answer first = Send(client, rpc, *good->request);
  ASSERT_TRUE(first.ok()) << first;
  const std::optional<GoodCall> next = MakeGoodCall(world, rpc);
  ASSERT_NE(next->request->SerializeAsString(), good->request->SerializeAsString());
  NewChanges(rpc.service);

  for (int again = 0; again < 2; ++again) {
    const Answer replay = Send(client, rpc, *good->request);
    EXPECT_TRUE(replay.ok()) << replay;
    EXPECT_EQ(replay.response, first.response) << "the same answer";
  }
  const std::unique_ptr<Message> another(next->request->New());
  another->CopyFrom(*next->request);
  SetText(*another, "request_id", request_id);
  ExpectRefused(Send(client, rpc, *another), absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED", "another body");
  if (rpc.rule.tie() != v1::TIE_NONE && rpc.rule.tie() != v1::TIE_SELF) {
    ExpectRefused(Send(world.ClientOf(kStranger, rpc.service), rpc, *good->request),
                  absl::StatusCode::kPermissionDenied, "DENIED", "somebody else's replay");
  }
  if (HasEtag(rpc)) {
    SetText(*good->request, "request_id", "");
    ExpectRefused(Send(client, rpc, *good->request), absl::StatusCode::kAborted, "STALE_ETAG", "an etag of before");
  }
  ExpectNoChange("a replay, another body or a stale etag");
  EXPECT_TRUE(Send(client, rpc, *next->request).ok()) << "the other request, under an id of its own";
}

std::string NameOf(const ::testing::TestParamInfo<Rpc>& info) {
  std::string name = info.param.method->name();
  const std::string& service = info.param.method->service()->full_name();
  const bool of_several = service.rfind("nwd.common.v1.", 0) == 0 || service.find(".PersonDataService") != service.npos;
  return of_several ? Cat(name, "Of", info.param.service) : name;
}

// An RPC without one changes nothing, or is the same done twice.
std::vector<Rpc> EveryRpcWithRequestId() {
  std::vector<Rpc> all = EveryRpc();
  std::erase_if(all, [](const Rpc& rpc) { return !HasRequestId(rpc); });
  return all;
}

INSTANTIATE_TEST_SUITE_P(EveryRpc, BadInput, ::testing::ValuesIn(EveryRpc()), NameOf);
INSTANTIATE_TEST_SUITE_P(EveryRpc, RequestIds, ::testing::ValuesIn(EveryRpcWithRequestId()), NameOf);

}  // namespace
}  // namespace nwd::e2e
