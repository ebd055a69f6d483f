// Between messages and bytes on the wire, and between absl::Status and grpc::Status: gRPC's side of the one translator
// (common/status says what an error looks like outside). Pure functions.
#pragma once

#include <grpcpp/grpcpp.h>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace nwd::rpc {

// The message must be serializable (under 2 GiB, texts in UTF-8): ours are.
grpc::ByteBuffer Serialize(const google::protobuf::Message& message);
// INVALID_ARGUMENT, naming the type, where the bytes are not such a message (text that is not UTF-8 included).
// Empties `bytes`.
absl::Status Parse(grpc::ByteBuffer& bytes, google::protobuf::Message& message);

// With all details in "grpc-status-details-bin".
grpc::Status ToGrpc(const absl::Status& status);
// With the details, where the peer sent any.
absl::Status FromGrpc(const grpc::Status& status);

}  // namespace nwd::rpc
