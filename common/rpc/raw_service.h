// A gRPC service made of a descriptor: its methods are registered with the server (so that reflection lists them and
// unknown ones are UNIMPLEMENTED) and taken as bytes, which the chain parses once the caller may be listened to.
#pragma once

#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/support/async_stream.h>
#include <grpcpp/support/async_unary_call.h>

#include <deque>
#include <string>

#include "google/protobuf/descriptor.h"

namespace nwd::rpc {

class RawService final : public grpc::Service {
 public:
  explicit RawService(const google::protobuf::ServiceDescriptor& descriptor) {
    for (int i = 0; i < descriptor.method_count(); ++i) {
      const auto* method = descriptor.method(i);
      paths_.push_back("/" + descriptor.full_name() + "/" + method->name());
      AddMethod(new grpc::internal::RpcServiceMethod(paths_.back().c_str(),
                                                     method->server_streaming()
                                                         ? grpc::internal::RpcMethod::SERVER_STREAMING
                                                         : grpc::internal::RpcMethod::NORMAL_RPC,
                                                     nullptr));
      MarkMethodAsync(i);
    }
  }

  // The next call of the method with this index.
  void RequestUnary(int index, grpc::ServerContext* context, grpc::ByteBuffer* request,
                    grpc::ServerAsyncResponseWriter<grpc::ByteBuffer>* responder, grpc::ServerCompletionQueue* queue,
                    void* tag) {
    RequestAsyncUnary(index, context, request, responder, queue, queue, tag);
  }
  void RequestStream(int index, grpc::ServerContext* context, grpc::ByteBuffer* request,
                     grpc::ServerAsyncWriter<grpc::ByteBuffer>* writer, grpc::ServerCompletionQueue* queue, void* tag) {
    RequestAsyncServerStreaming(index, context, request, writer, queue, queue, tag);
  }

 private:
  std::deque<std::string> paths_;  // registered by address
};

}  // namespace nwd::rpc
