// The outcome service over a store in memory, with peers that say what a test tells them; handlers are called as the
// chain would call them, and an answer without its tie proved is a failure.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "common/access/policy.h"
#include "common/async/block_on.h"
#include "common/async/worker_pool.h"
#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/status/status.h"
#include "common/store_memory/memory_store.h"
#include "services/outcome/changes.h"
#include "services/outcome/insight_service.h"
#include "services/outcome/journeys.h"
#include "services/outcome/outcome_service.h"
#include "tests/testing/method_of.h"
#include "tests/testing/project_facts.h"

namespace nwd::outcome {

using testing::MethodOf;
using testing::ProjectFacts;

// An id that reads the same in every run: Id("lambeth").
inline std::string Id(std::string_view name) {
  const size_t hash = std::hash<std::string_view>()(name);
  std::string bytes(ids::Uuid::kSizeBytes, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(hash >> (8 * (i % sizeof hash)));
  bytes[0] = name.empty() ? '\0' : name.front();
  return ids::Uuid::FromBytes(bytes)->ToString();
}

class FakePeers final : public Peers {
 public:
  async::Task<absl::StatusOr<std::vector<std::string>>> ResolveRef(const rpc::Call& call,
                                                                   const std::string& person_ref) override {
    if (down) co_return absl::UnavailableError("down");
    const auto found = refs.find({call.organisation_id(), person_ref});
    if (found == refs.end()) co_return status::Denied();
    std::vector<std::string> all_ids = {found->second};
    const auto others = joined.find(found->second);
    if (others != joined.end()) all_ids.insert(all_ids.end(), others->second.begin(), others->second.end());
    co_return all_ids;
  }
  async::Task<absl::StatusOr<bool>> MaySeeHistory(const rpc::Call& call, const std::string& person_id,
                                                  const std::string& consent_id) override {
    if (down) co_return absl::UnavailableError("down");
    co_return consents.contains({call.organisation_id(), person_id, consent_id});
  }
  async::Task<absl::StatusOr<referral::v1::GetReferralPartiesResponse>> GetReferralParties(
      const rpc::Call&, const std::string& referral_id) override {
    ++parties_asked;
    if (down) co_return absl::UnavailableError("down");
    const auto found = parties.find(referral_id);
    if (found == parties.end()) co_return status::Denied();
    co_return found->second;
  }

  bool down = false;
  int parties_asked = 0;
  std::map<std::pair<std::string, std::string>, std::string> refs;
  std::map<std::string, std::vector<std::string>> joined;  // other ids of a person
  std::set<std::tuple<std::string, std::string, std::string>> consents;
  std::map<std::string, referral::v1::GetReferralPartiesResponse> parties;
};

class OutcomeFixture : public ::testing::Test {
 protected:
  static constexpr char kKey[] = "0123456789abcdef0123456789abcdef";

  OutcomeFixture()
      : counts_(ProjectFacts()),
        referrals_(counts_),
        outcomes_(counts_),
        changes_(counts_, referrals_, outcomes_,
                 [this](store::Txn& txn, ids::Uuid person) { txn.Put("test-erased", person.bytes()); }),
        own_changes_(store_, changes_),
        releases_(ProjectFacts()),
        workers_(1, 4),
        person_keys_(key_store_, kKey),
        tokens_(kKey),
        requests_(kKey),
        audit_(kKey),
        outcome_service_({store_, person_keys_, tokens_, requests_, audit_, peers_}),
        insight_service_({store_, releases_, own_changes_, workers_, tokens_, requests_, audit_}) {
    calendar::London();  // the worker's threads share it
  }

  // Calls a handler as an organisation; the declared tie must be proved by an OK answer.
  template <class Service, class Request, class Response>
  absl::StatusOr<Response> Call(const std::string& organisation, Service& service,
                                async::Task<absl::StatusOr<Response>> (Service::*method)(rpc::Call&, const Request&),
                                const Request& request) {
    const google::protobuf::MethodDescriptor& descriptor = MethodOf(*Request::descriptor());
    const absl::StatusOr<common::v1::AccessRule> rule = access::RuleOf(descriptor);
    EXPECT_TRUE(rule.ok()) << rule.status();
    rpc::Call call(descriptor, *rule, clock_);
    rpc::Call::Facts facts;
    facts.caller.kind = access::Caller::Kind::kOrganisation;
    auto trusted = std::make_shared<access::Organisation>();
    trusted->organisation_id = Id(organisation);
    facts.caller.organisation = trusted;
    facts.practitioner = "adviser-1";
    call.SetFacts(std::move(facts));
    absl::StatusOr<Response> answer = async::BlockOn((service.*method)(call, request));
    EXPECT_TRUE(!answer.ok() || call.TieProved()) << descriptor.full_name() << " answered without its tie";
    return answer;
  }

  template <class Request>
  auto Outcome(const std::string& organisation, const Request& request) {
    if constexpr (std::is_same_v<Request, v1::RecordOutcomeRequest>) {
      return Call(organisation, outcome_service_, &OutcomeService::RecordOutcome, request);
    } else if constexpr (std::is_same_v<Request, v1::ListOutcomesRequest>) {
      return Call(organisation, outcome_service_, &OutcomeService::ListOutcomes, request);
    } else {
      return Call(organisation, outcome_service_, &OutcomeService::GetJourney, request);
    }
  }

  void Apply(const common::v1::Change& change) {
    const auto body = [&](store::Txn& txn) { return changes_.Apply(txn, change); };
    const absl::Status applied = async::BlockOn(store_.Update(body));
    ASSERT_TRUE(applied.ok()) << applied;
  }
  void CatchUp() {
    const absl::Status caught_up = async::BlockOn(own_changes_.CatchUp(absl::InfiniteFuture()));
    ASSERT_TRUE(caught_up.ok()) << caught_up;
  }

  // A referral of Ada from Jobcentre to Lambeth College, unless said otherwise.
  common::v1::Change ReferralEvent(const std::string& referral, int64_t sequence, const std::string& action,
                                   const std::string& from, const std::string& to) {
    common::v1::Change change;
    *change.mutable_change_time() = ToTimestamp(clock_.Now() + absl::Seconds(sequence));
    common::v1::ReferralChange& event = *change.mutable_referral();
    event.set_referral_id(Id(referral));
    event.set_correlation_id(Id("chain"));
    event.set_person_id(Id("ada"));
    event.set_referrer_organisation_id(Id("jobcentre"));
    event.set_receiver_organisation_id(Id("college"));
    event.set_service_id(Id("esol"));
    event.set_action(action);
    event.set_from_state(from);
    event.set_to_state(to);
    event.set_sequence(sequence);
    event.set_borough("E09000022");
    event.add_priority_groups("bangladeshi");
    event.set_entry_channel(common::v1::ENTRY_CHANNEL_JOBCENTRE);
    return change;
  }
  void SendReferral(const std::string& referral) {
    Apply(ReferralEvent(referral, 1, "CREATE", "", "DRAFT"));
    Apply(ReferralEvent(referral, 2, "SEND", "DRAFT", "SENT"));
  }
  void AcceptReferral(const std::string& referral) {
    SendReferral(referral);
    Apply(ReferralEvent(referral, 3, "ACCEPT", "SENT", "ACCEPTED"));
  }

  v1::RecordOutcomeRequest JobStart(const std::string& referral) {
    v1::RecordOutcomeRequest request;
    request.set_referral_id(Id(referral));
    request.set_kind(v1::OUTCOME_KIND_JOB_START);
    request.set_occurred_on("2026-03-09");
    request.set_evidence(v1::EVIDENCE_DOCUMENT_SEEN);
    request.set_hourly_pay_pence(1480);
    request.set_weekly_hours(30);
    return request;
  }

  int64_t Figure(Counter counter, v1::Cut cut, const std::string& cell, const std::string& month = "2026-03") {
    const auto body = [&](const store::Reader& reader) { return Counts::ReadAll(reader, counter); };
    absl::StatusOr<Counts::All> all = async::BlockOn(store_.View(body));
    EXPECT_TRUE(all.ok()) << all.status();
    return (*all)[cut][cell][*ParseMonth(month)];
  }

  ManualClock clock_{absl::FromCivil(absl::CivilMinute(2026, 3, 10, 9, 30), absl::UTCTimeZone())};
  store::MemoryStore store_;
  store::MemoryStore key_store_;
  FakePeers peers_;
  const Counts counts_;
  const Referrals referrals_;
  const Outcomes outcomes_;
  const Changes changes_;
  OwnChanges own_changes_;
  const Releases releases_;
  async::WorkerPool workers_;
  person_keys::PersonKeys person_keys_;
  const tokens::Tokens tokens_;
  const idempotency::Requests requests_;
  const audit::Audit audit_;
  OutcomeService outcome_service_;
  InsightService insight_service_;

 private:
};

}  // namespace nwd::outcome
