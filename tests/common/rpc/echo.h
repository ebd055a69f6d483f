// The handlers of the test services, and a server with both, for every test of the runtime.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/async/signal.h"
#include "common/rpc/client.h"
#include "common/rpc/server.h"
#include "common/status/status.h"
#include "tests/testing/echo_service.pb.h"
#include "tests/testing/test_hub.h"

namespace nwd::rpc {

using testing::v1::CountRequest;
using testing::v1::CountResponse;
using testing::v1::EchoRequest;
using testing::v1::EchoResponse;
using testing::v1::SlowEchoRequest;
using testing::v1::SlowEchoResponse;
using testing::v1::TiedEchoRequest;
using testing::v1::TiedEchoResponse;

inline constexpr char kPayloadRefused[] = "refused";

class EchoService {
 public:
  void Register(Router& router) {
    router.Unary(this, &EchoService::Echo, [](const Call&, const EchoRequest& request) {
      status::Violations violations;
      if (request.payload() == kPayloadRefused) violations.Add("payload", "is not to be echoed");
      if (request.number() > 9) violations.Add("number", "is more than the handler takes");
      return violations.ToStatus();
    });
    router.Unary(this, &EchoService::TiedEcho);
    router.Unary(this, &EchoService::SlowEcho);
    router.Stream(this, &EchoService::Count);
  }
  async::Task<absl::StatusOr<EchoResponse>> Echo(Call&, const EchoRequest& request) {
    EchoResponse response;
    response.set_payload(request.payload());
    co_return response;
  }
  async::Task<absl::StatusOr<TiedEchoResponse>> TiedEcho(Call& call, const TiedEchoRequest& request) {
    if (request.prove()) call.ProveTie(common::v1::TIE_SELF);
    co_return TiedEchoResponse();
  }
  async::Task<absl::StatusOr<SlowEchoResponse>> SlowEcho(Call&, const SlowEchoRequest& request) {
    slow_calls.fetch_add(1);
    co_await async::SleepUntil(absl::Now() + absl::Milliseconds(request.wait_ms()));
    co_return SlowEchoResponse();
  }
  async::Task<absl::Status> Count(Call& call, const CountRequest& request, Writer<CountResponse>& writer) {
    CountResponse response;
    response.set_padding(std::string(request.padding_bytes(), 'x'));
    for (int64_t number = 1;; ++number) {
      absl::Status admitted = call.StillAdmitted();
      if (!admitted.ok()) co_return admitted;
      absl::Status alive = call.CheckAlive();
      if (!alive.ok()) co_return alive;
      response.set_number(number);
      absl::Status written = co_await writer.Write(response);
      if (!written.ok()) co_return written;
      co_await async::SleepUntil(absl::Now() + absl::Milliseconds(5));
    }
  }
  std::atomic<int> slow_calls{0};
};

class ProbeService {
 public:
  void Register(Router& router) {
    router.Unary(this, &ProbeService::GetFacts);
    router.Unary(this, &ProbeService::RelayFacts);
    router.Unary(this, &ProbeService::Fail);
    router.Unary(this, &ProbeService::Change);
    router.Unary(this, &ProbeService::Hold);
    router.Stream(this, &ProbeService::TiedStream);
  }
  async::Task<absl::StatusOr<testing::v1::GetFactsResponse>> GetFacts(Call& call, const testing::v1::GetFactsRequest&) {
    co_return FactsOf(call);
  }
  async::Task<absl::StatusOr<testing::v1::RelayFactsResponse>> RelayFacts(Call& call,
                                                                          const testing::v1::RelayFactsRequest&) {
    const testing::v1::GetFactsRequest ask;
    const absl::StatusOr<testing::v1::GetFactsResponse> there =
        co_await next->AwaitFor<testing::v1::GetFactsResponse>(call, ask);
    if (!there.ok()) co_return there.status();
    testing::v1::RelayFactsResponse response;
    *response.mutable_here() = FactsOf(call);
    *response.mutable_there() = *there;
    co_return response;
  }
  async::Task<absl::StatusOr<testing::v1::FailResponse>> Fail(Call&, const testing::v1::FailRequest& request) {
    const auto code = static_cast<absl::StatusCode>(request.code());
    if (request.reason().empty()) co_return absl::Status(code, request.text());
    co_return status::Error(code, request.reason(), request.text());
  }
  async::Task<absl::StatusOr<testing::v1::ChangeResponse>> Change(Call&, const testing::v1::ChangeRequest& request) {
    request_ids.push_back(request.request_id());
    if (std::ssize(request_ids) <= request.failures()) co_return absl::UnavailableError("not yet");
    testing::v1::ChangeResponse response;
    response.mutable_request_ids()->Assign(request_ids.begin(), request_ids.end());
    co_return response;
  }
  async::Task<absl::StatusOr<testing::v1::HoldResponse>> Hold(Call&, const testing::v1::HoldRequest&) {
    ++held;
    co_await let_go.WaitPast(0, absl::InfiniteFuture());
    co_return testing::v1::HoldResponse();
  }
  async::Task<absl::Status> TiedStream(Call& call, const testing::v1::TiedStreamRequest& request,
                                       Writer<testing::v1::TiedStreamResponse>& writer) {
    if (request.prove()) call.ProveTie(common::v1::TIE_SELF);
    const testing::v1::TiedStreamResponse response;
    // Deliberately deaf to what Write says.
    if (request.write()) (void)co_await writer.Write(response);
    co_return absl::OkStatus();
  }

  Client* next = nullptr;  // whom RelayFacts asks
  std::vector<std::string> request_ids;
  std::atomic<int> held{0};
  async::Signal let_go;

 private:
  static testing::v1::GetFactsResponse FactsOf(const Call& call) {
    testing::v1::GetFactsResponse facts;
    facts.set_deadline_ms(absl::ToInt64Milliseconds(call.deadline() - absl::Now()));
    facts.set_trace_id(call.trace_id());
    facts.set_practitioner(call.practitioner());
    return facts;
  }
};

// A server with both services, for two agencies and one certificate of nobody.
class RuntimeTest : public ::testing::Test {
 protected:
  explicit RuntimeTest(const std::function<void(ServerOptions&)>& adjust = nullptr)
      : hub_({"lambeth", "brent", "stranger"}, {"echo", "referral", "outcome"}) {
    registry_.Set(testing::TestHub::Agency("lambeth"));
    registry_.Set(testing::TestHub::Agency("brent"));
    echo_.Register(router_);
    probe_.Register(router_);
    service_ = hub_.Serve("echo", router_, registry_, adjust);
  }
  ~RuntimeTest() override { probe_.let_go.Notify(); }

  void Change(const std::function<void(access::Organisation&)>& change) {
    access::Organisation organisation = testing::TestHub::Agency("lambeth");
    change(organisation);
    registry_.Set(organisation);
  }

  testing::TestHub hub_;
  access::Registry registry_;
  EchoService echo_;
  ProbeService probe_;
  Router router_;
  std::unique_ptr<testing::TestService> service_;
};

// The figure on the first line of a metrics page that has all these parts; -1 where there is none.
inline double Figure(const std::string& page, const std::vector<std::string>& parts) {
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(page, '\n'))) {
    const auto has = [&](const std::string& part) { return line.find(part) != std::string::npos; };
    if (line.substr(0, 1) == "#" || !std::all_of(parts.begin(), parts.end(), has)) continue;
    return std::stod(std::string(line.substr(line.rfind(' ') + 1)));
  }
  return -1;
}

// Waits until `happened`, which something under way makes true; false when it has not after a minute.
inline bool Eventually(const std::function<bool()>& happened) {
  for (const absl::Time end = absl::Now() + absl::Minutes(1); absl::Now() < end;) {
    if (happened()) return true;
    std::this_thread::yield();
  }
  return false;
}

}  // namespace nwd::rpc
