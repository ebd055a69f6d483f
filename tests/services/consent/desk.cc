#include "tests/services/consent/desk.h"

#include "common/access/policy.h"
#include "common/audit/record.h"
#include "common/replica/keys.h"
#include "common/store/proto_value.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace nwd::consent {

using namespace common::v1;  // NOLINT

namespace {

crypto::HubKey HubKeyOf(char fill) { return *crypto::HubKey::FromEnvironment("TEST", std::string(43, fill) + "="); }

}  // namespace

Desk::Desk()
    : clock_([] {
        absl::Time start;
        std::string error;
        NWD_CHECK(absl::ParseTime(absl::RFC3339_full, kDeskStart, &start, &error));
        return start;
      }()),
      hub_key_(HubKeyOf('A')) {
  services_ = Start();
}

void Desk::Restart(char hub_key_fill) {
  services_.reset();
  hub_key_ = HubKeyOf(hub_key_fill);
  services_ = Start();
}

std::unique_ptr<Services> Desk::Start() {
  return std::make_unique<Services>(
      store_, keys_, hub_key_, clock_, registry_,
      [this](const std::string& id) -> async::Task<absl::Status> {
        ++asked_;
        const auto found = directory_only_.find(id);
        if (found == directory_only_.end()) co_return absl::NotFoundError("no such organisation");
        registry_.Set(found->second);
        co_return absl::OkStatus();
      },
      [this](const std::string& id) -> async::Task<absl::Status> {
        ++asked_;
        if (const auto found = agreements_in_directory_only_.find(id); found != agreements_in_directory_only_.end()) {
          NWD_CO_RETURN_IF_ERROR(co_await Bring(found->second));
        }
        co_return absl::OkStatus();
      },
      metrics_);
}

namespace {

access::Organisation OrganisationOf(const std::string& slug, const std::string& id, OrganisationKind kind,
                                    std::vector<Role> roles) {
  access::Organisation organisation;
  organisation.organisation_id = id;
  organisation.slug = slug;
  organisation.kind = kind;
  organisation.state = ORGANISATION_STATE_ACTIVE;
  organisation.roles = std::move(roles);
  organisation.identities = {"spiffe://hub.test/org/" + slug};
  return organisation;
}

}  // namespace

std::string Desk::Add(const std::string& slug, OrganisationKind kind, std::vector<Role> roles) {
  const std::string id = ids::Uuid::Random().ToString();
  ids_[slug] = id;
  registry_.Set(OrganisationOf(slug, id, kind, std::move(roles)));
  return id;
}

std::string Desk::AddChannel(const std::string& slug) {
  return Add(slug, ORGANISATION_KIND_OTHER, {ROLE_RESIDENT_CHANNEL});
}

std::string Desk::AddToDirectoryOnly(const std::string& slug) {
  const std::string id = ids::Uuid::Random().ToString();
  ids_[slug] = id;
  directory_only_[id] = OrganisationOf(slug, id, ORGANISATION_KIND_COLLEGE, {ROLE_AGENCY});
  return id;
}

AgreementChange Desk::AgreementOf(const std::vector<std::string>& parties) const {
  AgreementChange agreement;
  agreement.set_agreement_id(ids::Uuid::Random().ToString());
  for (const std::string& party : parties) agreement.add_party_organisation_ids(IdOf(party));
  agreement.add_purposes(PURPOSE_EMPLOYMENT_SUPPORT);
  for (const Category category : {CATEGORY_SKILLS, CATEGORY_CONTACT}) agreement.add_categories(category);
  agreement.add_lawful_bases(LAWFUL_BASIS_CONSENT);
  *agreement.mutable_valid_from() = ToTimestamp(clock_.Now() - absl::Hours(24));
  *agreement.mutable_end_time() = ToTimestamp(clock_.Now() + absl::Hours(24 * 365));
  return agreement;
}

async::Task<absl::Status> Desk::Bring(AgreementChange agreement) {
  const std::string row = replica::AgreementKey(*ids::Uuid::Parse(agreement.agreement_id()));
  auto put = [&](store::Txn& txn) {
    store::PutMessage(txn, row, agreement);
    return absl::OkStatus();
  };
  co_return co_await store_.Update(put);
}

std::string Desk::AddAgreement(const AgreementChange& agreement) {
  EXPECT_TRUE(async::BlockOn(Bring(agreement)).ok());
  return agreement.agreement_id();
}

std::string Desk::AddAgreementToDirectoryOnly(const AgreementChange& agreement) {
  agreements_in_directory_only_[agreement.agreement_id()] = agreement;
  return agreement.agreement_id();
}

std::string Desk::IdOf(const std::string& slug) const { return ids_.at(slug); }

const AccessRule& Desk::RuleOf(const google::protobuf::Descriptor& request) const {
  absl::MutexLock lock(&rules_mutex_);
  auto found = rules_.find(request.full_name());
  if (found == rules_.end())
    found = rules_.emplace(request.full_name(), *access::RuleOf(testing::MethodOf(request))).first;
  return found->second;
}

rpc::Call::Facts Desk::FactsOf(const std::string& who) const {
  rpc::Call::Facts facts;
  constexpr std::string_view kService = "service/";
  if (who.rfind(kService, 0) == 0) {
    facts.caller.kind = access::Caller::Kind::kService;
    facts.caller.service = who.substr(kService.size());
  } else {
    facts.caller.kind = access::Caller::Kind::kOrganisation;
    facts.caller.identity = "spiffe://hub.test/org/" + who;
    facts.caller.organisation = registry_.FindById(IdOf(who));
    facts.practitioner = "practitioner-of-" + who;
  }
  return facts;
}

std::string Desk::Register(const std::string& who, const std::string& name, const std::string& nino) {
  v1::RegisterPersonRequest request;
  request.mutable_details()->set_full_name(name);
  request.mutable_details()->set_date_of_birth("1990-05-17");
  request.mutable_details()->set_nino(nino);
  const auto response = Ask(services_->person(), &PersonService::RegisterPerson, who, request);
  EXPECT_TRUE(response.ok()) << response.status();
  return response.ok() ? response->person_ref() : "";
}

std::string Desk::PersonId(const std::string& who, const std::string& ref) {
  v1::ResolveRefRequest request;
  request.set_on_behalf_of(IdOf(who));
  request.set_person_ref(ref);
  const auto response = Ask(services_->person(), &PersonService::ResolveRef, "service/referral", request);
  EXPECT_TRUE(response.ok()) << response.status();
  return response.ok() ? response->person_id() : "";
}

std::string Desk::RefFor(const std::string& organisation, const std::string& ref, const std::string& of) {
  v1::ResolveRefRequest request;
  request.set_on_behalf_of(IdOf(of));
  request.set_person_ref(ref);
  request.add_organisation_ids(IdOf(organisation));
  const auto response = Ask(services_->person(), &PersonService::ResolveRef, "service/referral", request);
  EXPECT_TRUE(response.ok()) << response.status();
  return response.ok() ? response->refs().at(IdOf(organisation)) : "";
}

absl::StatusOr<v1::CreateChannelCodeResponse> Desk::MakeChannelCode(const std::string& holder, const std::string& ref,
                                                                    const std::string& channel,
                                                                    const std::string& request_id) {
  v1::CreateChannelCodeRequest request;
  request.set_request_id(request_id);
  request.set_person_ref(ref);
  request.set_channel_organisation_id(IdOf(channel));
  request.set_person_present(true);
  return Ask(services_->enrolment(), &EnrolmentService::CreateChannelCode, holder, request);
}

absl::StatusOr<v1::EnrolChannelResponse> Desk::TypeIn(const std::string& channel, const std::string& code,
                                                      const std::string& request_id) {
  v1::EnrolChannelRequest request;
  request.set_request_id(request_id);
  request.set_code(code);
  return Ask(services_->enrolment(), &EnrolmentService::EnrolChannel, channel, request);
}

absl::StatusOr<v1::EndEnrolmentResponse> Desk::EndEnrolment(const std::string& who, const std::string& ref,
                                                            const std::string& channel, const std::string& request_id) {
  v1::EndEnrolmentRequest request;
  request.set_request_id(request_id);
  request.set_person_ref(ref);
  if (!channel.empty()) request.set_channel_organisation_id(IdOf(channel));
  return Ask(services_->enrolment(), &EnrolmentService::EndEnrolment, who, request);
}

std::string Desk::Enrol(const std::string& channel, const std::string& holder, const std::string& ref) {
  const auto code = MakeChannelCode(holder, ref, channel);
  EXPECT_TRUE(code.ok()) << code.status();
  const auto enrolled = TypeIn(channel, code.ok() ? code->code() : "");
  EXPECT_TRUE(enrolled.ok()) << enrolled.status();
  return enrolled.ok() ? enrolled->person_ref() : "";
}

v1::ConsentTerms Desk::Terms(const std::vector<std::string>& recipients) {
  if (text_sha256_.empty()) {
    v1::CreateTextRequest request;
    request.set_text("We would like to share what you told us with those named here.");
    request.set_language("en");
    request.set_version("2026-03");
    text_sha256_ = Ask(services_->text(), &TextService::CreateText, ids_.begin()->first, request)->text_sha256();
  }
  v1::ConsentTerms terms;
  terms.set_purpose(PURPOSE_EMPLOYMENT_SUPPORT);
  for (const Category category : {CATEGORY_SKILLS, CATEGORY_CONTACT, CATEGORY_GOALS}) {
    terms.add_categories()->set_category(category);
    terms.mutable_categories()->rbegin()->set_necessity("to find work that fits");
  }
  for (const std::string& recipient : recipients) terms.add_recipient_organisation_ids(IdOf(recipient));
  terms.set_mode(v1::SHARING_MODE_STORE);
  *terms.mutable_valid_until() = ToTimestamp(clock_.Now() + absl::Hours(24 * 90));
  terms.set_retention_days(30);
  terms.set_standing(true);
  terms.set_method(v1::CAPTURE_METHOD_SPOKEN);
  terms.set_language("en");
  terms.set_text_sha256(text_sha256_);
  return terms;
}

void Desk::ActAsParent(v1::ConsentTerms& terms, const std::string& authority_ends_on) {
  v1::Representative& representative = *terms.mutable_representative();
  representative.set_name("Byron");
  representative.set_authority("parent");
  representative.set_authority_ends_on(authority_ends_on);
  representative.set_kind(v1::REPRESENTATIVE_KIND_PARENT);
  representative.set_evidence("birth certificate");
}

std::string Desk::Draw(const std::string& captor, const std::string& ref, const v1::ConsentTerms& terms) {
  v1::CreateConsentRequest request;
  request.set_person_ref(ref);
  *request.mutable_terms() = terms;
  request.set_request(true);
  const auto response = Ask(services_->consent(), &ConsentService::CreateConsent, captor, request);
  EXPECT_TRUE(response.ok()) << response.status();
  return response.ok() ? response->consent_id() : "";
}

void Desk::Decide(const std::string& captor, const std::string& consent_id, v1::ConsentState decision) {
  v1::RecordDecisionRequest request;
  request.set_consent_id(consent_id);
  request.set_etag(Get(captor, consent_id).etag());
  request.set_decision(decision);
  const auto response = Ask(services_->decision(), &DecisionService::RecordDecision, captor, request);
  EXPECT_TRUE(response.ok()) << response.status();
}

std::string Desk::Give(const std::string& captor, const std::string& ref, const v1::ConsentTerms& terms) {
  const std::string consent_id = Draw(captor, ref, terms);
  Decide(captor, consent_id, v1::CONSENT_STATE_GIVEN);
  return consent_id;
}

absl::StatusOr<v1::CorroborateConsentResponse> Desk::Corroborate(const std::string& who, const std::string& consent_id,
                                                                 const std::string& code) {
  v1::CorroborateConsentRequest request;
  request.set_consent_id(consent_id);
  request.set_code(code);
  return Ask(services_->corroboration(), &CorroborationService::CorroborateConsent, who, request);
}

v1::Consent Desk::Get(const std::string& who, const std::string& consent_id) {
  v1::GetConsentRequest request;
  request.set_consent_id(consent_id);
  const auto response = Ask(services_->consent(), &ConsentService::GetConsent, who, request);
  EXPECT_TRUE(response.ok()) << response.status();
  return response.ok() ? response->consent() : v1::Consent();
}

void Desk::Put(const std::string& who, const std::string& ref, const v1::RecordSection& section) {
  v1::PutRecordRequest request;
  request.set_person_ref(ref);
  *request.mutable_section() = section;
  const auto response = Ask(services_->record(), &RecordService::PutRecord, who, request);
  EXPECT_TRUE(response.ok()) << response.status();
}

v1::RecordSection Desk::Skills(const std::string& skill) {
  v1::RecordSection section;
  section.mutable_skills()->add_skills(skill);
  return section;
}

v1::RecordSection Desk::Contact(const std::string& phone, bool confidential) {
  v1::RecordSection section;
  section.mutable_contact()->set_phone(phone);
  section.mutable_contact()->set_confidential(confidential);
  return section;
}

v1::CheckAccessRequest Desk::CheckRequest(const std::string& ref, const std::string& consent_id,
                                          std::vector<Category> categories) {
  v1::CheckAccessRequest request;
  request.set_person_ref(ref);
  request.set_purpose(PURPOSE_EMPLOYMENT_SUPPORT);
  for (const Category category : categories) request.add_categories(category);
  request.set_mode(v1::SHARING_MODE_VIEW);
  request.set_consent_id(consent_id);
  return request;
}

absl::StatusOr<v1::CheckAccessResponse> Desk::Check(const std::string& who, const std::string& ref,
                                                    const std::string& consent_id, std::vector<Category> categories) {
  return Ask(services_->access(), &AccessService::CheckAccess, who,
             CheckRequest(ref, consent_id, std::move(categories)));
}

absl::StatusOr<v1::GetRecordResponse> Desk::Read(const std::string& who, const std::string& ref,
                                                 const std::string& consent_id, std::vector<Category> categories,
                                                 const std::string& request_id) {
  v1::GetRecordRequest request;
  request.set_request_id(request_id);
  request.set_person_ref(ref);
  request.set_purpose(PURPOSE_EMPLOYMENT_SUPPORT);
  for (const Category category : categories) request.add_categories(category);
  request.set_mode(v1::SHARING_MODE_VIEW);
  request.set_consent_id(consent_id);
  return Ask(services_->record(), &RecordService::GetRecord, who, request);
}

absl::StatusOr<v1::WithdrawConsentResponse> Desk::Withdraw(const std::string& who, const std::string& consent_id) {
  v1::WithdrawConsentRequest request;
  request.set_consent_id(consent_id);
  return Ask(services_->in_force(), &InForceService::WithdrawConsent, who, request);
}

absl::StatusOr<v1::SuspendConsentResponse> Desk::Suspend(const std::string& who, const std::string& consent_id,
                                                         v1::SuspendReason reason) {
  v1::SuspendConsentRequest request;
  request.set_consent_id(consent_id);
  request.set_reason(reason);
  return Ask(services_->in_force(), &InForceService::SuspendConsent, who, request);
}

absl::StatusOr<v1::ResumeConsentResponse> Desk::Resume(const std::string& who, const std::string& consent_id,
                                                       bool person_agreed) {
  v1::ResumeConsentRequest request;
  request.set_consent_id(consent_id);
  request.set_etag(Get(who, consent_id).etag());
  request.set_person_agreed(person_agreed);
  return Ask(services_->in_force(), &InForceService::ResumeConsent, who, request);
}

absl::StatusOr<v1::RevokeConsentResponse> Desk::Revoke(const std::string& who, const std::string& consent_id) {
  v1::RevokeConsentRequest request;
  request.set_consent_id(consent_id);
  request.set_reason(v1::REVOKE_REASON_NO_LONGER_NEEDED);
  return Ask(services_->in_force(), &InForceService::RevokeConsent, who, request);
}

absl::StatusOr<v1::InvalidateConsentResponse> Desk::Invalidate(const std::string& who, const std::string& consent_id,
                                                               v1::InvalidateReason reason) {
  v1::InvalidateConsentRequest request;
  request.set_consent_id(consent_id);
  request.set_reason(reason);
  return Ask(services_->in_force(), &InForceService::InvalidateConsent, who, request);
}

absl::Status Desk::Open(const std::string& consent_id, const std::string& person_id, const std::string& organisation,
                        const std::string& referral_id, int64_t sequence) {
  v1::OpenReferralAccessRequest request;
  request.set_consent_id(consent_id);
  request.set_person_id(person_id);
  request.set_organisation_id(IdOf(organisation));
  request.set_referral_id(referral_id);
  request.set_sequence(sequence);
  return Ask(services_->access(), &AccessService::OpenReferralAccess, "service/referral", request).status();
}

absl::Status Desk::Close(const std::string& consent_id, const std::string& organisation, const std::string& referral_id,
                         int64_t sequence) {
  v1::CloseReferralAccessRequest request;
  request.set_consent_id(consent_id);
  request.set_organisation_id(IdOf(organisation));
  request.set_referral_id(referral_id);
  request.set_sequence(sequence);
  return Ask(services_->access(), &AccessService::CloseReferralAccess, "service/referral", request).status();
}

std::vector<store::FeedEntry> Desk::Entries(store::Feed feed) {
  constexpr int kEnough = 100'000;
  absl::StatusOr<std::vector<store::FeedEntry>> entries = store_.ReadFeed(feed, 0, kEnough);
  EXPECT_TRUE(entries.ok()) << entries.status();
  return entries.ok() ? *std::move(entries) : std::vector<store::FeedEntry>();
}

std::vector<Change> Desk::Changes() {
  std::vector<Change> changes;
  for (const store::FeedEntry& entry : Entries(store::Feed::kChanges)) {
    NWD_CHECK(changes.emplace_back().ParseFromString(entry.bytes));
  }
  return changes;
}

std::vector<std::string> FieldsOf(const absl::Status& status) {
  std::vector<std::string> fields;
  const google::rpc::Status wire = status::ToWire(status);
  for (const auto& detail : wire.details()) {
    google::rpc::BadRequest bad;
    if (!detail.UnpackTo(&bad)) continue;
    for (const auto& violation : bad.field_violations()) fields.push_back(violation.field());
  }
  return fields;
}

std::string WireTextOf(const absl::Status& status) { return status::ToWire(status).SerializeAsString(); }

int Desk::Audited(const std::string& type) {
  EXPECT_TRUE(async::BlockOn(services_->check_log().Flush()).ok());
  int count = 0;
  for (const store::FeedEntry& entry : Entries(store::Feed::kAudit)) {
    const auto record = audit::DecodeRecord(entry.bytes);
    NWD_CHECK(record.has_value());
    count += audit::DecodeEntry(record->entry)->type == type;
  }
  return count;
}

}  // namespace nwd::consent
