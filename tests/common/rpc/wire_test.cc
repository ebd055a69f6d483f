// Bytes that no client of ours would send.
#include "common/rpc/wire.h"

#include <grpcpp/generic/generic_stub.h>

#include "google/rpc/error_details.pb.h"
#include "tests/common/rpc/echo.h"

namespace nwd::rpc {
namespace {

using ::testing::HasSubstr;

class WireTest : public RuntimeTest {
 protected:
  // Calls Echo with these bytes for a request.
  absl::Status EchoBytes(const std::string& bytes) {
    grpc::GenericStub stub(service_->As("lambeth").channel());
    grpc::CompletionQueue queue;
    grpc::ClientContext context;
    const grpc::Slice slice(bytes);
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    grpc::Status status;
    const auto reader = stub.PrepareUnaryCall(&context, "/nwd.testing.v1.EchoService/Echo", request, &queue);
    reader->StartCall();
    reader->Finish(&response, &status, this);
    void* tag = nullptr;
    bool ok = false;
    EXPECT_TRUE(queue.Next(&tag, &ok) && ok);
    return FromGrpc(status);
  }
};

TEST_F(WireTest, WellFormedBytesPass) {
  EchoRequest request;
  request.set_text("hello");
  EXPECT_TRUE(EchoBytes(request.SerializeAsString()).ok());
  EXPECT_TRUE(EchoBytes("").ok());
}

TEST_F(WireTest, BytesThatAreNoMessageAreInvalidAndTheAnswerNamesTheType) {
  for (const std::string& bytes : {std::string("\x0a\xff", 2),  // a length that runs past the end
                                   std::string("\x07"),         // no such wire type
                                   std::string(11, '\xff')}) {  // a number without an end
    const absl::Status refused = EchoBytes(bytes);
    EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument) << refused;
    EXPECT_EQ(status::ReasonOf(refused), "INVALID_REQUEST");
    EXPECT_THAT(std::string(refused.message()), HasSubstr("nwd.testing.v1.EchoRequest"));
  }
}

TEST_F(WireTest, TextThatIsNotUtf8IsInvalidAndTheAnswerSaysSo) {
  constexpr char kTextTag = (9 << 3) | 2;
  const absl::Status refused = EchoBytes(std::string({kTextTag, 2, '\xc3', '\x28'}));
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr("UTF-8"));
}

TEST_F(WireTest, AnErrorOverTheWireHasItsDetails) {
  EchoRequest request;
  request.set_slug("Not A Slug");
  const absl::Status refused = EchoBytes(request.SerializeAsString());
  google::rpc::BadRequest bad;
  const auto payload = refused.GetPayload("type.googleapis.com/google.rpc.BadRequest");
  ASSERT_TRUE(payload.has_value());
  ASSERT_TRUE(bad.ParseFromString(std::string(*payload)));
  ASSERT_EQ(bad.field_violations_size(), 1);
  EXPECT_EQ(bad.field_violations(0).field(), "slug");
}

TEST_F(WireTest, EveryErrorHasAReasonAndWhatIsShedADelay) {
  for (int code = 1; code <= 16; ++code) {
    testing::v1::FailRequest request;
    request.set_code(code);
    const absl::Status told = service_->As("lambeth").Call<testing::v1::FailResponse>(request).status();
    EXPECT_FALSE(told.ok()) << code;
    EXPECT_NE(status::ReasonOf(told), "") << told;
    EXPECT_EQ(told.GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value(),
              told.code() == absl::StatusCode::kResourceExhausted);
  }
}

}  // namespace
}  // namespace nwd::rpc
