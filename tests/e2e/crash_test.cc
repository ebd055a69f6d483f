// A service is killed with -9 under load and started again: what was acknowledged is there, and what is there is whole.
// The client's own log of what was acknowledged is the oracle.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <thread>

#include "common/ids/uuid.h"
#include "nwd/common/v1/change_service.pb.h"
#include "nwd/consent/v1/access_service.pb.h"
#include "nwd/consent/v1/consent_service.pb.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "nwd/directory/v1/catalogue_service.pb.h"
#include "nwd/referral/v1/referral_service.pb.h"
#include "tests/e2e/operator_view.h"
#include "tests/e2e/world.h"

namespace nwd::e2e {
namespace {

constexpr int kWriters = 6;
constexpr int kAsked = 240;  // in all, by all writers
const rpc::CallOptions kOptions{.timeout = absl::Seconds(20), .wait_for_ready = true, .practitioner = kPractitioner};

// What a writer asked for and, where the answer came, what it was.
template <class Request, class Response>
struct Asked {
  Request request;
  std::optional<Response> acknowledged;
};

// Several writers make the requests, each under an id of its own, until `service` is killed with a quarter of them
// answered; then it is started again. A request that nobody came to has no id.
template <class Request, class Response>
void AskUntilKilled(World& world, const std::string& service, std::vector<Asked<Request, Response>>& asked) {
  rpc::Client& client = world.ClientOf(kReferrer, service);
  std::atomic<size_t> next{0};
  std::atomic<size_t> answered{0};
  std::atomic<bool> killed{false};
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&] {
      for (size_t i = next++; i < asked.size() && !killed; i = next++) {
        asked[i].request.set_request_id(ids::Uuid::Random().ToString());
        auto answer = client.Call<Response>(asked[i].request,
                                            {.timeout = absl::Milliseconds(500), .practitioner = kPractitioner});
        if (answer.ok()) asked[i].acknowledged = *std::move(answer);
        ++answered;
      }
    });
  }
  while (answered < asked.size() / 4) std::this_thread::yield();
  world.Kill(service);
  killed = true;
  for (std::thread& writer : writers) writer.join();
  world.Start(service);
  const auto kept =
      std::count_if(asked.begin(), asked.end(), [](const auto& one) { return one.acknowledged.has_value(); });
  EXPECT_GE(kept, kAsked / 8) << "the load had begun before the kill";
  EXPECT_LT(kept, kAsked) << "the kill came under load";
}

// All changes that a service feeds to others.
std::vector<common::v1::Change> FeedOf(World& world, const std::string& service) {
  std::vector<common::v1::Change> all;
  rpc::Client& client = world.ClientOf("service/outcome", service);
  common::v1::ReadChangesRequest request;
  while (true) {
    const auto read = client.Call<common::v1::ReadChangesResponse>(request, kOptions);
    EXPECT_TRUE(read.ok()) << read.status();
    if (!read.ok() || read->changes().empty()) return all;
    all.insert(all.end(), read->changes().begin(), read->changes().end());
    request.set_cursor(read->next_cursor());
  }
}

// ---- the consent service: withdrawals

// How often each consent was withdrawn, as the feed tells it.
std::map<std::string, int> WithdrawalsFed(World& world) {
  std::map<std::string, int> fed;
  for (const auto& change : FeedOf(world, "consent")) {
    if (change.consent().state() == "WITHDRAWN") ++fed[change.consent().consent_id()];
  }
  return fed;
}

// How many notices the receiver has for each consent.
std::map<std::string, int> NoticesSent(World& world) {
  std::map<std::string, int> sent;
  consent::v1::ListNoticesRequest list;
  do {
    const auto page = world.ClientOf(kReceiver, "consent").Call<consent::v1::ListNoticesResponse>(list, kOptions);
    EXPECT_TRUE(page.ok()) << page.status();
    if (!page.ok()) return sent;
    for (const auto& notice : page->notices()) ++sent[notice.consent_id()];
    list.set_page_token(page->next_page_token());
  } while (!list.page_token().empty());
  return sent;
}

// The receiver reads, and so must be told when the consent is withdrawn.
void Disclose(World& world, const World::Consented& consented) {
  world.PutIdentity(kReferrer, consented.person_ref);
  const std::string ref = world.RefOf(kReferrer, consented.person_ref, kReceiver);
  const consent::v1::GetRecordRequest read = World::ReadRequest(ref, consented.consent_id);
  const auto record = world.Call<consent::v1::GetRecordResponse>(kReceiver, read);
  ASSERT_TRUE(record.ok()) << record.status();
}

TEST(Crash, AKilledConsentServiceHasEveryAcknowledgedWithdrawalWithItsNoticesAndItsPlaceInTheFeed) {
  World& world = World::Get();
  std::vector<Asked<consent::v1::WithdrawConsentRequest, consent::v1::WithdrawConsentResponse>> asked(kAsked);
  std::set<std::string> disclosed;
  for (int i = 0; i < kAsked; ++i) {
    const bool read = i % 2 == 0;
    const World::Consented consented = world.Consent(kReferrer, {kReceiver}, /*standing=*/read);
    if (read) Disclose(world, consented);
    if (read) disclosed.insert(consented.consent_id);
    asked[i].request.set_consent_id(consented.consent_id);
  }
  AskUntilKilled(world, "consent", asked);

  const std::map<std::string, int> notices = NoticesSent(world);
  const std::map<std::string, int> fed = WithdrawalsFed(world);
  rpc::Client& client = world.ClientOf(kReferrer, "consent");
  for (const auto& one : asked) {
    const std::string& consent_id = one.request.consent_id();
    consent::v1::GetConsentRequest get;
    get.set_consent_id(consent_id);
    const auto found = client.Call<consent::v1::GetConsentResponse>(get, kOptions);
    ASSERT_TRUE(found.ok()) << found.status();
    const bool withdrawn = found->consent().state() == consent::v1::CONSENT_STATE_WITHDRAWN;
    EXPECT_TRUE(withdrawn || found->consent().state() == consent::v1::CONSENT_STATE_GIVEN);
    if (one.acknowledged) {
      EXPECT_TRUE(withdrawn) << "an acknowledged withdrawal was lost";
    }
    EXPECT_EQ(withdrawn, found->consent().has_end_time()) << "half of a withdrawal";
    EXPECT_EQ(fed.contains(consent_id), withdrawn) << "the feed tells of what is so, and of nothing else";
    EXPECT_EQ(notices.contains(consent_id), withdrawn && disclosed.contains(consent_id))
        << "who read is told of what is so, and of nothing else";
    if (one.request.request_id().empty()) continue;
    // Asking again under the same id is the same withdrawal, whether or not its answer had arrived.
    const auto again = client.Call<consent::v1::WithdrawConsentResponse>(one.request, kOptions);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(again->notices(), disclosed.contains(consent_id) ? 1 : 0);
    if (withdrawn) {
      EXPECT_EQ(again->etag(), found->consent().etag()) << "the replay did it a second time";
    }
  }
  for (const auto& [consent_id, times] : WithdrawalsFed(world)) EXPECT_EQ(times, 1) << consent_id;
  for (const auto& [consent_id, times] : NoticesSent(world)) EXPECT_EQ(times, 1) << consent_id;
}

// ---- the referral service: referrals made and sent

// Every referral that the referrer made, by its id.
std::map<std::string, referral::v1::Referral> ReferralsMade(World& world) {
  std::map<std::string, referral::v1::Referral> made;
  referral::v1::ListReferralsRequest list;
  list.set_side(referral::v1::ListReferralsRequest::SIDE_REFERRER);
  do {
    const auto page = world.ClientOf(kReferrer, "referral").Call<referral::v1::ListReferralsResponse>(list, kOptions);
    EXPECT_TRUE(page.ok()) << page.status();
    if (!page.ok()) return made;
    for (const auto& referral : page->referrals()) made[referral.referral_id()] = referral;
    list.set_page_token(page->next_page_token());
  } while (!list.page_token().empty());
  return made;
}

void SetCapacity(World& world, std::optional<int> capacity) {
  directory::v1::SetCapacityRequest request;
  request.set_service_id(world.service_id());
  if (capacity) request.set_capacity(*capacity);
  request.set_accepts_referrals(true);
  const auto set = world.Call<directory::v1::SetCapacityResponse>(kReceiver, request);
  ASSERT_TRUE(set.ok()) << set.status();
}

// Whether one more referral would find room, once the referral service has heard of the capacity.
bool OneMoreIsRefused(World& world, const World::Consented& consented) {
  referral::v1::CreateReferralRequest request = world.ReferralRequest(consented);
  request.set_validate_only(true);
  const auto checked = world.Call<referral::v1::CreateReferralResponse>(kReferrer, request);
  EXPECT_TRUE(checked.ok() || absl::IsFailedPrecondition(checked.status())) << checked.status();
  return !checked.ok();
}

TEST(Crash, AKilledReferralServiceHasEveryAcknowledgedReferralAndOnePlaceTakenForEach) {
  World& world = World::Get();
  std::vector<Asked<referral::v1::CreateReferralRequest, referral::v1::CreateReferralResponse>> asked(kAsked);
  for (auto& one : asked) one.request = world.ReferralRequest(world.Consent(kReferrer, {kReceiver}));
  AskUntilKilled(world, "referral", asked);

  std::map<std::string, referral::v1::Referral> made = ReferralsMade(world);
  std::map<std::string, std::string> by_consent;
  for (const auto& [referral_id, referral] : made) {
    EXPECT_TRUE(by_consent.emplace(referral.consent_id(), referral_id).second) << "two referrals of one request";
  }
  rpc::Client& client = world.ClientOf(kReferrer, "referral");
  for (const auto& one : asked) {
    if (one.acknowledged) {
      ASSERT_TRUE(made.contains(one.acknowledged->referral_id())) << "an acknowledged referral was lost";
      EXPECT_EQ(made[one.acknowledged->referral_id()].state(), referral::v1::REFERRAL_STATE_SENT);
      EXPECT_EQ(made[one.acknowledged->referral_id()].etag(), one.acknowledged->etag());
    }
    if (one.request.request_id().empty()) continue;
    // Asking again under the same id is the same referral, whether or not its answer had arrived.
    const auto again = client.Call<referral::v1::CreateReferralResponse>(one.request, kOptions);
    ASSERT_TRUE(again.ok()) << again.status();
    const auto before = by_consent.find(one.request.consent_id());
    if (before != by_consent.end()) {
      EXPECT_EQ(again->referral_id(), before->second) << "the replay made another";
    }
  }

  made = ReferralsMade(world);
  std::map<std::string, int> fed;
  for (const auto& change : FeedOf(world, "referral")) {
    if (change.referral().action() == "SEND") ++fed[change.referral().referral_id()];
  }
  EXPECT_EQ(fed.size(), made.size()) << "the feed tells of what is there, and of nothing else";
  for (const auto& [referral_id, referral] : made) {
    EXPECT_EQ(referral.state(), referral::v1::REFERRAL_STATE_SENT) << "half of a referral";
    EXPECT_EQ(fed[referral_id], 1) << referral_id;
    referral::v1::ListEventsRequest events;
    events.set_referral_id(referral_id);
    const auto listed = client.Call<referral::v1::ListEventsResponse>(events, kOptions);
    ASSERT_TRUE(listed.ok()) << listed.status();
    ASSERT_EQ(listed->events_size(), 2) << referral_id;
    EXPECT_EQ(listed->events(0).action(), referral::v1::REFERRAL_ACTION_CREATE);
    EXPECT_EQ(listed->events(1).action(), referral::v1::REFERRAL_ACTION_SEND);
  }

  // As many places are taken as there are referrals: with just that many there is no room, with one more there is.
  const World::Consented another = world.Consent(kReferrer, {kReceiver});
  const int taken = static_cast<int>(made.size());
  SetCapacity(world, taken);
  EXPECT_TRUE(Eventually([&] { return OneMoreIsRefused(world, another); }));
  SetCapacity(world, taken + 1);
  EXPECT_TRUE(Eventually([&] { return !OneMoreIsRefused(world, another); }));
  directory::v1::GetServiceRequest get;
  get.set_service_id(world.service_id());
  int32_t shown = -1;
  EXPECT_TRUE(Eventually([&] {
    const auto service = world.Call<directory::v1::GetServiceResponse>(kReferrer, get);
    shown = service.ok() ? service->service().taken() : -1;
    return shown == taken;
  })) << "the directory shows "
      << shown << " places taken instead of " << taken;
  SetCapacity(world, std::nullopt);
}

}  // namespace
}  // namespace nwd::e2e
