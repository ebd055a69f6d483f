#include "services/consent/retention.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "common/base/macros.h"
#include "common/base/timestamps.h"
#include "common/store/proto_value.h"
#include "services/consent/authority_rows.h"
#include "services/consent/authority_states.h"
#include "services/consent/case_rows.h"
#include "services/consent/case_states.h"
#include "services/consent/case_ties.h"
#include "services/consent/consent_rows.h"
#include "services/consent/consent_states.h"
#include "services/consent/disclosure_rows.h"
#include "services/consent/emergency_rows.h"
#include "services/consent/enrolments.h"
#include "services/consent/joins.h"
#include "services/consent/keys.h"
#include "services/consent/limits.h"
#include "services/consent/notice_rows.h"
#include "services/consent/person_rows.h"
#include "services/consent/record_rows.h"

namespace nwd::consent {
namespace {

using retention::Kind;

// A kind whose rows say by themselves when their time began; 0: it has not begun.
template <class Row, class BeganUs>
auto OldSince(BeganUs began_us) {
  return [began_us](const store::Reader&, std::string_view key, std::string_view value,
                    absl::Time before) -> absl::StatusOr<bool> {
    NWD_ASSIGN_OR_RETURN(const Row row, store::ParseValue<Row>(key, value));
    const int64_t us = began_us(row);
    return us != 0 && us < Micros(before);
  };
}

template <class Row>
auto Forgetting(void (*forget)(store::Txn&, const std::string& key, const Row& row)) {
  return [forget](store::Txn& txn, const std::string& key, const std::string& value) -> absl::Status {
    NWD_ASSIGN_OR_RETURN(const Row row, store::ParseValue<Row>(key, value));
    forget(txn, key, row);
    return absl::OkStatus();
  };
}

// ---- consents and authorities

int64_t EndedUs(const storage::Consent& consent) {
  if (consent.state() == v1::CONSENT_STATE_REFUSED) return 0;  // a no closes what it names for as long as it is held
  return IsTerminal(consent.state()) ? consent.end_time_us() : consent.valid_until_us();
}
int64_t EndedUs(const storage::Authority& authority) {
  return authority.end_time_us() != 0 ? authority.end_time_us() : authority.valid_until_us();
}

absl::Status ForgetConsent(store::Txn& txn, const std::string& key, const std::string& value) {
  NWD_ASSIGN_OR_RETURN(const storage::Consent consent, store::ParseValue<storage::Consent>(key, value));
  return consents::Forget(txn, consent);
}

absl::Status ForgetAuthority(store::Txn& txn, const std::string& key, const std::string& value) {
  NWD_ASSIGN_OR_RETURN(const storage::Authority authority, store::ParseValue<storage::Authority>(key, value));
  return authorities::Forget(txn, authority);
}

// ---- people

struct LastSeen {
  int64_t last_us = 0;
  bool let_be = false;  // something of theirs is under way, or an erasure was refused of late
  void Saw(int64_t us) { last_us = std::max(last_us, us); }
};

absl::Status SeeCases(const store::Reader& reader, const ids::Uuid& person_id, absl::Time now, LastSeen& seen) {
  return cases::WalkPerson(reader, person_id, "", [&](const std::string&, const storage::Case& row) {
    const bool closed = row.state() == v1::CASE_STATE_CLOSED;
    const bool refused_lately = closed && row.kind() == v1::CASE_KIND_ERASURE &&
                                FromMicros(row.close_time_us()) + kErasureAskedAgainAfter > now;
    seen.let_be = seen.let_be || !closed || refused_lately;
    if (row.opener_id() != ids::Uuid().bytes()) seen.Saw(row.receive_time_us());
    return store::Visit::kContinue;
  });
}

absl::StatusOr<LastSeen> Look(const store::Reader& reader, const ids::Uuid& person_id, absl::Time now) {
  LastSeen seen;
  NWD_ASSIGN_OR_RETURN(const std::vector<people::Known> family, people::FindFamily(reader, person_id));
  for (const people::Known& known : family) {
    seen.Saw(known.person.create_time_us());
    seen.Saw(known.person.main_contact_time_us());
    NWD_ASSIGN_OR_RETURN(const std::vector<people::HolderOf> holders, people::HoldersOf(reader, known.person_id));
    for (const people::HolderOf& holder : holders) seen.Saw(holder.row.since_us());
    int one = 1;
    NWD_RETURN_IF_ERROR(disclosures::WalkNewest(reader, known.person_id, one,
                                                [&](const disclosures::Placed& placed) { seen.Saw(placed.time_us); }));
  }
  NWD_ASSIGN_OR_RETURN(const std::vector<records::Entry> record, records::OfPerson(reader, person_id, kAllCategories));
  for (const records::Entry& entry : record) seen.Saw(entry.version.create_time_us());
  NWD_ASSIGN_OR_RETURN(const std::vector<storage::Consent> consents, consents::OfPerson(reader, person_id));
  for (const storage::Consent& consent : consents) {
    seen.Saw(std::max({consent.create_time_us(), consent.decide_time_us(), consent.end_time_us()}));
    if (!IsTerminal(consent.state())) seen.Saw(consent.valid_until_us());
  }
  NWD_RETURN_IF_ERROR(authorities::Walk(reader, person_id, "", [&](const std::string&, const storage::Authority& one) {
    seen.Saw(one.end_time_us() != 0 ? one.end_time_us() : one.valid_until_us());
    return store::Visit::kContinue;
  }));
  NWD_ASSIGN_OR_RETURN(const std::vector<enrolments::Enrolled> enrolled, enrolments::AllUnder(reader, person_id));
  for (const enrolments::Enrolled& one : enrolled) seen.Saw(std::max(one.row.since_us(), one.row.end_us()));
  NWD_RETURN_IF_ERROR(SeeCases(reader, person_id, now, seen));
  return seen;
}

ids::Uuid PersonIn(std::string_view key) { return consents::IdOf(key.substr(1)); }

// Of people who are one, the first by id is looked at.
Kind People(const Parts& parts, const calendar::WorkingCalendar& calendar) {
  const auto is_old = [&parts](const store::Reader& reader, std::string_view key, std::string_view,
                               absl::Time before) -> absl::StatusOr<bool> {
    const ids::Uuid person_id = PersonIn(key);
    NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> family, joins::FamilyOf(reader, person_id));
    if (*std::min_element(family.begin(), family.end()) != person_id) return false;
    NWD_ASSIGN_OR_RETURN(const LastSeen seen, Look(reader, person_id, parts.clock.Now()));
    return !seen.let_be && seen.last_us < Micros(before);
  };
  const auto put_before_a_hub_admin = [&parts, &calendar](store::Txn& txn, const std::string& key,
                                                          const std::string&) -> absl::Status {
    const ids::Uuid person_id = PersonIn(key), case_id = ids::Uuid::Random();
    const absl::Time now = parts.clock.Now();
    NWD_ASSIGN_OR_RETURN(const ids::Uuid handler, cases::WhoAnswers(txn, parts.organisations, person_id));
    storage::Case row;
    row.set_case_id(std::string(case_id.bytes()));
    row.set_kind(v1::CASE_KIND_ERASURE);
    row.set_person_id(std::string(person_id.bytes()));
    row.set_handler_id(std::string(handler.bytes()));
    row.set_opener_id(std::string(ids::Uuid().bytes()));  // the hub itself
    row.set_create_time_us(Micros(now));
    row.set_receive_time_us(Micros(now));
    Begin(calendar, row);
    NWD_RETURN_IF_ERROR(Advance(calendar, v1::CASE_ACTION_GRANT_ERASURE, now, row));
    cases::Add(txn, row);
    storage::Deed deed;
    deed.set_case_id(row.case_id());
    Record(parts, txn, "retention.person-due", now, ids::Uuid(), nullptr, deed);
    return absl::OkStatus();
  };
  return {"people", std::string(1, keys::kPerson), is_old, put_before_a_hub_admin, kPeopleLookedAtMax};
}

// ---- what happened

Kind Disclosures() {
  const auto is_old = [](const store::Reader&, std::string_view key, std::string_view,
                         absl::Time before) -> absl::StatusOr<bool> {
    NWD_ASSIGN_OR_RETURN(const disclosures::Place place, disclosures::PlaceIn(key));
    return place.time_us < Micros(before);
  };
  const auto forget = [](store::Txn& txn, const std::string& key, const std::string& value) -> absl::Status {
    NWD_ASSIGN_OR_RETURN(const disclosures::Place place, disclosures::PlaceIn(key));
    NWD_ASSIGN_OR_RETURN(const storage::Disclosure row, store::ParseValue<storage::Disclosure>(key, value));
    txn.Delete(key);
    txn.Delete(keys::DisclosureOfRecipient(consents::IdOf(row.recipient_id()), place.time_us, place.disclosure_id));
    return absl::OkStatus();
  };
  return {"disclosures", std::string(1, keys::kDisclosure), is_old, forget};
}

int64_t AnsweredUs(const storage::Notice& notice) {
  return notice.reminds_of() != 0 ? notice.create_time_us() : notice.answer_time_us();
}
void ForgetNotice(store::Txn& txn, const std::string& key, const storage::Notice& notice) {
  txn.Delete(key);
  if (notice.reminds_of() != 0) return;
  const ids::Uuid notice_id = consents::IdOf(notice.notice_id());
  txn.Delete(keys::NoticePlace(notice_id));
  txn.Delete(keys::NoticeOfPerson(consents::IdOf(notice.person_id()), notice.create_time_us(), notice_id));
}

void DeleteRow(store::Txn& txn, const std::string& key, const storage::RecordVersion&) { txn.Delete(key); }
void ForgetEmergency(store::Txn& txn, const std::string&, const storage::EmergencyAccess& access) {
  emergencies::Forget(txn, access);
}
void ForgetCase(store::Txn& txn, const std::string&, const storage::Case& row) { cases::Forget(txn, row); }

// One by which something rests still is not over, though it was answered: it is needed to lift that.
int64_t CaseOverUs(const storage::Case& row) {
  const bool rests = row.kind() == v1::CASE_KIND_RESTRICTION && row.lift_time_us() == 0;
  return row.close_time_us() == 0 || rests ? 0 : std::max(row.close_time_us(), row.lift_time_us());
}

}  // namespace

std::vector<Kind> RetainedKinds(const Parts& parts, const calendar::WorkingCalendar& calendar) {
  const auto under = [](char table) { return std::string(1, table); };
  return {
      People(parts, calendar),
      {"versions", under(keys::kRecordVersion),
       OldSince<storage::RecordVersion>([](const auto& version) { return version.create_time_us(); }),
       Forgetting<storage::RecordVersion>(DeleteRow)},
      {"consents", under(keys::kConsent),
       OldSince<storage::Consent>([](const auto& consent) { return EndedUs(consent); }), ForgetConsent},
      {"authorities", under(keys::kAuthority),
       OldSince<storage::Authority>([](const auto& authority) { return EndedUs(authority); }), ForgetAuthority},
      Disclosures(),
      {"notices", under(keys::kNotice), OldSince<storage::Notice>(AnsweredUs),
       Forgetting<storage::Notice>(ForgetNotice)},
      {"emergencies", under(keys::kEmergency),
       OldSince<storage::EmergencyAccess>([](const auto& access) { return access.review_time_us(); }),
       Forgetting<storage::EmergencyAccess>(ForgetEmergency)},
      {"cases", under(keys::kCase), OldSince<storage::Case>(CaseOverUs), Forgetting<storage::Case>(ForgetCase)},
  };
}

}  // namespace nwd::consent
