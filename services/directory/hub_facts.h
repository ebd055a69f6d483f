// What the hub itself knows of a service, beside what its feed says: who answers for it, its capacity, the places
// taken. The functions are pure; LiveFacts is read by any thread while one writes.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "nwd/common/v1/change_service.pb.h"
#include "nwd/directory/v1/catalogue_service.pb.h"

namespace nwd::directory {

struct HubFacts {
  std::string organisation_id;      // empty: nobody of the hub answers for it
  bool accepts = true;              // what its provider says; only counts where somebody answers
  std::optional<int32_t> capacity;  // nothing: no limit
  int64_t capacity_revision = 0;
  int32_t taken = 0;

  bool AcceptsReferrals() const { return !organisation_id.empty() && accepts; }
};

// The service as callers see it: what the feed said, and what the hub knows. Its etag is made of all of that but the
// places taken: what a provider changes must not be refused because somebody was referred meanwhile.
void AddHubFacts(const HubFacts& facts, int64_t revision, v1::Service& service);
// The same for peers, without words.
common::v1::ServiceChange ToServiceChange(const v1::Service& service);

// The facts of one service while they change under readers. Any thread reads; one at a time writes (the catalogue sees
// to that). Reading takes no lock: a reader may see a new capacity beside an old revision (and then a refused etag),
// never the reverse.
class LiveFacts {
 public:
  HubFacts Read() const;
  bool HasOpenPlaces() const;
  const std::string* organisation() const { return organisation_.load(std::memory_order_acquire); }

  // `organisation_id` lives as long as the program's catalogue; null for none.
  void SetOrganisation(const std::string* organisation_id) {
    organisation_.store(organisation_id, std::memory_order_release);
  }
  // Ignored where a later revision is known.
  void SetCapacity(bool accepts, std::optional<int32_t> capacity, int64_t revision);
  void SetTaken(int32_t taken) { taken_.store(taken, std::memory_order_relaxed); }

 private:
  static constexpr int64_t kNoLimit = -1;

  std::atomic<const std::string*> organisation_{nullptr};
  std::atomic<bool> accepts_{true};
  std::atomic<int64_t> capacity_{kNoLimit};
  std::atomic<int64_t> revision_{0};
  std::atomic<int32_t> taken_{0};
};

}  // namespace nwd::directory
