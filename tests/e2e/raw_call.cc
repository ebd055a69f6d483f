#include "tests/e2e/raw_call.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/client_unary_call.h>
#include <grpcpp/support/byte_buffer.h>

#include <algorithm>
#include <ostream>

#include "absl/time/clock.h"
#include "common/base/strings.h"

namespace nwd::e2e {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(10);

template <class Detail>
Detail Unpack(const std::string& details) {
  google::rpc::Status status;
  Detail detail;
  if (!status.ParseFromString(details)) return detail;
  for (const auto& any : status.details()) {
    if (any.Is<Detail>() && any.UnpackTo(&detail)) break;
  }
  return detail;
}

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Valid() || !buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices) bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return bytes;
}

}  // namespace

google::rpc::ErrorInfo Answer::Info() const { return Unpack<google::rpc::ErrorInfo>(details); }

std::vector<std::string> Answer::Fields() const {
  std::vector<std::string> fields;
  const auto bad = Unpack<google::rpc::BadRequest>(details);
  for (const auto& violation : bad.field_violations()) fields.push_back(violation.field());
  std::sort(fields.begin(), fields.end());
  return fields;
}

bool operator==(const Answer& a, const Answer& b) {
  return a.code == b.code && a.message == b.message && a.response == b.response && a.Fields() == b.Fields() &&
         a.Info().ShortDebugString() == b.Info().ShortDebugString();
}

std::ostream& operator<<(std::ostream& out, const Answer& answer) {
  return out << absl::StatusCodeToString(answer.code) << " " << answer.Info().reason() << ": " << answer.message;
}

Answer SendBytes(rpc::Client& client, const Rpc& rpc, const std::string& bytes, const std::string& practitioner) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
  if (!practitioner.empty()) context.AddMetadata("nwd-practitioner", practitioner);
  const std::string path = Cat("/", rpc.method->service()->full_name(), "/", rpc.method->name());
  const grpc::internal::RpcMethod method(path.c_str(), grpc::internal::RpcMethod::NORMAL_RPC);
  const grpc::Slice slice(bytes);
  const grpc::ByteBuffer request(&slice, 1);
  grpc::ByteBuffer response;
  const grpc::Status status =
      grpc::internal::BlockingUnaryCall(client.channel().get(), method, &context, request, &response);
  return {static_cast<absl::StatusCode>(status.error_code()), status.error_message(), status.error_details(),
          status.ok() ? BytesOf(response) : ""};
}

Answer Send(rpc::Client& client, const Rpc& rpc, const google::protobuf::Message& request) {
  return SendBytes(client, rpc, request.SerializeAsString());
}

absl::Status FirstResponse(rpc::Client& client, const Rpc& rpc, const google::protobuf::Message& request,
                           google::protobuf::Message& response) {
  const rpc::CallOptions options{.timeout = kPatience, .practitioner = kPractitioner};
  if (!rpc.method->server_streaming()) return client.CallMessage(request, response, options);
  const auto stream = client.WatchMessage(request, options);
  const bool came = stream->Read(response);
  stream->Cancel();
  const absl::Status ended = stream->Finish();
  return came ? absl::OkStatus() : ended;
}

}  // namespace nwd::e2e
