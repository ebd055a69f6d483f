// Queues without a server: for a program that calls services with Client::Await and answers none, as the benchmarks do.
//
//   ClientRuntime runtime;
//   runtime.Start([&]() -> async::Task<void> { answer = co_await client.Await<EchoResponse>(request); });
//
// The destructor waits for everything that was started, however long it takes: a call ends by its own deadline. Then
// the queues stop. Start is thread-safe; what the work uses outlives the runtime.
#pragma once

#include <functional>
#include <memory>

#include "common/async/task.h"

namespace nwd::rpc {

class ClientRuntime {
 public:
  explicit ClientRuntime(int threads = 0);  // queues, each with a thread; 0: DefaultQueues()
  ~ClientRuntime();
  // Runs a coroutine on one of the queues, each in its turn.
  void Start(std::function<async::Task<void>()> work);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace nwd::rpc
