// The keys of the consent service's store. Each function below says what lies under the key;
// tests/services/consent/keys_test.cc holds them to their bytes, since a key that changes loses what was kept. Pure
// functions.
#pragma once

#include <string>
#include <string_view>

#include "common/ids/uuid.h"
#include "common/store/keys.h"
#include "common/store/store.h"
#include "nwd/common/v1/vocabulary.pb.h"

namespace nwd::consent::keys {

using ids::Uuid;
using store::KeyBuilder;

inline constexpr char kPerson = 'p';
inline constexpr char kHolder = 'h';
inline constexpr char kIdentifier = 'i';
inline constexpr char kConsent = 'c';
inline constexpr char kTerms = 't';
inline constexpr char kConsentOfPerson = 'n';
inline constexpr char kText = 'x';
inline constexpr char kGrant = 'g';
inline constexpr char kRecord = 'r';
inline constexpr char kRecordVersion = 'v';
inline constexpr char kDisclosure = 'd';
inline constexpr char kDisclosureOfRecipient = 'b';
inline constexpr char kNotice = 'm';
inline constexpr char kNoticeSequence = 'q';
inline constexpr char kNoticePlace = 'k';
inline constexpr char kNoticeOpen = 'u';
inline constexpr char kNoticeStep = '0';
inline constexpr char kNoticeOverdue = '+';
inline constexpr char kNoticeCounts = '-';
inline constexpr char kConsentEnd = 'e';
inline constexpr char kJoins = 'j';
inline constexpr char kBlock = 'y';
inline constexpr char kPossibleMatch = 'w';
inline constexpr char kPossibleMatchEnd = 'o';
inline constexpr char kMatchBudget = 'l';
inline constexpr char kReceipt = 'z';
inline constexpr char kAuthority = 'a';
inline constexpr char kAuthorityOfPerson = 's';
inline constexpr char kEnrolment = 'f';
inline constexpr char kChannelCode = '1';
inline constexpr char kCorroborationCode = '2';
inline constexpr char kEmergency = '3';
inline constexpr char kEmergencyByTime = '4';
inline constexpr char kEmergencyUnreviewed = '5';
inline constexpr char kEmergencyOfOrganisation = '7';
inline constexpr char kEmergencyOfPerson = '@';
inline constexpr char kChannelCodeHash = '6';
inline constexpr char kAuthorityStanding = '8';
inline constexpr char kAuthorityAwaiting = '9';
inline constexpr char kCase = '=';
inline constexpr char kCaseOfPerson = '%';
inline constexpr char kCaseOfHandler = '&';
inline constexpr char kCaseDue = '!';
inline constexpr char kRestrictions = '~';
inline constexpr char kErasure = '?';
inline constexpr char kErasureOpen = '/';
inline constexpr char kErasureListed = ':';
inline constexpr char kErasedPerson = '$';
inline constexpr char kNoticeOfPerson = '*';

// Person.
inline std::string Person(const Uuid& person) { return KeyBuilder(kPerson).Bytes(person.bytes()).Build(); }

// Holder.
inline std::string HoldersOf(const Uuid& person) { return KeyBuilder(kHolder).Bytes(person.bytes()).Build(); }
inline std::string Holder(const Uuid& person, const Uuid& organisation) {
  return HoldersOf(person).append(organisation.bytes());
}

// Identifier: by kind, keyed hash (32 bytes) and person.
inline std::string IdentifierPrefix(char kind, std::string_view hash) {
  return KeyBuilder(kIdentifier).Bytes({&kind, 1}).Bytes(hash).Build();
}
inline std::string Identifier(char kind, std::string_view hash, const Uuid& person) {
  return IdentifierPrefix(kind, hash).append(person.bytes());
}

// Joins: only of people who are joined to others.
inline std::string Joins(const Uuid& person) { return KeyBuilder(kJoins).Bytes(person.bytes()).Build(); }

// Nothing: people whose description falls into a block, by its keyed hash (8 bytes).
inline std::string BlockPrefix(std::string_view block) { return KeyBuilder(kBlock).Bytes(block).Build(); }
inline std::string Block(std::string_view block, const Uuid& person) {
  return BlockPrefix(block).append(person.bytes());
}

// PossibleMatch: by an id of its own; nothing: by when it can no longer be confirmed, soonest first.
inline std::string PossibleMatch(const Uuid& match) { return KeyBuilder(kPossibleMatch).Bytes(match.bytes()).Build(); }
inline std::string PossibleMatchEnd(int64_t expire_time_us, const Uuid& match) {
  return KeyBuilder(kPossibleMatchEnd).Number(static_cast<uint64_t>(expire_time_us)).Bytes(match.bytes()).Build();
}
inline std::string PossibleMatchEnds() { return std::string(1, kPossibleMatchEnd); }

// MatchBudget: of a day, counted from 1970, oldest first.
inline std::string MatchBudgetsOf(int64_t day) {
  return KeyBuilder(kMatchBudget).Number(static_cast<uint64_t>(day)).Build();
}
inline std::string MatchBudgets() { return std::string(1, kMatchBudget); }
inline std::string MatchBudget(int64_t day, const Uuid& organisation) {
  return MatchBudgetsOf(day).append(organisation.bytes());
}

// Consent, and SealedTerms: of a consent, or of an authority.
inline std::string Consent(const Uuid& consent) { return KeyBuilder(kConsent).Bytes(consent.bytes()).Build(); }
inline std::string Terms(const Uuid& basis) { return KeyBuilder(kTerms).Bytes(basis.bytes()).Build(); }

// Nothing: a person's consents, newest first.
inline std::string ConsentOfPersonPrefix(const Uuid& person) {
  return KeyBuilder(kConsentOfPerson).Bytes(person.bytes()).Build();
}
inline std::string ConsentOfPerson(const Uuid& person, int64_t create_time_us, const Uuid& consent) {
  return KeyBuilder(kConsentOfPerson)
      .Bytes(person.bytes())
      .Descending(static_cast<uint64_t>(create_time_us))
      .Bytes(consent.bytes())
      .Build();
}

// Authority; nothing: a person's authorities, newest first.
inline std::string Authority(const Uuid& authority) { return KeyBuilder(kAuthority).Bytes(authority.bytes()).Build(); }
inline std::string AuthorityOfPersonPrefix(const Uuid& person) {
  return KeyBuilder(kAuthorityOfPerson).Bytes(person.bytes()).Build();
}
inline std::string AuthorityOfPerson(const Uuid& person, int64_t create_time_us, const Uuid& authority) {
  return KeyBuilder(kAuthorityOfPerson)
      .Bytes(person.bytes())
      .Descending(static_cast<uint64_t>(create_time_us))
      .Bytes(authority.bytes())
      .Build();
}

// An index of what somebody has, by when its time is over, soonest first; before the last lie those whose time is over at
// `now_us`.
inline std::string EndsOf(char keyspace, const Uuid& owner) {
  return KeyBuilder(keyspace).Bytes(owner.bytes()).Build();
}
inline std::string EndOf(char keyspace, const Uuid& owner, int64_t end_us, const Uuid& what) {
  return KeyBuilder(keyspace).Bytes(owner.bytes()).Number(static_cast<uint64_t>(end_us)).Bytes(what.bytes()).Build();
}
inline std::string EndsOfAfter(char keyspace, const Uuid& owner, int64_t now_us) {
  return KeyBuilder(keyspace).Bytes(owner.bytes()).Number(static_cast<uint64_t>(now_us) + 1).Build();
}

// The asserter's id: a person's authorities, until they are over by other means than time.
inline std::string AuthoritiesStanding(const Uuid& person) { return EndsOf(kAuthorityStanding, person); }
inline std::string AuthorityStanding(const Uuid& person, int64_t valid_until_us, const Uuid& authority) {
  return EndOf(kAuthorityStanding, person, valid_until_us, authority);
}
inline std::string AuthoritiesStandingAfter(const Uuid& person, int64_t now_us) {
  return EndsOfAfter(kAuthorityStanding, person, now_us);
}

// Nothing: authorities that were put to an organisation for its approval, until one has judged.
inline std::string AuthoritiesAwaiting(const Uuid& organisation) { return EndsOf(kAuthorityAwaiting, organisation); }
inline std::string AuthorityAwaiting(const Uuid& organisation, int64_t valid_until_us, const Uuid& authority) {
  return EndOf(kAuthorityAwaiting, organisation, valid_until_us, authority);
}
inline std::string AuthoritiesAwaitingAfter(const Uuid& organisation, int64_t now_us) {
  return EndsOfAfter(kAuthorityAwaiting, organisation, now_us);
}

// Nothing: consents by when their time is over, soonest first, until that has been announced.
inline std::string ConsentEnd(int64_t valid_until_us, const Uuid& consent) {
  return KeyBuilder(kConsentEnd).Number(static_cast<uint64_t>(valid_until_us)).Bytes(consent.bytes()).Build();
}
// Before it lie those whose time is over at `now_us`.
inline std::string ConsentEndsAfter(int64_t now_us) {
  return KeyBuilder(kConsentEnd).Number(static_cast<uint64_t>(now_us) + 1).Build();
}
inline std::string ConsentEnds() { return std::string(1, kConsentEnd); }

// Receipt: of the decisions on a consent, by the revision that each made, newest first.
inline std::string ReceiptsOfConsent(const Uuid& consent) {
  return KeyBuilder(kReceipt).Bytes(consent.bytes()).Build();
}
inline std::string Receipt(const Uuid& consent, int64_t revision) {
  return KeyBuilder(kReceipt).Bytes(consent.bytes()).Descending(static_cast<uint64_t>(revision)).Build();
}

// Text: by its SHA-256 (32 bytes), and of whom it is.
inline std::string TextsNamed(std::string_view sha256) { return KeyBuilder(kText).Bytes(sha256).Build(); }
inline std::string Text(std::string_view sha256, const Uuid& organisation) {
  return TextsNamed(sha256).append(organisation.bytes());
}

// Grant. Under an authority, which no referral opens or closes, it says only that text was released.
inline std::string GrantsOfConsent(const Uuid& consent) { return KeyBuilder(kGrant).Bytes(consent.bytes()).Build(); }
inline std::string Grant(const Uuid& basis, const Uuid& organisation, const Uuid& referral) {
  return KeyBuilder(kGrant).Bytes(basis.bytes()).Bytes(organisation.bytes()).Bytes(referral.bytes()).Build();
}

// RecordVersion: the newest of a section by a source.
inline std::string Record(const Uuid& person, common::v1::Category category, const Uuid& source) {
  const char section = static_cast<char>(category);
  return KeyBuilder(kRecord).Bytes(person.bytes()).Bytes({&section, 1}).Bytes(source.bytes()).Build();
}
inline std::string RecordsOfPerson(const Uuid& person) { return KeyBuilder(kRecord).Bytes(person.bytes()).Build(); }

// RecordVersion: those before, newest first.
inline std::string VersionsOfPerson(const Uuid& person) {
  return KeyBuilder(kRecordVersion).Bytes(person.bytes()).Build();
}
inline std::string VersionsBefore(const Uuid& person, common::v1::Category category, const Uuid& source) {
  const char section = static_cast<char>(category);
  return KeyBuilder(kRecordVersion).Bytes(person.bytes()).Bytes({&section, 1}).Bytes(source.bytes()).Build();
}
inline std::string RecordVersion(const Uuid& person, common::v1::Category category, const Uuid& source,
                                 int32_t version) {
  const char section = static_cast<char>(category);
  return KeyBuilder(kRecordVersion)
      .Bytes(person.bytes())
      .Bytes({&section, 1})
      .Bytes(source.bytes())
      .Descending(static_cast<uint64_t>(version))
      .Build();
}

// Disclosure: of a person, newest first.
inline std::string DisclosuresOfPerson(const Uuid& person) {
  return KeyBuilder(kDisclosure).Bytes(person.bytes()).Build();
}
inline std::string Disclosure(const Uuid& person, int64_t time_us, const Uuid& disclosure) {
  return KeyBuilder(kDisclosure)
      .Bytes(person.bytes())
      .Descending(static_cast<uint64_t>(time_us))
      .Bytes(disclosure.bytes())
      .Build();
}

// The person's id: to a recipient, newest first.
inline std::string DisclosuresOfRecipient(const Uuid& recipient) {
  return KeyBuilder(kDisclosureOfRecipient).Bytes(recipient.bytes()).Build();
}
inline std::string DisclosureOfRecipient(const Uuid& recipient, int64_t time_us, const Uuid& disclosure) {
  return KeyBuilder(kDisclosureOfRecipient)
      .Bytes(recipient.bytes())
      .Descending(static_cast<uint64_t>(time_us))
      .Bytes(disclosure.bytes())
      .Build();
}

// Within one of the two prefixes above: where those begin whose time is not after `time_us`.
inline std::string NotAfter(const std::string& prefix, int64_t time_us) {
  return KeyBuilder(prefix.front())
      .Bytes(std::string_view(prefix).substr(1))
      .Descending(static_cast<uint64_t>(time_us))
      .Build();
}

// Notice: by recipient, in order; NoticeSequence: the number of the last; NoticePlace: where a notice lies; nothing:
// those not answered.
inline std::string NoticesOf(const Uuid& recipient) { return KeyBuilder(kNotice).Bytes(recipient.bytes()).Build(); }
inline std::string Notice(const Uuid& recipient, uint64_t sequence) {
  return KeyBuilder(kNotice).Bytes(recipient.bytes()).Number(sequence).Build();
}
inline std::string NoticeSequence(const Uuid& recipient) {
  return KeyBuilder(kNoticeSequence).Bytes(recipient.bytes()).Build();
}
inline std::string NoticePlace(const Uuid& notice) { return KeyBuilder(kNoticePlace).Bytes(notice.bytes()).Build(); }
inline std::string OpenNoticesOf(const Uuid& recipient) {
  return KeyBuilder(kNoticeOpen).Bytes(recipient.bytes()).Build();
}
inline std::string OpenNotice(const Uuid& recipient, uint64_t sequence) {
  return KeyBuilder(kNoticeOpen).Bytes(recipient.bytes()).Number(sequence).Build();
}

// Nothing: notices not answered, by when something is due to be done about them, soonest first; and those put before the
// hub's administrators, by when their answer was due, oldest first. NoticeCounts.
inline std::string NoticeSteps() { return std::string(1, kNoticeStep); }
inline std::string NoticeStep(int64_t time_us, const Uuid& recipient, uint64_t sequence) {
  return KeyBuilder(kNoticeStep)
      .Number(static_cast<uint64_t>(time_us))
      .Bytes(recipient.bytes())
      .Number(sequence)
      .Build();
}
// Before it lie those due at `now_us`.
inline std::string NoticeStepsAfter(int64_t now_us) {
  return KeyBuilder(kNoticeStep).Number(static_cast<uint64_t>(now_us) + 1).Build();
}
inline std::string OverdueNotices() { return std::string(1, kNoticeOverdue); }
inline std::string OverdueNotice(int64_t due_time_us, const Uuid& recipient, uint64_t sequence) {
  return KeyBuilder(kNoticeOverdue)
      .Number(static_cast<uint64_t>(due_time_us))
      .Bytes(recipient.bytes())
      .Number(sequence)
      .Build();
}
inline std::string NoticeCounts() { return std::string(1, kNoticeCounts); }

// Nothing: the notices about a person, newest first.
inline std::string NoticesOfPerson(const Uuid& person) {
  return KeyBuilder(kNoticeOfPerson).Bytes(person.bytes()).Build();
}
inline std::string NoticeOfPerson(const Uuid& person, int64_t create_time_us, const Uuid& notice) {
  return KeyBuilder(kNoticeOfPerson)
      .Bytes(person.bytes())
      .Descending(static_cast<uint64_t>(create_time_us))
      .Bytes(notice.bytes())
      .Build();
}

// Case; nothing: a person's, newest first; those that an organisation answers, in the order of their list
// (case_rows.h); those whose clock runs, by when they are due, soonest first.
inline std::string Case(const Uuid& id) { return KeyBuilder(kCase).Bytes(id.bytes()).Build(); }
inline std::string CasesOfPerson(const Uuid& person) { return KeyBuilder(kCaseOfPerson).Bytes(person.bytes()).Build(); }
inline std::string CaseOfPerson(const Uuid& person, int64_t create_time_us, const Uuid& id) {
  return KeyBuilder(kCaseOfPerson)
      .Bytes(person.bytes())
      .Descending(static_cast<uint64_t>(create_time_us))
      .Bytes(id.bytes())
      .Build();
}
inline std::string CasesOfHandler(const Uuid& handler) {
  return KeyBuilder(kCaseOfHandler).Bytes(handler.bytes()).Build();
}
inline std::string CaseOfHandler(const Uuid& handler, char group, uint64_t number, const Uuid& id) {
  return KeyBuilder(kCaseOfHandler).Bytes(handler.bytes()).Bytes({&group, 1}).Number(number).Bytes(id.bytes()).Build();
}
inline std::string CasesDue() { return std::string(1, kCaseDue); }
inline std::string CaseDue(int64_t due_time_us, const Uuid& id) {
  return KeyBuilder(kCaseDue).Number(static_cast<uint64_t>(due_time_us)).Bytes(id.bytes()).Build();
}
// Before it lie those overdue at `now_us`.
inline std::string CasesDueAfter(int64_t now_us) {
  return KeyBuilder(kCaseDue).Number(static_cast<uint64_t>(now_us) + 1).Build();
}

// Restrictions.
inline std::string Restrictions(const Uuid& person) { return KeyBuilder(kRestrictions).Bytes(person.bytes()).Build(); }

// Erasure: by its case; nothing: those that are not complete; those granted and carried out, in the order of their list
// (case_rows.h). ErasedPerson.
inline std::string Erasure(const Uuid& case_id) { return KeyBuilder(kErasure).Bytes(case_id.bytes()).Build(); }
inline std::string ErasureOpen(const Uuid& case_id) { return KeyBuilder(kErasureOpen).Bytes(case_id.bytes()).Build(); }
inline std::string ErasuresOpen() { return std::string(1, kErasureOpen); }
inline std::string ErasureListed(char group, uint64_t number, const Uuid& case_id) {
  return KeyBuilder(kErasureListed).Bytes({&group, 1}).Number(number).Bytes(case_id.bytes()).Build();
}
inline std::string ErasuresListed() { return std::string(1, kErasureListed); }
inline std::string ErasedPerson(const Uuid& person) { return KeyBuilder(kErasedPerson).Bytes(person.bytes()).Build(); }

// EmergencyAccess; nothing: all of them, and those that an organisation opened, newest first; nothing: those not reviewed
// yet, by when the review is due, soonest first.
inline std::string Emergency(const Uuid& access) { return KeyBuilder(kEmergency).Bytes(access.bytes()).Build(); }
inline std::string EmergenciesByTime() { return std::string(1, kEmergencyByTime); }
inline std::string EmergencyByTime(int64_t open_time_us, const Uuid& access) {
  return KeyBuilder(kEmergencyByTime).Descending(static_cast<uint64_t>(open_time_us)).Bytes(access.bytes()).Build();
}
inline std::string EmergenciesOfOrganisation(const Uuid& organisation) {
  return KeyBuilder(kEmergencyOfOrganisation).Bytes(organisation.bytes()).Build();
}
inline std::string EmergencyOfOrganisation(const Uuid& organisation, int64_t open_time_us, const Uuid& access) {
  return KeyBuilder(kEmergencyOfOrganisation)
      .Bytes(organisation.bytes())
      .Descending(static_cast<uint64_t>(open_time_us))
      .Bytes(access.bytes())
      .Build();
}
// Nothing: those about a person, newest first.
inline std::string EmergenciesOfPerson(const Uuid& person) {
  return KeyBuilder(kEmergencyOfPerson).Bytes(person.bytes()).Build();
}
inline std::string EmergencyOfPerson(const Uuid& person, int64_t open_time_us, const Uuid& access) {
  return KeyBuilder(kEmergencyOfPerson)
      .Bytes(person.bytes())
      .Descending(static_cast<uint64_t>(open_time_us))
      .Bytes(access.bytes())
      .Build();
}
inline std::string EmergenciesUnreviewed() { return std::string(1, kEmergencyUnreviewed); }
inline std::string EmergencyUnreviewed(int64_t due_time_us, const Uuid& access) {
  return KeyBuilder(kEmergencyUnreviewed).Number(static_cast<uint64_t>(due_time_us)).Bytes(access.bytes()).Build();
}
// Before it lie those whose review is due at `now_us`.
inline std::string EmergenciesDueAfter(int64_t now_us) {
  return KeyBuilder(kEmergencyUnreviewed).Number(static_cast<uint64_t>(now_us) + 1).Build();
}

// Enrolment: of a person, by resident channel.
inline std::string EnrolmentsOf(const Uuid& person) { return KeyBuilder(kEnrolment).Bytes(person.bytes()).Build(); }
inline std::string Enrolment(const Uuid& person, const Uuid& channel) {
  return EnrolmentsOf(person).append(channel.bytes());
}

// OneTimeCode: with which a person enrols with a channel; the person's id: by the code's keyed hash (16 bytes).
inline std::string ChannelCodes() { return std::string(1, kChannelCode); }
inline std::string ChannelCode(const Uuid& person, const Uuid& channel) {
  return KeyBuilder(kChannelCode).Bytes(person.bytes()).Bytes(channel.bytes()).Build();
}
inline std::string ChannelCodeHash(std::string_view hash) { return KeyBuilder(kChannelCodeHash).Bytes(hash).Build(); }

// OneTimeCode: with which the person confirms a consent.
inline std::string CorroborationCode(const Uuid& consent) {
  return KeyBuilder(kCorroborationCode).Bytes(consent.bytes()).Build();
}

// The key after `key`: where a page goes on.
inline std::string After(std::string key) {
  key.push_back('\0');
  return key;
}

}  // namespace nwd::consent::keys
