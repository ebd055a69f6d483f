#include "common/receipt/terms.h"

#include <algorithm>
#include <array>

namespace nwd::receipt {
namespace {

using namespace common::v1;   // NOLINT: the words of the vocabulary
using namespace consent::v1;  // NOLINT

template <class Word>
struct Row {
  Word word;
  Term term;
};

constexpr std::array kPurposes = {
    Row<Purpose>{PURPOSE_REFERRAL, {"dpv:ServiceProvision", "to refer you to a service, and receive that referral"}},
    Row<Purpose>{PURPOSE_ASSESSMENT, {"dpv:Personalisation", "to find out what support fits you"}},
    Row<Purpose>{PURPOSE_EMPLOYMENT_SUPPORT, {"dpv:ServiceProvision", "to help you find, keep or progress in work"}},
    Row<Purpose>{PURPOSE_SKILLS_TRAINING, {"dpv:ServiceProvision", "to enrol and teach you"}},
    Row<Purpose>{PURPOSE_WIDER_SUPPORT,
                 {"dpv:ServiceProvision", "to help with housing, debt, health, childcare or other barriers"}},
    Row<Purpose>{PURPOSE_SAFEGUARDING, {"dpv:PublicBenefit", "to keep you or somebody else safe"}},
    Row<Purpose>{PURPOSE_FOLLOW_UP, {"dpv:ServiceProvision", "to ask what became of the support given"}},
    Row<Purpose>{PURPOSE_EVALUATION,
                 {"dpv:PublicBenefit", "to learn whether support works, without deciding about anyone"}},
};

constexpr std::array kCategories = {
    Row<Category>{CATEGORY_IDENTITY, {"pd:Identifying", "who you are, and your language and access needs"}},
    Row<Category>{CATEGORY_CONTACT, {"pd:Contact", "address, phone and e-mail"}},
    Row<Category>{CATEGORY_DEMOGRAPHICS, {"pd:Demographic", "protected characteristics"}},
    Row<Category>{CATEGORY_CIRCUMSTANCES, {"pd:Social", "needs and barriers, time out of work"}},
    Row<Category>{CATEGORY_SKILLS, {"pd:Professional", "skills and qualifications"}},
    Row<Category>{CATEGORY_WORK_HISTORY, {"pd:EmploymentHistory", "jobs you had before"}},
    Row<Category>{CATEGORY_GOALS, {"pd:Preference", "goals and action plan"}},
    Row<Category>{CATEGORY_SUPPORT_HISTORY, {"pd:LifeHistory", "support you had before"}},
    Row<Category>{CATEGORY_SAFEGUARDING, {"dpv:SensitivePersonalData", "safeguarding concerns"}},
};

constexpr std::array kModes = {
    Row<SharingMode>{SHARING_MODE_VIEW, {"dpv:Consult", "look at it and keep nothing"}},
    Row<SharingMode>{SHARING_MODE_STORE, {"dpv:Store", "keep it"}},
    Row<SharingMode>{SHARING_MODE_ONWARD, {"dpv:Share", "keep it, and pass it on to those named here"}},
};

constexpr std::array kMethods = {
    Row<CaptureMethod>{CAPTURE_METHOD_WRITTEN, {"", "in writing"}},
    Row<CaptureMethod>{CAPTURE_METHOD_SPOKEN, {"", "in spoken words"}},
    Row<CaptureMethod>{CAPTURE_METHOD_DIGITAL, {"", "on a screen"}},
};

// An advocate decides nothing: the decision is the person's own.
constexpr std::array kRepresentatives = {
    Row<RepresentativeKind>{REPRESENTATIVE_KIND_PARENT, {"dpv:ParentOfDataSubject", "their parent"}},
    Row<RepresentativeKind>{REPRESENTATIVE_KIND_GUARDIAN, {"dpv:GuardianOfDataSubject", "their guardian"}},
    Row<RepresentativeKind>{REPRESENTATIVE_KIND_DEPUTY, {"dpv:LegalEntity", "their deputy (Court of Protection)"}},
    Row<RepresentativeKind>{REPRESENTATIVE_KIND_ATTORNEY, {"dpv:LegalEntity", "their attorney (power of attorney)"}},
    Row<RepresentativeKind>{REPRESENTATIVE_KIND_APPOINTEE, {"dpv:LegalEntity", "their appointee (DWP)"}},
    Row<RepresentativeKind>{REPRESENTATIVE_KIND_ADVOCATE, {"dpv:DataSubject", "they themselves, with an advocate"}},
    Row<RepresentativeKind>{REPRESENTATIVE_KIND_OTHER, {"dpv:LegalEntity", "somebody who acts for them"}},
};

// The vocabulary knows no consent that rests, nor one whose place another took: there `nwd:state` says more.
constexpr std::array kEvents = {
    Row<std::string_view>{"GIVE", {"dpv:ConsentGiven", "agreed"}},
    Row<std::string_view>{"REFUSE", {"dpv:ConsentRefused", "said no"}},
    Row<std::string_view>{"DEFER", {"dpv:ConsentRequestDeferred", "wants time to think"}},
    Row<std::string_view>{"SUSPEND", {"dpv:ConsentStatusInvalidForProcessing", "suspended it: not in force for now"}},
    Row<std::string_view>{"RESUME", {"dpv:ConsentGiven", "put it in force again"}},
    Row<std::string_view>{"WITHDRAW", {"dpv:ConsentWithdrawn", "took it back"}},
    Row<std::string_view>{"REVOKE", {"dpv:ConsentRevoked", "took it back without the person having said no"}},
    Row<std::string_view>{"INVALIDATE", {"dpv:ConsentInvalidated", "found that it was never valid"}},
    Row<std::string_view>{"SUPERSEDE",
                          {"dpv:ConsentStatusInvalidForProcessing", "agreed to another consent in its place"}},
};

// The vocabulary has no terms for these.
constexpr std::array kNoticeTypes = {
    Row<NoticeType>{NOTICE_TYPE_WITHDRAWAL, {"", "the person took their consent back"}},
    Row<NoticeType>{NOTICE_TYPE_SUSPENSION, {"", "the consent is suspended: what was read is to rest"}},
    Row<NoticeType>{NOTICE_TYPE_RECTIFICATION, {"", "what was read was corrected"}},
    Row<NoticeType>{NOTICE_TYPE_RESTRICTION, {"", "what was read may be kept, and not used"}},
    Row<NoticeType>{NOTICE_TYPE_ERASURE, {"", "what was read must be erased"}},
    Row<NoticeType>{NOTICE_TYPE_REVOCATION, {"", "the organisation that captured the consent took it back"}},
    Row<NoticeType>{NOTICE_TYPE_INVALIDATION, {"", "the consent was never valid"}},
    Row<NoticeType>{NOTICE_TYPE_OBJECTION, {"", "the person objected to the authority"}},
    Row<NoticeType>{NOTICE_TYPE_OVERTURN, {"", "the authority was overturned"}},
    Row<NoticeType>{NOTICE_TYPE_EMERGENCY_ACCESS, {"", "the person is to be told of an emergency access"}},
    Row<NoticeType>{NOTICE_TYPE_SEND_CODE, {"", "the person is to be sent a code"}},
    Row<NoticeType>{NOTICE_TYPE_MERGE, {"", "two people are one"}},
    Row<NoticeType>{NOTICE_TYPE_SPLIT, {"", "a person who was taken for one is two"}},
    Row<NoticeType>{NOTICE_TYPE_REFUSAL, {"", "the person refused what the consent had opened"}},
};

constexpr std::array kNoticeAnswers = {
    Row<NoticeAnswer>{NOTICE_ANSWER_ERASED, {"", "erased what it had"}},
    Row<NoticeAnswer>{NOTICE_ANSWER_CORRECTED, {"", "corrected what it had"}},
    Row<NoticeAnswer>{NOTICE_ANSWER_RETAINED, {"", "keeps it on another lawful basis"}},
    Row<NoticeAnswer>{NOTICE_ANSWER_HELD, {"", "keeps it, and does not use it while the consent is suspended"}},
    Row<NoticeAnswer>{NOTICE_ANSWER_TOLD, {"", "told the person"}},
    Row<NoticeAnswer>{NOTICE_ANSWER_NOT_TOLD, {"", "could not tell the person"}},
};

template <class Rows, class Word>
Term Find(const Rows& rows, const Word& word) {
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const auto& one) { return one.word == word; });
  return row == rows.end() ? Term() : row->term;
}

std::string_view Cut(std::string_view name, std::string_view prefix) {
  return name.size() < prefix.size() ? std::string_view() : name.substr(prefix.size());
}

}  // namespace

Term TermOf(Purpose purpose) { return Find(kPurposes, purpose); }
Term TermOf(Category category) { return Find(kCategories, category); }
Term TermOf(SharingMode mode) { return Find(kModes, mode); }
Term TermOf(CaptureMethod method) { return Find(kMethods, method); }
Term TermOf(RepresentativeKind kind) { return Find(kRepresentatives, kind); }
Term TermOfEvent(std::string_view event) { return Find(kEvents, event); }
bool IsAnswer(std::string_view event) { return event == "GIVE" || event == "REFUSE" || event == "DEFER"; }

std::string_view PlainOf(NoticeType type) { return Find(kNoticeTypes, type).plain; }
std::string_view PlainOf(NoticeAnswer answer) { return Find(kNoticeAnswers, answer).plain; }

std::string_view WordOf(Purpose purpose) { return Cut(Purpose_Name(purpose), "PURPOSE_"); }
std::string_view WordOf(Category category) { return Cut(Category_Name(category), "CATEGORY_"); }
std::string_view WordOf(SharingMode mode) { return Cut(SharingMode_Name(mode), "SHARING_MODE_"); }
std::string_view WordOf(CaptureMethod method) { return Cut(CaptureMethod_Name(method), "CAPTURE_METHOD_"); }
std::string_view WordOf(RepresentativeKind kind) { return Cut(RepresentativeKind_Name(kind), "REPRESENTATIVE_KIND_"); }
std::string_view WordOf(ConsentState state) { return Cut(ConsentState_Name(state), "CONSENT_STATE_"); }
std::string_view WordOf(NoticeType type) { return Cut(NoticeType_Name(type), "NOTICE_TYPE_"); }
std::string_view WordOf(NoticeAnswer answer) { return Cut(NoticeAnswer_Name(answer), "NOTICE_ANSWER_"); }

}  // namespace nwd::receipt
