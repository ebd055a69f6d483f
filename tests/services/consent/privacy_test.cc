// What people said never stands in clear text in what is kept, fed, logged for audit or said in an error.
#include "tests/services/consent/desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT

constexpr std::string_view kPlanted[] = {"Lovelace",  "1990-05-17", "AB123456C", "Clapham",     "79460018",
                                         "astrology", "Lady Byron", "SW4 7AB",   "ESFA secret", "practitioner-of",
                                         "Ealing",    "Vauxhall",   "Lewisham",  "Peckham"};

std::vector<std::string> Everything(store::MemoryStore& store) {
  std::vector<std::string> all;
  auto body = [&](const store::Reader& reader) {
    all.clear();
    return reader.Scan({"", ""}, store::Direction::kForward, [&](std::string_view key, std::string_view value) {
      all.emplace_back(Cat(key, value));
      return store::Visit::kContinue;
    });
  };
  EXPECT_TRUE(async::BlockOn(store.View(body)).ok());
  return all;
}

// An emergency about them, with words that tell where they are.
void OpenCloseAndReview(Desk& desk, v1::RegisterPersonRequest registration) {
  desk.Add("crisis", ORGANISATION_KIND_HEALTH, {ROLE_AGENCY, ROLE_SAFEGUARDING});
  desk.Add("auditor", ORGANISATION_KIND_OTHER, {ROLE_AUDITOR});
  EmergencyService& service = desk.services().emergency();
  v1::OpenEmergencyAccessRequest open;
  open.set_request_id("7f3c0b1e-0000-4000-8000-000000000002");
  open.set_person_ref(
      desk.Ask(desk.services().person(), &PersonService::RegisterPerson, "crisis", registration)->person_ref());
  open.set_reason("was seen falling at Vauxhall");
  open.set_lawful_basis(LAWFUL_BASIS_VITAL_INTERESTS);
  open.add_categories(CATEGORY_CONTACT);
  const auto opened = desk.Ask(service, &EmergencyService::OpenEmergencyAccess, "crisis", open);
  ASSERT_TRUE(opened.ok()) << opened.status();
  v1::CloseEmergencyAccessRequest close;
  close.set_emergency_access_id(opened->emergency_access_id());
  close.set_outcome("is in hospital in Lewisham");
  const auto closed = desk.Ask(service, &EmergencyService::CloseEmergencyAccess, "crisis", close);
  ASSERT_TRUE(closed.ok()) << closed.status();
  v1::ReviewEmergencyAccessRequest review;
  review.set_emergency_access_id(close.emergency_access_id());
  review.set_etag(closed->etag());
  review.set_finding(v1::REVIEW_FINDING_JUSTIFIED);
  review.set_note("the sister in Peckham confirms it");
  ASSERT_TRUE(desk.Ask(service, &EmergencyService::ReviewEmergencyAccess, "auditor", review).ok());
}

// The same number under another name; who she was before is said wrongly, then rightly.
void RegisterRenamedAndConfirm(Desk& desk, v1::RegisterPersonRequest registration) {
  registration.clear_request_id();
  registration.mutable_details()->set_full_name("Ada Peckham");
  for (const char* former_name : {"Ada Lewisham", "Ada Lovelace"}) {
    const auto renamed = desk.Ask(desk.services().person(), &PersonService::RegisterPerson, "college", registration);
    ASSERT_TRUE(renamed.ok() && renamed->has_possible_match()) << renamed.status();
    v1::ConfirmMatchRequest confirm;
    confirm.set_match_token(renamed->possible_match().match_token());
    confirm.set_former_name(former_name);
    confirm.set_person_present(true);
    const auto confirmed = desk.Ask(desk.services().match(), &MatchService::ConfirmMatch, "college", confirm);
    EXPECT_EQ(confirmed.ok(), former_name == std::string("Ada Lovelace")) << confirmed.status();
    EXPECT_EQ(WireTextOf(confirmed.status()).find(former_name), std::string::npos);
  }
}

TEST(Privacy, NothingAPersonSaidIsKeptInClearText) {
  Desk desk;
  desk.Add("lambeth", ORGANISATION_KIND_BOROUGH);
  desk.Add("college", ORGANISATION_KIND_COLLEGE);
  v1::RegisterPersonRequest request;
  request.set_request_id("7f3c0b1e-0000-4000-8000-000000000001");
  request.mutable_details()->set_full_name("Ada Lovelace");
  request.mutable_details()->set_date_of_birth("1990-05-17");
  request.mutable_details()->set_nino("AB123456C");
  request.mutable_details()->set_postcode("SW4 7AB");
  const std::string ref =
      desk.Ask(desk.services().person(), &PersonService::RegisterPerson, "lambeth", request)->person_ref();
  v1::RecordSection contact;
  contact.mutable_contact()->set_address("1 Clapham Road");
  contact.mutable_contact()->set_phone("020 79460018");
  desk.Put("lambeth", ref, contact);
  desk.Put("lambeth", ref, desk.Skills("astrology"));
  v1::ConsentTerms terms = desk.Terms({"college"});
  Desk::ActAsParent(terms);
  terms.mutable_representative()->set_name("Lady Byron");
  terms.mutable_representative()->set_evidence("court order seen in Ealing");
  const std::string consent = desk.Give("lambeth", ref, terms);
  const std::string college_ref = desk.RefFor("college", ref, "lambeth");
  ASSERT_TRUE(desk.Check("college", college_ref, consent).ok());
  ASSERT_TRUE(desk.Read("college", college_ref, consent, {CATEGORY_CONTACT, CATEGORY_SKILLS}).ok());
  ASSERT_TRUE(desk.Withdraw("lambeth", consent).ok());
  const auto notices =
      desk.Ask(desk.services().notice(), &NoticeService::ListNotices, "college", v1::ListNoticesRequest());
  v1::AcknowledgeNoticeRequest answer;
  answer.set_notice_id(notices->notices(0).notice_id());
  answer.set_answer(v1::NOTICE_ANSWER_RETAINED);
  answer.set_retained_basis("ESFA secret");
  ASSERT_TRUE(desk.Ask(desk.services().notice(), &NoticeService::AcknowledgeNotice, "college", answer).ok());
  ASSERT_GT(desk.Audited("access.checked"), 0);
  OpenCloseAndReview(desk, request);
  RegisterRenamedAndConfirm(desk, request);

  std::vector<std::string> all = Everything(desk.store());
  for (std::string& bytes : Everything(desk.keys())) all.push_back(std::move(bytes));
  for (const store::Feed feed : {store::Feed::kChanges, store::Feed::kAudit}) {
    for (store::FeedEntry& entry : desk.Entries(feed)) all.push_back(std::move(entry.bytes));
  }
  for (const std::string& bytes : all) {
    for (const std::string_view planted : kPlanted) EXPECT_EQ(bytes.find(planted), std::string::npos) << planted;
  }
}

}  // namespace
}  // namespace nwd::consent
