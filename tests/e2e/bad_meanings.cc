#include "tests/e2e/bad_meanings.h"

#include <map>
#include <utility>

#include "absl/time/clock.h"
#include "nwd/consent/v1/access_service.pb.h"
#include "nwd/consent/v1/authority_service.pb.h"
#include "nwd/consent/v1/consent_service.pb.h"
#include "nwd/consent/v1/emergency_service.pb.h"
#include "nwd/consent/v1/person_service.pb.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "nwd/consent/v1/rights_service.pb.h"
#include "nwd/directory/v1/agreement_service.pb.h"
#include "nwd/directory/v1/catalogue_service.pb.h"
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

constexpr char kNobody[] = "00000000-0000-4000-8000-000000000000";
constexpr int64_t kLastSecondOf9999 = 253402300799;

using Table = std::map<std::string, std::vector<BadMeaning>>;  // by the request's full name

template <class Request>
void Add(Table& table, std::string what, std::vector<std::string> fields, void (*spoil)(Request&)) {
  table[Request::descriptor()->full_name()].push_back(
      {std::move(what), [spoil](google::protobuf::Message& request) { spoil(static_cast<Request&>(request)); },
       std::move(fields)});
}

void AddDirectory(Table& table) {
  Add<d::CreateOrganisationRequest>(table, "an identity of another trust domain", {"identities[0]"},
                                    [](auto& q) { q.add_identities("spiffe://elsewhere/org/sample"); });
  Add<d::CreateOrganisationRequest>(table, "an identity named twice", {"identities[1]"}, [](auto& q) {
    q.add_identities("spiffe://hub.test/org/sample-twice");
    q.add_identities("spiffe://hub.test/org/sample-twice");
  });
  Add<d::GetOrganisationRequest>(table, "nobody named", {"organisation_id"}, [](auto& q) { q.clear_slug(); });
  Add<d::GetOrganisationRequest>(table, "two names", {"organisation_id"},
                                 [](auto& q) { q.set_organisation_id(kNobody); });
  Add<d::UpdateOrganisationRequest>(table, "nothing to set", {"update_mask"},
                                    [](auto& q) { q.mutable_update_mask()->clear_paths(); });
  Add<d::UpdateOrganisationRequest>(table, "a field that cannot be set", {"update_mask"},
                                    [](auto& q) { q.mutable_update_mask()->add_paths("roles"); });
  Add<d::UpdateOrganisationRequest>(table, "all that is named is empty", {"identities", "kind", "name"}, [](auto& q) {
    q.clear_name();
    for (const char* path : {"kind", "identities"}) q.mutable_update_mask()->add_paths(path);
  });
  Add<d::RevokeCertificateRequest>(table, "a serial with a leading zero", {"serial"},
                                   [](auto& q) { q.set_serial("0abc"); });
  Add<d::ProposeRolesRequest>(table, "an admin that reads about people", {"roles[0]"},
                              [](auto& q) { q.add_roles(v1::ROLE_HUB_ADMIN); });
  Add<d::CreateAgreementRequest>(table, "an agreement with itself", {"terms.party_organisation_ids[1]"}, [](auto& q) {
    q.mutable_terms()->set_party_organisation_ids(1, q.terms().party_organisation_ids(0));
  });
  Add<d::CreateAgreementRequest>(table, "a party nobody knows", {"terms.party_organisation_ids[2]"},
                                 [](auto& q) { q.mutable_terms()->add_party_organisation_ids(kNobody); });
  Add<d::CreateAgreementRequest>(table, "an end that is over", {"terms.valid_until"},
                                 [](auto& q) { q.mutable_terms()->mutable_valid_until()->set_seconds(1); });
  Add<d::CreateAgreementRequest>(table, "an end in the year 9999, a review that is over",
                                 {"terms.document_sha256", "terms.review_on", "terms.valid_until"}, [](auto& q) {
                                   auto& terms = *q.mutable_terms();
                                   terms.mutable_valid_until()->set_seconds(kLastSecondOf9999);
                                   terms.set_review_on("2001-01-01");
                                   terms.set_document_sha256("abc");
                                 });
  Add<d::CreateAgreementRequest>(table, "in the place of none", {"terms.supersedes_agreement_id"},
                                 [](auto& q) { q.mutable_terms()->set_supersedes_agreement_id(kNobody); });
  Add<d::SearchServicesRequest>(table, "a distance from nowhere", {"within_metres"},
                                [](auto& q) { q.set_within_metres(1000); });
  Add<d::SearchServicesRequest>(table, "no word, and two places", {"near_point", "text"}, [](auto& q) {
    q.set_text("!?");
    q.set_near_postcode("SE1 7PB");
    q.mutable_near_point()->set_latitude(51.5);
  });
}

void AddConsent(Table& table) {
  Add<c::CreateChannelCodeRequest>(table, "the person is not there", {"person_present"},
                                   [](auto& q) { q.clear_person_present(); });
  Add<c::CreateChannelCodeRequest>(table, "nobody's channel", {"channel_organisation_id"},
                                   [](auto& q) { q.set_channel_organisation_id(kNobody); });
  Add<c::RegisterPersonRequest>(table, "born long ago", {"details.date_of_birth"},
                                [](auto& q) { q.mutable_details()->set_date_of_birth("1066-10-14"); });
  Add<c::RegisterPersonRequest>(
      table, "nothing checks", {"details.full_name", "details.nhs_number", "details.nino", "details.uln"}, [](auto& q) {
        auto& details = *q.mutable_details();
        details.set_full_name("...");
        details.set_nino("QQ123456C");
        details.set_nhs_number("1234567890");
        details.set_uln("1234567890");
      });
  Add<c::RegisterPersonRequest>(table, "a name of digits", {"details.full_name"},
                                [](auto& q) { q.mutable_details()->set_full_name("12345"); });
  Add<c::FindPersonRequest>(table, "no identifier", {"nino"}, [](auto& q) { q.clear_nino(); });
  Add<c::FindPersonRequest>(table, "two identifiers", {"nino"}, [](auto& q) { q.set_uln("9276308686"); });
  Add<c::ConfirmMatchRequest>(table, "nothing that confirms it", {"nino"}, [](auto& q) { q.clear_nino(); });
  Add<c::ConfirmMatchRequest>(table, "a number and a former name", {"nino"},
                              [](auto& q) { q.set_former_name("Shared Before"); });
  Add<c::ConfirmMatchRequest>(table, "born in the future, beside a number", {"date_of_birth", "nino"},
                              [](auto& q) { q.set_date_of_birth("2199-01-01"); });
  Add<c::ResolveRefRequest>(table, "a reference and a person", {"person_ref"},
                            [](auto& q) { q.set_person_id(kNobody); });
  Add<c::CreateConsentRequest>(table, "an end that is over", {"terms.valid_until"}, [](auto& q) {
    q.mutable_terms()->mutable_valid_until()->set_seconds(absl::ToUnixSeconds(absl::Now()) - 1);
  });
  Add<c::CreateConsentRequest>(table, "an end in the year 9999", {"terms.valid_until"}, [](auto& q) {
    q.mutable_terms()->mutable_valid_until()->set_seconds(kLastSecondOf9999);
  });
  Add<c::CreateConsentRequest>(table, "an end before its beginning", {"terms.valid_from"}, [](auto& q) {
    q.mutable_terms()->mutable_valid_from()->set_seconds(q.terms().valid_until().seconds() + 1);
  });
  Add<c::CreateConsentRequest>(
      table, "all of it wrong",
      {"terms.categories[2].category", "terms.recipient_organisation_ids[1]", "terms.representative.authority_ends_on",
       "terms.representative.evidence_sha256", "terms.text_sha256", "terms.valid_until"},
      [](auto& q) {
        auto& terms = *q.mutable_terms();
        *terms.add_categories() = terms.categories(0);
        terms.add_recipient_organisation_ids(kNobody);
        terms.mutable_representative()->set_name("Sample Deputy");
        terms.mutable_representative()->set_authority("deputy");
        terms.mutable_representative()->set_kind(c::REPRESENTATIVE_KIND_DEPUTY);
        terms.mutable_representative()->set_evidence("an order of the court");
        terms.mutable_representative()->set_authority_ends_on("2001-01-01");
        terms.set_text_sha256("abc");
        terms.mutable_valid_until()->set_seconds(1);
      });
  Add<c::CreateConsentRequest>(table, "a review after the end", {"terms.review_on"},
                               [](auto& q) { q.mutable_terms()->set_review_on("2199-01-01"); });
  Add<c::CreateConsentRequest>(table, "what the representative may not decide",
                               {"terms.categories[1].category", "terms.purpose"}, [](auto& q) {
                                 auto& representative = *q.mutable_terms()->mutable_representative();
                                 representative.set_name("Sample Parent");
                                 representative.set_authority("parent");
                                 representative.set_kind(c::REPRESENTATIVE_KIND_PARENT);
                                 representative.set_evidence("birth certificate");
                                 representative.add_purposes(v1::PURPOSE_EVALUATION);
                                 representative.add_categories(q.terms().categories(0).category());
                               });
  Add<c::CreateConsentRequest>(table, "a text nobody kept", {"terms.text_sha256"},
                               [](auto& q) { q.mutable_terms()->set_text_sha256(std::string(64, 'a')); });
  Add<c::CreateConsentRequest>(table, "another language than the text's", {"terms.language"},
                               [](auto& q) { q.mutable_terms()->set_language("pl"); });
  Add<c::CreateConsentRequest>(table, "under no agreement of the hub", {"terms.agreement_id"},
                               [](auto& q) { q.mutable_terms()->set_agreement_id(kNobody); });
  Add<c::CreateTextRequest>(table, "a translation of nothing", {"translation_of_sha256"},
                            [](auto& q) { q.set_translation_of_sha256(std::string(64, 'a')); });
  Add<c::RecordDecisionRequest>(table, "a state that is no decision", {"decision"},
                                [](auto& q) { q.set_decision(c::CONSENT_STATE_WITHDRAWN); });
  Add<c::GetReceiptRequest>(table, "an etag that no decision answered", {"decision_etag"},
                            [](auto& q) { q.set_decision_etag("r1"); });
  Add<c::CheckAccessRequest>(table, "nobody asked about", {"person_ref"}, [](auto& q) { q.clear_person_ref(); });
  Add<c::CheckAccessRequest>(table, "on behalf of another", {"on_behalf_of"},
                             [](auto& q) { q.set_on_behalf_of(kNobody); });
  Add<c::CheckAccessRequest>(table, "what only our services may ask",
                             {"on_behalf_of", "person_id", "person_ref", "person_ref_of", "prospective"}, [](auto& q) {
                               q.set_person_id(kNobody);
                               q.set_on_behalf_of(kNobody);
                               q.set_person_ref_of(kNobody);
                               q.set_prospective(true);
                             });
  Add<c::OpenEmergencyAccessRequest>(table, "a basis and sections that are not for emergencies",
                                     {"categories[1]", "categories[2]", "lawful_basis"}, [](auto& q) {
                                       q.set_lawful_basis(v1::LAWFUL_BASIS_CONSENT);
                                       q.add_categories(v1::CATEGORY_DEMOGRAPHICS);
                                       q.add_categories(v1::CATEGORY_IDENTITY);
                                     });
  Add<c::OpenCaseRequest>(table, "what goes with other cases, a section twice, and too long ago",
                          {"authority_id", "categories[1]", "receive_time"}, [](auto& q) {
                            q.set_authority_id(kNobody);
                            q.add_categories(v1::CATEGORY_SKILLS);
                            q.add_categories(v1::CATEGORY_SKILLS);
                            q.mutable_receive_time()->set_seconds(1);
                          });
  Add<c::CloseCaseRequest>(table, "no answer, and a refusal of what was fulfilled", {"answer", "refusal"}, [](auto& q) {
    q.clear_answer();
    q.set_refusal(c::CASE_REFUSAL_EXEMPT);
  });
  Add<c::CheckAccessRequest>(table, "on no basis", {"consent_id"}, [](auto& q) { q.clear_consent_id(); });
  Add<c::CheckAccessRequest>(table, "on two bases", {"authority_id", "consent_id"},
                             [](auto& q) { q.set_authority_id(kNobody); });
  Add<c::GetRecordRequest>(table, "on no basis", {"consent_id"}, [](auto& q) { q.clear_consent_id(); });
  Add<c::GetRecordRequest>(table, "on three bases", {"authority_id", "consent_id", "emergency_access_id"}, [](auto& q) {
    q.set_authority_id(kNobody);
    q.set_emergency_access_id(kNobody);
  });
  Add<c::AssertAuthorityRequest>(table, "on the person's agreement", {"terms.lawful_basis"},
                                 [](auto& q) { q.mutable_terms()->set_lawful_basis(v1::LAWFUL_BASIS_CONSENT); });
  Add<c::AssertAuthorityRequest>(
      table, "on interests that a public authority does not act on", {"terms.lawful_basis"},
      [](auto& q) { q.mutable_terms()->set_lawful_basis(v1::LAWFUL_BASIS_LEGITIMATE_INTERESTS); });
  Add<c::AssertAuthorityRequest>(
      table, "all of it wrong",
      {"terms.agreement_id", "terms.categories[1].category", "terms.condition_detail",
       "terms.recipient_organisation_ids[1]", "terms.review_on", "terms.statutory_gateway", "terms.valid_until"},
      [](auto& q) {
        auto& terms = *q.mutable_terms();
        *terms.add_categories() = terms.categories(0);
        terms.add_recipient_organisation_ids(kNobody);
        terms.clear_statutory_gateway();
        terms.clear_agreement_id();
        terms.set_condition_detail("of no condition");
        terms.set_review_on("2199-01-01");
        terms.mutable_valid_until()->set_seconds(1);
      });
  Add<c::AssertAuthorityRequest>(table, "an end in the year 9999, more than the agreement foresees",
                                 {"terms.categories[0].category", "terms.purpose", "terms.valid_until"}, [](auto& q) {
                                   auto& terms = *q.mutable_terms();
                                   terms.set_purpose(v1::PURPOSE_EVALUATION);
                                   terms.mutable_categories(0)->set_category(v1::CATEGORY_SKILLS);
                                   terms.mutable_valid_until()->set_seconds(kLastSecondOf9999);
                                 });
  Add<c::AssertAuthorityRequest>(
      table, "health without a condition", {"terms.categories[0].category", "terms.special_category_condition"},
      [](auto& q) { q.mutable_terms()->mutable_categories(0)->set_category(v1::CATEGORY_CIRCUMSTANCES); });
  Add<c::AssertAuthorityRequest>(table, "under no agreement of the hub", {"terms.agreement_id"},
                                 [](auto& q) { q.mutable_terms()->set_agreement_id(kNobody); });
  Add<c::ExplainAccessRequest>(table, "a draft's place without a draft", {"draft_replaces_agreement_id"},
                               [](auto& q) { q.set_draft_replaces_agreement_id(kNobody); });
  Add<c::ExplainAccessRequest>(table, "an agency, of another's people", {"held_by_organisation_id"},
                               [](auto& q) { q.set_held_by_organisation_id(kNobody); });
  Add<c::PutRecordRequest>(table, "no section", {"section"}, [](auto& q) { q.mutable_section()->clear_identity(); });
  Add<c::PutRecordRequest>(table, "a section of more than 64 KiB", {"section"}, [](auto& q) {
    auto& lives = *q.mutable_section()->mutable_circumstances();
    for (int i = 0; i < 50; ++i) {
      lives.add_needs()->set_code(std::string(63, 'x'));
      lives.mutable_needs(i)->set_notes(std::string(1000, 'x'));
    }
    for (int i = 0; i < 20; ++i) (*lives.mutable_triage_answers())[std::to_string(i)] = std::string(1000, 'x');
  });
  Add<c::ListDisclosuresRequest>(table, "an end before its beginning", {"end_time"}, [](auto& q) {
    q.mutable_start_time()->set_seconds(2000);
    q.mutable_end_time()->set_seconds(1000);
  });
  Add<c::ListDisclosuresRequest>(table, "nobody asked about", {"person_ref"}, [](auto& q) { q.clear_person_ref(); });
  Add<c::AcknowledgeNoticeRequest>(table, "an answer to another type", {"answer"},
                                   [](auto& q) { q.set_answer(c::NOTICE_ANSWER_CORRECTED); });
  Add<c::AcknowledgeNoticeRequest>(table, "kept on no basis", {"retained_basis"},
                                   [](auto& q) { q.set_answer(c::NOTICE_ANSWER_RETAINED); });
}

void AddReferral(Table& table) {
  Add<r::CreateReferralRequest>(table, "on two bases", {"authority_id", "consent_id"},
                                [](auto& q) { q.set_authority_id(kNobody); });
  Add<r::CreateReferralRequest>(table, "on none", {"consent_id"}, [](auto& q) { q.clear_consent_id(); });
  Add<r::CreateReferralRequest>(table, "words nobody knows",
                                {"priority_groups[0]", "priority_groups[1]", "priority_groups[1]", "summary.age_band"},
                                [](auto& q) {
                                  q.mutable_summary()->set_age_band("old");
                                  q.add_priority_groups("no-such-group");
                                  q.add_priority_groups("no-such-group");
                                });
  Add<r::TransitionReferralRequest>(table, "a start that is over", {"expected_start_on"}, [](auto& q) {
    q.set_action(r::REFERRAL_ACTION_ACCEPT);
    q.set_expected_start_on("2001-01-01");
  });
  Add<r::TransitionReferralRequest>(table, "a start in the year 9999", {"expected_start_on"}, [](auto& q) {
    q.set_action(r::REFERRAL_ACTION_ACCEPT);
    q.set_expected_start_on("9999-12-31");
  });
  Add<r::TransitionReferralRequest>(table, "what other actions take, and in the past",
                                    {"reason", "redirect_service_id", "review_on", "review_on"}, [](auto& q) {
                                      q.set_reason(r::REFERRAL_REASON_RISK);
                                      q.set_review_on("2001-01-01");
                                      q.set_redirect_service_id(kNobody);
                                    });
  Add<r::TransitionReferralRequest>(table, "declined for nothing", {"reason"},
                                    [](auto& q) { q.set_action(r::REFERRAL_ACTION_DECLINE); });
  Add<r::BookAppointmentRequest>(table, "an appointment in the year 9999", {"start_time"},
                                 [](auto& q) { q.mutable_start_time()->set_seconds(kLastSecondOf9999); });
  Add<r::RescheduleAppointmentRequest>(table, "an appointment in the year 9999", {"start_time"},
                                       [](auto& q) { q.mutable_start_time()->set_seconds(kLastSecondOf9999); });
  Add<r::RecordAttendanceRequest>(table, "a state that is no attendance", {"attendance"},
                                  [](auto& q) { q.set_attendance(r::APPOINTMENT_STATE_BOOKED); });
}

void AddOutcome(Table& table) {
  Add<o::RecordOutcomeRequest>(table, "pay and hours of a CV", {"hourly_pay_pence", "weekly_hours"}, [](auto& q) {
    q.set_hourly_pay_pence(1500);
    q.set_weekly_hours(35);
  });
  Add<o::RecordOutcomeRequest>(table, "long before the referral that led to it", {"occurred_on"},
                               [](auto& q) { q.set_occurred_on("1950-01-01"); });
  Add<o::CreateReleaseRequest>(table, "a month in the future", {"month"}, [](auto& q) { q.set_month("9999-12"); });
}

}  // namespace

std::vector<BadMeaning> BadMeaningsOf(const google::protobuf::Descriptor& request) {
  static const Table table = [] {
    Table made;
    AddDirectory(made);
    AddConsent(made);
    AddReferral(made);
    AddOutcome(made);
    return made;
  }();
  const auto found = table.find(request.full_name());
  return found == table.end() ? std::vector<BadMeaning>() : found->second;
}

}  // namespace nwd::e2e
