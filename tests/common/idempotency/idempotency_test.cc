#include "common/idempotency/idempotency.h"

#include <gtest/gtest.h>

#include "common/access/policy.h"
#include "common/status/status.h"
#include "common/store_memory/memory_store.h"
#include "nwd/directory/v1/organisation_service.pb.h"
#include "tests/testing/store_words.h"

namespace nwd::idempotency {
namespace {

using directory::v1::CreateOrganisationRequest;
using directory::v1::CreateOrganisationResponse;

constexpr char kRequestId[] = "3f0c2c1e-8a4b-4c2d-9d57-0d1f2b3c4d5e";

class IdempotencyTest : public ::testing::Test {
 protected:
  IdempotencyTest() : requests_(std::string(32, 'k')) {}

  const google::protobuf::MethodDescriptor& Method(const char* name) {
    return *CreateOrganisationRequest::descriptor()
                ->file()
                ->FindServiceByName("OrganisationService")
                ->FindMethodByName(name);
  }

  // Creates an organisation under the request's id; the effect gives every run another etag.
  absl::StatusOr<CreateOrganisationResponse> Create(const CreateOrganisationRequest& request,
                                                    const char* caller = "org-1",
                                                    const char* method = "CreateOrganisation",
                                                    const absl::Status& outcome = absl::OkStatus()) {
    rpc::Call call(Method(method), rule_, clock_);
    if (caller_has_gone_) call.Cancel();
    access::Organisation organisation;
    organisation.organisation_id = caller;
    rpc::Call::Facts facts;
    facts.caller.kind = access::Caller::Kind::kOrganisation;
    facts.caller.organisation = std::make_shared<const access::Organisation>(organisation);
    call.SetFacts(std::move(facts));
    return testing::Update(store_, [&](store::Txn& txn) {
      return requests_.Once<CreateOrganisationResponse>(
          txn, call, request, [&]() -> absl::StatusOr<CreateOrganisationResponse> {
            if (!outcome.ok()) return outcome;
            std::string count;
            NWD_ASSIGN_OR_RETURN(const bool present, txn.Get("count", &count));
            count = std::to_string(present ? std::stoi(count) + 1 : 1);
            txn.Put("count", count);
            CreateOrganisationResponse response;
            response.set_etag("r" + count);
            return response;
          });
    });
  }
  int Sweep(int limit) {
    return testing::Update(store_, [&](store::Txn& txn) { return requests_.Sweep(txn, clock_.Now(), limit); }).value();
  }
  size_t Rows() { return testing::Scan(store_, {"A", "Z"}).size(); }

  static CreateOrganisationRequest Named(const std::string& slug, const std::string& request_id = kRequestId) {
    CreateOrganisationRequest request;
    request.set_slug(slug);
    request.set_request_id(request_id);
    return request;
  }

  store::MemoryStore store_;
  ManualClock clock_{absl::FromUnixSeconds(1'700'000'000)};
  common::v1::AccessRule rule_;
  Requests requests_;
  bool caller_has_gone_ = false;
};

TEST_F(IdempotencyTest, AReplayIsAnsweredAsTheFirstTimeWithoutTheEffect) {
  EXPECT_EQ(Create(Named("brent"))->etag(), "r1");
  EXPECT_EQ(Create(Named("brent"))->etag(), "r1");
  EXPECT_EQ(testing::Get(store_, "count"), "1");
}

TEST_F(IdempotencyTest, WhatACallerWaitedForAndLeftHasNoEffectWithARequestIdOrWithout) {
  caller_has_gone_ = true;
  for (const char* request_id : {kRequestId, ""}) {
    EXPECT_EQ(Create(Named("brent", request_id)).status().code(), absl::StatusCode::kCancelled);
  }
  EXPECT_EQ(testing::Get(store_, "count"), "(none)");
  EXPECT_EQ(Rows(), 0u);
}

TEST_F(IdempotencyTest, WithoutARequestIdEveryCallHasItsEffectAndNothingIsKept) {
  EXPECT_EQ(Create(Named("brent", ""))->etag(), "r1");
  EXPECT_EQ(Create(Named("brent", ""))->etag(), "r2");
  EXPECT_EQ(Rows(), 0u);
}

TEST_F(IdempotencyTest, AnotherBodyUnderTheSameIdIsRefused) {
  ASSERT_TRUE(Create(Named("brent")).ok());
  const absl::Status refused = Create(Named("camden")).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(status::ReasonOf(refused), "REQUEST_ID_REUSED");
  EXPECT_EQ(testing::Get(store_, "count"), "1");
}

TEST_F(IdempotencyTest, TheSameIdOfAnotherCallerOrMethodIsAnotherRequest) {
  EXPECT_EQ(Create(Named("brent"), "org-1")->etag(), "r1");
  EXPECT_EQ(Create(Named("brent"), "org-2")->etag(), "r2");
  EXPECT_EQ(Create(Named("brent"), "org-1", "UpdateOrganisation")->etag(), "r3");
}

TEST_F(IdempotencyTest, AFailureIsNotKept) {
  const absl::Status failed = absl::FailedPreconditionError("not now");
  EXPECT_EQ(Create(Named("brent"), "org-1", "CreateOrganisation", failed).status(), failed);
  EXPECT_EQ(Create(Named("brent"))->etag(), "r1");
}

TEST_F(IdempotencyTest, AfterSevenDaysTheIdIsFree) {
  EXPECT_EQ(Create(Named("brent"))->etag(), "r1");
  clock_.Advance(kKept - absl::Microseconds(1));
  EXPECT_EQ(Create(Named("brent"))->etag(), "r1");
  clock_.Advance(absl::Microseconds(1));
  EXPECT_EQ(Create(Named("camden"))->etag(), "r2");
}

TEST_F(IdempotencyTest, SweepForgetsWhatIsOverInBoundedSteps) {
  for (const char* slug : {"a", "b", "c"}) ASSERT_TRUE(Create(Named(slug, std::string(36, slug[0]))).ok());
  EXPECT_EQ(Sweep(10), 0);
  EXPECT_EQ(Rows(), 6u);
  clock_.Advance(kKept);
  EXPECT_EQ(Sweep(2), 2);
  EXPECT_EQ(Rows(), 2u);
  EXPECT_EQ(Sweep(2), 1);
  EXPECT_EQ(Rows(), 0u);
}

TEST_F(IdempotencyTest, SweepSparesAnIdThatWasUsedAnew) {
  ASSERT_TRUE(Create(Named("brent")).ok());
  clock_.Advance(kKept);
  EXPECT_EQ(Create(Named("brent"))->etag(), "r2");
  EXPECT_EQ(Sweep(10), 1);
  EXPECT_EQ(Create(Named("brent"))->etag(), "r2");
}

TEST_F(IdempotencyTest, NoContentOfTheRequestIsKept) {
  ASSERT_TRUE(Create(Named("a-slug-to-look-for")).ok());
  for (const auto& [key, value] : testing::Scan(store_, {"A", "Z"})) {
    EXPECT_EQ((key + value).find("a-slug-to-look-for"), std::string::npos);
    EXPECT_EQ((key + value).find(kRequestId), std::string::npos);
  }
}

}  // namespace
}  // namespace nwd::idempotency
