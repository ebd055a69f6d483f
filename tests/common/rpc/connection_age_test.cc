// Connections do not last for ever, and nobody notices.
#include <grpcpp/grpcpp.h>

#include "tests/common/rpc/echo.h"

namespace nwd::rpc {
namespace {

constexpr int kConnections = 3;

class ConnectionAgeTest : public RuntimeTest {
 protected:
  ConnectionAgeTest()
      : RuntimeTest([](ServerOptions& options) {
          options.limits.connection_age_max = absl::Milliseconds(50);
          options.limits.connection_age_grace = absl::Minutes(1);
        }) {}

  Client& client_ = service_->As("lambeth");
};

TEST_F(ConnectionAgeTest, AnOldConnectionIsReplacedAndNoCallFails) {
  for (int connection = 1; connection <= kConnections; ++connection) {
    EXPECT_TRUE(client_.Call<EchoResponse>(EchoRequest()).ok()) << "the first call of connection " << connection;
    const auto replaced = [&] {
      const absl::Status answered = client_.Call<EchoResponse>(EchoRequest()).status();
      EXPECT_TRUE(answered.ok()) << answered;
      return !answered.ok() || client_.channel()->GetState(/*try_to_connect=*/false) != GRPC_CHANNEL_READY;
    };
    EXPECT_TRUE(Eventually(replaced)) << "connection " << connection << " is still there";
  }
}

TEST_F(ConnectionAgeTest, ACallThatLastsLongerThanItsConnectionMayIsAnsweredOnIt) {
  std::thread caller([&] {
    const absl::Status held = client_.Call<testing::v1::HoldResponse>(testing::v1::HoldRequest()).status();
    EXPECT_TRUE(held.ok()) << held;
  });
  EXPECT_TRUE(Eventually([&] { return probe_.held == 1; }));
  EXPECT_TRUE(
      client_.channel()->WaitForStateChange(GRPC_CHANNEL_READY, absl::ToChronoTime(absl::Now() + absl::Minutes(1))))
      << "the connection takes no new call";
  EXPECT_TRUE(client_.Call<EchoResponse>(EchoRequest()).ok()) << "a new call goes by a new one";
  probe_.let_go.Notify();
  caller.join();
}

}  // namespace
}  // namespace nwd::rpc
