// The order in which a call is judged, driven without a network: what comes earlier is said first, and nothing that
// comes later is touched by a call that was refused.
#include "common/rpc/call_chain.h"

#include "common/async/block_on.h"
#include "google/rpc/error_details.pb.h"
#include "tests/common/rpc/echo.h"

namespace nwd::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A call that is made up, and what the chain did with it.
class MadeUpExchange final : public Exchange {
 public:
  explicit MadeUpExchange(const Message& request) : request_(request) {
    peer.uris = {testing::TestHub::Agency("lambeth").identities[0]};
    peer.practitioner = "adviser-1";
  }

  PeerFacts Peer() const override { return peer; }
  absl::Status Parse(Message& request) override {
    did.push_back("parse");
    if (garbled) return status::InvalidField("request", "is no such message");
    request.CopyFrom(request_);
    return absl::OkStatus();
  }
  RawWriter* stream() override { return nullptr; }
  async::Task<void> Answer(const absl::Status& status, const Message*) override {
    did.push_back("answer");
    answered = status;
    co_return;
  }

  PeerFacts peer;
  bool garbled = false;
  std::vector<std::string> did;
  absl::Status answered;

 private:
  const Message& request_;
};

class CallChainTest : public ::testing::Test {
 protected:
  CallChainTest() {
    echo_.Register(router_);
    registry_.Set(testing::TestHub::Agency("lambeth"));
    options_.service = "echo";
    options_.trust_domain = testing::kTrustDomain;
    options_.registry = &registry_;
    options_.metrics = &metrics_;
  }

  // The route whose request this is.
  const Route& RouteOf(const Message& request) const {
    return **std::find_if(router_.routes().begin(), router_.routes().end(),
                          [&](const auto& route) { return route->method->input_type() == request.GetDescriptor(); });
  }
  void Serve(const Message& request, MadeUpExchange& exchange) {
    if (chain_ == nullptr) chain_ = std::make_unique<CallChain>(options_, router_, draining_);
    const Route& route = RouteOf(request);
    Call call(*route.method, route.rule, chain_->clock());
    async::BlockOn(chain_->Serve(route, call, exchange, absl::Now()));
  }
  double EchoesHandled(const std::string& code) {
    return Figure(metrics_.Text(), {"grpc_server_handled_total", "\"Echo\"", "\"" + code + "\""});
  }

  EchoService echo_;
  Router router_;
  access::Registry registry_;
  metrics::Registry metrics_;
  ServerOptions options_;
  std::atomic<bool> draining_{false};
  std::unique_ptr<CallChain> chain_;  // from the first call on, with the options as they are then
};

TEST_F(CallChainTest, ACallThatIsInOrderIsParsedHandledAndAnswered) {
  EchoRequest request;
  request.set_payload("hello");
  MadeUpExchange exchange(request);
  Serve(request, exchange);
  EXPECT_TRUE(exchange.answered.ok()) << exchange.answered;
  EXPECT_THAT(exchange.did, ElementsAre("parse", "answer"));
  EXPECT_EQ(EchoesHandled("OK"), 1);
}

TEST_F(CallChainTest, WhoeverIsNotKnownIsToldSoBeforeTheirBytesAreLookedAt) {
  const EchoRequest request;
  MadeUpExchange exchange(request);
  exchange.garbled = true;
  exchange.peer.uris = {};
  Serve(request, exchange);
  EXPECT_EQ(exchange.answered.code(), absl::StatusCode::kUnauthenticated) << exchange.answered;
  EXPECT_THAT(exchange.did, ElementsAre("answer"));
  EXPECT_EQ(EchoesHandled("Unauthenticated"), 1);
  EXPECT_EQ(Figure(metrics_.Text(), {"grpc_server_msg_received_total", "\"Echo\""}), 0);
}

TEST_F(CallChainTest, AccessIsJudgedBeforeLimitsAndLimitsBeforeParsing) {
  options_.limits.in_flight_max = 0;
  const EchoRequest request;
  MadeUpExchange suspended(request);
  access::Organisation lambeth = testing::TestHub::Agency("lambeth");
  lambeth.state = common::v1::ORGANISATION_STATE_SUSPENDED;
  registry_.Set(lambeth);
  Serve(request, suspended);
  EXPECT_EQ(suspended.answered.code(), absl::StatusCode::kPermissionDenied) << suspended.answered;

  registry_.Set(testing::TestHub::Agency("lambeth"));
  MadeUpExchange shed(request);
  Serve(request, shed);
  EXPECT_EQ(shed.answered.code(), absl::StatusCode::kResourceExhausted) << shed.answered;
  EXPECT_THAT(shed.did, ElementsAre("answer"));
}

TEST_F(CallChainTest, ARequestThatIsNotAsDeclaredNeverReachesItsHandler) {
  SlowEchoRequest request;
  MadeUpExchange garbled(request);
  garbled.garbled = true;
  Serve(request, garbled);
  EXPECT_EQ(garbled.answered.code(), absl::StatusCode::kInvalidArgument) << garbled.answered;

  request.set_wait_ms(-1);
  MadeUpExchange out_of_range(request);
  Serve(request, out_of_range);
  EXPECT_EQ(out_of_range.answered.code(), absl::StatusCode::kInvalidArgument) << out_of_range.answered;
  EXPECT_EQ(echo_.slow_calls, 0);
}

TEST_F(CallChainTest, WhatAHandlerWouldSayOfARequestIsSaidWithWhatTheRulesSay) {
  EchoRequest request;
  request.set_payload(kPayloadRefused);
  request.set_slug("no slug");
  request.set_number(11);
  MadeUpExchange exchange(request);
  Serve(request, exchange);
  google::rpc::BadRequest bad;
  const auto payload = exchange.answered.GetPayload("type.googleapis.com/google.rpc.BadRequest");
  ASSERT_TRUE(payload.has_value() && bad.ParseFromString(std::string(*payload))) << exchange.answered;
  std::vector<std::string> fields;
  for (const auto& violation : bad.field_violations()) fields.push_back(violation.field());
  EXPECT_THAT(fields, ::testing::UnorderedElementsAre("slug", "number", "payload")) << "each field once";
}

TEST_F(CallChainTest, APlaceIsGivenBackWhenTheCallHasEnded) {
  options_.limits.in_flight_max = 1;
  const EchoRequest request;
  for (int i = 0; i < 3; ++i) {
    MadeUpExchange exchange(request);
    Serve(request, exchange);
    EXPECT_TRUE(exchange.answered.ok()) << exchange.answered;
  }
}

TEST_F(CallChainTest, AHandlerThatDidNotEstablishItsTieAnswersNothing) {
  TiedEchoRequest request;
  MadeUpExchange unproved(request);
  Serve(request, unproved);
  EXPECT_EQ(unproved.answered.code(), absl::StatusCode::kInternal) << unproved.answered;
  request.set_prove(true);
  MadeUpExchange proved(request);
  Serve(request, proved);
  EXPECT_TRUE(proved.answered.ok()) << proved.answered;
}

}  // namespace
}  // namespace nwd::rpc
