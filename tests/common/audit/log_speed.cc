#include "tests/common/audit/log_speed.h"

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "common/audit/log_pages.h"
#include "common/http/http_server.h"
#include "common/store_rocksdb/rocks_store.h"
#include "deploy/audit/log_source.h"
#include "deploy/audit/verify.h"
#include "tests/common/audit/keeper.h"

namespace nwd::audit {
namespace {

constexpr int kAppendedAtOnce = 500;  // in a transaction
constexpr int kProofs = 10'000;

double SecondsSince(absl::Time start) { return absl::ToDoubleSeconds(absl::Now() - start); }

class Speed {
 public:
  Speed(const std::string& folder, uint64_t entries)
      : entries_(entries), store_(*store::RocksStore::Open({.folder = folder})), keeper_(*store_) {}

  LogSpeed Run() {
    if (!keeper_.log().Load().ok()) std::abort();
    Append();
    Check();
    Prove();
    Verify();
    return found_;
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
    found_.entries_per_s = static_cast<double>(entries_) / durable;
    found_.signed_after_s = SecondsSince(start) - durable;
  }
  void Check() {
    const absl::Time start = absl::Now();
    if (!keeper_.log().CheckWhole().ok()) std::abort();
    found_.check_s = SecondsSince(start);
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
    found_.proof_median_us = micros[micros.size() / 2];
    found_.proof_p99_us = micros[micros.size() * 99 / 100];
  }
  void Verify() {
    http::HttpServer server({});
    ServeLog(server, keeper_.log());
    if (!server.Start().ok()) std::abort();
    const absl::Time start = absl::Now();
    const auto verified = VerifyLog(**OpenLog("http://127.0.0.1:" + std::to_string(server.port()) + "/audit"),
                                    keeper_.Verifiers(), [](uint64_t, uint64_t) {});
    if (!verified.ok() || verified->size != entries_) std::abort();
    found_.verify_s = SecondsSince(start);
  }

  const uint64_t entries_;
  std::unique_ptr<store::Store> store_;
  Keeper keeper_;
  LogSpeed found_;
};

}  // namespace

LogSpeed MeasureLog(const std::string& folder, uint64_t entries) { return Speed(folder, entries).Run(); }

}  // namespace nwd::audit
