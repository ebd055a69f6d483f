// One of those in flight: does one thing after another, somewhere on the stage, until it is told to stop, and keeps what
// it did and what it was answered. Most acts are waited for; some are given up while they may be carried out.
//
// Its work runs on one queue of a ClientRuntime; what it kept is read when that has ended.
#pragma once

#include <atomic>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "common/async/task.h"
#include "common/rpc/client.h"
#include "nwd/consent/v1/consent_service.pb.h"
#include "tests/linearizability/history.h"
#include "tests/linearizability/stage.h"

namespace nwd::linearizability {

// Nanoseconds of the clock that a history is told in.
int64_t NowNs();

class Client {
 public:
  Client(Stage& stage, uint64_t seed) : stage_(stage), random_(seed) {}

  // Calls `ended` after each thing it did.
  async::Task<void> Work(const std::atomic<bool>& stopping, const std::function<void()>& ended);

  std::vector<Operation> operations;
  std::vector<std::pair<std::string, uint32_t>> disclosures;  // that reads were answered with; by consent
  std::vector<std::string> surprises;                         // answers that make no sense here

 private:
  async::Task<void> One();
  Act Choose(const Consent& consent);

  async::Task<void> Renew(Place& place);
  async::Task<void> Give(Consent& consent);
  async::Task<void> Withdraw(Place& place, Consent& consent);
  async::Task<void> Suspend(Consent& consent);
  async::Task<void> Resume(Consent& consent);
  async::Task<void> Move(Consent& consent, Act act);
  async::Task<void> Check(Consent& consent);
  async::Task<void> Read(Consent& consent);
  async::Task<void> Look(Consent& consent);

  template <class Response, class Request>
  async::Task<absl::StatusOr<Response>> Ask(rpc::Client& client, const Request& request, Operation& operation);
  size_t Below(size_t bound) { return std::uniform_int_distribution<size_t>(0, bound - 1)(random_); }
  bool Chance(int one_in) { return Below(one_in) == 0; }

  Stage& stage_;
  std::mt19937_64 random_;
};

}  // namespace nwd::linearizability
