// The figures about what a service owes to others and hears from them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/program/outbox_metrics.h"
#include "common/program/replica_metrics.h"
#include "common/store_memory/memory_store.h"

namespace nwd::program {
namespace {

using ::testing::HasSubstr;

TEST(OutboxMetrics, WhatWaitsFailsAndIsSetAsideHasAFigure) {
  store::MemoryStore store;
  ManualClock clock{absl::FromUnixSeconds(1'700'000'000)};
  outbox::Outbox outbox(store, clock);
  metrics::Registry registry;
  const metrics::Registration figures = AddOutboxMetrics(registry, outbox);
  const std::string text = registry.Text();
  for (const char* line : {"nwd_outbox_waiting 0", "nwd_outbox_oldest_age_seconds 0",
                           "# TYPE nwd_outbox_failures_total counter", "# TYPE nwd_outbox_set_aside_total counter"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(ReplicaMetrics, EachPeersLagHasAFigure) {
  store::MemoryStore store;
  ManualClock clock{absl::FromUnixSeconds(1'700'000'000)};
  const auto nothing = [](store::Txn&, const common::v1::Change&) { return absl::OkStatus(); };
  replica::Follower directory(store, replica::ReadChanges(), "directory", nothing, clock);
  replica::Follower consent(store, replica::ReadChanges(), "consent", nothing, clock);
  metrics::Registry registry;
  const metrics::Registration first = AddReplicaMetrics(registry, "directory", directory);
  const metrics::Registration second = AddReplicaMetrics(registry, "consent", consent);
  EXPECT_THAT(registry.Text(), HasSubstr("nwd_replica_lag_seconds{peer=\"directory\"} "));
  EXPECT_THAT(registry.Text(), HasSubstr("nwd_replica_lag_seconds{peer=\"consent\"} "));
}

}  // namespace
}  // namespace nwd::program
