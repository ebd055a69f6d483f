#include "common/rpc/stream_writer.h"

#include <grpc/grpc.h>

#include "absl/time/clock.h"
#include "common/base/steady.h"
#include "common/rpc/wire.h"
#include "common/status/status.h"

namespace nwd::rpc {
namespace {

constexpr char kTooSlow[] = "you read more slowly than events come; go on from your last cursor";

}  // namespace

StreamWriter::StreamWriter(grpc::ServerContext& context, grpc::ServerAsyncWriter<grpc::ByteBuffer>& stream,
                           metrics::GrpcServerMetrics::Method& figures, Queue& queue, const Limits& limits)
    : stream_(stream), figures_(figures), limits_(limits), watch_(std::make_shared<Watch>()) {
  watch_->context = &context;
  Look(queue, limits.stuck_write, watch_);
}

StreamWriter::~StreamWriter() { watch_->context = nullptr; }

void StreamWriter::Look(Queue& queue, absl::Duration stuck_write, std::shared_ptr<Watch> watch) {
  queue.PostAt(absl::Now() + stuck_write / 2, [&queue, stuck_write, watch = std::move(watch)] {
    if (watch->context == nullptr) return;
    if (watch->write_started + stuck_write < SteadyNow()) {
      watch->cut_off = true;
      // TryCancel would tell the caller CANCELLED, as if it had wanted that itself.
      grpc_call_cancel_with_status(watch->context->c_call(), GRPC_STATUS_RESOURCE_EXHAUSTED, kTooSlow, nullptr);
      return;
    }
    if (!queue.stopping()) Look(queue, stuck_write, watch);
  });
}

async::Task<absl::Status> StreamWriter::Write(const Message& response) {
  watch_->write_started = SteadyNow();
  const bool written = co_await Operation([&](void* tag) { stream_.Write(Serialize(response), tag); });
  const absl::Duration took = SteadyNow() - watch_->write_started;
  watch_->write_started = absl::InfiniteFuture();
  if (watch_->cut_off) co_return status::Shed(kTooSlow, kShedRetryAfter);
  if (!written) co_return absl::CancelledError("the caller has gone");
  figures_.Sent();
  if (took > limits_.slow_write) co_return status::Shed(kTooSlow, kShedRetryAfter);
  co_return absl::OkStatus();
}

}  // namespace nwd::rpc
