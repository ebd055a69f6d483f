// What happens when processes die, drain or are missing. The client's own log of what was acknowledged is the oracle.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <mutex>
#include <thread>

#include "absl/time/clock.h"
#include "common/ids/uuid.h"
#include "nwd/consent/v1/access_service.pb.h"
#include "nwd/consent/v1/consent_service.pb.h"
#include "nwd/consent/v1/person_service.pb.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "nwd/directory/v1/catalogue_service.pb.h"
#include "nwd/referral/v1/referral_service.pb.h"
#include "tests/e2e/world.h"

namespace nwd::e2e {
namespace {

constexpr int kWriters = 6;
const rpc::CallOptions kOptions{.timeout = absl::Seconds(20), .wait_for_ready = true, .practitioner = kPractitioner};

void Kill(World& world, const std::string& service) {
  const hub::ProcessId id = world.hub().Service(service).process;
  ASSERT_TRUE(hub::IsAlive(id));
  kill(id.pid, SIGKILL);
  waitpid(id.pid, nullptr, 0);
}

void Start(World& world, const std::string& service) {
  const absl::Status started = hub::StartAgain(world.options(), world.hub(), service);
  ASSERT_TRUE(started.ok()) << started;
}

// Decisions that a writer asked for and, where the answer came, what it was.
struct Asked {
  consent::v1::WithdrawConsentRequest request;
  bool acknowledged = false;
};

// One service is killed under load: what was acknowledged is there, and what is there is whole.
TEST(Resilience, AKilledServiceLosesNoAcknowledgedWriteAndShowsNoHalfDoneOne) {
  World& world = World::Get();
  constexpr int kConsents = 240;
  std::vector<World::Consented> consents;
  for (int i = 0; i < kConsents; ++i) consents.push_back(world.Consent(kReferrer, {kReceiver}));

  rpc::Client& client = world.ClientOf(kReferrer, "consent");
  std::vector<Asked> asked(kConsents);
  std::atomic<int> next{0};
  std::atomic<int> answered{0};
  std::atomic<bool> killed{false};
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&] {
      for (int i = next++; i < kConsents && !killed; i = next++) {
        asked[i].request.set_request_id(ids::Uuid::Random().ToString());
        asked[i].request.set_consent_id(consents[i].consent_id);
        asked[i].acknowledged =
            client
                .Call<consent::v1::WithdrawConsentResponse>(
                    asked[i].request, {.timeout = absl::Milliseconds(500), .practitioner = kPractitioner})
                .ok();
        ++answered;
      }
    });
  }
  while (answered < kConsents / 4) std::this_thread::yield();
  Kill(world, "consent");
  killed = true;
  for (std::thread& writer : writers) writer.join();
  Start(world, "consent");

  int kept = 0;
  for (int i = 0; i < kConsents; ++i) {
    consent::v1::GetConsentRequest get;
    get.set_consent_id(consents[i].consent_id);
    const auto found = client.Call<consent::v1::GetConsentResponse>(get, kOptions);
    ASSERT_TRUE(found.ok()) << found.status();
    const bool withdrawn = found->consent().state() == consent::v1::CONSENT_STATE_WITHDRAWN;
    if (asked[i].acknowledged) {
      EXPECT_TRUE(withdrawn) << "an acknowledged withdrawal was lost";
      ++kept;
    } else {
      EXPECT_TRUE(withdrawn || found->consent().state() == consent::v1::CONSENT_STATE_GIVEN);
    }
    EXPECT_EQ(withdrawn, found->consent().has_end_time()) << "half of a withdrawal";
    if (asked[i].request.request_id().empty()) continue;  // nobody got to it
    // Asking again under the same id is the same withdrawal, whether or not its answer had arrived.
    const auto again = client.Call<consent::v1::WithdrawConsentResponse>(asked[i].request, kOptions);
    ASSERT_TRUE(again.ok()) << again.status();
    if (withdrawn) {
      EXPECT_EQ(again->etag(), found->consent().etag()) << "the replay did it a second time";
    }
  }
  EXPECT_GE(kept, kConsents / 8) << "the load had begun before the kill";
  EXPECT_LT(kept, kConsents) << "the kill came under load";
}

TEST(Resilience, TheOthersGoOnDecidingWhileTheDirectoryIsDown) {
  World& world = World::Get();
  // Once through while all are up, so that every replica has seen the organisations and the service.
  world.Refer(kReferrer, world.Consent(kReferrer, {kReceiver}));
  Kill(world, "directory");

  const World::Consented consented = world.Consent(kReferrer, {kReceiver});
  world.PutIdentity(kReferrer, consented.person_ref);
  const World::Referred referred = world.Refer(kReferrer, consented);
  referral::v1::TransitionReferralRequest accept;
  accept.set_referral_id(referred.referral_id);
  accept.set_etag(referred.etag);
  accept.set_action(referral::v1::REFERRAL_ACTION_ACCEPT);
  const auto accepted = world.Call<referral::v1::TransitionReferralResponse>(kReceiver, accept);
  EXPECT_TRUE(accepted.ok()) << accepted.status();

  referral::v1::GetReferralRequest get;
  get.set_referral_id(referred.referral_id);
  const auto seen = world.Call<referral::v1::GetReferralResponse>(kReceiver, get);
  ASSERT_TRUE(seen.ok()) << seen.status();
  consent::v1::GetRecordRequest read;
  read.set_person_ref(seen->referral().person_ref());
  read.set_purpose(common::v1::PURPOSE_REFERRAL);
  read.add_categories(common::v1::CATEGORY_IDENTITY);
  read.set_mode(consent::v1::SHARING_MODE_VIEW);
  read.set_consent_id(consented.consent_id);
  const auto record = world.Call<consent::v1::GetRecordResponse>(kReceiver, read);
  EXPECT_TRUE(record.ok()) << record.status();
  EXPECT_FALSE(world.Call<consent::v1::GetRecordResponse>(kStranger, read).ok());

  Start(world, "directory");
  directory::v1::SearchServicesRequest search;
  EXPECT_TRUE(world.Call<directory::v1::SearchServicesResponse>(kReferrer, search).ok()) << "and it is back";
}

TEST(Resilience, ADrainUnderLoadFailsNoCall) {
  World& world = World::Get();
  const std::string person_ref = world.Register(kReferrer);
  rpc::Client& client = world.ClientOf(kReferrer, "consent");
  std::atomic<bool> stop{false};
  std::atomic<int> done{0};
  std::mutex mutex;
  std::vector<absl::Status> failures;
  std::vector<std::thread> callers;
  for (int c = 0; c < kWriters; ++c) {
    callers.emplace_back([&] {
      while (!stop) {
        consent::v1::PutRecordRequest request;
        request.set_request_id(ids::Uuid::Random().ToString());
        request.set_person_ref(person_ref);
        request.mutable_section()->mutable_goals()->add_goals("a job near home");
        const auto put = client.Call<consent::v1::PutRecordResponse>(request, kOptions);
        if (!put.ok()) {
          const std::lock_guard lock(mutex);
          failures.push_back(put.status());
        }
        ++done;
      }
    });
  }
  while (done < 200) std::this_thread::yield();
  // SIGTERM, the end of the process, and a new one on the same port: what a rolling update does.
  ASSERT_TRUE(hub::StopProcesses({world.hub().Service("consent").process}, absl::Seconds(30)).ok());
  Start(world, "consent");
  const int before = done;
  while (done < before + 200) std::this_thread::yield();
  stop = true;
  for (std::thread& caller : callers) caller.join();
  EXPECT_THAT(failures, ::testing::IsEmpty()) << failures.front();
}

TEST(Resilience, AWalkThroughPagesMeetsEachOnceWhileWritesGoOn) {
  World& world = World::Get();
  const World::Consented consented = world.Consent(kReferrer, {kReceiver}, /*standing=*/true);
  std::set<std::string> before;
  for (int i = 0; i < 60; ++i) before.insert(world.Refer(kReferrer, world.Consent(kReferrer, {kReceiver})).referral_id);
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    while (!stop) world.Refer(kReferrer, world.Consent(kReferrer, {kReceiver}));
  });
  std::map<std::string, int> met;
  referral::v1::ListReferralsRequest list;
  list.set_page_size(7);
  do {
    const auto page = world.Call<referral::v1::ListReferralsResponse>(kReferrer, list);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const auto& referral : page->referrals()) ++met[referral.referral_id()];
    list.set_page_token(page->next_page_token());
  } while (!list.page_token().empty());
  stop = true;
  writer.join();
  for (const std::string& referral_id : before) EXPECT_EQ(met[referral_id], 1) << referral_id;
  for (const auto& [referral_id, times] : met) EXPECT_EQ(times, 1) << referral_id;
}

TEST(Resilience, ACallAfterASilenceIsAnswered) {
  World& world = World::Get();
  for (int i = 0; i < 3; ++i) {
    // The silence is the subject here: runtimes have been seen to doze off after a second of it.
    absl::SleepFor(absl::Milliseconds(1050));
    directory::v1::SearchServicesRequest search;
    EXPECT_TRUE(world.Call<directory::v1::SearchServicesResponse>(kReferrer, search).ok());
  }
}

TEST(Streams, AWatchGoesOnFromItsCursorWithoutAGap) {
  World& world = World::Get();
  rpc::Client& client = world.ClientOf(kReferrer, "referral");
  std::vector<std::string> made;
  for (int i = 0; i < 5; ++i) made.push_back(world.Refer(kReferrer, world.Consent(kReferrer, {kReceiver})).referral_id);
  std::vector<std::string> seen;
  std::string cursor;
  // A new stream for every event: each goes on where the last one stopped.
  while (seen.empty() || seen.back() != made.back()) {
    referral::v1::WatchReferralsRequest watch;
    watch.set_cursor(cursor);
    auto stream = client.Watch<referral::v1::WatchReferralsResponse>(watch, {.timeout = absl::Seconds(20)});
    referral::v1::WatchReferralsResponse event;
    ASSERT_TRUE(stream.Read(event)) << stream.Finish();
    cursor = event.cursor();
    if (event.event().action() == referral::v1::REFERRAL_ACTION_SEND) seen.push_back(event.event().referral_id());
    stream.Cancel();
  }
  ASSERT_GE(seen.size(), made.size());
  EXPECT_TRUE(std::equal(made.rbegin(), made.rend(), seen.rbegin())) << "in order, none skipped";
}

}  // namespace
}  // namespace nwd::e2e
