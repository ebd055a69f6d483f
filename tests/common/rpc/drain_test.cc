// Going down, and consumers that do not keep up.
#include "tests/common/rpc/echo.h"

namespace nwd::rpc {
namespace {

class DrainTest : public RuntimeTest {
 protected:
  DrainTest()
      : RuntimeTest([](ServerOptions& options) {
          options.limits.drain_grace = absl::Milliseconds(100);
          options.limits.stuck_write = absl::Milliseconds(200);
        }) {}
};

TEST_F(DrainTest, AHandlerThatDoesNotEndDoesNotHoldTheDrainForEver) {
  std::thread caller([&client = service_->As("lambeth")] {
    const absl::Status status = client.Call<testing::v1::HoldResponse>(testing::v1::HoldRequest()).status();
    EXPECT_FALSE(status.ok()) << "cancelled by the drain";
  });
  ASSERT_TRUE(Eventually([&] { return probe_.held == 1; }));
  EXPECT_FALSE(service_->server().Drain(absl::Milliseconds(50))) << "something still runs, and Drain says so";
  probe_.let_go.Notify();
  EXPECT_TRUE(service_->server().Drain(absl::Seconds(10))) << "now it has ended";
  caller.join();
}

TEST_F(DrainTest, AConsumerThatReadsNothingIsCutOffWithResourceExhausted) {
  CountRequest request;
  request.set_padding_bytes(1'000'000);
  auto stream = service_->As("lambeth").Watch<CountResponse>(request);
  // The server's own words for how the stream ended; the consumer looks only then.
  ASSERT_TRUE(Eventually([&] {
    return Figure(service_->metrics().Text(), {"grpc_server_handled_total", "\"Count\"", "\"ResourceExhausted\""}) == 1;
  }));
  CountResponse response;
  while (stream.Read(response)) {
  }
  const absl::Status ended = stream.Finish();
  EXPECT_EQ(ended.code(), absl::StatusCode::kResourceExhausted) << ended;
}

}  // namespace
}  // namespace nwd::rpc
