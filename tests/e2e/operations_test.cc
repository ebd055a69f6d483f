// What an operator relies on: figures, liveness and readiness, health, reflection, the log, and a store that fails.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <mutex>
#include <optional>
#include <thread>

#include "absl/time/clock.h"
#include "common/base/strings.h"
#include "deploy/hub/folder.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor_database.h"
#include "grpc/health/v1/health.pb.h"
#include "nwd/consent/v1/access_service.pb.h"
#include "nwd/consent/v1/consent_service.pb.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "nwd/directory/v1/catalogue_service.pb.h"
#include "nwd/referral/v1/referral_service.pb.h"
#include "tests/e2e/every_rpc.h"
#include "tests/e2e/operator_view.h"
#include "tests/e2e/raw_peer.h"
#include "tests/e2e/reflection.h"
#include "tests/e2e/world.h"

namespace nwd::e2e {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Operations : public ::testing::Test {
 protected:
  // A file that may not grow shall fail its writer, as a full disk does, and not end it: what is ignored here is
  // ignored by the hub's programs.
  static void SetUpTestSuite() { signal(SIGXFSZ, SIG_IGN); }

  World& world_ = World::Get();
};

Labels CallLabels(const std::string& service, const std::string& method) {
  return {{"grpc_service", service}, {"grpc_method", method}, {"grpc_type", "unary"}};
}

Labels WithCode(Labels labels, const std::string& code) {
  labels.emplace_back("grpc_code", code);
  return labels;
}

TEST_F(Operations, ACallIsCountedUnderTheNamesThatDashboardsKnow) {
  const Labels search = CallLabels("nwd.directory.v1.CatalogueService", "SearchServices");
  const std::string before = GetPage(world_, "directory", "/metrics").body;
  ASSERT_TRUE(
      world_.Call<directory::v1::SearchServicesResponse>(kReferrer, directory::v1::SearchServicesRequest()).ok());
  ASSERT_EQ(world_
                .Call<directory::v1::SearchServicesResponse>(world_.HolderOf(common::v1::ROLE_OPERATOR),
                                                             directory::v1::SearchServicesRequest())
                .status()
                .code(),
            absl::StatusCode::kPermissionDenied);
  std::string after;
  // A call is counted when it is over, which is a moment after its caller has the answer.
  ASSERT_TRUE(Eventually([&] {
    after = GetPage(world_, "directory", "/metrics").body;
    return Figure(after, "grpc_server_handling_seconds_count", search) ==
           Figure(before, "grpc_server_handling_seconds_count", search) + 2;
  }));
  const auto rise = [&](const std::string& name, const Labels& labels) {
    return Figure(after, name, labels) - Figure(before, name, labels);
  };
  EXPECT_EQ(rise("grpc_server_started_total", search), 2);
  EXPECT_EQ(rise("grpc_server_handled_total", WithCode(search, "OK")), 1);
  EXPECT_EQ(rise("grpc_server_handled_total", WithCode(search, "PermissionDenied")), 1);
  EXPECT_EQ(rise("grpc_server_handled_total", WithCode(search, "Internal")), 0);
  EXPECT_EQ(rise("grpc_server_msg_received_total", search), 1) << "what was refused was not read";
  EXPECT_EQ(rise("grpc_server_msg_sent_total", search), 1);
  Labels everything = search;
  everything.emplace_back("le", "+Inf");
  EXPECT_EQ(rise("grpc_server_handling_seconds_bucket", everything), 2);
  EXPECT_GT(rise("grpc_server_handling_seconds_sum", search), 0);
}

TEST_F(Operations, EveryServiceShowsItsStoreItsCommitterAndItsProcess) {
  for (const std::string& service : hub::ServiceNames()) {
    const std::string page = GetPage(world_, service, "/metrics").body;
    std::vector<std::string> stores = {"data"};
    if (service != "directory") stores.push_back("keys");
    for (const std::string& store : stores) {
      const Labels of = {{"store", store}};
      EXPECT_EQ(Figure(page, "nwd_store_healthy", of), 1) << service << " " << store;
      for (const char* name :
           {"nwd_store_updates_committed_total", "nwd_store_updates_failed_total", "nwd_store_updates_expired_total",
            "nwd_store_updates_refused_total", "nwd_store_commits_total", "nwd_store_commit_seconds_total",
            "nwd_store_commit_seconds_max", "nwd_store_waiting_updates", "nwd_store_wal_bytes_total",
            "nwd_store_memtable_bytes", "nwd_store_block_cache_bytes", "nwd_store_table_bytes",
            "nwd_store_background_errors_total", "nwd_store_write_stalls_total"}) {
        EXPECT_GE(Figure(page, name, of), 0) << service << " " << store << " " << name;
      }
    }
    EXPECT_GT(Figure(page, "nwd_store_updates_committed_total", {{"store", "data"}}), 0) << service;
    EXPECT_GT(Figure(page, "nwd_store_commits_total", {{"store", "data"}}), 0) << service;
    EXPECT_GE(Figure(page, "nwd_store_updates_committed_total", {{"store", "data"}}),
              Figure(page, "nwd_store_commits_total", {{"store", "data"}}))
        << service << ": a batch holds one update at least";
    for (const char* name : {"process_cpu_seconds_total", "process_open_fds", "process_max_fds",
                             "process_resident_memory_bytes", "process_virtual_memory_bytes", "process_threads"}) {
      EXPECT_GT(Figure(page, name), 0) << service << " " << name;
    }
    const double started = Figure(page, "process_start_time_seconds");
    EXPECT_LE(started, absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch())) << service;
    EXPECT_GT(started, absl::ToDoubleSeconds(absl::Now() - absl::Hours(1) - absl::UnixEpoch())) << service;
  }
}

TEST_F(Operations, EveryServiceIsAliveAndReady) {
  for (const std::string& service : hub::ServiceNames()) {
    EXPECT_EQ(GetPage(world_, service, "/livez").status, 200) << service;
    const Page ready = GetPage(world_, service, "/readyz");
    EXPECT_EQ(ready.status, 200) << service;
    EXPECT_EQ(ready.body, "ready\n") << service;
    EXPECT_EQ(GetPage(world_, service, "/no-such-page").status, 404) << service;
  }
}

absl::StatusOr<HealthCheckResponse> CheckHealth(rpc::Client& client, const std::string& service) {
  HealthCheckRequest request;
  request.set_service(service);
  return client.Call<HealthCheckResponse>(request);
}

TEST_F(Operations, HealthIsToldToAnyCertificateForTheServerAndForEachOfItsServices) {
  for (const Rpc& rpc : EveryRpc()) {
    const auto anybody = ConnectAs(world_, "sample-unregistered", rpc.service);
    for (const std::string& name : {std::string(), rpc.method->service()->full_name()}) {
      const auto health = CheckHealth(*anybody, name);
      ASSERT_TRUE(health.ok()) << rpc.service << " " << name << ": " << health.status();
      EXPECT_EQ(health->status(), HealthCheckResponse::SERVING) << rpc.service << " " << name;
    }
  }
  for (const std::string& service : hub::ServiceNames()) {
    EXPECT_EQ(CheckHealth(*ConnectAs(world_, kReferrer, service), "nwd.no.v1.Such").status().code(),
              absl::StatusCode::kNotFound)
        << service;
    EXPECT_FALSE(CheckHealth(*ConnectWithoutCertificate(world_, service), "").ok()) << service;
  }
}

TEST_F(Operations, AHealthWatchOfAnUnknownNameSaysSoAndGoesOn) {
  for (const std::string& service : hub::ServiceNames()) {
    HealthCheckRequest request;
    request.set_service("nwd.no.v1.Such");
    auto stream = world_.ClientOf(kReferrer, service).Watch<HealthCheckResponse>(request, {.timeout = kPatience});
    HealthCheckResponse said;
    ASSERT_TRUE(stream.Read(said)) << stream.Finish();
    EXPECT_EQ(said.status(), HealthCheckResponse::SERVICE_UNKNOWN) << service;
    stream.Cancel();
    EXPECT_TRUE(absl::IsCancelled(stream.Finish())) << service << ": it went on until it was cancelled";
  }
}

TEST_F(Operations, ReflectionListsWhatIsServedAndNothingElse) {
  std::map<std::string, std::set<std::string>> served;
  for (const Rpc& rpc : EveryRpc()) served[rpc.service].insert(rpc.method->service()->full_name());
  ASSERT_EQ(served.size(), hub::ServiceNames().size());
  for (auto& [service, expected] : served) {
    expected.insert("grpc.health.v1.Health");
    expected.insert("grpc.reflection.v1alpha.ServerReflection");
    rpc::Client& client = world_.ClientOf(kReferrer, service);
    const auto listed = ReflectedServices(client);
    ASSERT_TRUE(listed.ok()) << service << ": " << listed.status();
    EXPECT_EQ(*listed, expected) << service;

    google::protobuf::SimpleDescriptorDatabase files;
    for (const std::string& name : *listed) ASSERT_TRUE(ReflectFile(client, name, files).ok()) << name;
    google::protobuf::DescriptorPool pool(&files);
    for (const Rpc& rpc : EveryRpc()) {
      if (rpc.service != service) continue;
      const auto* method = pool.FindMethodByName(rpc.method->full_name());
      ASSERT_NE(method, nullptr) << service << ": " << rpc.method->full_name();
      EXPECT_EQ(method->input_type()->full_name(), rpc.method->input_type()->full_name());
      EXPECT_EQ(method->output_type()->full_name(), rpc.method->output_type()->full_name());
      EXPECT_EQ(method->input_type()->field_count(), rpc.method->input_type()->field_count());
    }
    EXPECT_FALSE(ReflectedServices(*ConnectWithoutCertificate(world_, service)).ok())
        << service << " talks to somebody without a certificate";
  }
}

// The line that a service wrote about a call with this trace; it is written a moment after the caller has its answer.
std::optional<nlohmann::json> LineOf(World& world, const std::string& service, const std::string& method,
                                     const std::string& trace_id) {
  std::optional<nlohmann::json> found;
  Eventually([&] {
    for (const nlohmann::json& line : LogOf(world, service)) {
      if (line.value("event", "") == "rpc.call" && line.value("method", "") == method &&
          line.value("trace_id", "") == trace_id) {
        found = line;
      }
    }
    return found.has_value();
  });
  return found;
}

TEST_F(Operations, ACallIsOneLineOfTheLogAndItsTraceGoesAlongToTheServicesItCalls) {
  constexpr char kTrace[] = "4bf92f3577b34da6a3ce929d0e0e4736";
  const World::Consented consented = world_.Consent(kReferrer, {kReceiver});
  const referral::v1::CreateReferralRequest request = world_.ReferralRequest(consented);
  const rpc::CallOptions options{.practitioner = kPractitioner,
                                 .traceparent = Cat("00-", kTrace, "-00f067aa0ba902b7-01")};
  const auto made = world_.ClientOf(kReferrer, "referral").Call<referral::v1::CreateReferralResponse>(request, options);
  ASSERT_TRUE(made.ok()) << made.status();

  const auto line = LineOf(world_, "referral", "nwd.referral.v1.ReferralService.CreateReferral", kTrace);
  ASSERT_TRUE(line.has_value());
  EXPECT_EQ(line->value("organisation", ""), kReferrer);
  EXPECT_EQ(line->value("code", ""), "OK");
  ASSERT_TRUE((*line)["latency_us"].is_number_integer()) << *line;
  EXPECT_GT((*line)["latency_us"].get<int64_t>(), 0);
  EXPECT_EQ(line->value("program", ""), "nwd-referral");
  EXPECT_EQ(line->value("level", ""), "info");
  absl::Time when;
  std::string wrong;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, line->value("ts", ""), &when, &wrong)) << wrong;

  const auto behind = LineOf(world_, "consent", "nwd.consent.v1.AccessService.CheckAccess", kTrace);
  ASSERT_TRUE(behind.has_value()) << "the consent service was asked under the same trace";
  EXPECT_EQ(behind->value("service", ""), "referral");
  EXPECT_EQ(behind->value("code", ""), "OK");

  // What is refused is a line too.
  constexpr char kRefusedTrace[] = "0af7651916cd43dd8448eb211c80319c";
  const rpc::CallOptions refused{.practitioner = kPractitioner,
                                 .traceparent = Cat("00-", kRefusedTrace, "-b7ad6b7169203331-01")};
  EXPECT_FALSE(
      world_.ClientOf(kStranger, "referral").Call<referral::v1::CreateReferralResponse>(request, refused).ok());
  const auto denied = LineOf(world_, "referral", "nwd.referral.v1.ReferralService.CreateReferral", kRefusedTrace);
  ASSERT_TRUE(denied.has_value());
  EXPECT_EQ(denied->value("organisation", ""), kStranger);
  EXPECT_EQ(denied->value("code", ""), "PERMISSION_DENIED");
}

// While a call is held up (the consent service, which it asks, stands still), the referral service drains.
TEST_F(Operations, AServiceThatDrainsSaysSoAndFinishesWhatItHas) {
  const World::Consented consented = world_.Consent(kReferrer, {kReceiver});
  const Labels create = CallLabels("nwd.referral.v1.ReferralService", "CreateReferral");
  const double before = Figure(GetPage(world_, "referral", "/metrics").body, "grpc_server_started_total", create);
  auto health = world_.ClientOf(kReferrer, "referral")
                    .Watch<HealthCheckResponse>(HealthCheckRequest(), {.timeout = 2 * kPatience});
  HealthCheckResponse said;
  ASSERT_TRUE(health.Read(said)) << health.Finish();
  ASSERT_EQ(said.status(), HealthCheckResponse::SERVING);

  const hub::ProcessId consent = world_.hub().Service("consent").process;
  const hub::ProcessId referral = world_.hub().Service("referral").process;
  ASSERT_EQ(kill(consent.pid, SIGSTOP), 0);
  absl::StatusOr<referral::v1::CreateReferralResponse> made;
  std::thread caller([&] {
    const referral::v1::CreateReferralRequest request = world_.ReferralRequest(consented);
    made =
        world_.ClientOf(kReferrer, "referral")
            .Call<referral::v1::CreateReferralResponse>(request, {.timeout = kPatience, .practitioner = kPractitioner});
  });
  EXPECT_TRUE(Eventually([&] {
    return Figure(GetPage(world_, "referral", "/metrics").body, "grpc_server_started_total", create) > before;
  })) << "the call is in";
  kill(referral.pid, SIGTERM);

  Page ready;
  EXPECT_TRUE(Eventually([&] {
    ready = GetPage(world_, "referral", "/readyz");
    return ready.status == 503;
  }));
  EXPECT_THAT(ready.body, HasSubstr("draining"));
  EXPECT_EQ(GetPage(world_, "referral", "/livez").status, 200) << "it is alive, and shall not be killed";
  EXPECT_TRUE(health.Read(said)) << health.Finish();
  EXPECT_EQ(said.status(), HealthCheckResponse::NOT_SERVING);
  EXPECT_FALSE(health.Read(said)) << "then the watch ends";
  EXPECT_TRUE(absl::IsUnavailable(health.Finish()));
  EXPECT_FALSE(CheckHealth(*ConnectAs(world_, kReferrer, "referral"), "").ok()) << "it takes no new call";

  kill(consent.pid, SIGCONT);
  caller.join();
  EXPECT_TRUE(made.ok()) << "what it had begun it finished: " << made.status();
  int ended = 0;
  ASSERT_EQ(waitpid(referral.pid, &ended, 0), referral.pid);
  EXPECT_TRUE(WIFEXITED(ended) && WEXITSTATUS(ended) == 0) << ended;
  ASSERT_TRUE(hub::StartAgain(world_.options(), world_.hub(), "referral").ok());
  EXPECT_EQ(GetPage(world_, "referral", "/readyz").status, 200);
  referral::v1::GetReferralRequest get;
  get.set_referral_id(made->referral_id());
  const auto kept = world_.Call<referral::v1::GetReferralResponse>(kReferrer, get);
  EXPECT_TRUE(kept.ok()) << kept.status();
}

// No file of a process may grow any more while this lives: to it the disk is full.
class FullDiskOf {
 public:
  explicit FullDiskOf(pid_t pid) : pid_(pid) {
    rlimit none{};
    EXPECT_EQ(prlimit(pid_, RLIMIT_FSIZE, nullptr, &before_), 0);
    none = before_;
    none.rlim_cur = 0;
    EXPECT_EQ(prlimit(pid_, RLIMIT_FSIZE, &none, nullptr), 0);
  }
  ~FullDiskOf() { EXPECT_EQ(prlimit(pid_, RLIMIT_FSIZE, &before_, nullptr), 0); }

 private:
  const pid_t pid_;
  rlimit before_{};
};

TEST_F(Operations, AServiceWhoseStoreFailsIsNotReadyAndOnlyReadsUntilItIsStartedAgain) {
  const World::Consented consented = world_.Consent(kReferrer, {kReceiver}, /*standing=*/true);
  world_.PutIdentity(kReferrer, consented.person_ref);
  consent::v1::PutRecordRequest put;
  put.set_person_ref(consented.person_ref);
  put.mutable_section()->mutable_identity()->set_preferred_name("Second");
  consent::v1::GetConsentRequest look;
  look.set_consent_id(consented.consent_id);
  consent::v1::WithdrawConsentRequest withdraw;
  withdraw.set_consent_id(consented.consent_id);
  const std::string ref = world_.RefOf(kReferrer, consented.person_ref, kReceiver);
  const consent::v1::GetRecordRequest read = World::ReadRequest(ref, consented.consent_id);
  {
    const FullDiskOf full(world_.hub().Service("consent").process.pid);
    const auto during = world_.Call<consent::v1::PutRecordResponse>(kReferrer, put);
    EXPECT_TRUE(absl::IsUnavailable(during.status())) << during.status();
  }
  Page ready;
  EXPECT_TRUE(Eventually([&] {
    ready = GetPage(world_, "consent", "/readyz");
    return ready.status == 503;
  }));
  EXPECT_THAT(ready.body, HasSubstr("store failed"));
  EXPECT_EQ(GetPage(world_, "consent", "/livez").status, 200);
  const auto health = CheckHealth(world_.ClientOf(kReferrer, "consent"), "");
  ASSERT_TRUE(health.ok()) << health.status();
  EXPECT_EQ(health->status(), HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(Figure(GetPage(world_, "consent", "/metrics").body, "nwd_store_healthy", {{"store", "data"}}), 0);

  // There is room on the disk again, but what is on it is only known after a restart.
  EXPECT_TRUE(absl::IsUnavailable(world_.Call<consent::v1::PutRecordResponse>(kReferrer, put).status()));
  EXPECT_TRUE(absl::IsUnavailable(world_.Call<consent::v1::WithdrawConsentResponse>(kReferrer, withdraw).status()));
  EXPECT_TRUE(absl::IsUnavailable(world_.Call<consent::v1::GetRecordResponse>(kReceiver, read).status()))
      << "nothing leaves without a durable disclosure";
  const auto seen = world_.Call<consent::v1::GetConsentResponse>(kReferrer, look);
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(seen->consent().state(), consent::v1::CONSENT_STATE_GIVEN);

  ASSERT_TRUE(hub::StopProcesses({world_.hub().Service("consent").process}, kPatience).ok());
  ASSERT_TRUE(hub::StartAgain(world_.options(), world_.hub(), "consent").ok());
  EXPECT_EQ(GetPage(world_, "consent", "/readyz").status, 200);
  EXPECT_TRUE(world_.Call<consent::v1::GetRecordResponse>(kReceiver, read).ok());
  const auto after = world_.Call<consent::v1::PutRecordResponse>(kReferrer, put);
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_EQ(after->version(), 2) << "of what was refused nothing was kept";
}

}  // namespace
}  // namespace nwd::e2e
