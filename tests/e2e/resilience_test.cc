// The directory down, a drain under load, and silence. (Crashes: crash_test. Streams across a drain: paging_test.)
#include <dirent.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/base/strings.h"
#include "common/ids/uuid.h"
#include "common/status/status.h"
#include "deploy/hub/folder.h"
#include "grpc/health/v1/health.pb.h"
#include "nwd/consent/v1/access_service.pb.h"
#include "nwd/consent/v1/consent_service.pb.h"
#include "nwd/consent/v1/person_service.pb.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "nwd/directory/v1/catalogue_service.pb.h"
#include "nwd/directory/v1/feed_service.pb.h"
#include "nwd/directory/v1/organisation_service.pb.h"
#include "nwd/outcome/v1/outcome_service.pb.h"
#include "nwd/referral/v1/referral_service.pb.h"
#include "tests/e2e/operator_view.h"
#include "tests/e2e/raw_peer.h"
#include "tests/e2e/world.h"

namespace nwd::e2e {
namespace {

using ::testing::IsEmpty;

constexpr int kWriters = 6;
constexpr char kSuspended[] = "sample-suspended";
constexpr char kUnregistered[] = "sample-unregistered";
const rpc::CallOptions kOptions{.timeout = absl::Seconds(20), .wait_for_ready = true, .practitioner = kPractitioner};

// ---- the directory down

class DirectoryDown : public ::testing::Test {
 protected:
  // Once through while all are up, so that every replica has seen the organisations, a service, and who is suspended.
  static void SetUpTestSuite() {
    World& world = World::Get();
    Suspend(world);
    LinkTheRestTo(world, kStranger);
    world.Refer(kReferrer, world.Consent(kReferrer, {kReceiver}));
    for (const char* service : {"consent", "referral", "outcome"}) {
      EXPECT_TRUE(Eventually([&] { return Refusal(world, kSuspended, service) == "ORGANISATION_NOT_ACTIVE"; }))
          << service << " has heard of the suspension";
    }
  }
  void TearDown() override {
    if (!hub::IsAlive(world_.hub().Service("directory").process)) world_.Start("directory");
  }

  static void Suspend(World& world) {
    directory::v1::CreateOrganisationRequest create;
    create.set_slug(kSuspended);
    create.set_name("Sample: suspended");
    create.set_kind(common::v1::ORGANISATION_KIND_VCS);
    const auto created = world.Call<directory::v1::CreateOrganisationResponse>(kAdmin, create);
    ASSERT_TRUE(created.ok()) << created.status();
    directory::v1::SetOrganisationStateRequest suspend;
    suspend.set_organisation_id(created->organisation_id());
    suspend.set_etag(created->etag());
    suspend.set_state(common::v1::ORGANISATION_STATE_SUSPENDED);
    const auto suspended = world.Call<directory::v1::SetOrganisationStateResponse>(kAdmin, suspend);
    ASSERT_TRUE(suspended.ok()) << suspended.status();
  }

  // So that there are services of others to go to instead.
  static void LinkTheRestTo(World& world, const std::string& slug) {
    directory::v1::ListProvidersRequest list;
    list.set_feed_id(world.feed_id());
    list.set_page_size(500);
    const auto providers = world.Call<directory::v1::ListProvidersResponse>(kAdmin, list);
    ASSERT_TRUE(providers.ok()) << providers.status();
    for (const auto& provider : providers->providers()) {
      if (!provider.organisation_id().empty()) continue;
      directory::v1::LinkProviderRequest link;
      link.set_feed_id(world.feed_id());
      link.set_external_id(provider.external_id());
      link.set_organisation_id(world.IdOf(slug));
      ASSERT_TRUE(world.Call<directory::v1::LinkProviderResponse>(kAdmin, link).ok());
    }
  }

  // The reason for which a service refuses an organisation a call that any agency may make; empty where it does not.
  static std::string Refusal(World& world, const std::string& who, const std::string& service) {
    rpc::Client& client = world.ClientOf(who, service);
    if (service == "consent") {
      return status::ReasonOf(
          client.Call<consent::v1::ListNoticesResponse>(consent::v1::ListNoticesRequest(), kOptions).status());
    }
    if (service == "referral") {
      return status::ReasonOf(
          client.Call<referral::v1::ListReferralsResponse>(referral::v1::ListReferralsRequest(), kOptions).status());
    }
    outcome::v1::ListOutcomesRequest outcomes;
    outcomes.set_referral_id(ids::Uuid::Random().ToString());
    return status::ReasonOf(client.Call<outcome::v1::ListOutcomesResponse>(outcomes, kOptions).status());
  }

  std::string Move(const World::Referred& referred, const std::string& etag, referral::v1::ReferralAction action) {
    referral::v1::TransitionReferralRequest request;
    request.set_referral_id(referred.referral_id);
    request.set_etag(etag);
    request.set_action(action);
    if (action == referral::v1::REFERRAL_ACTION_DECLINE) request.set_reason(referral::v1::REFERRAL_REASON_NO_CAPACITY);
    const auto moved = world_.Call<referral::v1::TransitionReferralResponse>(kReceiver, request);
    EXPECT_TRUE(moved.ok()) << ReferralAction_Name(action) << ": " << moved.status();
    return moved.ok() ? moved->etag() : "";
  }

  referral::v1::Referral Look(const std::string& who, const std::string& referral_id) {
    referral::v1::GetReferralRequest get;
    get.set_referral_id(referral_id);
    const auto seen = world_.Call<referral::v1::GetReferralResponse>(who, get);
    EXPECT_TRUE(seen.ok()) << seen.status();
    return seen.ok() ? seen->referral() : referral::v1::Referral();
  }

  void DoTheMainJob();
  void DeclineOne(bool alternatives_expected);
  void TurnAwayWhoMayNot();

  World& world_ = World::Get();
};

// From registering a person to the outcome, the journey and the withdrawal.
void DirectoryDown::DoTheMainJob() {
  const World::Consented consented = world_.Consent(kReferrer, {kReceiver});
  world_.PutIdentity(kReferrer, consented.person_ref);
  const World::Referred referred = world_.Refer(kReferrer, consented);
  std::string etag = Move(referred, referred.etag, referral::v1::REFERRAL_ACTION_ACCEPT);

  const std::string ref = Look(kReceiver, referred.referral_id).person_ref();
  const consent::v1::GetRecordRequest read = World::ReadRequest(ref, consented.consent_id);
  const auto record = world_.Call<consent::v1::GetRecordResponse>(kReceiver, read);
  EXPECT_TRUE(record.ok()) << record.status();
  const absl::Status stranger = world_.Call<consent::v1::GetRecordResponse>(kStranger, read).status();
  EXPECT_EQ(stranger.code(), absl::StatusCode::kPermissionDenied) << stranger;
  EXPECT_EQ(stranger.message(), status::Denied().message());

  etag = Move(referred, etag, referral::v1::REFERRAL_ACTION_START);
  outcome::v1::RecordOutcomeRequest outcome;
  outcome.set_referral_id(referred.referral_id);
  outcome.set_kind(outcome::v1::OUTCOME_KIND_DEBT_SUPPORT);
  outcome.set_occurred_on(absl::FormatTime("%Y-%m-%d", absl::Now() - absl::Hours(24), absl::UTCTimeZone()));
  const auto recorded = world_.Call<outcome::v1::RecordOutcomeResponse>(kReceiver, outcome);
  EXPECT_TRUE(recorded.ok()) << recorded.status();
  EXPECT_EQ(world_.Call<outcome::v1::RecordOutcomeResponse>(kStranger, outcome).status().code(),
            absl::StatusCode::kPermissionDenied);
  Move(referred, etag, referral::v1::REFERRAL_ACTION_COMPLETE);

  outcome::v1::GetJourneyRequest journey;
  journey.set_person_ref(consented.person_ref);
  std::set<std::string> steps;
  EXPECT_TRUE(Eventually([&] {
    const auto walked = world_.Call<outcome::v1::GetJourneyResponse>(kReferrer, journey);
    EXPECT_TRUE(walked.ok()) << walked.status();
    if (walked.ok()) {
      for (const auto& step : walked->steps()) steps.insert(step.type());
    }
    return !walked.ok() || (steps.contains("referral.send") && steps.contains("referral.complete"));
  })) << ::testing::PrintToString(steps);
  EXPECT_EQ(world_.Call<outcome::v1::GetJourneyResponse>(kStranger, journey).status().code(),
            absl::StatusCode::kPermissionDenied);

  consent::v1::WithdrawConsentRequest withdraw;
  withdraw.set_consent_id(consented.consent_id);
  EXPECT_TRUE(world_.Call<consent::v1::WithdrawConsentResponse>(kReferrer, withdraw).ok());
  EXPECT_EQ(world_.Call<consent::v1::GetRecordResponse>(kReceiver, read).status().code(),
            absl::StatusCode::kPermissionDenied);
}

// A decline does not wait for the directory: it only has no alternatives to offer.
void DirectoryDown::DeclineOne(bool alternatives_expected) {
  const World::Referred referred = world_.Refer(kReferrer, world_.Consent(kReferrer, {kReceiver}));
  Move(referred, referred.etag, referral::v1::REFERRAL_ACTION_DECLINE);
  const referral::v1::Referral declined = Look(kReferrer, referred.referral_id);
  EXPECT_EQ(declined.state(), referral::v1::REFERRAL_STATE_DECLINED);
  EXPECT_EQ(declined.alternative_service_ids_size() > 0, alternatives_expected) << declined.ShortDebugString();
}

void DirectoryDown::TurnAwayWhoMayNot() {
  for (const char* service : {"consent", "referral", "outcome"}) {
    EXPECT_EQ(Refusal(world_, kSuspended, service), "ORGANISATION_NOT_ACTIVE") << service;
    // Whom the replica does not know is asked of the directory before it is refused.
    EXPECT_EQ(Refusal(world_, kUnregistered, service), "DIRECTORY_UNREACHABLE") << service;
    EXPECT_FALSE(HandshakeSucceeds(world_, service, TlsVersion::k12)) << service;
  }
}

TEST_F(DirectoryDown, TheOthersGoOnDeciding) {
  DeclineOne(/*alternatives_expected=*/true);
  world_.Kill("directory");
  DoTheMainJob();
  DeclineOne(/*alternatives_expected=*/false);
  TurnAwayWhoMayNot();
  world_.Start("directory");
  directory::v1::SearchServicesRequest search;
  EXPECT_TRUE(world_.Call<directory::v1::SearchServicesResponse>(kReferrer, search).ok()) << "and it is back";
  for (const char* service : {"consent", "referral", "outcome"}) {
    EXPECT_TRUE(Eventually([&] { return Refusal(world_, kUnregistered, service) == "UNKNOWN_IDENTITY"; })) << service;
  }
}

TEST_F(DirectoryDown, TheOthersCanBeStartedAgainAndDecideFromWhatTheyKeptOfIt) {
  world_.Kill("directory");
  for (const char* service : {"consent", "referral", "outcome"}) {
    world_.Stop(service);
    world_.Start(service);
  }
  DoTheMainJob();
  DeclineOne(/*alternatives_expected=*/false);
  TurnAwayWhoMayNot();
  world_.Start("directory");
  EXPECT_TRUE(Eventually([&] { return Refusal(world_, kUnregistered, "referral") == "UNKNOWN_IDENTITY"; }));
  DeclineOne(/*alternatives_expected=*/true);
}

// ---- a drain under load

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
  world.Stop("consent");
  world.Start("consent");
  const int before = done;
  while (done < before + 200) std::this_thread::yield();
  stop = true;
  for (std::thread& caller : callers) caller.join();
  EXPECT_THAT(failures, IsEmpty()) << failures.front();
}

// When a service last said this in its log.
absl::Time LastTime(World& world, const std::string& service, const std::string& event) {
  absl::Time last = absl::InfinitePast();
  for (const auto& line : LogOf(world, service)) {
    std::string wrong;
    if (line.value("event", "") == event) absl::ParseTime(absl::RFC3339_full, line.value("ts", ""), &last, &wrong);
  }
  return last;
}

TEST(Resilience, ADrainDoesNotWaitForACallerThatIsConnectedAndAsleep) {
  World& world = World::Get();
  // This process holds many connections to the service and, while it waits for its end, hardly looks at them.
  constexpr int kAsleep = 12;
  constexpr absl::Duration kPatienceOfCalls = absl::Seconds(20);  // --drain, where nothing else is said
  for (const std::string& service : hub::ServiceNames()) {
    std::vector<std::unique_ptr<rpc::Client>> asleep;
    for (int i = 0; i < kAsleep; ++i) {
      asleep.push_back(ConnectAs(world, kReferrer, service));
      ASSERT_TRUE(
          asleep.back()->Call<grpc::health::v1::HealthCheckResponse>(grpc::health::v1::HealthCheckRequest()).ok());
    }
    world.Stop(service);
    EXPECT_LT(LastTime(world, service, "service.stopped") - LastTime(world, service, "service.draining"),
              kPatienceOfCalls / 2)
        << service << " used up the time that calls in flight may take";
    world.Start(service);
  }
}

// ---- silence

// The connections that this process has to a port on this machine: the numbers of their sockets.
std::set<std::string> ConnectionsTo(int port) {
  std::set<std::string> mine;
  DIR* const open_files = opendir("/proc/self/fd");
  while (const dirent* entry = readdir(open_files)) {
    char target[64];
    const ssize_t size = readlink(Cat("/proc/self/fd/", entry->d_name).c_str(), target, sizeof(target));
    const std::string name(target, size > 0 ? static_cast<size_t>(size) : 0);
    if (name.rfind("socket:[", 0) == 0) mine.insert(name.substr(8, name.size() - 9));
  }
  closedir(open_files);
  std::set<std::string> connections;
  const std::string remote = absl::StrFormat(":%04X", port);
  for (const char* table : {"/proc/self/net/tcp", "/proc/self/net/tcp6"}) {
    std::ifstream file(table);
    for (std::string line; std::getline(file, line);) {
      std::istringstream fields(line);
      std::string number, from, to, state, skipped, inode;
      fields >> number >> from >> to >> state >> skipped >> skipped >> skipped >> skipped >> skipped >> inode;
      const bool there = to.size() > 5 && to.substr(to.size() - 5) == remote;
      if (there && state == "01" && mine.contains(inode)) connections.insert(inode);
    }
  }
  return connections;
}

TEST(Resilience, CallsAfterASecondOfSilenceAreAnsweredOnTheSameConnectionAtTheFirstTry) {
  World& world = World::Get();
  const auto call = [&](const std::string& service) {
    return world.ClientOf(kReferrer, service)
        .Call<grpc::health::v1::HealthCheckResponse>(grpc::health::v1::HealthCheckRequest());
  };
  const auto started = [&](const std::string& service) {
    return Figure(GetPage(world, service, "/metrics").body, "grpc_server_started_total",
                  {{"grpc_service", "grpc.health.v1.Health"}, {"grpc_method", "Check"}});
  };
  std::map<std::string, std::set<std::string>> connections;
  std::map<std::string, double> calls;
  for (const std::string& service : hub::ServiceNames()) {
    ASSERT_TRUE(call(service).ok()) << service;
    connections[service] = ConnectionsTo(world.hub().Service(service).grpc_port);
    calls[service] = started(service);
    EXPECT_GE(connections[service].size(), 1u) << service;
  }
  const std::vector<absl::Duration> silences = {absl::Milliseconds(1000), absl::Milliseconds(1050),
                                                absl::Milliseconds(1100)};
  for (const absl::Duration silence : silences) {
    // The silence is the subject here: runtimes have been seen to doze off after a second of it.
    absl::SleepFor(silence);
    for (const std::string& service : hub::ServiceNames()) {
      const auto answer = call(service);
      EXPECT_TRUE(answer.ok()) << service << " after " << silence << ": " << answer.status();
    }
  }
  for (const std::string& service : hub::ServiceNames()) {
    EXPECT_EQ(ConnectionsTo(world.hub().Service(service).grpc_port), connections[service])
        << service << ": no connection was made anew";
    EXPECT_EQ(started(service), calls[service] + static_cast<double>(silences.size()))
        << service << ": no call was tried twice";
  }
}

}  // namespace
}  // namespace nwd::e2e
