// What a consent may say of who decides, how often and for how long; and how it comes to its end other than by the
// person's no.
#include <algorithm>

#include "common/base/macros.h"
#include "deploy/demo/answers.h"
#include "deploy/demo/chapters.h"

namespace nwd::demo {
namespace {

namespace v1 = consent::v1;
using namespace common::v1;  // NOLINT: the words of the vocabulary
using Figure = absl::StatusOr<std::string>;

constexpr int kUses = 2;
constexpr absl::Duration kValid = absl::Hours(24 * 30);
constexpr char kText[] =
    "May we show Sample Community Works who you are, so that they can help you to find work? You can say no, and you "
    "can "
    "change your mind at any time.";
constexpr char kSampleDocument[] = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

// The first person is known at every door, under each one's own reference.
const std::string& RefOf(const World& world, std::string_view slug) {
  return world.people.front().refs.at(std::string(slug));
}
std::string Captor(const World& world) { return world.people.front().registrar; }

absl::StatusOr<v1::ConsentTerms> TermsOf(World& world, std::string_view captor, std::string_view recipient) {
  v1::CreateTextRequest text;
  text.set_text(kText);
  text.set_language("en");
  text.set_version("2026-1");
  NWD_ASSIGN_OR_RETURN(const auto kept, world.Call<v1::CreateTextResponse>(captor, text));
  v1::ConsentTerms terms;
  terms.set_purpose(PURPOSE_EMPLOYMENT_SUPPORT);
  v1::ConsentCategory& identity = *terms.add_categories();
  identity.set_category(CATEGORY_IDENTITY);
  identity.set_necessity("so that they know whom to expect");
  terms.add_recipient_organisation_ids(world.IdOf(recipient));
  terms.set_mode(v1::SHARING_MODE_VIEW);
  *terms.mutable_valid_until() = ToProto(absl::Now() + kValid);
  terms.set_standing(true);
  terms.set_method(v1::CAPTURE_METHOD_SPOKEN);
  terms.set_language("en");
  terms.set_text_sha256(kept.text_sha256());
  return terms;
}

// Answers the new consent's id; INVALID_ARGUMENT and the like as they come.
absl::StatusOr<std::string> Give(World& world, std::string_view captor, const v1::ConsentTerms& terms) {
  v1::CreateConsentRequest create;
  create.set_person_ref(RefOf(world, captor));
  *create.mutable_terms() = terms;
  create.set_request(true);
  NWD_ASSIGN_OR_RETURN(const auto created, world.Call<v1::CreateConsentResponse>(captor, create));
  v1::RecordDecisionRequest decide;
  decide.set_consent_id(created.consent_id());
  decide.set_etag(created.etag());
  decide.set_decision(v1::CONSENT_STATE_GIVEN);
  NWD_RETURN_IF_ERROR(world.Call<v1::RecordDecisionResponse>(captor, decide).status());
  return created.consent_id();
}

absl::StatusOr<v1::Consent> Get(World& world, std::string_view as, const std::string& consent_id) {
  v1::GetConsentRequest get;
  get.set_consent_id(consent_id);
  NWD_ASSIGN_OR_RETURN(const auto got, world.Call<v1::GetConsentResponse>(as, get));
  return got.consent();
}

absl::Status Read(World& world, std::string_view reader, const std::string& consent_id) {
  v1::GetRecordRequest read;
  read.set_person_ref(RefOf(world, reader));
  read.set_purpose(PURPOSE_EMPLOYMENT_SUPPORT);
  read.add_categories(CATEGORY_IDENTITY);
  read.set_mode(v1::SHARING_MODE_VIEW);
  read.set_consent_id(consent_id);
  return world.Call<v1::GetRecordResponse>(reader, read).status();
}

absl::Status RefusedTo(World& world, std::string_view what, std::string_view reader, const std::string& consent_id) {
  return Refused(what, Read(world, reader, consent_id), absl::StatusCode::kPermissionDenied);
}

// Whoever read under the consent is told that it ended, and answers that it erased what it had.
absl::Status ReaderErases(World& world, std::string_view reader, const std::string& consent_id) {
  const auto of_this = [&](const v1::Notice& notice) { return notice.consent_id() == consent_id; };
  NWD_ASSIGN_OR_RETURN(const int erased, AnswerNotices(world, reader, of_this, v1::NOTICE_ANSWER_ERASED));
  return Same("notices to who read under a consent that ended", 1, erased);
}

Figure AttorneyDecides(World& world, std::string& consent_id) {
  const std::string captor = Captor(world);
  NWD_ASSIGN_OR_RETURN(v1::ConsentTerms terms, TermsOf(world, captor, kPartner));
  v1::Representative& attorney = *terms.mutable_representative();
  attorney.set_kind(v1::REPRESENTATIVE_KIND_ATTORNEY);
  attorney.set_name("Sample Attorney");
  attorney.set_authority("lasting power of attorney");
  NWD_RETURN_IF_ERROR(Refused("somebody who acts for the person without showing that they may",
                              Give(world, captor, terms).status(), absl::StatusCode::kInvalidArgument));
  attorney.set_evidence("sample: certified copy, seen at the desk");
  attorney.set_evidence_sha256(kSampleDocument);
  NWD_ASSIGN_OR_RETURN(consent_id, Give(world, captor, terms));
  NWD_RETURN_IF_ERROR(Read(world, kPartner, consent_id));
  NWD_ASSIGN_OR_RETURN(const v1::Consent as_recipient, Get(world, kPartner, consent_id));
  NWD_RETURN_IF_ERROR(Same<std::string>("the representative's name as the recipient sees it", "",
                                        as_recipient.terms().representative().name()));
  return "by an attorney whose document was seen; who they are, only the desk that saw it is shown";
}

Figure SoManyReads(World& world, std::string& consent_id) {
  const std::string captor = Captor(world);
  NWD_ASSIGN_OR_RETURN(v1::ConsentTerms terms, TermsOf(world, captor, kPartner));
  terms.set_max_uses(kUses);
  NWD_ASSIGN_OR_RETURN(consent_id, Give(world, captor, terms));
  for (int i = 0; i < kUses; ++i) NWD_RETURN_IF_ERROR(Read(world, kPartner, consent_id));
  NWD_RETURN_IF_ERROR(RefusedTo(world, "one read more than was agreed to", kPartner, consent_id));
  return Cat("of ", kUses + 1, " reads ", kUses, " were agreed to, and ", kUses, " went out");
}

// A consent's terms are fixed: whoever wants other ones asks again.
Figure Renew(World& world, std::string& consent_id) {
  const std::string captor = Captor(world), before = consent_id;
  NWD_ASSIGN_OR_RETURN(v1::ConsentTerms terms, TermsOf(world, captor, kPartner));
  terms.set_supersedes_consent_id(before);
  NWD_ASSIGN_OR_RETURN(consent_id, Give(world, captor, terms));
  NWD_ASSIGN_OR_RETURN(const v1::Consent old, Get(world, captor, before));
  NWD_RETURN_IF_ERROR(Same("the state of the consent it takes the place of",
                           v1::ConsentState_Name(v1::CONSENT_STATE_SUPERSEDED), v1::ConsentState_Name(old.state())));
  NWD_RETURN_IF_ERROR(RefusedTo(world, "a read under the one before", kPartner, before));
  NWD_RETURN_IF_ERROR(Read(world, kPartner, consent_id));
  return "a new consent in the place of the used up one, which ends with it";
}

// The code goes to a contact that another organisation recorded: who captures for itself can name any contact.
Figure ConfirmedByCode(World& world) {
  NWD_ASSIGN_OR_RETURN(const v1::ConsentTerms terms, TermsOf(world, kCollege, kCollege));
  NWD_ASSIGN_OR_RETURN(const std::string consent_id, Give(world, kCollege, terms));
  NWD_RETURN_IF_ERROR(RefusedTo(world, "a read on a consent that its reader captured", kCollege, consent_id));
  v1::RequestCorroborationCodeRequest ask;
  ask.set_consent_id(consent_id);
  NWD_RETURN_IF_ERROR(world.Call<v1::RequestCorroborationCodeResponse>(kCollege, ask).status());

  const std::string sender = Captor(world);
  v1::ListNoticesRequest list;
  list.set_open_only(true);
  NWD_ASSIGN_OR_RETURN(const auto open, world.Call<v1::ListNoticesResponse>(sender, list));
  const auto to_send = std::find_if(open.notices().begin(), open.notices().end(), [&](const v1::Notice& notice) {
    return notice.type() == v1::NOTICE_TYPE_SEND_CODE && notice.consent_id() == consent_id;
  });
  NWD_RETURN_IF_ERROR(Holds("who has a contact on record is asked to send the code", to_send != open.notices().end()));
  v1::AcknowledgeNoticeRequest sent;
  sent.set_notice_id(to_send->notice_id());
  sent.set_answer(v1::NOTICE_ANSWER_TOLD);
  NWD_RETURN_IF_ERROR(world.Call<v1::AcknowledgeNoticeResponse>(sender, sent).status());

  v1::CorroborateConsentRequest corroborate;
  corroborate.set_consent_id(consent_id);
  corroborate.set_code("0000-0000-0000");
  NWD_RETURN_IF_ERROR(Refused("a code that was guessed",
                              world.Call<v1::CorroborateConsentResponse>(kCollege, corroborate).status(),
                              absl::StatusCode::kPermissionDenied));
  corroborate.set_code(to_send->code());
  NWD_RETURN_IF_ERROR(world.Call<v1::CorroborateConsentResponse>(kCollege, corroborate).status());
  NWD_RETURN_IF_ERROR(Read(world, kCollege, consent_id));

  v1::RevokeConsentRequest revoke;
  revoke.set_consent_id(consent_id);
  revoke.set_reason(v1::REVOKE_REASON_NO_LONGER_NEEDED);
  NWD_RETURN_IF_ERROR(world.Call<v1::RevokeConsentResponse>(kCollege, revoke).status());
  NWD_RETURN_IF_ERROR(ReaderErases(world, kCollege, consent_id));
  return Cat(sender, " sends the code that opens what ", kCollege, " captured for itself");
}

Figure TakenBack(World& world, const std::string& renewed, const std::string& by_attorney) {
  const std::string captor = Captor(world);
  v1::RevokeConsentRequest revoke;
  revoke.set_consent_id(renewed);
  revoke.set_reason(v1::REVOKE_REASON_CIRCUMSTANCES_CHANGED);
  NWD_RETURN_IF_ERROR(world.Call<v1::RevokeConsentResponse>(captor, revoke).status());
  v1::InvalidateConsentRequest invalidate;
  invalidate.set_consent_id(by_attorney);
  invalidate.set_reason(v1::INVALIDATE_REASON_NO_AUTHORITY);
  NWD_RETURN_IF_ERROR(world.Call<v1::InvalidateConsentResponse>(captor, invalidate).status());
  for (const std::string& consent_id : {renewed, by_attorney}) {
    NWD_RETURN_IF_ERROR(RefusedTo(world, "the very next read", kPartner, consent_id));
    NWD_RETURN_IF_ERROR(ReaderErases(world, kPartner, consent_id));
  }
  return "one revoked, one found never to have been valid: both closed at once, and their reader erased";
}

}  // namespace

void TellConsentTerms(World& world, Story& story) {
  std::string by_attorney, limited;
  story.Chapter("Consent: on what terms");
  story.Step("whoever decides for somebody shows that they may", [&] { return AttorneyDecides(world, by_attorney); });
  story.Step("so many reads and no more", [&] { return SoManyReads(world, limited); });
  story.Step("other terms are a new consent", [&] { return Renew(world, limited); });
  story.Step("a person confirms by a code what was captured of them", [&] { return ConfirmedByCode(world); });
  story.Step("who captured a consent takes it back", [&] { return TakenBack(world, limited, by_attorney); });
}

}  // namespace nwd::demo
