#include "services/directory/hub_facts.h"

#include "common/base/strings.h"

namespace nwd::directory {
namespace {

// Of the answering organisation's id, which is random: enough to tell it from the next.
constexpr size_t kEtagIdCharacters = 8;

}  // namespace

void AddHubFacts(const HubFacts& facts, int64_t revision, v1::Service& service) {
  service.set_organisation_id(facts.organisation_id);
  service.set_accepts_referrals(facts.AcceptsReferrals());
  if (facts.capacity) service.set_capacity(*facts.capacity);
  service.set_taken(facts.taken);
  service.set_etag(Cat("r", revision, ".", facts.capacity_revision));
  if (!facts.organisation_id.empty()) {
    service.mutable_etag()->append(".").append(facts.organisation_id, 0, kEtagIdCharacters);
  }
}

common::v1::ServiceChange ToServiceChange(const v1::Service& service) {
  common::v1::ServiceChange change;
  change.set_service_id(service.service_id());
  change.set_organisation_id(service.organisation_id());
  change.set_active(service.active());
  change.set_accepts_referrals(service.accepts_referrals());
  if (service.has_capacity()) change.set_capacity(service.capacity());
  *change.mutable_boroughs() = service.boroughs();
  for (const v1::ServiceCategory& category : service.categories()) change.add_categories(category.code());
  if (service.has_minimum_age()) change.set_minimum_age(service.minimum_age());
  if (service.has_maximum_age()) change.set_maximum_age(service.maximum_age());
  return change;
}

HubFacts LiveFacts::Read() const {
  HubFacts facts;
  facts.capacity_revision = revision_.load(std::memory_order_acquire);  // first: see the class's promise
  if (const std::string* organisation_id = organisation()) facts.organisation_id = *organisation_id;
  facts.accepts = accepts_.load(std::memory_order_relaxed);
  const int64_t capacity = capacity_.load(std::memory_order_relaxed);
  if (capacity != kNoLimit) facts.capacity = static_cast<int32_t>(capacity);
  facts.taken = taken_.load(std::memory_order_relaxed);
  return facts;
}

bool LiveFacts::HasOpenPlaces() const {
  if (organisation() == nullptr || !accepts_.load(std::memory_order_relaxed)) return false;
  const int64_t capacity = capacity_.load(std::memory_order_relaxed);
  return capacity == kNoLimit || taken_.load(std::memory_order_relaxed) < capacity;
}

void LiveFacts::SetCapacity(bool accepts, std::optional<int32_t> capacity, int64_t revision) {
  if (revision <= revision_.load(std::memory_order_relaxed)) return;
  accepts_.store(accepts, std::memory_order_relaxed);
  capacity_.store(capacity ? *capacity : kNoLimit, std::memory_order_relaxed);
  revision_.store(revision, std::memory_order_release);
}

}  // namespace nwd::directory
