// Appends entries to a store's audit feed and takes them into its log: for tests of the log and of who reads it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "common/async/block_on.h"
#include "common/audit/audit.h"
#include "common/audit/log.h"
#include "common/audit/record.h"
#include "nwd/common/v1/change_service.pb.h"
#include "tests/testing/store_words.h"

namespace nwd::audit {

inline constexpr char kLookedFor[] = "record.disclosed";

inline const crypto::HubKey& TestHubKey() {
  static const auto* const key =
      new crypto::HubKey(*crypto::HubKey::FromEnvironment("TEST", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
  return *key;
}

class Keeper {
 public:
  explicit Keeper(store::Store& store, const crypto::HubKey& hub_key = TestHubKey())
      : store_(store), log_({store, "hub.test", "consent", hub_key, {kLookedFor}, metrics_}) {}

  Log& log() { return log_; }
  const metrics::Registry& metrics() const { return metrics_; }

  // In one transaction; durable.
  void Append(uint64_t count) {
    const auto append = [&](store::Txn& txn) {
      for (uint64_t i = 0; i < count; ++i) {
        audit_.AppendPlain(txn, kLookedFor, absl::FromUnixSeconds(1'772'442'907), common::v1::ConsentChange());
      }
      return absl::OkStatus();
    };
    ASSERT_TRUE(testing::Update(store_, append).ok());
  }
  // Until the log has `size` entries, all taken in.
  void GrowTo(uint64_t size) {
    for (uint64_t last; (last = store_.LastPosition(store::Feed::kAudit)) < size;) {
      ASSERT_NO_FATAL_FAILURE(Append(std::min<uint64_t>(size - last, 1000)));
    }
    while (log_.size() < size) {
      const auto taken = log_.Integrate();
      ASSERT_TRUE(taken.ok()) << taken.status();
    }
  }
  std::vector<std::string> Entries() const {
    std::vector<std::string> entries;
    const std::vector<store::FeedEntry> feed = *store_.ReadFeed(store::Feed::kAudit, 0, 10'000'000);
    for (const store::FeedEntry& entry : feed) entries.emplace_back(DecodeRecord(entry.bytes)->entry);
    return entries;
  }
  std::vector<Verifier> Verifiers() const {
    std::vector<Verifier> verifiers;
    for (const std::string& text : log_.VerifierTexts()) verifiers.push_back(*ParseVerifier(text));
    return verifiers;
  }
  absl::StatusOr<std::optional<Proof>> ProofOf(const Hash& leaf) {
    return testing::View(store_, [&](const store::Reader& reader) { return log_.ProofOf(reader, leaf); });
  }
  absl::StatusOr<std::optional<Proof>> ProofAt(uint64_t index, const Hash& leaf) {
    return testing::View(store_, [&](const store::Reader& reader) { return log_.ProofAt(reader, index, leaf); });
  }
  absl::StatusOr<std::vector<std::string>> ReadEntries(uint64_t index, int count) {
    return async::BlockOn(log_.ReadEntries(index, count));
  }
  absl::StatusOr<Checkpoint> Open() const { return OpenCheckpoint(log_.checkpoint(), Verifiers()); }

 private:
  store::Store& store_;
  metrics::Registry metrics_;
  const Audit audit_{std::string(32, 's')};
  Log log_;
};

}  // namespace nwd::audit
