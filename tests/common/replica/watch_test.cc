#include "common/replica/watch.h"

#include <gtest/gtest.h>

#include "common/access/policy.h"
#include "common/ids/uuid.h"
#include "nwd/directory/v1/organisation_service.pb.h"
#include "tests/common/replica/owner.h"

namespace nwd::replica {
namespace {

using directory::v1::WatchOrganisationsRequest;
using directory::v1::WatchOrganisationsResponse;

constexpr char kIdentity[] = "spiffe://hub.test/org/watcher";
constexpr char kWatcher[] = "3f0c2c1e-8a4b-4c2d-9d57-0d1f2b3c4d5e";

// Keeps what is written and ends the call, or lets something happen, when enough is there.
class KeptResponses final : public rpc::RawWriter {
 public:
  async::Task<absl::Status> Write(const rpc::Message& response) override {
    written.push_back(static_cast<const WatchOrganisationsResponse&>(response));
    if (on_write) on_write();
    co_return failure;
  }
  std::vector<std::string> Slugs() const {
    std::vector<std::string> slugs;
    for (const auto& response : written) slugs.push_back(response.organisation().slug());
    return slugs;
  }

  std::vector<WatchOrganisationsResponse> written;
  std::function<void()> on_write;
  absl::Status failure;
};

class WatchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    SetWatcherState(common::v1::ORGANISATION_STATE_ACTIVE);
    rpc::Call::Facts facts;
    facts.caller.kind = access::Caller::Kind::kOrganisation;
    facts.caller.identity = kIdentity;
    facts.caller.organisation = registry_.FindById(kWatcher);
    call_.SetFacts(std::move(facts));
    call_.SetRegistry(&registry_);
  }
  void SetWatcherState(common::v1::OrganisationState state) {
    access::Organisation watcher;
    watcher.organisation_id = kWatcher;
    watcher.state = state;
    watcher.roles = {common::v1::ROLE_AGENCY};
    watcher.identities = {kIdentity};
    registry_.Set(watcher);
  }
  void Append(const std::string& slug) { owner_.AppendNow(OrganisationNamed(ids::Uuid::Random().ToString(), slug)); }
  void CancelAfter(size_t count) {
    responses_.on_write = [this, count] {
      if (responses_.written.size() == count) call_.Cancel();
    };
  }
  // Shows every organisation but those whose slug begins with "hidden"; those that begin with "double" twice.
  absl::Status Watch(const std::string& cursor = "") {
    rpc::Writer<WatchOrganisationsResponse> writer(responses_);
    auto map = [](const store::Reader&, const Change& change, std::vector<WatchOrganisationsResponse>& out) {
      const std::string& slug = change.organisation().slug();
      if (slug.starts_with("hidden")) return absl::OkStatus();
      for (int i = 0; i < (slug.starts_with("double") ? 2 : 1); ++i)
        out.emplace_back().mutable_organisation()->set_slug(slug);
      return absl::OkStatus();
    };
    return async::BlockOn(replica::Watch(call_, owner_.store, owner_.tokens, cursor, writer, map));
  }

  Owner owner_;
  access::Registry registry_;
  const google::protobuf::MethodDescriptor& method_ = *WatchOrganisationsRequest::descriptor()
                                                           ->file()
                                                           ->FindServiceByName("OrganisationService")
                                                           ->FindMethodByName("WatchOrganisations");
  const common::v1::AccessRule rule_ = access::RuleOf(method_).value();
  rpc::Call call_{method_, rule_, SystemClock::Get()};
  KeptResponses responses_;
};

TEST_F(WatchTest, ShowsInOrderWhatThisCallerMaySeeUntilTheCallerLeaves) {
  for (const char* slug : {"a", "hidden", "b", "c"}) Append(slug);
  CancelAfter(3);
  EXPECT_EQ(Watch().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(responses_.Slugs(), (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(WatchTest, ShowsWhatComesWhileItWaits) {
  Append("a");
  std::thread later;
  responses_.on_write = [&] {
    if (responses_.written.size() == 1) later = std::thread([&] { Append("b"); });
    if (responses_.written.size() == 2) call_.Cancel();
  };
  EXPECT_EQ(Watch().code(), absl::StatusCode::kCancelled);
  later.join();
  EXPECT_EQ(responses_.Slugs(), (std::vector<std::string>{"a", "b"}));
}

TEST_F(WatchTest, GoesOnAfterAnyCursorWithoutSkippingAnything) {
  for (const char* slug : {"a", "hidden", "double", "b"}) Append(slug);
  CancelAfter(4);
  EXPECT_EQ(Watch().code(), absl::StatusCode::kCancelled);
  ASSERT_EQ(responses_.Slugs(), (std::vector<std::string>{"a", "double", "double", "b"}));
  const std::vector<WatchOrganisationsResponse> first = responses_.written;
  const std::vector<std::vector<std::string>> rest = {
      {"double", "double", "b"}, {"double", "double", "b"}, {"b"}};  // the second "double" is what ends its change
  for (size_t i = 0; i < rest.size(); ++i) {
    SCOPED_TRACE(i);
    rpc::Call call(method_, rule_, SystemClock::Get());
    rpc::Call::Facts facts;
    facts.caller = call_.caller();
    call.SetFacts(std::move(facts));
    KeptResponses responses;
    responses.on_write = [&] {
      if (responses.written.size() == rest[i].size()) call.Cancel();
    };
    rpc::Writer<WatchOrganisationsResponse> writer(responses);
    auto map = [](const store::Reader&, const Change& change, std::vector<WatchOrganisationsResponse>& out) {
      const std::string& slug = change.organisation().slug();
      if (slug == "hidden") return absl::OkStatus();
      for (int n = 0; n < (slug == "double" ? 2 : 1); ++n) out.emplace_back().mutable_organisation()->set_slug(slug);
      return absl::OkStatus();
    };
    EXPECT_EQ(async::BlockOn(replica::Watch(call, owner_.store, owner_.tokens, first[i].cursor(), writer, map)).code(),
              absl::StatusCode::kCancelled);
    EXPECT_EQ(responses.Slugs(), rest[i]);
  }
}

TEST_F(WatchTest, WhatIsOnlyRestatedIsNotShown) {
  Append("a");
  Change restated = OrganisationNamed(ids::Uuid::Random().ToString(), "a");
  restated.set_restated(true);
  owner_.AppendNow(restated);
  Append("b");
  CancelAfter(2);
  EXPECT_EQ(Watch().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(responses_.Slugs(), (std::vector<std::string>{"a", "b"}));
}

TEST_F(WatchTest, EndsWhenItsCallerIsSuspended) {
  Append("a");
  responses_.on_write = [&] { SetWatcherState(common::v1::ORGANISATION_STATE_SUSPENDED); };
  EXPECT_EQ(Watch().code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(WatchTest, EndsWhenTheServiceGoesDown) {
  Append("a");
  std::atomic<bool> draining{false};
  call_.SetDraining(&draining);
  responses_.on_write = [&] { draining = true; };
  EXPECT_EQ(Watch().code(), absl::StatusCode::kUnavailable);
}

TEST_F(WatchTest, EndsWhenItsConsumerCannotKeepUp) {
  Append("a");
  Append("b");
  responses_.failure = absl::ResourceExhaustedError("too slow");
  EXPECT_EQ(Watch().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(responses_.written.size(), 1u);
}

TEST_F(WatchTest, RefusesACursorOfAnotherMethodOrCaller) {
  const std::string of_changes = tokens::SealCursor(owner_.tokens, "changes", kWatcher, 0);
  const std::string of_another = tokens::SealCursor(owner_.tokens, method_.full_name(), "someone else", 0);
  EXPECT_EQ(Watch(of_changes).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Watch(of_another).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(WatchTest, ACursorOlderThanWhatIsKeptIsOutOfRange) {
  for (const char* slug : {"a", "b", "c"}) Append(slug);
  ASSERT_TRUE(async::BlockOn(owner_.store.TrimFeed(store::Feed::kChanges, 2)).ok());
  const std::string old = tokens::SealCursor(owner_.tokens, method_.full_name(), kWatcher, 1);
  EXPECT_EQ(Watch(old).code(), absl::StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace nwd::replica
