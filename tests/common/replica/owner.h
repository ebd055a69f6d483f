// The owner of a feed without a network: a store, its change feed service, and words for putting changes into it.
#pragma once

#include <string>

#include "common/replica/change_feed.h"
#include "common/replica/follower.h"
#include "common/store_memory/memory_store.h"
#include "tests/testing/store_words.h"

namespace nwd::replica {

inline Change OrganisationNamed(const std::string& id, const std::string& slug) {
  Change change;
  change.mutable_organisation()->set_organisation_id(id);
  change.mutable_organisation()->set_slug(slug);
  change.mutable_organisation()->set_state(common::v1::ORGANISATION_STATE_ACTIVE);
  change.mutable_organisation()->add_roles(common::v1::ROLE_AGENCY);
  change.mutable_organisation()->add_identities("spiffe://hub.example/org/" + slug);
  return change;
}

struct Owner {
  store::MemoryStore store;
  tokens::Tokens tokens{std::string(32, 't')};
  ChangeFeedService service{store, tokens};
  std::string reader = "referral";
  absl::Status failure;  // what every read answers, where not OK
  int reads = 0;

  async::Task<absl::StatusOr<common::v1::ReadChangesResponse>> Read(const common::v1::ReadChangesRequest& request) {
    ++reads;
    if (!failure.ok()) co_return failure;
    const auto* method =
        request.GetDescriptor()->file()->FindServiceByName("ChangeService")->FindMethodByName("ReadChanges");
    const common::v1::AccessRule rule;
    rpc::Call call(*method, rule, SystemClock::Get());
    rpc::Call::Facts facts;
    facts.caller.kind = access::Caller::Kind::kService;
    facts.caller.service = reader;
    call.SetFacts(std::move(facts));
    co_return co_await service.ReadChanges(call, request);
  }
  ReadChanges Reading() {
    return [this](const common::v1::ReadChangesRequest& request) { return Read(request); };
  }

  async::Task<absl::Status> Append(Change change) {
    auto body = [&](store::Txn& txn) {
      txn.Append(store::Feed::kChanges, change.SerializeAsString());
      return absl::OkStatus();
    };
    co_return co_await store.Update(body);
  }
  void AppendNow(const Change& change) { NWD_CHECK(async::BlockOn(Append(change)).ok()); }
};

}  // namespace nwd::replica
