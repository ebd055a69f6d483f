#include "tests/e2e/things.h"

#include <map>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/base/check.h"
#include "common/base/strings.h"
#include "nwd/directory/v1/catalogue_service.pb.h"

namespace nwd::e2e {
namespace {

namespace v1 = common::v1;

// A provider of the sample feed that no organisation answers for.
std::string FreeProvider(World& world) {
  directory::v1::ListProvidersRequest list;
  list.set_feed_id(world.feed_id());
  list.set_page_size(500);
  const auto known = world.Do<directory::v1::ListProvidersResponse>(kAdmin, list);
  for (const auto& provider : known.providers()) {
    if (provider.organisation_id().empty()) return provider.external_id();
  }
  NWD_CHECK(false);  // the sample has more providers than there are tests
  return "";
}

}  // namespace

int NextNumber() {
  static int number = 0;
  return ++number;
}

google::protobuf::Timestamp At(absl::Time time) {
  google::protobuf::Timestamp at;
  at.set_seconds(absl::ToUnixSeconds(time));
  return at;
}

std::string FreshImport(World& world, const std::string& who) {
  directory::v1::BeginImportRequest begin;
  begin.set_feed_slug(Cat("fresh-feed-", NextNumber()));
  return world.Do<directory::v1::BeginImportResponse>(who, begin).import_id();
}

directory::v1::LinkProviderRequest Link(World& world, const std::string& organisation) {
  directory::v1::LinkProviderRequest link;
  link.set_feed_id(world.feed_id());
  link.set_external_id(FreeProvider(world));
  link.set_organisation_id(world.IdOf(organisation));
  return link;
}

directory::v1::CreateAgreementRequest Agreement(World& world) {
  directory::v1::CreateAgreementRequest create;
  directory::v1::AgreementTerms& terms = *create.mutable_terms();
  terms.set_title(Cat("Sample: sharing, ", NextNumber()));
  for (const char* party : {kReferrer, kReceiver}) terms.add_party_organisation_ids(world.IdOf(party));
  terms.add_purposes(v1::PURPOSE_REFERRAL);
  for (const auto category : {v1::CATEGORY_IDENTITY, v1::CATEGORY_CONTACT}) terms.add_categories(category);
  terms.add_lawful_bases(v1::LAWFUL_BASIS_CONSENT);
  *terms.mutable_valid_until() = At(absl::Now() + absl::Hours(24 * 365));
  terms.set_document_sha256(std::string(64, 'a'));
  return create;
}

directory::v1::CreateAgreementResponse FreshAgreement(World& world) {
  return world.Do<directory::v1::CreateAgreementResponse>(kAdmin, Agreement(world));
}

consent::v1::RegisterPersonRequest Person() {
  const int number = NextNumber();
  consent::v1::RegisterPersonRequest request;
  request.mutable_details()->set_full_name(Cat("Shared Person ", number));
  request.mutable_details()->set_date_of_birth(
      absl::StrFormat("1971-%02d-%02d", 1 + number / 28 % 12, 1 + number % 28));
  request.mutable_details()->set_nino(absl::StrFormat("AB%06dC", number));
  return request;
}

Shared SharePerson(World& world, const std::string& receiver) {
  const consent::v1::RegisterPersonRequest person = Person();
  Shared shared;
  shared.referrers_ref = world.Do<consent::v1::RegisterPersonResponse>(kReferrer, person).person_ref();
  shared.receivers_ref = world.Do<consent::v1::RegisterPersonResponse>(receiver, person).person_ref();
  const auto consent = world.Do<consent::v1::CreateConsentResponse>(
      kReferrer, world.ConsentRequest(shared.referrers_ref, {receiver}, /*standing=*/true));
  world.Give(kReferrer, consent);
  shared.consent_id = consent.consent_id();
  world.PutIdentity(kReferrer, shared.referrers_ref);
  return shared;
}

consent::v1::ConfirmMatchRequest Confirming(World& world) {
  consent::v1::RegisterPersonRequest person = Person();
  consent::v1::ConfirmMatchRequest confirm;
  confirm.set_nino(person.details().nino());
  confirm.set_person_present(true);
  world.Do<consent::v1::RegisterPersonResponse>(kReceiver, person);
  person.mutable_details()->clear_nino();
  const auto registered = world.Do<consent::v1::RegisterPersonResponse>(kReferrer, person);
  confirm.set_match_token(registered.possible_match().match_token());
  return confirm;
}

consent::v1::ConfirmMatchRequest ConfirmingByFormerName(World& world) {
  consent::v1::RegisterPersonRequest person = Person();
  consent::v1::ConfirmMatchRequest confirm;
  confirm.set_former_name(person.details().full_name());
  confirm.set_person_present(true);
  world.Do<consent::v1::RegisterPersonResponse>(kReceiver, person);
  person.mutable_details()->set_full_name("Shared Now");
  const auto registered = world.Do<consent::v1::RegisterPersonResponse>(kReferrer, person);
  confirm.set_match_token(registered.possible_match().match_token());
  return confirm;
}

std::string JoinedPerson(World& world) {
  return world.Do<consent::v1::ConfirmMatchResponse>(kReferrer, ConfirmingByFormerName(world)).person_ref();
}

Assertable Asserting(World& world) {
  directory::v1::CreateAgreementRequest agreement = Agreement(world);
  agreement.mutable_terms()->add_lawful_bases(v1::LAWFUL_BASIS_PUBLIC_TASK);
  agreement.mutable_terms()->add_party_organisation_ids(world.IdOf(kStranger));
  Assertable assertable;
  assertable.shared = SharePerson(world);
  assertable.request.set_person_ref(assertable.shared.referrers_ref);
  consent::v1::AuthorityTerms& terms = *assertable.request.mutable_terms();
  terms.set_lawful_basis(v1::LAWFUL_BASIS_PUBLIC_TASK);
  terms.set_grounds("Sample: a task that the law gives to boroughs");
  terms.set_statutory_gateway("Digital Economy Act 2017, section 35");
  terms.set_purpose(v1::PURPOSE_REFERRAL);
  terms.add_categories()->set_category(v1::CATEGORY_IDENTITY);
  terms.mutable_categories(0)->set_necessity("to know who is coming");
  terms.add_recipient_organisation_ids(world.IdOf(kStranger));
  terms.set_mode(consent::v1::SHARING_MODE_VIEW);
  *terms.mutable_valid_until() = At(absl::Now() + absl::Hours(24 * 90));
  terms.set_agreement_id(world.Do<directory::v1::CreateAgreementResponse>(kAdmin, agreement).agreement_id());
  return assertable;
}

std::string AssertedAuthority(World& world) {
  return world.Do<consent::v1::AssertAuthorityResponse>(kReferrer, Asserting(world).request).authority_id();
}

std::string ActiveAuthority(World& world) {
  const std::string id = AssertedAuthority(world);
  Approve(world, id);
  return id;
}

void Approve(World& world, const std::string& authority_id) {
  consent::v1::ApproveAuthorityRequest approve;
  approve.set_authority_id(authority_id);
  approve.set_etag("r1");
  world.Do<consent::v1::ApproveAuthorityResponse>(kReceiver, approve);
}

std::string AuthorityOf(World& world, const std::string& asserter, const std::string& person_ref,
                        const std::string& recipient) {
  consent::v1::AssertAuthorityRequest request = Asserting(world).request;
  request.set_person_ref(person_ref);
  request.mutable_terms()->set_lawful_basis(v1::LAWFUL_BASIS_VITAL_INTERESTS);
  request.mutable_terms()->clear_agreement_id();
  request.mutable_terms()->set_recipient_organisation_ids(0, world.IdOf(recipient));
  return world.Do<consent::v1::AssertAuthorityResponse>(asserter, request).authority_id();
}

std::string ChannelCode(World& world) {
  consent::v1::CreateChannelCodeRequest create;
  create.set_person_ref(world.Register(kReferrer));
  create.set_channel_organisation_id(world.IdOf(kChannel));
  create.set_person_present(true);
  return world.Do<consent::v1::CreateChannelCodeResponse>(kReferrer, create).code();
}

std::string EnrolledPerson(World& world) {
  consent::v1::EnrolChannelRequest enrol;
  enrol.set_code(ChannelCode(world));
  return world.Do<consent::v1::EnrolChannelResponse>(kChannel, enrol).person_ref();
}

consent::v1::GetRecordRequest Reading(const Shared& shared) {
  consent::v1::GetRecordRequest read;
  read.set_person_ref(shared.receivers_ref);
  read.set_purpose(v1::PURPOSE_REFERRAL);
  read.add_categories(v1::CATEGORY_IDENTITY);
  read.set_mode(consent::v1::SHARING_MODE_VIEW);
  read.set_consent_id(shared.consent_id);
  return read;
}

consent::v1::OpenCaseRequest OpeningCase(World& world, const std::string& who, consent::v1::CaseKind kind) {
  consent::v1::OpenCaseRequest open;
  open.set_person_ref(world.Register(who));
  open.set_kind(kind);
  open.set_request("Sample: what the person asked");
  if (kind == consent::v1::CASE_KIND_RESTRICTION) open.add_categories(v1::CATEGORY_IDENTITY);
  return open;
}

consent::v1::OpenCaseResponse OpenedCase(World& world, const std::string& who, consent::v1::CaseKind kind) {
  return world.Do<consent::v1::OpenCaseResponse>(who, OpeningCase(world, who, kind));
}

consent::v1::ErasePersonRequest GrantErasure(World& world, const std::string& who,
                                             const consent::v1::OpenCaseResponse& opened) {
  consent::v1::AdvanceCaseRequest grant;
  grant.set_case_id(opened.case_id());
  grant.set_etag(opened.etag());
  grant.set_action(consent::v1::CASE_ACTION_GRANT_ERASURE);
  consent::v1::ErasePersonRequest erase;
  erase.set_case_id(opened.case_id());
  erase.set_etag(world.Do<consent::v1::AdvanceCaseResponse>(who, grant).etag());
  return erase;
}

consent::v1::ErasePersonRequest GrantedErasure(World& world, const std::string& who) {
  return GrantErasure(world, who, OpenedCase(world, who, consent::v1::CASE_KIND_ERASURE));
}

consent::v1::OpenEmergencyAccessRequest Opening(World& world, const std::string& who) {
  consent::v1::OpenEmergencyAccessRequest open;
  open.set_person_ref(world.Register(who));
  world.PutIdentity(who, open.person_ref());
  open.set_reason("does not answer the door");
  open.set_lawful_basis(v1::LAWFUL_BASIS_VITAL_INTERESTS);
  open.add_categories(v1::CATEGORY_IDENTITY);
  return open;
}

consent::v1::GetRecordRequest ReadingInEmergency(const std::string& person_ref,
                                                 const std::string& emergency_access_id) {
  consent::v1::GetRecordRequest read;
  read.set_person_ref(person_ref);
  read.set_purpose(v1::PURPOSE_SAFEGUARDING);
  read.add_categories(v1::CATEGORY_IDENTITY);
  read.set_mode(consent::v1::SHARING_MODE_VIEW);
  read.set_emergency_access_id(emergency_access_id);
  return read;
}

std::string OpenedEmergency(World& world, const std::string& who) {
  return world.Do<consent::v1::OpenEmergencyAccessResponse>(who, Opening(world, who)).emergency_access_id();
}

void MakeNotice(World& world, const std::string& recipient) {
  const Shared shared = SharePerson(world, recipient);
  world.Do<consent::v1::GetRecordResponse>(recipient, Reading(shared));
  consent::v1::WithdrawConsentRequest withdraw;
  withdraw.set_consent_id(shared.consent_id);
  world.Do<consent::v1::WithdrawConsentResponse>(kReferrer, withdraw);
}

std::string OpenNotice(World& world, const std::string& recipient) {
  MakeNotice(world, recipient);
  consent::v1::ListNoticesRequest list;
  list.set_open_only(true);
  list.set_page_size(500);
  const auto open = world.Do<consent::v1::ListNoticesResponse>(recipient, list);
  NWD_CHECK(open.notices_size() > 0);
  return open.notices(open.notices_size() - 1).notice_id();
}

referral::v1::CreateReferralRequest Sending(const World::Consented& consented, const std::string& service_id) {
  referral::v1::CreateReferralRequest create;
  create.set_person_ref(consented.person_ref);
  create.set_service_id(service_id);
  create.set_consent_id(consented.consent_id);
  create.mutable_summary()->set_need("debt");
  create.set_send(true);
  return create;
}

std::string ServiceOf(World& world, const std::string& organisation) {
  directory::v1::SearchServicesRequest search;
  search.set_organisation_id(world.IdOf(organisation));
  search.set_open_places(true);
  while (true) {  // NWD_CHECK in FreeProvider ends it
    world.Do<directory::v1::LinkProviderResponse>(kAdmin, Link(world, organisation));
    const auto found = world.Do<directory::v1::SearchServicesResponse>(kReferrer, search);
    if (found.results_size() > 0) return found.results(0).service().service_id();
  }
}

void Accept(World& world, const std::string& receiver, const std::string& referral_id, const std::string& etag) {
  referral::v1::TransitionReferralRequest accept;
  accept.set_referral_id(referral_id);
  accept.set_etag(etag);
  accept.set_action(referral::v1::REFERRAL_ACTION_ACCEPT);
  world.Do<referral::v1::TransitionReferralResponse>(receiver, accept);
}

World::Referred FreshReferral(World& world) { return world.Refer(kReferrer, world.Consent(kReferrer, {kReceiver})); }

std::string Accepted(World& world) {
  const World::Referred referred = FreshReferral(world);
  Accept(world, kReceiver, referred.referral_id, referred.etag);
  return referred.referral_id;
}

outcome::v1::RecordOutcomeRequest RecordingOutcome(const std::string& referral_id) {
  outcome::v1::RecordOutcomeRequest record;
  record.set_referral_id(referral_id);
  record.set_kind(outcome::v1::OUTCOME_KIND_CV);
  record.set_occurred_on(absl::FormatTime("%Y-%m-%d", absl::Now(), absl::UTCTimeZone()));
  return record;
}

referral::v1::BookAppointmentRequest Booking(const std::string& referral_id, absl::Duration ahead) {
  referral::v1::BookAppointmentRequest book;
  book.set_referral_id(referral_id);
  *book.mutable_start_time() = At(absl::Now() + ahead);
  book.set_duration_minutes(30);
  return book;
}

namespace {

using Things = std::map<std::string, std::string>;

// Between `referrer` and `receiver`, whose service is named: a person, a consent, an accepted referral, an appointment.
Things Between(World& world, const std::string& referrer, const std::string& receiver, const std::string& service_id) {
  const World::Consented consented = world.Consent(referrer, {receiver});
  const auto sent = world.Do<referral::v1::CreateReferralResponse>(referrer, Sending(consented, service_id));
  Accept(world, receiver, sent.referral_id(), sent.etag());
  const auto booked =
      world.Do<referral::v1::BookAppointmentResponse>(receiver, Booking(sent.referral_id(), absl::Hours(48)));
  return {{"person_ref", consented.person_ref},
          {"consent_id", consented.consent_id},
          {"authority_id", AuthorityOf(world, referrer, consented.person_ref, receiver)},
          {"supersedes_consent_id", consented.consent_id},
          {"referral_id", sent.referral_id()},
          {"appointment_id", booked.appointment_id()},
          {"emergency_access_id", OpenedEmergency(world, kCrisis)},
          {"case_id", OpenedCase(world, kStranger, consent::v1::CASE_KIND_ACCESS).case_id()},
          {"recipient_organisation_id", world.IdOf(kStranger)}};
}

Things ThingsOfOthers(World& world, const std::string& who) {
  if (who == kReferrer) return Between(world, kStranger, kReceiver, world.service_id());
  if (who == kReceiver) {
    const std::string service_id = ServiceOf(world, kStranger);
    Things things = Between(world, kReferrer, kStranger, service_id);
    things["service_id"] = service_id;
    things["notice_id"] = OpenNotice(world, kStranger);
    const Shared shared = SharePerson(world, kStranger);
    const consent::v1::GetRecordRequest read = World::ReadRequest(shared.receivers_ref, shared.consent_id);
    things["disclosure_id"] = world.Do<consent::v1::GetRecordResponse>(kStranger, read).disclosure_id();
    return things;
  }
  if (who == kCrisis) {
    return {{"person_ref", world.Register(kStranger)}, {"emergency_access_id", OpenedEmergency(world, kSecondCrisis)}};
  }
  // It reviews what others opened, and not its own.
  if (who == kSecondCrisis) return {{"emergency_access_id", OpenedEmergency(world, kSecondCrisis)}};
  if (who == kChannel) return {{"person_ref", world.Register(kReferrer)}};
  if (who == kAdmin) return {{"import_id", FreshImport(world, kSecondAdmin)}};
  return {};
}

}  // namespace

std::string OthersThing(World& world, const std::string& who, const std::string& field) {
  static std::map<std::string, Things> made;
  auto [entry, fresh] = made.try_emplace(who);
  if (fresh) entry->second = ThingsOfOthers(world, who);
  const auto found = entry->second.find(field);
  return found == entry->second.end() ? "" : found->second;
}

}  // namespace nwd::e2e
