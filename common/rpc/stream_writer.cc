#include "common/rpc/stream_writer.h"

#include "absl/time/clock.h"
#include "common/rpc/limits.h"
#include "common/rpc/wire.h"
#include "common/status/status.h"

namespace nwd::rpc {

StreamWriter::StreamWriter(grpc::ServerContext& context, grpc::ServerAsyncWriter<grpc::ByteBuffer>& stream,
                           metrics::GrpcServerMetrics::Method& figures, Queue& queue)
    : stream_(stream), figures_(figures), watch_(std::make_shared<Watch>()) {
  watch_->context = &context;
  Look(queue, watch_);
}

StreamWriter::~StreamWriter() { watch_->context = nullptr; }

void StreamWriter::Look(Queue& queue, std::shared_ptr<Watch> watch) {
  queue.PostAt(absl::Now() + kStuckWrite / 2, [&queue, watch = std::move(watch)] {
    if (watch->context == nullptr) return;
    if (watch->write_started + kStuckWrite < absl::Now()) {
      watch->context->TryCancel();
      return;
    }
    if (!queue.stopping()) Look(queue, watch);
  });
}

async::Task<absl::Status> StreamWriter::Write(const Message& response) {
  watch_->write_started = absl::Now();
  const bool written = co_await Operation([&](void* tag) { stream_.Write(Serialize(response), tag); });
  const absl::Duration took = absl::Now() - watch_->write_started;
  watch_->write_started = absl::InfiniteFuture();
  if (!written) co_return absl::CancelledError("the caller has gone");
  figures_.Sent();
  if (took > kSlowWrite)
    co_return status::Shed("you read more slowly than events come; go on from your last cursor", kShedRetryAfter);
  co_return absl::OkStatus();
}

}  // namespace nwd::rpc
