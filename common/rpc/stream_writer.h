// Writes to a server stream, and ends one whose consumer does not keep up with RESOURCE_EXHAUSTED: the caller resumes
// from its cursor. A write that took longer than Limits::slow_write ends the stream in the ordinary way, with details;
// one that takes longer than Limits::stuck_write is cut off there and then, with the bare code, since nothing more can
// be sent after a message that does not leave.
//
// Belongs to its queue's thread; the context, the stream, the figures and the limits outlive it.
#pragma once

#include <grpcpp/grpcpp.h>

#include "common/metrics/grpc_server_metrics.h"
#include "common/rpc/limits.h"
#include "common/rpc/queue.h"
#include "common/rpc/router.h"

namespace nwd::rpc {

class StreamWriter final : public RawWriter {
 public:
  StreamWriter(grpc::ServerContext& context, grpc::ServerAsyncWriter<grpc::ByteBuffer>& stream,
               metrics::GrpcServerMetrics::Method& figures, Queue& queue, const Limits& limits);
  ~StreamWriter() override;
  async::Task<absl::Status> Write(const Message& response) override;

 private:
  // Shared with the watchdog's timer, which may outlive the stream.
  struct Watch {
    grpc::ServerContext* context = nullptr;             // null once the stream has ended
    absl::Time write_started = absl::InfiniteFuture();  // by SteadyNow
    bool cut_off = false;
  };
  static void Look(Queue& queue, absl::Duration stuck_write, std::shared_ptr<Watch> watch);

  grpc::ServerAsyncWriter<grpc::ByteBuffer>& stream_;
  metrics::GrpcServerMetrics::Method& figures_;
  const Limits& limits_;
  std::shared_ptr<Watch> watch_;
};

}  // namespace nwd::rpc
