#include "common/rpc/wire.h"

#include <grpcpp/impl/codegen/proto_utils.h>

#include "common/base/check.h"
#include "common/base/strings.h"
#include "common/status/status.h"
#include "google/rpc/status.pb.h"

namespace nwd::rpc {

grpc::ByteBuffer Serialize(const google::protobuf::Message& message) {
  grpc::ByteBuffer bytes;
  bool own = false;
  const grpc::Status done =
      grpc::GenericSerialize<grpc::ProtoBufferWriter, google::protobuf::Message>(message, &bytes, &own);
  NWD_CHECK(done.ok());
  return bytes;
}

absl::Status Parse(grpc::ByteBuffer& bytes, google::protobuf::Message& message) {
  const grpc::Status parsed =
      grpc::GenericDeserialize<grpc::ProtoBufferReader, google::protobuf::Message>(&bytes, &message);
  if (parsed.ok()) return absl::OkStatus();
  return status::InvalidField("", Cat("the bytes sent are not a ", message.GetDescriptor()->full_name(),
                                      "; check the proto version, and that every text is valid UTF-8"));
}

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const google::rpc::Status wire = status::ToWire(status);
  return {static_cast<grpc::StatusCode>(wire.code()), wire.message(),
          wire.details().empty() ? "" : wire.SerializeAsString()};
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  google::rpc::Status wire;
  if (!status.error_details().empty() && wire.ParseFromString(status.error_details()) && wire.code() != 0) {
    return status::FromWire(wire);
  }
  return {static_cast<absl::StatusCode>(status.error_code()), status.error_message()};
}

}  // namespace nwd::rpc
