#include "tests/e2e/good_calls.h"

#include <functional>
#include <map>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/base/check.h"
#include "common/base/strings.h"
#include "common/ids/uuid.h"
#include "nwd/common/v1/change_service.pb.h"
#include "nwd/consent/v1/access_service.pb.h"
#include "nwd/consent/v1/person_service.pb.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "nwd/directory/v1/catalogue_service.pb.h"
#include "nwd/directory/v1/feed_service.pb.h"
#include "nwd/directory/v1/organisation_service.pb.h"
#include "nwd/outcome/v1/insight_service.pb.h"
#include "nwd/outcome/v1/outcome_service.pb.h"
#include "nwd/referral/v1/appointment_service.pb.h"
#include "nwd/referral/v1/referral_service.pb.h"

namespace nwd::e2e {
namespace {

namespace c = consent::v1;
namespace d = directory::v1;
namespace o = outcome::v1;
namespace r = referral::v1;
namespace v1 = common::v1;

constexpr char kPage[] = R"({"total_items":0,"total_pages":1,"page_number":1,"size":0,"contents":[]})";
constexpr char kReferralService[] = "service/referral";
constexpr char kOutcomeService[] = "service/outcome";
constexpr absl::Duration kCatchUpPatience = absl::Seconds(20);

int Number() {
  static int number = 0;
  return ++number;
}

std::string Today() { return absl::FormatTime("%Y-%m-%d", absl::Now(), absl::UTCTimeZone()); }

google::protobuf::Timestamp At(absl::Time time) {
  google::protobuf::Timestamp at;
  at.set_seconds(absl::ToUnixSeconds(time));
  return at;
}

// --- The directory.

struct Made {
  std::string organisation_id;
  std::string etag;
};

Made FreshOrganisation(World& world) {
  d::CreateOrganisationRequest create;
  create.set_slug(Cat("fresh-", Number()));
  create.set_name("Sample: fresh");
  create.set_kind(v1::ORGANISATION_KIND_OTHER);
  const auto created = world.Do<d::CreateOrganisationResponse>(kAdmin, create);
  return {created.organisation_id(), created.etag()};
}

d::ProposeRolesRequest Proposal(World& world) {
  const Made made = FreshOrganisation(world);
  d::ProposeRolesRequest propose;
  propose.set_organisation_id(made.organisation_id);
  propose.set_etag(made.etag);
  propose.add_roles(v1::ROLE_AUDITOR);
  return propose;
}

std::string FreshImport(World& world, const std::string& who) {
  d::BeginImportRequest begin;
  begin.set_feed_slug(Cat("fresh-feed-", Number()));
  return world.Do<d::BeginImportResponse>(who, begin).import_id();
}

d::PutImportPageRequest Page(const std::string& import_id) {
  d::PutImportPageRequest put;
  put.set_import_id(import_id);
  put.set_page_name("page-1.json");
  put.set_content(kPage);
  return put;
}

d::Service FindService(World& world, const std::string& service_id) {
  d::GetServiceRequest get;
  get.set_service_id(service_id);
  return world.Do<d::GetServiceResponse>(kReferrer, get).service();
}

// A provider of the sample feed that no organisation answers for.
std::string FreeProvider(World& world) {
  d::ListProvidersRequest list;
  list.set_feed_id(world.feed_id());
  list.set_page_size(500);
  const auto known = world.Do<d::ListProvidersResponse>(kAdmin, list);
  for (const auto& provider : known.providers()) {
    if (provider.organisation_id().empty()) return provider.external_id();
  }
  NWD_CHECK(false);  // the sample has more providers than there are tests
  return "";
}

d::LinkProviderRequest Link(World& world, const std::string& organisation) {
  d::LinkProviderRequest link;
  link.set_feed_id(world.feed_id());
  link.set_external_id(FreeProvider(world));
  link.set_organisation_id(world.IdOf(organisation));
  return link;
}

// --- Consent.

// A person whom the referrer and the receiver both registered, with an identifier that says they are one.
struct Shared {
  std::string referrers_ref;
  std::string receivers_ref;
  std::string consent_id;  // standing; captured by the referrer, names the receiver
};

c::RegisterPersonRequest Person() {
  const int number = Number();
  c::RegisterPersonRequest request;
  request.mutable_details()->set_full_name(Cat("Shared Person ", number));
  request.mutable_details()->set_date_of_birth(
      absl::StrFormat("1971-%02d-%02d", 1 + number / 28 % 12, 1 + number % 28));
  request.mutable_details()->set_nino(absl::StrFormat("AB%06dC", number));
  return request;
}

Shared SharePerson(World& world, const std::string& receiver = kReceiver) {
  const c::RegisterPersonRequest person = Person();
  Shared shared;
  shared.referrers_ref = world.Do<c::RegisterPersonResponse>(kReferrer, person).person_ref();
  shared.receivers_ref = world.Do<c::RegisterPersonResponse>(receiver, person).person_ref();
  const auto consent = world.Do<c::CreateConsentResponse>(
      kReferrer, world.ConsentRequest(shared.referrers_ref, {receiver}, /*standing=*/true));
  world.Give(kReferrer, consent);
  shared.consent_id = consent.consent_id();
  world.PutIdentity(kReferrer, shared.referrers_ref);
  return shared;
}

c::GetRecordRequest Reading(const Shared& shared) {
  c::GetRecordRequest read;
  read.set_person_ref(shared.receivers_ref);
  read.set_purpose(v1::PURPOSE_REFERRAL);
  read.add_categories(v1::CATEGORY_IDENTITY);
  read.set_mode(c::SHARING_MODE_VIEW);
  read.set_consent_id(shared.consent_id);
  return read;
}

// A recipient has read, and the person has withdrawn.
void MakeNotice(World& world, const std::string& recipient) {
  const Shared shared = SharePerson(world, recipient);
  world.Do<c::GetRecordResponse>(recipient, Reading(shared));
  c::WithdrawConsentRequest withdraw;
  withdraw.set_consent_id(shared.consent_id);
  world.Do<c::WithdrawConsentResponse>(kReferrer, withdraw);
}

std::string OpenNotice(World& world, const std::string& recipient) {
  MakeNotice(world, recipient);
  c::ListNoticesRequest list;
  list.set_open_only(true);
  list.set_page_size(500);
  const auto open = world.Do<c::ListNoticesResponse>(recipient, list);
  NWD_CHECK(open.notices_size() > 0);
  return open.notices(open.notices_size() - 1).notice_id();
}

c::CreateConsentRequest Drawing(World& world, bool request) {
  c::CreateConsentRequest create = world.ConsentRequest(world.Register(kReferrer), {kReceiver}, /*standing=*/false);
  create.set_request(request);
  return create;
}

std::string PersonIdOf(World& world, const std::string& person_ref) {
  c::ResolveRefRequest resolve;
  resolve.set_on_behalf_of(world.IdOf(kReferrer));
  resolve.set_person_ref(person_ref);
  return world.Do<c::ResolveRefResponse>(kReferralService, resolve).person_id();
}

// --- Referral.

r::CreateReferralRequest Sending(const World::Consented& consented, const std::string& service_id) {
  r::CreateReferralRequest create;
  create.set_person_ref(consented.person_ref);
  create.set_service_id(service_id);
  create.set_consent_id(consented.consent_id);
  create.mutable_summary()->set_need("debt");
  create.set_send(true);
  return create;
}

World::Referred FreshReferral(World& world) { return world.Refer(kReferrer, world.Consent(kReferrer, {kReceiver})); }

void Accept(World& world, const std::string& receiver, const std::string& referral_id, const std::string& etag) {
  r::TransitionReferralRequest accept;
  accept.set_referral_id(referral_id);
  accept.set_etag(etag);
  accept.set_action(r::REFERRAL_ACTION_ACCEPT);
  world.Do<r::TransitionReferralResponse>(receiver, accept);
}

std::string Accepted(World& world) {
  const World::Referred referred = FreshReferral(world);
  Accept(world, kReceiver, referred.referral_id, referred.etag);
  return referred.referral_id;
}

r::AddNoteRequest Note(const std::string& referral_id) {
  r::AddNoteRequest note;
  note.set_referral_id(referral_id);
  note.set_text(Cat("a note, number ", Number()));
  return note;
}

r::BookAppointmentRequest Booking(const std::string& referral_id, absl::Duration ahead = absl::Hours(48)) {
  r::BookAppointmentRequest book;
  book.set_referral_id(referral_id);
  *book.mutable_start_time() = At(absl::Now() + ahead);
  book.set_duration_minutes(30);
  return book;
}

template <class Request>
Request OnAppointment(World& world, absl::Duration ahead = absl::Hours(48)) {
  const auto booked = world.Do<r::BookAppointmentResponse>(kReceiver, Booking(Accepted(world), ahead));
  Request request;
  request.set_appointment_id(booked.appointment_id());
  request.set_etag(booked.etag());
  return request;
}

// --- Outcome.

o::RecordOutcomeRequest Outcome(const std::string& referral_id) {
  o::RecordOutcomeRequest record;
  record.set_referral_id(referral_id);
  record.set_kind(o::OUTCOME_KIND_CV);
  record.set_occurred_on(Today());
  return record;
}

// Months that follow each other, long ago: every release covers more than the one before.
std::string NextMonth() {
  const int number = Number();
  return absl::StrFormat("%04d-%02d", 2000 + number / 12 % 20, 1 + number % 12);
}

o::CreateReleaseRequest Freezing() {
  o::CreateReleaseRequest create;
  create.set_month(NextMonth());
  return create;
}

const std::string& AnalystOf(World& world) { return world.HolderOf(v1::ROLE_ANALYST); }

// A person with more than a page of journey; returns when the outcome service has heard of it.
o::GetJourneyRequest Travelled(World& world) {
  const World::Consented consented = world.Consent(kReferrer, {kReceiver});
  world.Refer(kReferrer, consented);
  o::GetJourneyRequest get;
  get.set_person_ref(consented.person_ref);
  get.set_page_size(1);
  const absl::Time until = absl::Now() + kCatchUpPatience;
  while (world.Do<o::GetJourneyResponse>(kReferrer, get).next_page_token().empty()) NWD_CHECK(absl::Now() < until);
  return get;
}

// --- The table.

using Make = std::function<GoodCall(World&, const Rpc&)>;
using Table = std::map<std::string, Make>;  // by the request's full name

// `body` is a function of the world that returns a request.
template <class Body>
void Add(Table& table, const std::string& who, const std::string& other, Body body) {
  using Request = std::invoke_result_t<Body, World&>;
  table[Request::descriptor()->full_name()] = [who, other, body](World& world, const Rpc&) {
    return GoodCall{who, other, std::make_unique<Request>(body(world))};
  };
}

void AddDirectory(Table& table) {
  Add(table, kAdmin, kSecondAdmin, [](World&) {
    d::CreateOrganisationRequest create;
    create.set_slug(Cat("created-", Number()));
    create.set_name("Sample: created");
    create.set_kind(v1::ORGANISATION_KIND_OTHER);
    return create;
  });
  Add(table, kReferrer, kStranger, [](World&) {
    d::GetOrganisationRequest get;
    get.set_slug(kReceiver);
    return get;
  });
  Add(table, kReferrer, kStranger, [](World&) {
    d::ListOrganisationsRequest list;
    list.set_page_size(1);
    return list;
  });
  Add(table, kAdmin, kSecondAdmin, [](World& world) {
    const Made made = FreshOrganisation(world);
    d::UpdateOrganisationRequest update;
    update.set_organisation_id(made.organisation_id);
    update.set_etag(made.etag);
    update.mutable_update_mask()->add_paths("name");
    update.set_name("Sample: renamed");
    return update;
  });
  Add(table, kAdmin, kSecondAdmin, [](World& world) {
    const Made made = FreshOrganisation(world);
    d::SetOrganisationStateRequest set;
    set.set_organisation_id(made.organisation_id);
    set.set_etag(made.etag);
    set.set_state(v1::ORGANISATION_STATE_SUSPENDED);
    return set;
  });
  Add(table, kAdmin, kSecondAdmin, [](World& world) {
    d::RevokeCertificateRequest revoke;
    revoke.set_organisation_id(FreshOrganisation(world).organisation_id);
    revoke.set_serial("abc123");
    return revoke;
  });
  Add(table, kAdmin, kSecondAdmin, Proposal);
  Add(table, kSecondAdmin, "", [](World& world) {  // whoever proposed cannot confirm
    const d::ProposeRolesRequest proposal = Proposal(world);
    d::ConfirmRolesRequest confirm;
    confirm.set_organisation_id(proposal.organisation_id());
    confirm.set_etag(world.Do<d::ProposeRolesResponse>(kAdmin, proposal).etag());
    return confirm;
  });
  Add(table, kReferrer, kStranger, [](World&) { return d::WatchOrganisationsRequest(); });
  Add(table, kReferrer, kStranger, [](World& world) {
    d::GetServiceRequest get;
    get.set_service_id(world.service_id());
    return get;
  });
  Add(table, kReferrer, kStranger, [](World&) {
    d::SearchServicesRequest search;
    search.set_page_size(1);
    return search;
  });
  Add(table, kReceiver, "", [](World& world) {
    d::SetCapacityRequest set;
    set.set_service_id(world.service_id());
    set.set_etag(FindService(world, world.service_id()).etag());
    set.set_capacity(10'000 + Number());
    set.set_accepts_referrals(true);
    return set;
  });
  Add(table, kAdmin, kSecondAdmin, [](World&) {
    d::BeginImportRequest begin;
    begin.set_feed_slug(Cat("begun-feed-", Number()));
    return begin;
  });
  Add(table, kAdmin, "", [](World& world) { return Page(FreshImport(world, kAdmin)); });
  Add(table, kAdmin, "", [](World& world) {
    const std::string import_id = FreshImport(world, kAdmin);
    world.Do<d::PutImportPageResponse>(kAdmin, Page(import_id));
    d::CommitImportRequest commit;
    commit.set_import_id(import_id);
    return commit;
  });
  Add(table, kAdmin, "", [](World& world) {
    d::AbortImportRequest abort;
    abort.set_import_id(FreshImport(world, kAdmin));
    return abort;
  });
  Add(table, kReferrer, kStranger, [](World& world) {
    FreshImport(world, kAdmin);  // of a second feed
    d::ListFeedsRequest list;
    list.set_page_size(1);
    return list;
  });
  Add(table, kReferrer, kStranger, [](World& world) {
    d::ListProvidersRequest list;
    list.set_feed_id(world.feed_id());
    list.set_page_size(1);
    return list;
  });
  Add(table, kAdmin, kSecondAdmin, [](World& world) { return Link(world, kReceiver); });
}

void AddConsent(Table& table) {
  Add(table, kReferrer, kStranger, [](World&) { return Person(); });
  Add(table, kReferrer, kStranger, [](World& world) {
    const c::RegisterPersonRequest person = Person();
    world.Do<c::RegisterPersonResponse>(kReferrer, person);
    c::FindPersonRequest find;
    find.set_nino(person.details().nino());
    return find;
  });
  Add(table, kReferralService, kOutcomeService, [](World& world) {
    c::ResolveRefRequest resolve;
    resolve.set_on_behalf_of(world.IdOf(kReferrer));
    resolve.set_person_ref(world.Register(kReferrer));
    return resolve;
  });
  const auto text = [](World&) {
    c::CreateTextRequest create;
    create.set_text(Cat("May we share this, for the ", Number(), "th time?"));
    create.set_language("en");
    create.set_version("test");
    return create;
  };
  Add(table, kReferrer, kStranger, text);
  Add(table, kReferrer, kStranger, [text](World& world) {
    c::GetTextRequest get;
    get.set_text_sha256(world.Do<c::CreateTextResponse>(kReferrer, text(world)).text_sha256());
    return get;
  });
  Add(table, kReferrer, "", [](World& world) { return Drawing(world, /*request=*/true); });
  Add(table, kReferrer, "", [](World& world) {
    const auto draft = world.Do<c::CreateConsentResponse>(kReferrer, Drawing(world, /*request=*/false));
    c::RequestConsentRequest request;
    request.set_consent_id(draft.consent_id());
    request.set_etag(draft.etag());
    return request;
  });
  Add(table, kReferrer, "", [](World& world) {
    const auto requested = world.Do<c::CreateConsentResponse>(kReferrer, Drawing(world, /*request=*/true));
    c::RecordDecisionRequest decide;
    decide.set_consent_id(requested.consent_id());
    decide.set_etag(requested.etag());
    decide.set_decision(c::CONSENT_STATE_GIVEN);
    return decide;
  });
  Add(table, kReferrer, "", [](World& world) {
    // Captured by its own recipient; the referrer's data is in its scope.
    const Shared shared = SharePerson(world);
    const auto own = world.Do<c::CreateConsentResponse>(
        kReceiver, world.ConsentRequest(shared.receivers_ref, {kReceiver}, /*standing=*/true));
    world.Give(kReceiver, own);
    c::CorroborateConsentRequest corroborate;
    corroborate.set_consent_id(own.consent_id());
    return corroborate;
  });
  Add(table, kReferrer, "", [](World& world) {
    c::WithdrawConsentRequest withdraw;
    withdraw.set_consent_id(world.Consent(kReferrer, {kReceiver}).consent_id);
    return withdraw;
  });
  Add(table, kReferrer, "", [](World& world) {
    c::GetConsentRequest get;
    get.set_consent_id(world.Consent(kReferrer, {kReceiver}).consent_id);
    return get;
  });
  Add(table, kReferrer, "", [](World& world) {
    const World::Consented first = world.Consent(kReferrer, {kReceiver});
    world.Do<c::CreateConsentResponse>(kReferrer, world.ConsentRequest(first.person_ref, {kReceiver}, false));
    c::ListConsentsRequest list;
    list.set_person_ref(first.person_ref);
    list.set_page_size(1);
    return list;
  });
  Add(table, kReceiver, "", [](World& world) {
    const Shared shared = SharePerson(world);
    c::CheckAccessRequest check;
    check.set_person_ref(shared.receivers_ref);
    check.set_purpose(v1::PURPOSE_REFERRAL);
    check.add_categories(v1::CATEGORY_IDENTITY);
    check.set_mode(c::SHARING_MODE_VIEW);
    check.set_consent_id(shared.consent_id);
    return check;
  });
  Add(table, kReferralService, "", [](World& world) {
    const World::Consented consented = world.Consent(kReferrer, {kReceiver});
    c::OpenReferralAccessRequest open;
    open.set_referral_id(ids::Uuid::Random().ToString());
    open.set_consent_id(consented.consent_id);
    open.set_person_id(PersonIdOf(world, consented.person_ref));
    open.set_organisation_id(world.IdOf(kReceiver));
    open.set_sequence(1);
    return open;
  });
  Add(table, kReferralService, "", [](World& world) {
    c::CloseReferralAccessRequest close;
    close.set_referral_id(ids::Uuid::Random().ToString());
    close.set_consent_id(world.Consent(kReferrer, {kReceiver}).consent_id);
    close.set_organisation_id(world.IdOf(kReceiver));
    close.set_sequence(1);
    return close;
  });
  Add(table, kReferrer, "", [](World& world) {
    c::PutRecordRequest put;
    put.set_person_ref(world.Register(kReferrer));
    put.mutable_section()->mutable_identity()->set_full_name("Sample Person");
    return put;
  });
  Add(table, kReceiver, "", [](World& world) { return Reading(SharePerson(world)); });
  Add(table, kReferrer, "", [](World& world) {
    const Shared shared = SharePerson(world);
    world.Do<c::GetRecordResponse>(kReceiver, Reading(shared));
    world.Do<c::GetRecordResponse>(kReceiver, Reading(shared));
    c::ListDisclosuresRequest list;
    list.set_person_ref(shared.referrers_ref);
    list.set_page_size(1);
    return list;
  });
  Add(table, kReceiver, kStranger, [](World& world) {
    MakeNotice(world, kReceiver);
    return c::WatchNoticesRequest();
  });
  Add(table, kReceiver, "", [](World& world) {
    c::AcknowledgeNoticeRequest acknowledge;
    acknowledge.set_notice_id(OpenNotice(world, kReceiver));
    acknowledge.set_answer(c::NOTICE_ANSWER_ERASED);
    return acknowledge;
  });
  Add(table, kReceiver, kStranger, [](World& world) {
    MakeNotice(world, kReceiver);
    MakeNotice(world, kReceiver);
    c::ListNoticesRequest list;
    list.set_page_size(1);
    return list;
  });
}

void AddReferral(Table& table) {
  Add(table, kReferrer, "",
      [](World& world) { return Sending(world.Consent(kReferrer, {kReceiver}), world.service_id()); });
  Add(table, kReferrer, kReceiver, [](World& world) {
    r::GetReferralRequest get;
    get.set_referral_id(FreshReferral(world).referral_id);
    return get;
  });
  Add(table, kOutcomeService, "", [](World& world) {
    r::GetReferralPartiesRequest get;
    get.set_referral_id(FreshReferral(world).referral_id);
    return get;
  });
  Add(table, kReferrer, kStranger, [](World& world) {
    FreshReferral(world);
    FreshReferral(world);
    r::ListReferralsRequest list;
    list.set_page_size(1);
    return list;
  });
  Add(table, kReceiver, "", [](World& world) {
    const World::Referred referred = FreshReferral(world);
    r::TransitionReferralRequest receive;
    receive.set_referral_id(referred.referral_id);
    receive.set_etag(referred.etag);
    receive.set_action(r::REFERRAL_ACTION_RECEIVE);
    return receive;
  });
  Add(table, kReferrer, kReceiver, [](World& world) { return Note(Accepted(world)); });
  Add(table, kReferrer, kReceiver, [](World& world) {
    r::ListNotesRequest list;
    list.set_referral_id(Accepted(world));
    list.set_page_size(1);
    world.Do<r::AddNoteResponse>(kReferrer, Note(list.referral_id()));
    world.Do<r::AddNoteResponse>(kReferrer, Note(list.referral_id()));
    return list;
  });
  Add(table, kReferrer, kReceiver, [](World& world) {
    r::ListEventsRequest list;
    list.set_referral_id(Accepted(world));
    list.set_page_size(1);
    return list;
  });
  Add(table, kReferrer, kStranger, [](World& world) {
    FreshReferral(world);
    return r::WatchReferralsRequest();
  });
  Add(table, kReceiver, kStranger, [](World& world) {
    FreshReferral(world);
    FreshReferral(world);
    r::ListDueRequest list;
    *list.mutable_due_before() = At(absl::Now() + absl::Hours(24 * 60));
    list.set_page_size(1);
    return list;
  });
  Add(table, kReceiver, "", [](World& world) { return Booking(Accepted(world)); });
  Add(table, kReceiver, "", [](World& world) {
    auto reschedule = OnAppointment<r::RescheduleAppointmentRequest>(world);
    *reschedule.mutable_start_time() = At(absl::Now() + absl::Hours(72));
    return reschedule;
  });
  Add(table, kReceiver, "", [](World& world) { return OnAppointment<r::CancelAppointmentRequest>(world); });
  Add(table, kReceiver, "", [](World& world) {
    auto record = OnAppointment<r::RecordAttendanceRequest>(world, /*ahead=*/-absl::Seconds(30));
    record.set_attendance(r::APPOINTMENT_STATE_ATTENDED);
    return record;
  });
  Add(table, kReferrer, kReceiver, [](World& world) {
    r::GetAppointmentRequest get;
    get.set_appointment_id(world.Do<r::BookAppointmentResponse>(kReceiver, Booking(Accepted(world))).appointment_id());
    return get;
  });
  Add(table, kReferrer, kReceiver, [](World& world) {
    r::ListAppointmentsRequest list;
    list.set_referral_id(Accepted(world));
    list.set_page_size(1);
    world.Do<r::BookAppointmentResponse>(kReceiver, Booking(list.referral_id()));
    world.Do<r::BookAppointmentResponse>(kReceiver, Booking(list.referral_id(), absl::Hours(72)));
    return list;
  });
}

void AddOutcome(Table& table) {
  Add(table, kReceiver, "", [](World& world) { return Outcome(Accepted(world)); });
  Add(table, kReferrer, kReceiver, [](World& world) {
    o::ListOutcomesRequest list;
    list.set_referral_id(Accepted(world));
    list.set_page_size(1);
    world.Do<o::RecordOutcomeResponse>(kReceiver, Outcome(list.referral_id()));
    world.Do<o::RecordOutcomeResponse>(kReceiver, Outcome(list.referral_id()));
    return list;
  });
  Add(table, kReferralService, "", [](World& world) {
    o::CountOutcomesRequest count;
    count.set_referral_id(FreshReferral(world).referral_id);
    return count;
  });
  Add(table, kReferrer, "", Travelled);
  Add(table, kReferrer, kStranger, [](World&) {
    o::ListIndicatorsRequest list;
    list.set_page_size(1);
    return list;
  });
  Add(table, "sample-analyst", "", [](World&) { return Freezing(); });
  Add(table, kReferrer, kStranger, [](World& world) {
    o::QueryIndicatorsRequest query;
    const o::CreateReleaseRequest freeze = Freezing();
    query.set_release_id(world.Do<o::CreateReleaseResponse>(AnalystOf(world), freeze).release_id());
    query.set_month(freeze.month());
    query.set_indicator("referrals-sent");
    return query;
  });
}

const Table& GoodCalls() {
  static const Table table = [] {
    Table made;
    AddDirectory(made);
    AddConsent(made);
    AddReferral(made);
    AddOutcome(made);
    // Every service offers its own feed to the others.
    made[v1::ReadChangesRequest::descriptor()->full_name()] = [](World&, const Rpc& rpc) {
      const bool outcome = rpc.service == "outcome";
      return GoodCall{outcome ? kReferralService : kOutcomeService, outcome ? "service/consent" : "service/directory",
                      std::make_unique<v1::ReadChangesRequest>()};
    };
    return made;
  }();
  return table;
}

// --- What others have.

using Things = std::map<std::string, std::string>;

std::string ServiceOf(World& world, const std::string& organisation) {
  d::SearchServicesRequest search;
  search.set_organisation_id(world.IdOf(organisation));
  search.set_open_places(true);
  while (true) {  // NWD_CHECK in FreeProvider ends it
    world.Do<d::LinkProviderResponse>(kAdmin, Link(world, organisation));
    const auto found = world.Do<d::SearchServicesResponse>(kReferrer, search);
    if (found.results_size() > 0) return found.results(0).service().service_id();
  }
}

// Between `referrer` and `receiver`, whose service is named: a person, a consent, an accepted referral, an appointment.
Things Between(World& world, const std::string& referrer, const std::string& receiver, const std::string& service_id) {
  const World::Consented consented = world.Consent(referrer, {receiver});
  const auto sent = world.Do<r::CreateReferralResponse>(referrer, Sending(consented, service_id));
  Accept(world, receiver, sent.referral_id(), sent.etag());
  const auto booked = world.Do<r::BookAppointmentResponse>(receiver, Booking(sent.referral_id()));
  return {{"person_ref", consented.person_ref},
          {"consent_id", consented.consent_id},
          {"supersedes_consent_id", consented.consent_id},
          {"referral_id", sent.referral_id()},
          {"appointment_id", booked.appointment_id()},
          {"recipient_organisation_id", world.IdOf(kStranger)}};
}

Things ThingsOfOthers(World& world, const std::string& who) {
  if (who == kReferrer) return Between(world, kStranger, kReceiver, world.service_id());
  if (who == kReceiver) {
    const std::string service_id = ServiceOf(world, kStranger);
    Things things = Between(world, kReferrer, kStranger, service_id);
    things["service_id"] = service_id;
    things["notice_id"] = OpenNotice(world, kStranger);
    return things;
  }
  if (who == kAdmin) return {{"import_id", FreshImport(world, kSecondAdmin)}};
  return {};
}

}  // namespace

std::optional<GoodCall> MakeGoodCall(World& world, const Rpc& rpc) {
  const auto found = GoodCalls().find(rpc.method->input_type()->full_name());
  if (found == GoodCalls().end()) return std::nullopt;
  return found->second(world, rpc);
}

std::string OthersThing(World& world, const std::string& who, const std::string& field) {
  static std::map<std::string, Things> made;
  auto [entry, fresh] = made.try_emplace(who);
  if (fresh) entry->second = ThingsOfOthers(world, who);
  const auto found = entry->second.find(field);
  return found == entry->second.end() ? "" : found->second;
}

}  // namespace nwd::e2e
