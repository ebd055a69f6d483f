#include "common/replica/directory_replica.h"

#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "common/status/status.h"
#include "tests/common/replica/owner.h"

namespace nwd::replica {
namespace {

using directory::v1::GetAgreementRequest;
using directory::v1::GetAgreementResponse;
using directory::v1::GetOrganisationRequest;
using directory::v1::GetOrganisationResponse;
using directory::v1::GetServiceRequest;
using directory::v1::GetServiceResponse;

constexpr char kBrent[] = "3f0c2c1e-8a4b-4c2d-9d57-0d1f2b3c4d5e";
constexpr char kService[] = "11111111-8a4b-4c2d-9d57-0d1f2b3c4d5e";
constexpr char kAgreement[] = "22222222-8a4b-4c2d-9d57-0d1f2b3c4d5e";
constexpr char kBrentIdentity[] = "spiffe://hub.example/org/brent";

class DirectoryReplicaTest : public ::testing::Test {
 protected:
  async::Task<absl::StatusOr<GetOrganisationResponse>> GetOrganisation(const GetOrganisationRequest& request) {
    ++asked_;
    if (!down_.ok()) co_return down_;
    if (while_asked_) while_asked_();
    if (request.organisation_id() != brent_.organisation_id() && request.slug() != brent_.slug())
      co_return absl::NotFoundError("none");
    GetOrganisationResponse response;
    *response.mutable_organisation() = brent_;
    co_return response;
  }
  async::Task<absl::StatusOr<GetServiceResponse>> GetService(const GetServiceRequest& request) {
    ++asked_;
    if (!down_.ok()) co_return down_;
    if (request.service_id() != kService) co_return status::Denied();
    GetServiceResponse response;
    response.mutable_service()->set_service_id(kService);
    response.mutable_service()->set_organisation_id(kBrent);
    response.mutable_service()->set_capacity(12);
    response.mutable_service()->add_categories()->set_code("ESOL");
    co_return response;
  }

  async::Task<absl::StatusOr<GetAgreementResponse>> GetAgreement(const GetAgreementRequest& request) {
    ++asked_;
    if (!down_.ok()) co_return down_;
    if (while_asked_) while_asked_();
    if (request.agreement_id() != kAgreement) co_return absl::NotFoundError("none");
    GetAgreementResponse response;
    *response.mutable_agreement() = agreement_;
    co_return response;
  }

  void SetUp() override {
    agreement_.set_agreement_id(kAgreement);
    agreement_.mutable_create_time()->set_seconds(1'000);
    directory::v1::AgreementTerms& terms = *agreement_.mutable_terms();
    terms.add_party_organisation_ids(kBrent);
    terms.add_purposes(common::v1::PURPOSE_REFERRAL);
    terms.add_categories(common::v1::CATEGORY_SKILLS);
    terms.add_lawful_bases(common::v1::LAWFUL_BASIS_PUBLIC_TASK);
    terms.mutable_valid_until()->set_seconds(9'000);
    brent_.set_organisation_id(kBrent);
    brent_.set_slug("brent");
    brent_.set_state(common::v1::ORGANISATION_STATE_ACTIVE);
    brent_.add_roles(common::v1::ROLE_AGENCY);
    brent_.add_identities(kBrentIdentity);
    replica_ = NewReplica(registry_);
  }
  std::unique_ptr<DirectoryReplica> NewReplica(access::Registry& registry) {
    DirectoryPeer peer{owner_.Reading(),
                       [this](const GetOrganisationRequest& request) { return GetOrganisation(request); },
                       [this](const GetServiceRequest& request) { return GetService(request); },
                       [this](const GetAgreementRequest& request) { return GetAgreement(request); }};
    return std::make_unique<DirectoryReplica>(store_, std::move(peer), registry, SystemClock::Get());
  }
  // Follows until the replica is level with the owner.
  void Follow() {
    auto run = [&]() -> async::Task<void> {
      rpc::Stop stop;
      async::Signal ended;
      auto follow = [&]() -> async::Task<void> {
        co_await replica_->Run(stop);
        ended.Notify();
      };
      async::Spawn(follow());
      while (!replica_->follower().CaughtUp()) co_await async::SleepUntil(absl::Now() + absl::Milliseconds(1));
      stop.Request();
      co_await ended.WaitPast(0, absl::InfiniteFuture());
    };
    async::BlockOn(run());
  }
  std::optional<common::v1::ServiceChange> FindService(const std::string& service_id) {
    auto body = [&](const store::Reader& reader) { return DirectoryReplica::FindService(reader, service_id); };
    return async::BlockOn(store_.View(body)).value();
  }
  std::optional<common::v1::AgreementChange> FindAgreement(const std::string& agreement_id) {
    auto body = [&](const store::Reader& reader) {
      return DirectoryReplica::FindAgreement(reader, *ids::Uuid::Parse(agreement_id));
    };
    return async::BlockOn(store_.View(body)).value();
  }
  void OwnerAppendsAgreement(int64_t end_seconds) {
    Change change;
    change.mutable_agreement()->set_agreement_id(kAgreement);
    change.mutable_agreement()->add_party_organisation_ids(kBrent);
    change.mutable_agreement()->mutable_end_time()->set_seconds(end_seconds);
    owner_.AppendNow(change);
  }
  void OwnerAppendsService(bool deleted) {
    Change change;
    change.mutable_service()->set_service_id(kService);
    change.mutable_service()->set_active(true);
    change.mutable_service()->set_deleted(deleted);
    owner_.AppendNow(change);
  }

  Owner owner_;
  store::MemoryStore store_;
  access::Registry registry_;
  directory::v1::Organisation brent_;
  directory::v1::Agreement agreement_;
  absl::Status down_;
  std::function<void()> while_asked_;
  int asked_ = 0;
  std::unique_ptr<DirectoryReplica> replica_;
};

TEST_F(DirectoryReplicaTest, FollowsOrganisationsIntoTheRegistryAndServicesIntoTheStore) {
  owner_.AppendNow(OrganisationNamed(kBrent, "brent"));
  OwnerAppendsService(/*deleted=*/false);
  Follow();
  ASSERT_NE(registry_.FindByIdentity(kBrentIdentity), nullptr);
  EXPECT_TRUE(registry_.FindById(kBrent)->HasRole(common::v1::ROLE_AGENCY));
  ASSERT_TRUE(FindService(kService).has_value());
  EXPECT_TRUE(FindService(kService)->active());
  EXPECT_FALSE(FindService(kBrent).has_value());
  EXPECT_FALSE(FindService("no id").has_value());
}

TEST_F(DirectoryReplicaTest, ADeletedServiceIsNotKnown) {
  OwnerAppendsService(/*deleted=*/false);
  OwnerAppendsService(/*deleted=*/true);
  Follow();
  EXPECT_FALSE(FindService(kService).has_value());
}

TEST_F(DirectoryReplicaTest, LoadFillsTheRegistryFromTheStoreWithTheDirectoryDown) {
  owner_.AppendNow(OrganisationNamed(kBrent, "brent"));
  Follow();
  access::Registry after_restart;
  const auto restarted = NewReplica(after_restart);
  EXPECT_EQ(after_restart.FindById(kBrent), nullptr);
  ASSERT_TRUE(restarted->Load().ok());
  EXPECT_NE(after_restart.FindByIdentity(kBrentIdentity), nullptr);
}

TEST_F(DirectoryReplicaTest, AnIdentityTheFeedHasNotBroughtYetIsAskedForAndKept) {
  ASSERT_TRUE(async::BlockOn(replica_->AskIdentity(kBrentIdentity)).ok());
  ASSERT_NE(registry_.FindByIdentity(kBrentIdentity), nullptr);
  access::Registry after_restart;
  ASSERT_TRUE(NewReplica(after_restart)->Load().ok());
  EXPECT_NE(after_restart.FindByIdentity(kBrentIdentity), nullptr);
  ASSERT_TRUE(async::BlockOn(replica_->AskIdentity(kBrentIdentity)).ok());
  EXPECT_EQ(asked_, 1);
}

TEST_F(DirectoryReplicaTest, AnIdentityThatTheOrganisationDoesNotHaveStaysUnknownAndIsRemembered) {
  const std::string other_domain = "spiffe://elsewhere.example/org/brent";
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(async::BlockOn(replica_->AskIdentity(other_domain)).ok());
  EXPECT_EQ(registry_.FindByIdentity(other_domain), nullptr);
  EXPECT_EQ(asked_, 1);
}

TEST_F(DirectoryReplicaTest, AskOrganisationFindsByIdAndStrangersAreRemembered) {
  ASSERT_TRUE(async::BlockOn(replica_->AskOrganisation(kBrent)).ok());
  EXPECT_NE(registry_.FindById(kBrent), nullptr);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(async::BlockOn(replica_->AskOrganisation(kService)).ok());
  EXPECT_EQ(registry_.FindById(kService), nullptr);
  EXPECT_EQ(asked_, 2);
}

TEST_F(DirectoryReplicaTest, AskServiceKeepsWhatADecisionNeeds) {
  ASSERT_TRUE(async::BlockOn(replica_->AskService(kService)).ok());
  ASSERT_TRUE(FindService(kService).has_value());
  EXPECT_EQ(FindService(kService)->capacity(), 12);
  EXPECT_EQ(FindService(kService)->categories(0), "ESOL");
  ASSERT_TRUE(async::BlockOn(replica_->AskService(kService)).ok());
  EXPECT_EQ(asked_, 1);
  ASSERT_TRUE(async::BlockOn(replica_->AskService(kBrent)).ok());
  EXPECT_FALSE(FindService(kBrent).has_value());
}

TEST_F(DirectoryReplicaTest, AServiceThatNobodyIsKnownToAnswerForIsAskedAboutAgain) {
  Change unlinked;
  unlinked.mutable_service()->set_service_id(kService);
  owner_.AppendNow(unlinked);
  Follow();
  ASSERT_EQ(FindService(kService)->organisation_id(), "");
  ASSERT_TRUE(async::BlockOn(replica_->AskService(kService)).ok());
  EXPECT_EQ(FindService(kService)->organisation_id(), kBrent) << "linked since the feed last told";
  ASSERT_TRUE(async::BlockOn(replica_->AskService(kService)).ok());
  EXPECT_EQ(asked_, 1);
}

TEST_F(DirectoryReplicaTest, ADirectoryThatDoesNotAnswerIsUnavailable) {
  down_ = absl::DeadlineExceededError("late");
  for (const absl::Status& asked :
       {async::BlockOn(replica_->AskIdentity(kBrentIdentity)), async::BlockOn(replica_->AskOrganisation(kBrent)),
        async::BlockOn(replica_->AskService(kService)), async::BlockOn(replica_->AskAgreement(kAgreement))}) {
    EXPECT_EQ(asked.code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(status::ReasonOf(asked), "DIRECTORY_UNREACHABLE");
  }
}

TEST_F(DirectoryReplicaTest, WhatTheFeedBroughtWhileAskingWins) {
  Change suspended = OrganisationNamed(kBrent, "brent");
  suspended.mutable_organisation()->set_state(common::v1::ORGANISATION_STATE_SUSPENDED);
  while_asked_ = [&] {
    owner_.AppendNow(suspended);
    std::thread([&] { Follow(); }).join();
  };
  ASSERT_TRUE(async::BlockOn(replica_->AskIdentity(kBrentIdentity)).ok());
  EXPECT_EQ(registry_.FindById(kBrent)->state, common::v1::ORGANISATION_STATE_SUSPENDED);
}

TEST_F(DirectoryReplicaTest, AnAgreementIsKnownAsTheFeedToldItLast) {
  EXPECT_FALSE(FindAgreement(kAgreement).has_value());
  OwnerAppendsAgreement(9'000);
  Follow();
  EXPECT_EQ(FindAgreement(kAgreement).value().end_time().seconds(), 9'000);
  OwnerAppendsAgreement(5'000);
  Follow();
  EXPECT_EQ(FindAgreement(kAgreement).value().end_time().seconds(), 5'000);
}

TEST_F(DirectoryReplicaTest, AskAgreementKeepsWhatADecisionNeeds) {
  ASSERT_TRUE(async::BlockOn(replica_->AskAgreement(kAgreement)).ok());
  const common::v1::AgreementChange kept = FindAgreement(kAgreement).value();
  EXPECT_EQ(kept.party_organisation_ids(0), kBrent);
  EXPECT_EQ(kept.purposes(0), common::v1::PURPOSE_REFERRAL);
  EXPECT_EQ(kept.categories(0), common::v1::CATEGORY_SKILLS);
  EXPECT_EQ(kept.lawful_bases(0), common::v1::LAWFUL_BASIS_PUBLIC_TASK);
  EXPECT_EQ(kept.valid_from().seconds(), 1'000) << "from when it was recorded, where its terms do not say";
  EXPECT_EQ(kept.end_time().seconds(), 9'000);
  ASSERT_TRUE(async::BlockOn(replica_->AskAgreement(kAgreement)).ok());
  EXPECT_EQ(asked_, 1);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(async::BlockOn(replica_->AskAgreement(kBrent)).ok());
  EXPECT_FALSE(FindAgreement(kBrent).has_value());
  EXPECT_EQ(asked_, 2) << "what the directory does not know is remembered";
  ASSERT_TRUE(async::BlockOn(replica_->AskAgreement("no id")).ok());
  EXPECT_EQ(asked_, 2) << "it is not asked about what is no id";
}

TEST_F(DirectoryReplicaTest, AnAgreementThatWasEndedWhileItWasAskedForStaysEnded) {
  while_asked_ = [&] {
    OwnerAppendsAgreement(5'000);
    std::thread([&] { Follow(); }).join();
  };
  ASSERT_TRUE(async::BlockOn(replica_->AskAgreement(kAgreement)).ok());
  EXPECT_EQ(FindAgreement(kAgreement).value().end_time().seconds(), 5'000) << "the answer was from before";
}

TEST_F(DirectoryReplicaTest, AnAgreementThatWasEndedBeforeItWasAskedForIsKeptAsEnded) {
  agreement_.mutable_end_time()->set_seconds(4'000);
  ASSERT_TRUE(async::BlockOn(replica_->AskAgreement(kAgreement)).ok());
  EXPECT_EQ(FindAgreement(kAgreement).value().end_time().seconds(), 4'000);
}

}  // namespace
}  // namespace nwd::replica
