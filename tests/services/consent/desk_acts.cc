// What people and their organisations do at the desk.
#include "tests/services/consent/desk.h"

namespace nwd::consent {

using namespace common::v1;  // NOLINT

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
  v1::CreateTextRequest text;
  text.set_text("We would like to share what you told us with those named here.");
  text.set_language("en");
  text.set_version("2026-03");
  for (const auto& [slug, id] : ids_) {
    if (!text_keepers_.insert(slug).second) continue;
    text_sha256_ = Ask(services_->text(), &TextService::CreateText, slug, text)->text_sha256();
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

}  // namespace nwd::consent
