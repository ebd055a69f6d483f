// What the clients of a load act on: people, each with two places where there is always one consent; the one before it is
// remembered, so that it goes on being asked about. And the connections by which they do it.
//
// Made by one thread; then shared by all clients.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "nwd/consent/v1/consent_service.pb.h"
#include "tests/e2e/world.h"

namespace nwd::linearizability {

inline constexpr int kReferrals = 2;   // that rest on one consent
inline constexpr size_t kHotFor = 16;  // consents drawn up before another place is a hot one

struct Person {
  std::string person_id, referrers_ref, receivers_ref;
};

struct Consent {
  uint32_t number;  // its place in the history
  std::string id;
  const Person* person;
  bool standing;
  consent::v1::RecordDecisionRequest give;  // the same whenever it is repeated
  std::string referral_ids[kReferrals];
  std::atomic<bool> given{false};  // and answered
  std::atomic<int64_t> sequences[kReferrals] = {};
  std::atomic<int64_t> suspended{0};  // the revision in which it was last known to be suspended; 0 where in none
};

struct Place {
  const Person* person;
  bool standing;  // what its consents are: standing or referral-scoped
  absl::Mutex mutex;
  std::shared_ptr<Consent> now ABSL_GUARDED_BY(mutex), before ABSL_GUARDED_BY(mutex);
  std::atomic<bool> renewing{false};
};

class Stage {
 public:
  Stage(e2e::World& world, int people);

  // Each connection has found the service, so that what follows is not spent on waiting for it. Blocks.
  void Connect();
  // A consent that was drawn up takes the place of the one before.
  void Publish(Place& place, const std::string& consent_id, const std::string& etag);

  e2e::World& world() { return world_; }
  rpc::Client& referrer() { return referrer_; }
  rpc::Client& receiver() { return receiver_; }
  rpc::Client& referral_service() { return referral_service_; }
  const std::string& receiver_id() const { return receiver_id_; }
  const std::vector<std::unique_ptr<Place>>& places() const { return places_; }
  // One of those where most go just now: a few, and others in time, so that nobody reaches the limit of consents.
  Place& Hot(size_t number) { return *places_[(published_ / kHotFor + number) % places_.size()]; }

  // By consent, in the order of their numbers; while no client is at work.
  const std::vector<std::string>& consent_ids() const ABSL_NO_THREAD_SAFETY_ANALYSIS { return consent_ids_; }
  const std::vector<bool>& standing() const ABSL_NO_THREAD_SAFETY_ANALYSIS { return standing_; }

 private:
  e2e::World& world_;
  rpc::Client& referrer_;
  rpc::Client& receiver_;
  rpc::Client& referral_service_;
  const std::string receiver_id_;
  std::vector<std::unique_ptr<Person>> people_;
  std::vector<std::unique_ptr<Place>> places_;
  std::atomic<size_t> published_{0};
  absl::Mutex mutex_;
  std::vector<std::string> consent_ids_ ABSL_GUARDED_BY(mutex_);
  std::vector<bool> standing_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nwd::linearizability
