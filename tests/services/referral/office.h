// The referral service over a store in memory, with peers that answer what a test tells them, and a clock that stands
// still. Handlers are called as the chain would call them: the request is held to its field rules first, and an OK
// answer without its declared tie is a failure.
//
// The people of these tests: Jobcentre refers, College receives, Charity could receive too, Stranger has nothing to do
// with it, App is a resident channel. Ada is the person; the consent "consent-1" names College.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/access/policy.h"
#include "common/async/block_on.h"
#include "common/base/strings.h"
#include "common/calendar/london.h"
#include "common/rpc/validation.h"
#include "common/status/status.h"
#include "common/store_memory/memory_store.h"
#include "services/referral/access_delivery.h"
#include "services/referral/appointment_service.h"
#include "services/referral/ended_bases.h"
#include "services/referral/janitor.h"
#include "services/referral/limits.h"
#include "services/referral/mover.h"
#include "services/referral/places.h"
#include "services/referral/referral_service.h"
#include "services/referral/repository.h"
#include "services/referral/times.h"
#include "services/referral/words.h"
#include "tests/services/referral/fakes.h"
#include "tests/testing/method_of.h"
#include "tests/testing/project_calendar.h"
#include "tests/testing/project_facts.h"

namespace nwd::referral {

using testing::MethodOf;
using testing::ProjectCalendar;
using testing::ProjectFacts;

class Office : public ::testing::Test {
 protected:
  static constexpr char kKey[] = "0123456789abcdef0123456789abcdef";

  Office()
      : keys_(key_store_, kKey),
        tokens_(kKey),
        requests_(kKey),
        audit_(kKey),
        outbox_(store_, clock_),
        mover_(directory_, {ProjectCalendar()}, audit_, outbox_),
        parts_{store_,  keys_,          mover_,
               audit_,  requests_,      tokens_,
               outbox_, ProjectFacts(), {consent_, outcome_, directory_}},
        referrals_(parts_),
        appointments_(parts_),
        ended_bases_(parts_, clock_),
        janitor_(parts_, clock_) {
    HandleAccess(outbox_, consent_);
    directory_.Add("esol", "college").add_categories("esol");
    directory_.Add("debt-advice", "charity");
    consent_.permits.insert({Id("consent-1"), Id("college")});
  }

  // What the chain does, without a network.
  template <class Service, class Request, class Response>
  absl::StatusOr<Response> Call(const std::string& who, Service& service,
                                async::Task<absl::StatusOr<Response>> (Service::*method)(rpc::Call&, const Request&),
                                const Request& request) {
    const google::protobuf::MethodDescriptor& descriptor = MethodOf(*Request::descriptor());
    const absl::StatusOr<common::v1::AccessRule> rule = access::RuleOf(descriptor);
    EXPECT_TRUE(rule.ok()) << rule.status();
    rpc::Call call(descriptor, *rule, clock_);
    Admit(who, call);
    const absl::Status valid = rpc::Validate(request, clock_.Now());
    if (!valid.ok()) return valid;
    absl::StatusOr<Response> answer = async::BlockOn((service.*method)(call, request));
    EXPECT_TRUE(!answer.ok() || call.TieProved()) << descriptor.full_name() << " answered without its tie";
    return answer;
  }

  static constexpr char kTraceId[] = "4bf92f3577b34da6a3ce929d0e0e4736";
  static void Admit(const std::string& who, rpc::Call& call, absl::Time deadline = absl::InfiniteFuture()) {
    rpc::Call::Facts facts;
    facts.deadline = deadline;
    if (constexpr std::string_view kService = "service/"; who.starts_with(kService)) {
      facts.caller.kind = access::Caller::Kind::kService;
      facts.caller.service = who.substr(kService.size());
    } else {
      facts.caller.kind = access::Caller::Kind::kOrganisation;
      auto trusted = std::make_shared<access::Organisation>();
      trusted->organisation_id = Id(who);
      if (who == "navigator") {
        trusted->roles = {common::v1::ROLE_NAVIGATOR};
        trusted->sponsor_organisation_id = Id("jobcentre");
      }
      if (who == "app") trusted->roles = {common::v1::ROLE_RESIDENT_CHANNEL};
      facts.caller.organisation = trusted;
      facts.practitioner = who + "-adviser";
    }
    facts.trace_id = kTraceId;
    call.SetFacts(std::move(facts));
  }

  // A complete request of Jobcentre for Ada to College's "esol".
  static v1::CreateReferralRequest Request(bool send = true) {
    v1::CreateReferralRequest request;
    request.set_person_ref(Ref("jobcentre", "ada"));
    request.set_service_id(Id("esol"));
    request.set_consent_id(Id("consent-1"));
    request.mutable_summary()->set_need("esol");
    request.mutable_summary()->set_borough("E09000022");
    request.mutable_summary()->set_age_band("25-49");
    request.add_priority_groups("women");
    request.set_notes("speaks Tigrinya at home");
    request.set_send(send);
    return request;
  }
  absl::StatusOr<v1::CreateReferralResponse> Create(const v1::CreateReferralRequest& request,
                                                    const std::string& who = "jobcentre") {
    return Call(who, referrals_, &ReferralService::CreateReferral, request);
  }
  // The id of a new referral, SENT or DRAFT.
  std::string Made(bool send = true) {
    const auto made = Create(Request(send));
    EXPECT_TRUE(made.ok()) << made.status();
    return made.ok() ? made->referral_id() : Id("none");
  }

  storage::Referral Stored(const std::string& referral_id) {
    auto body = [&](const store::Reader& reader) { return repository::Find(reader, referral_id); };
    const auto found = async::BlockOn(store_.View(body));
    EXPECT_TRUE(found.ok()) << found.status();
    return found.ok() && *found ? **found : storage::Referral();
  }
  std::string StateNow(const std::string& referral_id) { return StateWord(Stored(referral_id).state()); }

  v1::TransitionReferralRequest MoveRequest(const std::string& referral_id, ReferralAction action,
                                            ReferralReason reason = v1::REFERRAL_REASON_UNSPECIFIED,
                                            const std::string& text = "") {
    v1::TransitionReferralRequest request;
    request.set_referral_id(referral_id);
    request.set_etag(Cat("r", Stored(referral_id).revision()));
    request.set_action(action);
    request.set_reason(reason);
    request.set_text(text);
    if (action == v1::REFERRAL_ACTION_HOLD) {
      request.set_review_on(absl::FormatCivilTime(calendar::DayOf(clock_.Now()) + 14));
    }
    return request;
  }
  absl::StatusOr<v1::TransitionReferralResponse> Move(const std::string& who,
                                                      const v1::TransitionReferralRequest& request) {
    return Call(who, referrals_, &ReferralService::TransitionReferral, request);
  }
  absl::StatusOr<v1::TransitionReferralResponse> Move(const std::string& who, const std::string& referral_id,
                                                      ReferralAction action,
                                                      ReferralReason reason = v1::REFERRAL_REASON_UNSPECIFIED,
                                                      const std::string& text = "") {
    return Move(who, MoveRequest(referral_id, action, reason, text));
  }
  // A move that must be made.
  void Moved(const std::string& who, const std::string& referral_id, ReferralAction action,
             ReferralReason reason = v1::REFERRAL_REASON_UNSPECIFIED, const std::string& text = "") {
    const auto moved = Move(who, referral_id, action, reason, text);
    ASSERT_TRUE(moved.ok()) << ActionWord(action) << " by " << who << ": " << moved.status();
  }
  std::string Accepted() {
    const std::string id = Made();
    Moved("college", id, v1::REFERRAL_ACTION_ACCEPT);
    return id;
  }
  std::string InProgress() {
    const std::string id = Accepted();
    Moved("college", id, v1::REFERRAL_ACTION_START);
    return id;
  }

  absl::StatusOr<v1::Referral> See(const std::string& who, const std::string& referral_id) {
    v1::GetReferralRequest request;
    request.set_referral_id(referral_id);
    const auto answer = Call(who, referrals_, &ReferralService::GetReferral, request);
    if (!answer.ok()) return answer.status();
    return answer->referral();
  }
  std::vector<std::string> EventsSeen(const std::string& who, const std::string& referral_id) {
    v1::ListEventsRequest request;
    request.set_referral_id(referral_id);
    const auto answer = Call(who, referrals_, &ReferralService::ListEvents, request);
    std::vector<std::string> words;
    if (!answer.ok()) return {answer.status().ToString()};
    for (const v1::ReferralEvent& event : answer->events()) words.push_back(ActionWord(event.action()));
    return words;
  }
  int64_t PlacesHeld(const std::string& service) {
    const std::string id = Id(service);
    auto body = [&](const store::Reader& reader) { return places::Held(reader, id); };
    return async::BlockOn(store_.View(body)).value();
  }
  // The changes of the feed, as "ACCEPT SENT→ACCEPTED".
  std::vector<std::string> Changes() {
    std::vector<std::string> words;
    const auto entries = store_.ReadFeed(store::Feed::kChanges, 0, 1000);
    EXPECT_TRUE(entries.ok());
    for (const store::FeedEntry& entry : *entries) {
      common::v1::Change change;
      EXPECT_TRUE(change.ParseFromString(entry.bytes));
      if (change.has_referral()) {
        words.push_back(
            Cat(change.referral().action(), " ", change.referral().from_state(), "→", change.referral().to_state()));
      } else {
        words.push_back(Cat("appointment ", change.appointment().state()));
      }
    }
    return words;
  }
  // What the last change of a referral says of its place.
  bool LastHoldsPlace() {
    const auto entries = store_.ReadFeed(store::Feed::kChanges, 0, 1000);
    EXPECT_TRUE(entries.ok());
    common::v1::Change change;
    EXPECT_TRUE(change.ParseFromString(entries->back().bytes));
    return change.referral().holds_place();
  }
  int RowsUnder(char table) {
    int rows = 0;
    auto body = [&](const store::Reader& reader) {
      return reader.Scan(store::PrefixRange(std::string(1, table)), store::Direction::kForward,
                         [&](std::string_view, std::string_view) {
                           ++rows;
                           return store::Visit::kContinue;
                         });
    };
    EXPECT_TRUE(async::BlockOn(store_.View(body)).ok());
    return rows;
  }
  // As the consent service's feed would tell.
  void TellConsent(const std::string& consent, const std::string& state, const std::string& supersedes = "") {
    common::v1::Change change;
    change.mutable_consent()->set_consent_id(Id(consent));
    change.mutable_consent()->set_person_id(Id("ada"));
    change.mutable_consent()->set_state(state);
    if (!supersedes.empty()) change.mutable_consent()->set_supersedes_consent_id(Id(supersedes));
    Tell(change);
  }
  void TellErased(const std::string& person) {
    common::v1::Change change;
    change.mutable_person()->set_person_id(Id(person));
    change.mutable_person()->set_type(common::v1::PersonChange::TYPE_ERASED);
    Tell(change);
  }
  void Tell(const common::v1::Change& change) {
    auto body = [&](store::Txn& txn) { return EndedBases::Apply(txn, change); };
    const absl::Status applied = async::BlockOn(store_.Update(body));
    ASSERT_TRUE(applied.ok()) << applied;
  }
  int GoThroughEndedBases() {
    const auto moved = async::BlockOn(ended_bases_.GoThrough());
    EXPECT_TRUE(moved.ok()) << moved.status();
    return moved.value_or(-1);
  }
  int JanitorRound() {
    const auto moved = async::BlockOn(janitor_.Round());
    EXPECT_TRUE(moved.ok()) << moved.status();
    return moved.value_or(-1);
  }
  void PassWorkingDays(int days) { clock_.Set(ProjectCalendar().AddWorkingDays(clock_.Now(), days)); }

  // Monday 2 March 2026, 10:00.
  ManualClock clock_{absl::FromCivil(absl::CivilHour(2026, 3, 2, 10), absl::UTCTimeZone())};
  store::MemoryStore store_;
  store::MemoryStore key_store_;
  FakeConsent consent_;
  FakeOutcome outcome_;
  FakeDirectory directory_;
  person_keys::PersonKeys keys_;
  const tokens::Tokens tokens_;
  const idempotency::Requests requests_;
  const audit::Audit audit_;
  outbox::Outbox outbox_;
  const Mover mover_;
  const Parts parts_;
  ReferralService referrals_;
  AppointmentService appointments_;
  EndedBases ended_bases_;
  Janitor janitor_;
};

}  // namespace nwd::referral
