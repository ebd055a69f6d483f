// The audit logs of a hub that runs, read from outside as a stranger does; across kills, and with a disclosure proved.
#include <gtest/gtest.h>

#include <cstdlib>
#include <span>

#include "absl/time/clock.h"
#include "common/audit/frontier.h"
#include "common/audit/proof.h"
#include "common/audit/record.h"
#include "common/audit/signing.h"
#include "common/base/strings.h"
#include "deploy/audit/log_source.h"
#include "deploy/audit/verify.h"
#include "deploy/audit/witness.h"
#include "deploy/hub/folder.h"
#include "deploy/hub/shell.h"
#include "nwd/common/v1/audit_service.pb.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "tests/e2e/operator_view.h"
#include "tests/e2e/things.h"
#include "tests/e2e/world.h"
#include "tests/testing/temp_folder.h"

namespace nwd::e2e {
namespace {

namespace v1 = common::v1;

class AuditLogs : public ::testing::Test {
 protected:
  std::string AddressOf(const std::string& service) {
    return Cat("http://127.0.0.1:", world_.hub().Service(service).http_port, "/audit");
  }
  std::unique_ptr<audit::LogSource> LogOf(const std::string& service) { return *audit::OpenLog(AddressOf(service)); }
  // As the hub's office publishes them.
  std::vector<audit::Verifier> VerifiersOf(const std::string& service) {
    const auto hub_key = crypto::HubKey::FromFile(hub::KeyFile(world_.hub().folder), crypto::HubKey::IfMissing::kFail);
    EXPECT_TRUE(hub_key.ok()) << hub_key.status();
    std::vector<audit::Verifier> verifiers;
    const std::string origin = audit::OriginOf(world_.options().trust_domain, service, 1);
    for (const crypto::SigningKey& key : audit::SigningKeysOf(*hub_key, service)) {
      verifiers.push_back(*audit::ParseVerifier(audit::VerifierText(origin, key.verifying_key())));
    }
    return verifiers;
  }
  absl::StatusOr<audit::Checkpoint> Verify(const std::string& service) {
    return audit::VerifyLog(*LogOf(service), VerifiersOf(service), [](uint64_t, uint64_t) {});
  }
  // Looks until the log has more entries than `size`.
  absl::StatusOr<audit::Seen> LookPast(uint64_t size, const std::string& service, const std::string& folder) {
    const absl::Time patience = absl::Now() + kPatience;
    while (true) {
      auto seen = audit::Look(*LogOf(service), AddressOf(service), VerifiersOf(service), folder);
      if (!seen.ok() || seen->now.size > size || absl::Now() > patience) return seen;
      absl::SleepFor(absl::Milliseconds(20));
    }
  }
  World& world_ = World::Get();
};

TEST_F(AuditLogs, OfAllFourServicesAreWholeToAStranger) {
  testing::TempFolder memory;
  world_.Refer(kReferrer, world_.Consent(kReferrer, {kReceiver}));
  const auto seen = LookPast(0, "consent", memory.Path());
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_GT(seen->now.size, 0u);
  for (const char* service : {"directory", "consent", "referral", "outcome"}) {
    const auto checkpoint = Verify(service);
    ASSERT_TRUE(checkpoint.ok()) << service << ": " << checkpoint.status();
    EXPECT_EQ(checkpoint->origin, Cat("nwd/hub.test/", service, "/1"));
  }
}

// Whoever has no way to the operators' port has the same log over the connection they have: what is listed makes the
// root that is signed, and each entry is proved; in all four services.
TEST_F(AuditLogs, AreTheSameOverTheHubsOwnCalls) {
  const World::Consented consented = world_.Consent(kReferrer, {kReceiver});
  world_.Refer(kReferrer, consented);
  world_.Do<outcome::v1::RecordOutcomeResponse>(kReceiver, RecordingOutcome(Accepted(world_)));
  for (const char* service : {"directory", "consent", "referral", "outcome"}) {
    rpc::Client& auditor = world_.ClientOf(world_.HolderOf(v1::ROLE_AUDITOR), service);
    rpc::Client& agency = world_.ClientOf(kReferrer, service);
    absl::StatusOr<audit::Checkpoint> now;
    ASSERT_TRUE(Eventually([&] {
      const auto got = agency.Call<v1::GetCheckpointResponse>(v1::GetCheckpointRequest());
      if (!got.ok()) return false;
      now = audit::OpenCheckpoint(got->checkpoint(), VerifiersOf(service));
      return now.ok() && now->size > 0;
    })) << service;

    std::vector<std::string> entries;
    v1::ListEntriesRequest list;
    list.set_page_size(100);
    do {
      const auto page = auditor.Call<v1::ListEntriesResponse>(list);
      ASSERT_TRUE(page.ok()) << service << ": " << page.status();
      for (const v1::AuditEntry& entry : page->entries()) {
        EXPECT_EQ(entry.index(), std::ssize(entries));
        EXPECT_EQ(entry.type(), std::string(audit::DecodeEntry(entry.entry())->type));
        entries.push_back(entry.entry());
      }
      list.set_page_token(page->next_page_token());
    } while (!list.page_token().empty());
    ASSERT_GE(entries.size(), now->size) << service;
    audit::Frontier made;
    for (uint64_t i = 0; i < now->size; ++i) made.Add(audit::LeafHash(entries[i]));
    EXPECT_EQ(made.Root(), now->root) << service;

    v1::GetInclusionProofRequest prove;
    prove.set_index(std::ssize(entries) - 1);
    prove.set_entry(entries.back());
    const auto proved = agency.Call<v1::GetInclusionProofResponse>(prove);
    ASSERT_TRUE(proved.ok()) << service << ": " << proved.status();
    const auto entry = audit::ReadProof(proved->proof());
    ASSERT_TRUE(entry.ok()) << entry.status();
    EXPECT_EQ(entry->entry, entries.back());
    EXPECT_TRUE(audit::CheckProof(*entry, VerifiersOf(service)).ok()) << service;

    // Nobody learns of an entry that they do not have already.
    prove.mutable_entry()->back() ^= 1;
    EXPECT_TRUE(absl::IsNotFound(agency.Call<v1::GetInclusionProofResponse>(prove).status())) << service;
    prove.set_index(int64_t{1} << 52);
    EXPECT_TRUE(absl::IsNotFound(agency.Call<v1::GetInclusionProofResponse>(prove).status())) << service;
    EXPECT_TRUE(absl::IsPermissionDenied(agency.Call<v1::ListEntriesResponse>(list).status())) << service;
  }
}

TEST_F(AuditLogs, AWitnessSeesNoForkThoughTheServiceIsKilledAgainAndAgain) {
  testing::TempFolder memory;
  auto seen = LookPast(0, "consent", memory.Path());
  ASSERT_TRUE(seen.ok()) << seen.status();
  for (int kill = 0; kill < 5; ++kill) {
    world_.Register(kReferrer);
    world_.Kill("consent");  // with what was just appended signed, or not yet
    world_.Start("consent");
    world_.Register(kReferrer);
    const uint64_t before = seen->now.size;
    seen = LookPast(before + 1, "consent", memory.Path());
    ASSERT_TRUE(seen.ok()) << seen.status();
    EXPECT_GT(seen->now.size, before + 1) << "both people's entries are in the log";
  }
  const auto whole = Verify("consent");
  EXPECT_TRUE(whole.ok()) << whole.status();
}

// Each new line of the key file signs beside the one before, until the next: who verifies has that long to take it up.
TEST_F(AuditLogs, TheSigningKeyRotatesWithAnOverlap) {
  testing::TempFolder memory;
  // A witness that knows one key alone.
  const auto look = [&](const audit::Verifier& verifier) {
    return audit::Look(*LogOf("consent"), "consent", std::span(&verifier, 1), memory.Path());
  };
  const auto rotate = [&] {
    const std::string nwd = hub::Quoted(Cat(hub::ProgramsFolder(), "/nwd"));
    const std::string file = hub::Quoted(hub::KeyFile(world_.hub().folder));
    ASSERT_EQ(std::system(Cat(nwd, " keys new --file ", file, " > /dev/null").c_str()), 0);
    world_.Stop("consent");
    world_.Start("consent");
  };
  world_.Register(kReferrer);
  const std::vector<audit::Verifier> before = VerifiersOf("consent");
  ASSERT_EQ(before.size(), 1u);
  ASSERT_TRUE(look(before.front()).ok());
  rotate();
  const std::vector<audit::Verifier> during = VerifiersOf("consent");
  ASSERT_EQ(during.size(), 2u);
  for (const audit::Verifier* verifier : {&before.front(), &during.front()}) {
    const auto seen = look(*verifier);
    EXPECT_TRUE(seen.ok()) << seen.status() << ": the old key and the new one sign, and it is no fork";
  }
  rotate();
  EXPECT_FALSE(look(before.front()).ok()) << "two keys sign, and it is neither";
  EXPECT_TRUE(look(during.front()).ok());
  const std::vector<audit::Verifier> after = VerifiersOf("consent");
  EXPECT_TRUE(look(after.front()).ok());
  const auto whole = Verify("consent");
  EXPECT_TRUE(whole.ok()) << whole.status();
}

TEST_F(AuditLogs, ADisclosureIsProvedWithoutTheHub) {
  const Shared shared = SharePerson(world_);
  const consent::v1::GetRecordRequest read = World::ReadRequest(shared.receivers_ref, shared.consent_id);
  consent::v1::GetDisclosureProofRequest prove;
  prove.set_person_ref(shared.receivers_ref);
  prove.set_disclosure_id(world_.Do<consent::v1::GetRecordResponse>(kReceiver, read).disclosure_id());
  absl::StatusOr<consent::v1::GetDisclosureProofResponse> proved;
  const absl::Time patience = absl::Now() + kPatience;
  do {
    proved = world_.Call<consent::v1::GetDisclosureProofResponse>(kReceiver, prove);
  } while (absl::IsUnavailable(proved.status()) && absl::Now() < patience);
  ASSERT_TRUE(proved.ok()) << proved.status();

  const auto entry = audit::ReadProof(proved->proof());
  ASSERT_TRUE(entry.ok()) << entry.status();
  EXPECT_EQ(audit::DecodeEntry(entry->entry)->type, "record.disclosed");
  const auto checkpoint = audit::CheckProof(*entry, VerifiersOf("consent"));
  EXPECT_TRUE(checkpoint.ok()) << checkpoint.status();
  EXPECT_FALSE(audit::CheckProof(*entry, VerifiersOf("referral")).ok());

  // The source sees the same disclosure and is given its proof; who has nothing to do with it, and who asks for what is
  // not there, are told the same.
  prove.set_person_ref(shared.referrers_ref);
  EXPECT_TRUE(world_.Call<consent::v1::GetDisclosureProofResponse>(kReferrer, prove).ok());
  const absl::Status theirs = world_.Call<consent::v1::GetDisclosureProofResponse>(kStranger, prove).status();
  EXPECT_EQ(theirs.code(), absl::StatusCode::kPermissionDenied);
  prove.set_disclosure_id(ids::Uuid::Random().ToString());
  EXPECT_EQ(world_.Call<consent::v1::GetDisclosureProofResponse>(kReferrer, prove).status(), theirs);
}

}  // namespace
}  // namespace nwd::e2e
