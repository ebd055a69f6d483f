#include "tests/e2e/privacy_play.h"

#include "absl/time/clock.h"
#include "nwd/consent/v1/access_service.pb.h"
#include "nwd/consent/v1/authority_service.pb.h"
#include "nwd/consent/v1/emergency_service.pb.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "nwd/directory/v1/catalogue_service.pb.h"
#include "nwd/outcome/v1/outcome_service.pb.h"
#include "nwd/referral/v1/appointment_service.pb.h"
#include "tests/e2e/things.h"

namespace nwd::e2e {

using ::testing::Contains;
using ::testing::HasSubstr;

void Privacy::PutPlantedRecord(const std::string& person_ref) {
  consent::v1::PutRecordRequest request;
  request.set_person_ref(person_ref);
  auto put = [&] {
    Do<consent::v1::PutRecordResponse>(kReferrer, request);
    request.clear_section();
  };
  auto& identity = *request.mutable_section()->mutable_identity();
  identity.set_full_name(kName);
  identity.set_preferred_name(kPreferredName);
  identity.set_date_of_birth(kBirth);
  put();
  auto& contact = *request.mutable_section()->mutable_contact();
  contact.set_address(kAddress);
  contact.set_postcode(kPostcode);
  contact.set_phone(Cat(kPhone, " or ", kLandline));
  contact.set_email(kEmail);
  contact.set_contact_notes(kContactNotes);
  put();
  auto& circumstances = *request.mutable_section()->mutable_circumstances();
  auto& need = *circumstances.add_needs();
  need.set_code("debt");
  need.set_notes(kNeedNotes);
  (*circumstances.mutable_triage_answers())["where-do-you-live"] = kAnswerOfTriage;
  put();
  request.mutable_section()->mutable_goals()->add_goals(kGoal);
  put();
  request.mutable_section()->mutable_safeguarding()->set_concern(kConcern);
  put();
}

void Privacy::PlayTheMainJob() {
  const std::string person_ref = RegisterPlanted(kReferrer);
  RegisterPlanted(kStranger);  // somebody else meets them too
  consent::v1::FindPersonRequest find;
  find.set_nino(kNino);
  EXPECT_EQ(Do<consent::v1::FindPersonResponse>(kReferrer, find).person_refs_size(), 1);
  PutPlantedRecord(person_ref);
  consented_ =
      world_.ConsentOf(kReferrer, person_ref, {kReceiver}, /*standing=*/false, [](consent::v1::ConsentTerms& terms) {
        terms.mutable_representative()->set_name(kRepresentative);
        terms.mutable_representative()->set_authority("sister");
        terms.mutable_representative()->set_kind(consent::v1::REPRESENTATIVE_KIND_OTHER);
        terms.mutable_representative()->set_evidence(kEvidence);
      });
  referral::v1::CreateReferralRequest refer = world_.ReferralRequest({person_ref, consented_.consent_id});
  refer.set_notes(kReferralNotes);
  const auto made = Do<referral::v1::CreateReferralResponse>(kReferrer, refer);
  referral_id_ = made.referral_id();
  std::string etag = Move(kReceiver, referral::v1::REFERRAL_ACTION_RECEIVE, made.etag());
  etag = Move(kReceiver, referral::v1::REFERRAL_ACTION_ASK, etag, kQuestion);
  etag = Move(kReferrer, referral::v1::REFERRAL_ACTION_ANSWER, etag, kAnswer);
  etag = Move(kReceiver, referral::v1::REFERRAL_ACTION_ACCEPT, etag, kMoveNote);
  referral::v1::AddNoteRequest note;
  note.set_referral_id(referral_id_);
  note.set_text(kNote);
  Do<referral::v1::AddNoteResponse>(kReceiver, note);
  referral::v1::ListNotesRequest notes;
  notes.set_referral_id(referral_id_);
  EXPECT_THAT(Do<referral::v1::ListNotesResponse>(kReferrer, notes).DebugString(), HasSubstr(kNote));

  referral::v1::GetReferralRequest get;
  get.set_referral_id(referral_id_);
  const auto seen = Do<referral::v1::GetReferralResponse>(kReceiver, get);
  EXPECT_EQ(seen.referral().notes(), kReferralNotes) << "what is sealed can be opened";
  receivers_ref_ = seen.referral().person_ref();
  consent::v1::GetRecordRequest read = World::ReadRequest(receivers_ref_, consented_.consent_id);
  read.add_categories(common::v1::CATEGORY_CONTACT);
  EXPECT_THAT(FindIn(Do<consent::v1::GetRecordResponse>(kReceiver, read).SerializeAsString(), Planted()),
              Contains(std::string(kName)))
      << "the search sees in an answer what it must not see elsewhere";

  referral::v1::BookAppointmentRequest book;
  book.set_referral_id(referral_id_);
  book.mutable_start_time()->set_seconds(absl::ToUnixSeconds(absl::Now() + absl::Hours(48)));
  book.set_duration_minutes(30);
  book.set_place(kPlace);
  Do<referral::v1::BookAppointmentResponse>(kReceiver, book);
  etag = Move(kReceiver, referral::v1::REFERRAL_ACTION_START, etag);
  outcome::v1::RecordOutcomeRequest outcome;
  outcome.set_referral_id(referral_id_);
  outcome.set_kind(outcome::v1::OUTCOME_KIND_DEBT_SUPPORT);
  outcome.set_occurred_on(absl::FormatTime("%Y-%m-%d", absl::Now() - absl::Hours(24), absl::UTCTimeZone()));
  Do<outcome::v1::RecordOutcomeResponse>(kReceiver, outcome);
  Move(kReceiver, referral::v1::REFERRAL_ACTION_COMPLETE, etag);
  outcome::v1::GetJourneyRequest journey;
  journey.set_person_ref(person_ref);
  Do<outcome::v1::GetJourneyResponse>(kReferrer, journey);

  consent::v1::WithdrawConsentRequest withdraw;
  withdraw.set_consent_id(consented_.consent_id);
  Do<consent::v1::WithdrawConsentResponse>(kReferrer, withdraw);
  const auto notices = Do<consent::v1::ListNoticesResponse>(kReceiver, consent::v1::ListNoticesRequest());
  ASSERT_EQ(notices.notices_size(), 1);
  consent::v1::AcknowledgeNoticeRequest acknowledge;
  acknowledge.set_notice_id(notices.notices(0).notice_id());
  acknowledge.set_answer(consent::v1::NOTICE_ANSWER_RETAINED);
  acknowledge.set_retained_basis(kRetained);
  Do<consent::v1::AcknowledgeNoticeResponse>(kReceiver, acknowledge);
  Refused<consent::v1::GetRecordResponse>(kReceiver, read);
}

// On a law that is cited, and in an emergency.
void Privacy::PlayWithoutConsent() {
  consent::v1::AssertAuthorityRequest assert;
  assert.set_person_ref(consented_.person_ref);
  auto& terms = *assert.mutable_terms();
  terms.set_lawful_basis(common::v1::LAWFUL_BASIS_VITAL_INTERESTS);
  terms.set_grounds(kGrounds);
  terms.set_statutory_gateway(kGateway);
  terms.set_purpose(common::v1::PURPOSE_WIDER_SUPPORT);
  auto& identity = *terms.add_categories();
  identity.set_category(common::v1::CATEGORY_IDENTITY);
  identity.set_necessity(kNecessity);
  terms.add_recipient_organisation_ids(world_.IdOf(kReceiver));
  terms.set_mode(consent::v1::SHARING_MODE_VIEW);
  terms.mutable_valid_until()->set_seconds(absl::ToUnixSeconds(absl::Now() + absl::Hours(24)));
  const auto asserted = Do<consent::v1::AssertAuthorityResponse>(kReferrer, assert);
  consent::v1::ApproveAuthorityRequest approve;
  approve.set_authority_id(asserted.authority_id());
  approve.set_etag(asserted.etag());
  Do<consent::v1::ApproveAuthorityResponse>(kStranger, approve);
  consent::v1::GetRecordRequest read = World::ReadRequest(receivers_ref_, "");
  read.set_purpose(common::v1::PURPOSE_WIDER_SUPPORT);
  read.set_authority_id(asserted.authority_id());
  EXPECT_THAT(Do<consent::v1::GetRecordResponse>(kReceiver, read).DebugString(), HasSubstr(kName));
  consent::v1::OverturnAuthorityRequest overturn;
  overturn.set_authority_id(asserted.authority_id());
  overturn.set_reason(consent::v1::OVERTURN_REASON_NOT_NECESSARY);
  Do<consent::v1::OverturnAuthorityResponse>(kStranger, overturn);
  assert.mutable_terms()->set_lawful_basis(common::v1::LAWFUL_BASIS_PUBLIC_TASK);
  Refused<consent::v1::AssertAuthorityResponse>(kReferrer, assert);  // without an agreement

  consent::v1::OpenEmergencyAccessRequest open;
  open.set_person_ref(RegisterPlanted(kCrisis));
  open.set_reason(kEmergency);
  open.set_lawful_basis(common::v1::LAWFUL_BASIS_VITAL_INTERESTS);
  open.add_categories(common::v1::CATEGORY_IDENTITY);
  const auto opened = Do<consent::v1::OpenEmergencyAccessResponse>(kCrisis, open);
  const auto in_emergency = ReadingInEmergency(open.person_ref(), opened.emergency_access_id());
  EXPECT_THAT(Do<consent::v1::GetRecordResponse>(kCrisis, in_emergency).DebugString(), HasSubstr(kName));
  consent::v1::CloseEmergencyAccessRequest close;
  close.set_emergency_access_id(opened.emergency_access_id());
  close.set_outcome(kOutcomeOfEmergency);
  const auto closed = Do<consent::v1::CloseEmergencyAccessResponse>(kCrisis, close);
  consent::v1::ReviewEmergencyAccessRequest review;
  review.set_emergency_access_id(opened.emergency_access_id());
  review.set_etag(closed.etag());
  review.set_finding(consent::v1::REVIEW_FINDING_JUSTIFIED);
  review.set_note(kReview);
  Do<consent::v1::ReviewEmergencyAccessResponse>(kSecondCrisis, review);
  Refused<consent::v1::ReviewEmergencyAccessResponse>(kSecondCrisis, review);
  open.set_lawful_basis(common::v1::LAWFUL_BASIS_CONSENT);
  Refused<consent::v1::OpenEmergencyAccessResponse>(kCrisis, open);
}

void Privacy::PlayThroughAChannel() {
  consent::v1::CreateChannelCodeRequest create;
  create.set_person_ref(consented_.person_ref);
  create.set_channel_organisation_id(world_.IdOf(kChannel));
  create.set_person_present(true);
  codes_.push_back(Do<consent::v1::CreateChannelCodeResponse>(kReferrer, create).code());
  consent::v1::EnrolChannelRequest enrol;
  enrol.set_code(codes_.back());
  codes_.push_back(absl::StrReplaceAll(codes_.back(), {{"-", ""}}));
  channels_ref_ = Do<consent::v1::EnrolChannelResponse>(kChannel, enrol).person_ref();
  Refused<consent::v1::EnrolChannelResponse>(kChannel, enrol);
  enrol.set_code(kBadText);
  Refused<consent::v1::EnrolChannelResponse>(kChannel, enrol);
}

// The person complains, is answered, and asks for all that is held.
void Privacy::PlayRights() {
  consent::v1::OpenCaseRequest complain;
  complain.set_person_ref(consented_.person_ref);
  complain.set_kind(consent::v1::CASE_KIND_COMPLAINT);
  complain.set_request(kComplaint);
  const auto complained = Do<consent::v1::OpenCaseResponse>(kReferrer, complain);
  consent::v1::CloseCaseRequest answer;
  answer.set_case_id(complained.case_id());
  answer.set_etag(complained.etag());
  answer.set_outcome(consent::v1::CASE_OUTCOME_FULFILLED);
  answer.set_answer(kAnswerToComplaint);
  Do<consent::v1::CloseCaseResponse>(kReferrer, answer);
  Refused<consent::v1::CloseCaseResponse>(kStranger, answer);

  consent::v1::OpenCaseRequest ask;
  ask.set_person_ref(channels_ref_);
  ask.set_kind(consent::v1::CASE_KIND_ACCESS);
  const std::string case_id = Do<consent::v1::OpenCaseResponse>(kChannel, ask).case_id();
  for (const auto format : {consent::v1::EXPORT_FORMAT_JSON, consent::v1::EXPORT_FORMAT_HTML}) {
    EXPECT_THAT(FindIn(Exported(case_id, format), Planted()),
                ::testing::IsSupersetOf({std::string(kName), std::string(kComplaint), std::string(kReferralNotes)}))
        << "the person has it all";
  }
  complain.set_person_ref(receivers_ref_);
  complain.set_request(kBadText);
  Refused<consent::v1::OpenCaseResponse>(kReferrer, complain);
  complain.set_person_ref(kBadName);
  Refused<consent::v1::OpenCaseResponse>(kReferrer, complain);
  answer.set_etag(kBadName);
  answer.set_answer(kBadText);
  Refused<consent::v1::CloseCaseResponse>(kReferrer, answer);
}

std::string Privacy::Exported(const std::string& case_id, consent::v1::ExportFormat format) {
  consent::v1::ExportPersonRequest request;
  request.set_case_id(case_id);
  request.set_format(format);
  auto parts = world_.ClientOf(kChannel, "consent")
                   .Watch<consent::v1::ExportPersonResponse>(request, {.practitioner = kPractitioner});
  std::string file;
  for (consent::v1::ExportPersonResponse part; parts.Read(part);) file += part.content();
  EXPECT_EQ(parts.Finish(), absl::OkStatus());
  return file;
}

// What people mistype, put in the wrong field, or are not allowed.
void Privacy::MakeRefusedCalls() {
  consent::v1::RegisterPersonRequest wrong;
  wrong.mutable_details()->set_full_name(kBadName);
  wrong.mutable_details()->set_date_of_birth("2961-02-27");
  wrong.mutable_details()->set_nino(kBadNino);
  wrong.mutable_details()->set_postcode(kBadPostcode);
  wrong.mutable_details()->set_nhs_number(kBadNino);
  wrong.mutable_details()->set_uln(kBadPostcode);
  Refused<consent::v1::RegisterPersonResponse>(kReferrer, wrong);
  wrong.mutable_details()->set_date_of_birth(kBadName);
  Refused<consent::v1::RegisterPersonResponse>(kReferrer, wrong);
  wrong.set_request_id(kBadName);
  Refused<consent::v1::RegisterPersonResponse>(kReferrer, wrong);
  consent::v1::RegisterPersonRequest too_long;
  for (int i = 0; i < 20; ++i) too_long.mutable_details()->mutable_full_name()->append(kBadName);
  too_long.mutable_details()->set_date_of_birth(kBirth);
  Refused<consent::v1::RegisterPersonResponse>(kReferrer, too_long);
  consent::v1::FindPersonRequest find;
  find.set_nino(kBadNino);
  Refused<consent::v1::FindPersonResponse>(kReferrer, find);

  // A name where a reference, an id or a practitioner belongs.
  outcome::v1::GetJourneyRequest journey;
  journey.set_person_ref(kBadName);
  Refused<outcome::v1::GetJourneyResponse>(kReferrer, journey);
  referral::v1::GetReferralRequest get;
  get.set_referral_id(kBadName);
  Refused<referral::v1::GetReferralResponse>(kReferrer, get);
  get.set_referral_id(referral_id_);
  Refused<referral::v1::GetReferralResponse>(kReferrer, get, {.practitioner = kBadName});
  Refused<referral::v1::GetReferralResponse>(kStranger, get, {.practitioner = kPractitioner, .traceparent = kBadName});
  referral::v1::ListReferralsRequest list;
  list.set_page_token(kBadName);
  Refused<referral::v1::ListReferralsResponse>(kReferrer, list);

  consent::v1::PutRecordRequest put;
  put.set_person_ref(consented_.person_ref);
  put.mutable_section()->mutable_contact()->set_postcode(kBadPostcode);
  put.mutable_section()->mutable_contact()->set_contact_notes(kBadText);
  put.set_as_of(kBadName);
  Refused<consent::v1::PutRecordResponse>(kReferrer, put);
  put.clear_as_of();
  put.mutable_section()->mutable_contact()->set_postcode(kPostcode);
  Refused<consent::v1::PutRecordResponse>(kReceiver, put);
  put.set_person_ref(receivers_ref_);
  Refused<consent::v1::PutRecordResponse>(kReferrer, put);

  referral::v1::CreateReferralRequest refer = world_.ReferralRequest(consented_);
  refer.mutable_summary()->set_borough(kBadName);
  refer.set_notes(kBadText);
  Refused<referral::v1::CreateReferralResponse>(kReferrer, refer);
  refer.mutable_summary()->clear_borough();
  Refused<referral::v1::CreateReferralResponse>(kReferrer, refer);  // the consent is withdrawn
  Refused<referral::v1::CreateReferralResponse>(kStranger, refer);
  while (refer.notes().size() <= 8000) refer.mutable_notes()->append(kBadText);
  Refused<referral::v1::CreateReferralResponse>(kReferrer, refer);

  referral::v1::TransitionReferralRequest move;
  move.set_referral_id(referral_id_);
  move.set_etag("r1");
  move.set_action(referral::v1::REFERRAL_ACTION_ASK);
  move.set_text(kBadText);
  Refused<referral::v1::TransitionReferralResponse>(kReceiver, move);
  Refused<referral::v1::TransitionReferralResponse>(kStranger, move);
  move.set_etag(kBadName);
  Refused<referral::v1::TransitionReferralResponse>(kReceiver, move);
  referral::v1::AddNoteRequest note;
  note.set_referral_id(referral_id_);
  note.set_text(kBadText);
  Refused<referral::v1::AddNoteResponse>(kStranger, note);
  referral::v1::BookAppointmentRequest book;
  book.set_referral_id(referral_id_);
  book.mutable_start_time()->set_seconds(1);
  book.set_duration_minutes(30);
  book.set_place(kBadText);
  Refused<referral::v1::BookAppointmentResponse>(kReceiver, book);

  // The same request id for another body.
  consent::v1::RegisterPersonRequest again;
  again.set_request_id("0b9d2f0a-3a4e-4c57-9c57-5f1f0a7f6a11");
  again.mutable_details()->set_full_name(kName);
  again.mutable_details()->set_date_of_birth(kBirth);
  Do<consent::v1::RegisterPersonResponse>(kReferrer, again);
  again.mutable_details()->set_full_name(kBadName);
  Refused<consent::v1::RegisterPersonResponse>(kReferrer, again);

  directory::v1::SearchServicesRequest search;
  search.set_near_postcode(kBadPostcode);
  search.set_text(kBadText);
  Refused<directory::v1::SearchServicesResponse>(kReferrer, search);
  search.clear_near_postcode();
  Do<directory::v1::SearchServicesResponse>(kReferrer, search);
}

}  // namespace nwd::e2e
