// The service as callers meet it: over mutual TLS, through the whole chain, with the real consent service beside it and
// a directory of which only the change feed is there. No outcome service answers: what needs one says so.
#include <gtest/gtest.h>

#include <atomic>

#include "absl/synchronization/notification.h"
#include "common/async/block_on.h"
#include "common/replica/change_feed.h"
#include "common/status/status.h"
#include "common/store_memory/memory_store.h"
#include "nwd/consent/v1/consent_service.pb.h"
#include "nwd/consent/v1/person_service.pb.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "nwd/referral/v1/appointment_service.pb.h"
#include "nwd/referral/v1/referral_service.pb.h"
#include "services/consent/app.h"
#include "services/referral/app.h"
#include "services/referral/times.h"
#include "tests/testing/project_calendar.h"
#include "tests/testing/project_facts.h"
#include "tests/testing/test_hub.h"

namespace nwd::referral {
namespace {

using namespace v1;  // NOLINT: requests and responses
namespace cv1 = consent::v1;

constexpr char kPlainKey[] = "0123456789abcdef0123456789abcdef";
constexpr char kEsol[] = "3f0c2c1e-8a4b-4c2d-9d57-0d1f2b3c4d5e";
const std::vector<std::string> kOrganisations = {"jobcentre", "college", "stranger"};

// The directory's feed, which tells when the referral service has taken in the first batch of it.
class DirectoryFeed {
 public:
  DirectoryFeed(store::Store& store, const tokens::Tokens& tokens) : feed_(store, tokens) {}
  void Register(rpc::Router& router) { router.Unary(this, &DirectoryFeed::ReadChanges); }
  async::Task<absl::StatusOr<common::v1::ReadChangesResponse>> ReadChanges(
      rpc::Call& call, const common::v1::ReadChangesRequest& request) {
    const bool goes_on = call.caller().service == "referral" && !request.cursor().empty();
    if (goes_on && !told_.exchange(true)) taken_in.Notify();
    co_return co_await feed_.ReadChanges(call, request);
  }
  absl::Notification taken_in;

 private:
  replica::ChangeFeedService feed_;
  std::atomic<bool> told_{false};
};

class OverTls : public ::testing::Test {
 protected:
  OverTls() : hub_(kOrganisations, {"directory", "consent", "referral", "outcome"}) {
    FillDirectory();
    ServeDirectory();
    ServeConsent();
    ServeReferral();
  }
  ~OverTls() override {
    // Followers call their peers until the end: the one that calls goes first.
    referral_service_->Drain(absl::Seconds(5));
    consent_service_->Drain(absl::Seconds(5));
  }

  void FillDirectory() {
    std::vector<common::v1::Change> changes;
    for (const std::string& slug : kOrganisations) {
      const access::Organisation organisation = testing::TestHub::Agency(slug);
      registry_.Set(organisation);
      common::v1::OrganisationChange& change = *changes.emplace_back().mutable_organisation();
      change.set_organisation_id(organisation.organisation_id);
      change.set_slug(slug);
      change.set_kind(organisation.kind);
      change.set_state(organisation.state);
      change.add_roles(common::v1::ROLE_AGENCY);
      change.add_identities(organisation.identities[0]);
    }
    common::v1::ServiceChange& service = *changes.emplace_back().mutable_service();
    service.set_service_id(kEsol);
    service.set_organisation_id(IdOf("college"));
    service.set_active(true);
    service.set_accepts_referrals(true);
    service.set_capacity(10);
    auto body = [&](store::Txn& txn) -> absl::Status {
      for (const common::v1::Change& change : changes) txn.Append(store::Feed::kChanges, change.SerializeAsString());
      return absl::OkStatus();
    };
    ASSERT_TRUE(async::BlockOn(directory_store_.Update(body)).ok());
  }
  void ServeDirectory() {
    directory_feed_.Register(directory_router_);
    directory_service_ = hub_.Serve("directory", directory_router_, registry_);
  }
  void ServeConsent() {
    consents_nobody_ = hub_.Connect(hub_.FolderOf("service/consent"), "referral", "127.0.0.1:1");
    consent_app_ =
        std::make_unique<consent::App>(consent::App::AppParts{.store = consent_store_,
                                                              .keys = consent_keys_,
                                                              .hub_key = hub_key_,
                                                              .clock = SystemClock::Get(),
                                                              .calendar = testing::ProjectCalendar(),
                                                              .registry = registry_,
                                                              .directory = directory_service_->As("service/consent"),
                                                              .referral = *consents_nobody_,
                                                              .outcome = *consents_nobody_,
                                                              .metrics = metrics_});
    ASSERT_TRUE(consent_app_->Load().ok());
    consent_app_->Register(consent_router_);
    consent_service_ = hub_.Serve("consent", consent_router_, registry_);
    consent_app_->StartBackground(consent_service_->server());
  }
  void ServeReferral() {
    nobody_ = hub_.Connect(hub_.FolderOf("service/referral"), "outcome", "127.0.0.1:1");
    referral_app_ = std::make_unique<App>(App::Parts{.store = store_,
                                                     .keys = keys_,
                                                     .hub_key = hub_key_,
                                                     .clock = SystemClock::Get(),
                                                     .facts = testing::ProjectFacts(),
                                                     .calendar = testing::ProjectCalendar(),
                                                     .registry = referral_registry_,
                                                     .directory = directory_service_->As("service/referral"),
                                                     .consent = consent_service_->As("service/referral"),
                                                     .outcome = *nobody_,
                                                     .metrics = referral_metrics_});
    ASSERT_TRUE(referral_app_->Load().ok());
    referral_app_->Register(router_);
    ASSERT_TRUE(router_.Check().ok()) << router_.Check();
    referral_service_ = hub_.Serve("referral", router_, referral_registry_, [&](rpc::ServerOptions& options) {
      options.on_unknown_identity = [&](std::string identity) {
        return referral_app_->OnUnknownIdentity(std::move(identity));
      };
    });
    referral_app_->StartBackground(referral_service_->server());
    // The replica starts empty. It asks for what comes after a batch once it has taken that in.
    ASSERT_TRUE(directory_feed_.taken_in.WaitForNotificationWithTimeout(absl::Seconds(20)));
    ASSERT_NE(referral_registry_.FindById(IdOf("stranger")), nullptr) << "the replica did not follow";
  }

  static std::string IdOf(const std::string& slug) { return testing::TestHub::Agency(slug).organisation_id; }

  template <class Response, class Request>
  absl::StatusOr<Response> Consent(const std::string& who, const Request& request) {
    return consent_service_->As(who).Call<Response>(request, {.practitioner = "p-1"});
  }
  template <class Response, class Request>
  absl::StatusOr<Response> As(const std::string& who, const Request& request) {
    return referral_service_->As(who).Call<Response>(request, {.practitioner = "p-1"});
  }

  // A person of Jobcentre, and a consent that names College for referral.
  void RegisterAda() {
    cv1::RegisterPersonRequest person;
    person.mutable_details()->set_full_name("Ada Lovelace");
    person.mutable_details()->set_date_of_birth("1990-05-17");
    const auto registered = Consent<cv1::RegisterPersonResponse>("jobcentre", person);
    ASSERT_TRUE(registered.ok()) << registered.status();
    ada_ = registered->person_ref();
    cv1::CreateTextRequest text;
    text.set_text("We would like to refer you to the college.");
    text.set_language("en");
    text.set_version("1");
    const auto kept = Consent<cv1::CreateTextResponse>("jobcentre", text);
    ASSERT_TRUE(kept.ok()) << kept.status();
    cv1::CreateConsentRequest create;
    create.set_person_ref(ada_);
    cv1::ConsentTerms& terms = *create.mutable_terms();
    terms.set_purpose(common::v1::PURPOSE_REFERRAL);
    terms.add_categories()->set_category(common::v1::CATEGORY_IDENTITY);
    terms.mutable_categories(0)->set_necessity("to know who comes");
    terms.add_recipient_organisation_ids(IdOf("college"));
    terms.set_mode(cv1::SHARING_MODE_VIEW);
    *terms.mutable_valid_until() = ToTimestamp(absl::Now() + absl::Hours(24 * 30));
    terms.set_method(cv1::CAPTURE_METHOD_SPOKEN);
    terms.set_language("en");
    terms.set_text_sha256(kept->text_sha256());
    create.set_request(true);
    const auto drawn = Consent<cv1::CreateConsentResponse>("jobcentre", create);
    ASSERT_TRUE(drawn.ok()) << drawn.status();
    cv1::RecordDecisionRequest decide;
    decide.set_consent_id(drawn->consent_id());
    decide.set_etag(drawn->etag());
    decide.set_decision(cv1::CONSENT_STATE_GIVEN);
    ASSERT_TRUE(Consent<cv1::RecordDecisionResponse>("jobcentre", decide).ok());
    consent_id_ = drawn->consent_id();
  }
  absl::StatusOr<CreateReferralResponse> Refer() {
    CreateReferralRequest request;
    request.set_person_ref(ada_);
    request.set_service_id(kEsol);
    request.set_consent_id(consent_id_);
    request.mutable_summary()->set_need("esol");
    request.set_notes("comes by bus");
    request.set_send(true);
    return As<CreateReferralResponse>("jobcentre", request);
  }
  absl::StatusOr<TransitionReferralResponse> Move(const std::string& who, const std::string& id,
                                                  const std::string& etag, ReferralAction action) {
    TransitionReferralRequest request;
    request.set_referral_id(id);
    request.set_etag(etag);
    request.set_action(action);
    return As<TransitionReferralResponse>(who, request);
  }
  Referral See(const std::string& who, const std::string& id) {
    GetReferralRequest request;
    request.set_referral_id(id);
    const auto seen = As<GetReferralResponse>(who, request);
    EXPECT_TRUE(seen.ok()) << seen.status();
    return seen.ok() ? seen->referral() : Referral();
  }
  absl::Status Read(const std::string& id) {
    cv1::GetRecordRequest get;
    get.set_person_ref(See("college", id).person_ref());
    get.set_purpose(common::v1::PURPOSE_REFERRAL);
    get.add_categories(common::v1::CATEGORY_IDENTITY);
    get.set_mode(cv1::SHARING_MODE_VIEW);
    get.set_consent_id(consent_id_);
    return Consent<cv1::GetRecordResponse>("college", get).status();
  }

  testing::TestHub hub_;
  const crypto::HubKey hub_key_ = *crypto::HubKey::FromEnvironment("TEST", std::string(43, 'A') + "=");
  access::Registry registry_, referral_registry_;
  metrics::Registry metrics_, referral_metrics_;
  store::MemoryStore directory_store_, consent_store_, consent_keys_, store_, keys_;
  const tokens::Tokens directory_tokens_{kPlainKey};
  DirectoryFeed directory_feed_{directory_store_, directory_tokens_};
  rpc::Router directory_router_, consent_router_, router_;
  std::unique_ptr<testing::TestService> directory_service_;
  std::unique_ptr<consent::App> consent_app_;
  std::unique_ptr<testing::TestService> consent_service_;
  std::unique_ptr<rpc::Client> nobody_, consents_nobody_;
  std::unique_ptr<App> referral_app_;
  std::unique_ptr<testing::TestService> referral_service_;
  std::string ada_, consent_id_;
};

TEST_F(OverTls, AReferralIsSentAcceptedReadFollowedAndCutOffByWithdrawal) {
  RegisterAda();
  auto stream = referral_service_->As("jobcentre").Watch<WatchReferralsResponse>(WatchReferralsRequest());
  const auto made = Refer();
  ASSERT_TRUE(made.ok()) << made.status();
  const std::string& id = made->referral_id();
  EXPECT_EQ(See("college", id).person_ref(), "");

  const auto accepted = Move("college", id, made->etag(), REFERRAL_ACTION_ACCEPT);
  ASSERT_TRUE(accepted.ok()) << accepted.status();
  EXPECT_TRUE(Read(id).ok()) << "the access is open when ACCEPT is answered: " << Read(id);
  EXPECT_EQ(See("college", id).notes(), "comes by bus");
  EXPECT_NE(See("college", id).person_ref(), ada_);

  BookAppointmentRequest book;
  book.set_referral_id(id);
  *book.mutable_start_time() = ToTimestamp(absl::Now() + absl::Minutes(30));
  book.set_duration_minutes(30);
  const auto booked = As<BookAppointmentResponse>("college", book);
  ASSERT_TRUE(booked.ok()) << booked.status();
  RecordAttendanceRequest attended;
  attended.set_appointment_id(booked->appointment_id());
  attended.set_etag(booked->etag());
  attended.set_attendance(APPOINTMENT_STATE_ATTENDED);
  EXPECT_TRUE(As<RecordAttendanceResponse>("college", attended).ok());

  const auto started = Move("college", id, accepted->etag(), REFERRAL_ACTION_START);
  ASSERT_TRUE(started.ok()) << started.status();
  EXPECT_EQ(Move("college", id, started->etag(), REFERRAL_ACTION_COMPLETE).status().code(),
            absl::StatusCode::kUnavailable)
      << "no outcome service answers";

  cv1::WithdrawConsentRequest withdraw;
  withdraw.set_consent_id(consent_id_);
  ASSERT_TRUE(Consent<cv1::WithdrawConsentResponse>("jobcentre", withdraw).ok());
  EXPECT_FALSE(Read(id).ok());
  EXPECT_EQ(See("college", id).notes(), "") << "at once, whether or not the feed has told us";

  std::vector<ReferralAction> seen;
  WatchReferralsResponse event;
  while (seen.size() < 5 && stream.Read(event)) seen.push_back(event.event().action());
  EXPECT_EQ(seen, (std::vector<ReferralAction>{REFERRAL_ACTION_CREATE, REFERRAL_ACTION_SEND, REFERRAL_ACTION_ACCEPT,
                                               REFERRAL_ACTION_START, REFERRAL_ACTION_ACCESS_ENDED}));
  stream.Cancel();
  EXPECT_EQ(See("jobcentre", id).state(), REFERRAL_STATE_IN_PROGRESS) << "the course goes on";
}

TEST_F(OverTls, WhoReadTheTextAndNothingOfTheRecordIsListedAndToldOfTheWithdrawal) {
  RegisterAda();
  const auto made = Refer();
  ASSERT_TRUE(made.ok()) << made.status();
  const std::string& id = made->referral_id();
  ASSERT_TRUE(Move("college", id, made->etag(), REFERRAL_ACTION_ACCEPT).ok());
  EXPECT_EQ(See("college", id).notes(), "comes by bus");
  EXPECT_EQ(See("college", id).notes(), "comes by bus") << "again";

  cv1::ListDisclosuresRequest list;
  list.set_person_ref(ada_);
  const auto listed = Consent<cv1::ListDisclosuresResponse>("jobcentre", list);
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->disclosures_size(), 1) << "one of a referral's text, however often it is read";
  EXPECT_EQ(listed->disclosures(0).referral_id(), id);
  EXPECT_EQ(listed->disclosures(0).recipient_organisation_id(), IdOf("college"));
  EXPECT_EQ(listed->disclosures(0).categories_size(), 0);

  cv1::WithdrawConsentRequest withdraw;
  withdraw.set_consent_id(consent_id_);
  const auto withdrawn = Consent<cv1::WithdrawConsentResponse>("jobcentre", withdraw);
  ASSERT_TRUE(withdrawn.ok()) << withdrawn.status();
  EXPECT_EQ(withdrawn->notices(), 1);
  const auto notices = Consent<cv1::ListNoticesResponse>("college", cv1::ListNoticesRequest());
  ASSERT_TRUE(notices.ok()) << notices.status();
  ASSERT_EQ(notices->notices_size(), 1);
  EXPECT_EQ(notices->notices(0).disclosure_ids(0), listed->disclosures(0).disclosure_id());
}

TEST_F(OverTls, AWithdrawalBeforeTheStartCancelsAndFreesThePlace) {
  RegisterAda();
  const auto made = Refer();
  ASSERT_TRUE(made.ok()) << made.status();
  auto stream = referral_service_->As("college").Watch<WatchReferralsResponse>(WatchReferralsRequest());
  cv1::WithdrawConsentRequest withdraw;
  withdraw.set_consent_id(consent_id_);
  ASSERT_TRUE(Consent<cv1::WithdrawConsentResponse>("jobcentre", withdraw).ok());
  WatchReferralsResponse event;
  while (stream.Read(event) && event.event().action() != REFERRAL_ACTION_CANCEL) {
  }
  stream.Cancel();
  EXPECT_EQ(event.event().action(), REFERRAL_ACTION_CANCEL);
  EXPECT_EQ(event.event().reason(), REFERRAL_REASON_CONSENT_WITHDRAWN);
  EXPECT_EQ(See("jobcentre", made->referral_id()).state(), REFERRAL_STATE_CANCELLED_BY_PERSON);
  EXPECT_EQ(Refer().status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(OverTls, ASuspensionStopsReadingAndCancelsNothingUntilTheConsentIsTakenBack) {
  RegisterAda();
  const auto made = Refer();
  ASSERT_TRUE(made.ok()) << made.status();
  const std::string& id = made->referral_id();
  ASSERT_TRUE(Move("college", id, made->etag(), REFERRAL_ACTION_ACCEPT).ok());
  ASSERT_TRUE(Read(id).ok());
  cv1::SuspendConsentRequest suspend;
  suspend.set_consent_id(consent_id_);
  suspend.set_reason(cv1::SUSPEND_REASON_PERSON_ASKED);
  const auto suspended = Consent<cv1::SuspendConsentResponse>("college", suspend);
  ASSERT_TRUE(suspended.ok()) << suspended.status();
  EXPECT_FALSE(Read(id).ok());
  EXPECT_EQ(See("college", id).notes(), "");

  cv1::ResumeConsentRequest resume;
  resume.set_consent_id(consent_id_);
  resume.set_etag(suspended->etag());
  resume.set_person_agreed(true);
  ASSERT_TRUE(Consent<cv1::ResumeConsentResponse>("jobcentre", resume).ok());
  EXPECT_TRUE(Read(id).ok()) << Read(id);
  EXPECT_EQ(See("college", id).state(), REFERRAL_STATE_ACCEPTED);

  auto stream = referral_service_->As("college").Watch<WatchReferralsResponse>(WatchReferralsRequest());
  cv1::RevokeConsentRequest revoke;
  revoke.set_consent_id(consent_id_);
  revoke.set_reason(cv1::REVOKE_REASON_NO_LONGER_NEEDED);
  ASSERT_TRUE(Consent<cv1::RevokeConsentResponse>("jobcentre", revoke).ok());
  std::vector<ReferralAction> seen;
  WatchReferralsResponse event;
  while (event.event().action() != REFERRAL_ACTION_CANCEL && stream.Read(event)) seen.push_back(event.event().action());
  stream.Cancel();
  EXPECT_EQ(seen, (std::vector<ReferralAction>{REFERRAL_ACTION_SEND, REFERRAL_ACTION_ACCEPT, REFERRAL_ACTION_CANCEL}))
      << "the suspension and its end, which the feed told before, changed nothing";
}

TEST_F(OverTls, StrangersOrganisationsAndMissingPractitionersAreRefused) {
  RegisterAda();
  const auto made = Refer();
  ASSERT_TRUE(made.ok()) << made.status();
  GetReferralRequest get;
  get.set_referral_id(made->referral_id());
  EXPECT_EQ(As<GetReferralResponse>("stranger", get).status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(referral_service_->As("college").Call<GetReferralResponse>(get).status().code(),
            absl::StatusCode::kInvalidArgument)
      << "no practitioner";
  GetReferralPartiesRequest parties;
  parties.set_referral_id(made->referral_id());
  EXPECT_EQ(As<GetReferralPartiesResponse>("college", parties).status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_TRUE(referral_service_->As("service/outcome").Call<GetReferralPartiesResponse>(parties).ok());
  EXPECT_FALSE(referral_service_->As("service/consent").Call<GetReferralPartiesResponse>(parties).ok());
  // Somebody else's reference names nobody.
  CreateReferralRequest request;
  request.set_person_ref(ada_);
  request.set_service_id(kEsol);
  request.set_consent_id(consent_id_);
  request.mutable_summary()->set_need("esol");
  EXPECT_EQ(As<CreateReferralResponse>("stranger", request).status().code(), absl::StatusCode::kPermissionDenied);
}

}  // namespace
}  // namespace nwd::referral
