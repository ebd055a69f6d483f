// Writes to a server stream, and ends one whose consumer does not keep up: a write that took longer than kSlowWrite
// ends the stream with RESOURCE_EXHAUSTED (the caller resumes from its cursor), one that takes longer than kStuckWrite
// is cut off.
#pragma once

#include <grpcpp/grpcpp.h>

#include "common/metrics/grpc_server_metrics.h"
#include "common/rpc/queue.h"
#include "common/rpc/router.h"

namespace nwd::rpc {

class StreamWriter final : public RawWriter {
 public:
  StreamWriter(grpc::ServerContext& context, grpc::ServerAsyncWriter<grpc::ByteBuffer>& stream,
               metrics::GrpcServerMetrics::Method& figures, Queue& queue);
  ~StreamWriter() override;
  async::Task<absl::Status> Write(const Message& response) override;

 private:
  // Shared with the watchdog's timer, which may outlive the stream.
  struct Watch {
    grpc::ServerContext* context = nullptr;  // null once the stream has ended
    absl::Time write_started = absl::InfiniteFuture();
  };
  static void Look(Queue& queue, std::shared_ptr<Watch> watch);

  grpc::ServerAsyncWriter<grpc::ByteBuffer>& stream_;
  metrics::GrpcServerMetrics::Method& figures_;
  std::shared_ptr<Watch> watch_;
};

}  // namespace nwd::rpc
