// What an audit log costs on the real engine: appending and taking in, checking the whole, proving one entry, and reading
// all of it as a stranger does.
//
//   nwd-audit-speed [entries]        prints one line a figure; 1,000,000 where nothing is said
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "common/audit/log_pages.h"
#include "common/http/http_server.h"
#include "common/store_rocksdb/rocks_store.h"
#include "deploy/audit/log_source.h"
#include "deploy/audit/verify.h"
#include "tests/common/audit/keeper.h"
#include "tests/testing/temp_folder.h"

namespace nwd::audit {
namespace {

constexpr int kAppendedAtOnce = 500;  // in a transaction
constexpr int kProofs = 10'000;

double SecondsSince(absl::Time start) { return absl::ToDoubleSeconds(absl::Now() - start); }

class Speed {
 public:
  explicit Speed(uint64_t entries)
      : entries_(entries), store_(*store::RocksStore::Open({.folder = folder_.Path() + "/data"})), keeper_(*store_) {}

  void Run() {
    if (!keeper_.log().Load().ok()) std::abort();
    Append();
    Check();
    Prove();
    Verify();
  }

 private:
  // Durable, and signed beside it by one integrator.
  void Append() {
    const absl::Time start = absl::Now();
    std::thread integrator([this] {
      while (keeper_.log().size() < entries_) {
        const auto taken = keeper_.log().Integrate();
        if (!taken.ok()) std::abort();
        if (*taken < kIntegratedAtOnce) absl::SleepFor(kIntegrateEvery);
      }
    });
    while (store_->LastPosition(store::Feed::kAudit) < entries_) keeper_.Append(kAppendedAtOnce);
    const double durable = SecondsSince(start);
    integrator.join();
    std::printf("audit-append        %9.0f entries/s durable; all signed %.2f s after the last\n",
                static_cast<double>(entries_) / durable, SecondsSince(start) - durable);
  }
  void Check() {
    const absl::Time start = absl::Now();
    if (!keeper_.log().CheckWhole().ok()) std::abort();
    std::printf("check at start      %9.2f s for %llu entries\n", SecondsSince(start),
                static_cast<unsigned long long>(entries_));
  }
  void Prove() {
    const std::vector<std::string> entries = keeper_.Entries();
    std::vector<double> micros;
    for (int i = 0; i < kProofs; ++i) {
      const std::string& entry = entries[(static_cast<uint64_t>(i) * 7919) % entries.size()];
      const absl::Time start = absl::Now();
      if (!keeper_.ProofOf(LeafHash(entry))->has_value()) std::abort();
      micros.push_back(SecondsSince(start) * 1e6);
    }
    std::sort(micros.begin(), micros.end());
    std::printf("audit-proof         %9.0f us median, %.0f us at 99 %%\n", micros[micros.size() / 2],
                micros[micros.size() * 99 / 100]);
  }
  void Verify() {
    http::HttpServer server({});
    ServeLog(server, keeper_.log());
    if (!server.Start().ok()) std::abort();
    const absl::Time start = absl::Now();
    const auto verified = VerifyLog(**OpenLog("http://127.0.0.1:" + std::to_string(server.port()) + "/audit"),
                                    keeper_.Verifiers(), [](uint64_t, uint64_t) {});
    if (!verified.ok()) std::abort();
    std::printf("audit verify, http  %9.2f s for %llu entries\n", SecondsSince(start),
                static_cast<unsigned long long>(verified->size));
  }

  const uint64_t entries_;
  testing::TempFolder folder_;
  std::unique_ptr<store::Store> store_;
  Keeper keeper_;
};

}  // namespace
}  // namespace nwd::audit

int main(int argc, char** argv) {
  nwd::audit::Speed(argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000).Run();
  return 0;
}
