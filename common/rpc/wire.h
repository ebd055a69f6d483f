// Between messages and bytes on the wire, and between absl::Status and grpc::Status: the one translator.
#pragma once

#include <grpcpp/grpcpp.h>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace nwd::rpc {

grpc::ByteBuffer Serialize(const google::protobuf::Message& message);
// INVALID_ARGUMENT, naming the type, where the bytes are not such a message (text that is not UTF-8 included).
absl::Status Parse(grpc::ByteBuffer& bytes, google::protobuf::Message& message);

grpc::Status ToGrpc(const absl::Status& status);
absl::Status FromGrpc(const grpc::Status& status);

}  // namespace nwd::rpc
