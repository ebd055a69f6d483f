#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/base/check.h"
#include "nwd/outcome/v1/insight_service.pb.h"
#include "nwd/outcome/v1/outcome_service.pb.h"
#include "tests/e2e/good_call_table.h"
#include "tests/e2e/things.h"

namespace nwd::e2e {
namespace {

namespace o = outcome::v1;
namespace v1 = common::v1;

constexpr absl::Duration kCatchUpPatience = absl::Seconds(20);

// Months that follow each other, long ago: every release covers more than the one before.
std::string NextMonth() {
  const int number = NextNumber();
  return absl::StrFormat("%04d-%02d", 2000 + number / 12 % 20, 1 + number % 12);
}

o::CreateReleaseRequest Freezing() {
  o::CreateReleaseRequest create;
  create.set_month(NextMonth());
  return create;
}

const std::string& AnalystOf(World& world) { return world.HolderOf(v1::ROLE_ANALYST); }

// A person with more than a page of journey; returns when the outcome service has heard of it.
o::GetJourneyRequest Travelled(World& world) {
  const World::Consented consented = world.Consent(kReferrer, {kReceiver});
  world.Refer(kReferrer, consented);
  o::GetJourneyRequest get;
  get.set_person_ref(consented.person_ref);
  get.set_page_size(1);
  const absl::Time until = absl::Now() + kCatchUpPatience;
  while (world.Do<o::GetJourneyResponse>(kReferrer, get).next_page_token().empty()) NWD_CHECK(absl::Now() < until);
  return get;
}

}  // namespace

void AddOutcomeCalls(Table& table) {
  Add(table, kReceiver, "", [](World& world) { return RecordingOutcome(Accepted(world)); });
  Add(table, kReferrer, kReceiver, [](World& world) {
    o::ListOutcomesRequest list;
    list.set_referral_id(Accepted(world));
    list.set_page_size(1);
    world.Do<o::RecordOutcomeResponse>(kReceiver, RecordingOutcome(list.referral_id()));
    world.Do<o::RecordOutcomeResponse>(kReceiver, RecordingOutcome(list.referral_id()));
    return list;
  });
  Add(table, kReferralService, "", [](World& world) {
    o::CountOutcomesRequest count;
    count.set_referral_id(FreshReferral(world).referral_id);
    return count;
  });
  Add(table, kReferrer, "", Travelled);
  Add(table, kReferrer, kStranger, [](World&) {
    o::ListIndicatorsRequest list;
    list.set_page_size(1);
    return list;
  });
  Add(table, "sample-analyst", "", [](World&) { return Freezing(); });
  Add(table, kReferrer, kStranger, [](World& world) {
    o::QueryIndicatorsRequest query;
    const o::CreateReleaseRequest freeze = Freezing();
    query.set_release_id(world.Do<o::CreateReleaseResponse>(AnalystOf(world), freeze).release_id());
    query.set_month(freeze.month());
    query.set_indicator("referrals-sent");
    return query;
  });
}

}  // namespace nwd::e2e
