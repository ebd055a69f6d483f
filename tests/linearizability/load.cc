#include "tests/linearizability/load.h"

#include <atomic>
#include <memory>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "common/rpc/client_runtime.h"
#include "tests/linearizability/answers.h"

namespace nwd::linearizability {
namespace {

constexpr size_t kSurprisesMax = 10;
constexpr int kThreads = 2;

async::Task<void> WorkAndLeave(Client& client, const std::atomic<bool>& stopping, const std::function<void()>& ended,
                               absl::BlockingCounter& left) {
  co_await client.Work(stopping, ended);
  left.DecrementCount();
}

}  // namespace

void Load::Run(int64_t operations, const std::function<void()>& kill) {
  stage_.Connect();
  std::atomic<bool> stopping{false};
  std::atomic<int64_t> done{0};
  absl::Notification reached;
  absl::BlockingCounter left(kInFlight);
  const std::function<void()> ended = [&] {
    if (done.fetch_add(1) + 1 == operations) reached.Notify();
  };
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < kInFlight; ++i) clients.push_back(std::make_unique<Client>(stage_, seed_++));
  {
    rpc::ClientRuntime runtime(kThreads);
    for (const auto& client : clients) {
      runtime.Start([&, one = client.get()] { return WorkAndLeave(*one, stopping, ended, left); });
    }
    reached.WaitForNotification();
    kill();
    stopping = true;
    left.Wait();
  }
  for (const auto& client : clients) Collect(*client);
  history_.standing = stage_.standing();
}

void Load::Collect(Client& client) {
  history_.operations.insert(history_.operations.end(), client.operations.begin(), client.operations.end());
  disclosures_.insert(disclosures_.end(), client.disclosures.begin(), client.disclosures.end());
  for (std::string& surprise : client.surprises) {
    if (surprises_.size() < kSurprisesMax) surprises_.push_back(std::move(surprise));
  }
}

void Load::LookAtAll() {
  stage_.Connect();
  for (uint32_t number = 0; number < consent_ids().size(); ++number) {
    consent::v1::GetConsentRequest get;
    get.set_consent_id(consent_ids()[number]);
    Operation operation;
    operation.act = Act::kLook;
    operation.consent = number;
    operation.began_ns = NowNs();
    const auto seen = stage_.world().Do<consent::v1::GetConsentResponse>(e2e::kReferrer, get);
    operation.ended_ns = NowNs();
    Say(seen.consent(), operation);
    history_.operations.push_back(operation);
    uses_.push_back(seen.consent().uses());
  }
}

}  // namespace nwd::linearizability
