#include "common/rpc/client_runtime.h"

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <vector>

#include "common/rpc/background.h"
#include "common/rpc/queue.h"

namespace nwd::rpc {

struct ClientRuntime::State {
  std::vector<std::unique_ptr<Queue>> queues;
  Outstanding work;
  std::atomic<size_t> next{0};
};

ClientRuntime::ClientRuntime(int threads) : state_(std::make_unique<State>()) {
  const int queues = threads > 0 ? threads : DefaultQueues();
  for (int i = 0; i < queues; ++i) {
    state_->queues.push_back(std::make_unique<Queue>(std::make_unique<grpc::CompletionQueue>()));
    state_->queues.back()->Start();
  }
}

ClientRuntime::~ClientRuntime() {
  state_->work.WaitForNone(absl::InfiniteFuture());
  for (auto& queue : state_->queues) queue->Stop();
}

void ClientRuntime::Start(std::function<async::Task<void>()> work) {
  Queue& queue = *state_->queues[state_->next++ % state_->queues.size()];
  auto guard = std::make_shared<Outstanding::Guard>(state_->work);
  queue.Post([work = std::move(work), guard]() mutable {
    async::Spawn(
        [](std::function<async::Task<void>()> run, std::shared_ptr<Outstanding::Guard> held) -> async::Task<void> {
          co_await run();
          held.reset();
        }(std::move(work), std::move(guard)));
  });
}

}  // namespace nwd::rpc
