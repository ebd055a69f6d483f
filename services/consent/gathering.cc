#include "services/consent/gathering.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "common/base/macros.h"
#include "common/base/timestamps.h"
#include "common/status/status.h"
#include "services/consent/authority_decision.h"
#include "services/consent/authority_rows.h"
#include "services/consent/case_rows.h"
#include "services/consent/consent_rows.h"
#include "services/consent/emergency_rows.h"
#include "services/consent/emergency_states.h"
#include "services/consent/enrolments.h"
#include "services/consent/erasure_rows.h"
#include "services/consent/joins.h"
#include "services/consent/main_contact_rows.h"
#include "services/consent/notice_rows.h"
#include "services/consent/person_rows.h"
#include "services/consent/person_seal.h"
#include "services/consent/reasons.h"
#include "services/consent/receipt_rows.h"
#include "services/consent/record_rows.h"
#include "services/consent/shown_disclosures.h"
#include "services/consent/text_rows.h"

namespace nwd::consent {
namespace {

// One export in the making.
class Gatherer {
 public:
  Gatherer(const store::Reader& reader, const Gathering& given) : reader_(reader), given_(given) {}

  absl::StatusOr<Gathered> Gather() {
    NWD_ASSIGN_OR_RETURN(family_, joins::FamilyOf(reader_, given_.person_id));
    NWD_RETURN_IF_ERROR(CheckKeys());
    NWD_ASSIGN_OR_RETURN(first_id_, FirstRegistered());
    NWD_RETURN_IF_ERROR(AddPeople());
    NWD_RETURN_IF_ERROR(AddRecord());
    NWD_RETURN_IF_ERROR(AddConsents());
    NWD_RETURN_IF_ERROR(AddAuthorities());
    NWD_RETURN_IF_ERROR(AddEmergencyAccesses());
    NWD_RETURN_IF_ERROR(AddDisclosures());
    NWD_RETURN_IF_ERROR(AddNotices());
    NWD_RETURN_IF_ERROR(AddCases());
    return Gathered{std::move(family_), std::move(export_)};
  }

 private:
  bool whole() const { return given_.asker.is_channel; }
  const ids::Uuid& exporter() const { return given_.asker.organisation_id; }
  bool IsExporters(std::string_view organisation_id) const { return organisation_id == exporter().bytes(); }
  // Null where that id of the person was erased.
  const crypto::AeadKey* KeyOf(std::string_view person_id) const {
    const auto key = given_.keys.find(consents::IdOf(person_id));
    return key == given_.keys.end() ? nullptr : key->second.get();
  }

  absl::Status CheckKeys() const;
  absl::StatusOr<ids::Uuid> FirstRegistered() const;
  bool LeaveOutHidden(storage::Notice& notice) const;
  absl::Status AddPeople();
  absl::Status AddHolders(const ids::Uuid& id, const crypto::AeadKey& key, v1::ExportedPerson& person);
  void AddSamePerson(const v1::ExportedHolder& holder, bool confirmed);
  absl::Status AddEnrolments(const ids::Uuid& id, v1::ExportedPerson& person);
  absl::Status AddRecord();
  absl::Status AddConsents();
  absl::Status AddConsent(const storage::Consent& consent);
  absl::Status AddReceipts(const crypto::AeadKey& key, const ids::Uuid& consent_id, v1::ExportedConsent& to);
  absl::Status AddAuthorities();
  absl::Status AddEmergencyAccesses();
  absl::Status AddDisclosures();
  absl::Status AddNotices();
  absl::Status AddCases();

  const store::Reader& reader_;
  const Gathering& given_;
  std::vector<ids::Uuid> family_;
  ids::Uuid first_id_;                      // the one that was registered first
  std::set<ids::Uuid> hidden_disclosures_;  // that are left out
  v1::PersonExport export_;
};

// As one organisation gave them, into a registration or a hold of it.
template <class Shown>
void SetDetails(const storage::PersonDetails& details, Shown& shown) {
  shown.set_full_name(details.full_name());
  shown.set_date_of_birth(details.date_of_birth());
  shown.set_postcode(details.postcode());
  for (const char kind : details.identifier_kinds()) shown.add_identifiers(std::string(KindOfKept({&kind, 1})));
}

absl::Status Gatherer::CheckKeys() const {
  for (const ids::Uuid& id : family_) {
    if (KeyOf(id.bytes()) != nullptr) continue;
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::ErasedPerson> erased, erasures::FindPerson(reader_, id));
    if (!erased.has_value()) return absl::AbortedError("the key of one of a person's ids is not there");
    if (id != given_.person_id) continue;
    return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kErased,
                         "the person was erased; nothing is held about them");
  }
  return absl::OkStatus();
}

absl::StatusOr<ids::Uuid> Gatherer::FirstRegistered() const {
  NWD_ASSIGN_OR_RETURN(const std::vector<people::Known> known, people::FindFamily(reader_, given_.person_id));
  const auto first = std::min_element(known.begin(), known.end(), [](const people::Known& a, const people::Known& b) {
    return a.person.create_time_us() < b.person.create_time_us();
  });
  return first != known.end() ? first->person_id : ids::Uuid();
}

// Of an agency's part nothing that tells who else knows the person: neither that others registered them, nor what those
// gave, nor that they are enrolled somewhere.
absl::Status Gatherer::AddPeople() {
  NWD_ASSIGN_OR_RETURN(const storage::Person contact, people::LatestMainContact(reader_, given_.person_id));
  for (const ids::Uuid& id : family_) {
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::Person> row, people::Find(reader_, id));
    const crypto::AeadKey* key = KeyOf(id.bytes());
    if (!row.has_value() || key == nullptr) continue;
    v1::ExportedPerson person;
    if (whole()) {
      NWD_ASSIGN_OR_RETURN(const storage::PersonDetails details, OpenDetails(*key, id, row->sealed_details()));
      SetDetails(details, person);
      for (const std::string& kept : row->identifiers()) person.add_identifiers(std::string(KindOfKept(kept)));
      *person.mutable_create_time() = MicrosToTimestamp(row->create_time_us());
      NWD_RETURN_IF_ERROR(AddEnrolments(id, person));
    }
    NWD_RETURN_IF_ERROR(AddHolders(id, *key, person));
    if (!whole() && person.holders().empty()) continue;
    const std::string& whose = contact.main_contact_organisation_id();
    if (!whose.empty() && (whole() || IsExporters(whose))) {
      person.set_main_contact_organisation_id(consents::IdOf(whose).ToString());
    }
    *export_.add_people() = std::move(person);
  }
  return absl::OkStatus();
}

absl::Status Gatherer::AddHolders(const ids::Uuid& id, const crypto::AeadKey& key, v1::ExportedPerson& person) {
  NWD_ASSIGN_OR_RETURN(const std::vector<people::HolderOf> holders, people::HoldersOf(reader_, id));
  bool first = true;
  for (const people::HolderOf& holder : holders) {
    const bool is_first = std::exchange(first, false);
    if (!whole() && holder.organisation_id != exporter()) continue;
    v1::ExportedHolder& shown = *person.add_holders();
    shown.set_organisation_id(holder.organisation_id.ToString());
    *shown.mutable_since() = MicrosToTimestamp(holder.row.since_us());
    storage::PersonDetails given;
    if (!holder.row.sealed_details().empty()) {
      NWD_ASSIGN_OR_RETURN(given, OpenGiven(key, id, holder.organisation_id, holder.row.sealed_details()));
    }
    if (!whole()) {  // the registration is its own
      SetDetails(given, person);
      *person.mutable_create_time() = shown.since();
      continue;
    }
    SetDetails(given, shown);
    // Who came later was found, by identifier, birthday and name, to have registered the same person. Under another of the
    // person's ids the first was registered as somebody else, until an adviser confirmed it: when is not kept.
    if (!is_first || id != first_id_) AddSamePerson(shown, /*confirmed=*/is_first);
  }
  return absl::OkStatus();
}

void Gatherer::AddSamePerson(const v1::ExportedHolder& holder, bool confirmed) {
  v1::AutomatedSuggestion& suggestion = *export_.add_suggestions();
  suggestion.set_kind(v1::AutomatedSuggestion::KIND_SAME_PERSON);
  suggestion.set_organisation_id(holder.organisation_id());
  if (!confirmed) *suggestion.mutable_suggest_time() = holder.since();
}

absl::Status Gatherer::AddEnrolments(const ids::Uuid& id, v1::ExportedPerson& person) {
  NWD_ASSIGN_OR_RETURN(const std::vector<enrolments::Enrolled> enrolled, enrolments::AllUnder(reader_, id));
  for (const enrolments::Enrolled& one : enrolled) {
    v1::ExportedEnrolment& shown = *person.add_enrolments();
    shown.set_organisation_id(one.channel_id.ToString());
    *shown.mutable_since() = MicrosToTimestamp(one.row.since_us());
    if (one.row.end_us() != 0) *shown.mutable_end_time() = MicrosToTimestamp(one.row.end_us());
  }
  return absl::OkStatus();
}

absl::Status Gatherer::AddRecord() {
  NWD_ASSIGN_OR_RETURN(const std::vector<records::Entry> newest,
                       records::OfPerson(reader_, given_.person_id, kAllCategories));
  for (const records::Entry& entry : newest) {
    const crypto::AeadKey* key = KeyOf(entry.name.person_id.bytes());
    if (key == nullptr || !(whole() || entry.name.source_id == exporter())) continue;
    absl::Status opened;
    NWD_RETURN_IF_ERROR(records::WalkVersions(reader_, entry.name, [&](const records::Entry& version) {
      absl::StatusOr<v1::RecordEntry> shown = records::Show(*key, version);
      opened = shown.status();
      if (!opened.ok()) return store::Visit::kStop;
      // Its source's alone to show, to the person too: somebody else may be looking over their shoulder.
      if (shown->confidential() && entry.name.source_id != exporter()) shown->clear_section();
      *export_.add_record() = *std::move(shown);
      return store::Visit::kContinue;
    }));
    NWD_RETURN_IF_ERROR(opened);
  }
  return absl::OkStatus();
}

absl::Status Gatherer::AddConsents() {
  absl::Status added;
  NWD_RETURN_IF_ERROR(
      consents::Walk(reader_, given_.person_id, "", [&](const std::string&, const storage::Consent& consent) {
        if (whole() || IsParty(consent, exporter())) added = AddConsent(consent);
        return added.ok() ? store::Visit::kContinue : store::Visit::kStop;
      }));
  return added;
}

absl::Status Gatherer::AddConsent(const storage::Consent& consent) {
  const crypto::AeadKey* key = KeyOf(consent.person_id());
  if (key == nullptr) return absl::OkStatus();
  const ids::Uuid consent_id = consents::IdOf(consent.consent_id());
  NWD_ASSIGN_OR_RETURN(const storage::Terms terms, consents::ReadTerms(reader_, *key, consent_id));
  v1::ExportedConsent& shown = *export_.add_consents();
  *shown.mutable_consent() = consents::Show(consent, terms, exporter(), "", given_.now);
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::Text> text,
                       texts::Find(reader_, absl::HexStringToBytes(terms.terms().text_sha256()),
                                   consents::IdOf(consent.captor_organisation_id())));
  if (text.has_value()) shown.set_text(text->text());
  return AddReceipts(*key, consent_id, shown);
}

absl::Status Gatherer::AddReceipts(const crypto::AeadKey& key, const ids::Uuid& consent_id, v1::ExportedConsent& to) {
  std::optional<int64_t> revision;
  do {
    NWD_ASSIGN_OR_RETURN(std::optional<receipts::Kept> kept, receipts::Find(reader_, key, consent_id, revision));
    if (!kept.has_value()) break;
    to.add_receipts(std::move(kept->content));
    NWD_ASSIGN_OR_RETURN(revision, receipts::Before(reader_, consent_id, kept->revision));
  } while (revision.has_value());
  return absl::OkStatus();
}

absl::Status Gatherer::AddAuthorities() {
  absl::Status added;
  const auto add = [&](const storage::Authority& authority) -> absl::Status {
    const crypto::AeadKey* key = KeyOf(authority.person_id());
    if (key == nullptr || !(whole() || IsParty(authority, exporter()))) return absl::OkStatus();
    NWD_ASSIGN_OR_RETURN(const storage::AuthorityTerms terms,
                         authorities::ReadTerms(reader_, *key, consents::IdOf(authority.authority_id())));
    *export_.add_authorities() = authorities::Show(authority, terms, "", given_.now);
    return absl::OkStatus();
  };
  NWD_RETURN_IF_ERROR(
      authorities::Walk(reader_, given_.person_id, "", [&](const std::string&, const storage::Authority& authority) {
        added = add(authority);
        return added.ok() ? store::Visit::kContinue : store::Visit::kStop;
      }));
  return added;
}

absl::Status Gatherer::AddEmergencyAccesses() {
  NWD_ASSIGN_OR_RETURN(const std::vector<storage::EmergencyAccess> all,
                       emergencies::OfPerson(reader_, given_.person_id));
  for (const storage::EmergencyAccess& access : all) {
    const bool shown = whole() ? !IsKeptFromPerson(access) : IsExporters(access.organisation_id());
    const crypto::AeadKey* key = KeyOf(access.person_id());
    if (!shown || key == nullptr) continue;
    NWD_ASSIGN_OR_RETURN(const storage::EmergencyWords words, emergencies::Open(*key, access));
    v1::EmergencyAccess& exported = *export_.add_emergency_accesses();
    exported = emergencies::Show(access, words, "", given_.now);
    if (whole()) exported.clear_practitioner();
  }
  return absl::OkStatus();
}

absl::Status Gatherer::AddDisclosures() {
  // One that concerned several of the person's ids lies with each, as far as it did.
  std::map<std::pair<int64_t, ids::Uuid>, disclosures::Placed> newest_last;
  absl::Status looked;
  for (const ids::Uuid& id : family_) {
    NWD_RETURN_IF_ERROR(
        disclosures::WalkPerson(reader_, id, {}, [&](const std::string&, const disclosures::Placed& placed) {
          const absl::StatusOr<bool> shown = disclosures::IsShownTo(reader_, given_.asker, placed.disclosure);
          looked = shown.status();
          if (!looked.ok()) return store::Visit::kStop;
          if (!*shown) {
            hidden_disclosures_.insert(placed.disclosure_id);
            return store::Visit::kContinue;
          }
          const auto [kept, is_new] = newest_last.try_emplace({placed.time_us, placed.disclosure_id}, placed);
          if (!is_new) disclosures::Merge(placed.disclosure, kept->second.disclosure);
          return store::Visit::kContinue;
        }));
    NWD_RETURN_IF_ERROR(looked);
  }
  for (auto placed = newest_last.rbegin(); placed != newest_last.rend(); ++placed) {
    *export_.add_disclosures() = disclosures::Show(placed->second, "");
  }
  return absl::OkStatus();
}

// Takes out of a notice the disclosures that the export leaves out. False where it was of such alone.
bool Gatherer::LeaveOutHidden(storage::Notice& notice) const {
  auto& ids = *notice.mutable_disclosure_ids();
  const int before = ids.size();
  const auto is_hidden = [&](const std::string& id) { return hidden_disclosures_.contains(consents::IdOf(id)); };
  ids.erase(std::remove_if(ids.begin(), ids.end(), is_hidden), ids.end());
  if (ids.size() < before) notice.set_disclosure_count(ids.size());
  return before == 0 || !ids.empty();
}

absl::Status Gatherer::AddNotices() {
  NWD_ASSIGN_OR_RETURN(const std::vector<notices::Sent> sent, notices::OfPerson(reader_, given_.person_id));
  for (const notices::Sent& one : sent) {
    if (!whole() && one.recipient_id != exporter()) continue;
    storage::Notice notice = one.notice;
    if (!LeaveOutHidden(notice)) continue;
    v1::ExportedNotice& shown = *export_.add_notices();
    shown.set_recipient_organisation_id(one.recipient_id.ToString());
    *shown.mutable_notice() = notices::Show(notice, "");
    shown.mutable_notice()->set_retained_basis(notices::OpenRetainedBasis(KeyOf(one.notice.person_id()), one.notice));
  }
  return absl::OkStatus();
}

absl::Status Gatherer::AddCases() {
  absl::Status added;
  const auto add = [&](const storage::Case& row) -> absl::Status {
    const crypto::AeadKey* key = KeyOf(row.person_id());
    if (key == nullptr || !(whole() || IsExporters(row.handler_id()))) return absl::OkStatus();
    NWD_ASSIGN_OR_RETURN(const storage::CaseWords words, cases::Open(*key, row));
    *export_.add_cases() = cases::Show(row, words, exporter(), "", given_.now);
    return absl::OkStatus();
  };
  NWD_RETURN_IF_ERROR(
      cases::WalkPerson(reader_, given_.person_id, "", [&](const std::string&, const storage::Case& row) {
        added = add(row);
        return added.ok() ? store::Visit::kContinue : store::Visit::kStop;
      }));
  return added;
}

}  // namespace

absl::StatusOr<Gathered> GatherHere(const store::Reader& reader, const Gathering& gathering) {
  return Gatherer(reader, gathering).Gather();
}

}  // namespace nwd::consent
