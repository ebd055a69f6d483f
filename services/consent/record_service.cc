#include "services/consent/record_service.h"

#include <algorithm>

#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/calendar/london.h"
#include "services/consent/ceilings.h"
#include "services/consent/consent_rows.h"
#include "services/consent/correction.h"
#include "services/consent/disclosure_rows.h"
#include "services/consent/joins.h"
#include "services/consent/limits.h"
#include "services/consent/person_rows.h"
#include "services/consent/record_rows.h"

namespace nwd::consent {
namespace {

void Add(const VersionName& released, storage::Disclosure& disclosure) {
  disclosure.set_categories(disclosure.categories() | MaskOf(released.category));
  disclosures::AddSource(std::string(released.source_id.bytes()), MaskOf(released.category), disclosure);
}

// Of the entries of permitted categories, those this organisation may have: its own, and of other sources' what the
// basis opens to it and they did not mark confidential. Without those to which there is no key: whoever they are about was
// erased, or was joined to the person in this moment, which the read then came before.
std::vector<records::Entry> OpenTo(const ids::Uuid& organisation, const Basis& basis, const FamilyKeys& keys,
                                   std::vector<records::Entry> entries) {
  std::erase_if(entries, [&](const records::Entry& entry) {
    const bool own = entry.name.source_id == organisation;
    const bool open = own || (!entry.version.confidential() && basis.OpensSource(organisation, entry.name.source_id));
    return !open || !keys.contains(entry.name.person_id);
  });
  return entries;
}

// As the reader sees them; DATA_LOSS where one is not what was sealed.
absl::StatusOr<std::vector<v1::RecordEntry>> Unseal(const std::vector<records::Entry>& entries, const FamilyKeys& keys,
                                                    const Question& question, bool has_ceiling) {
  std::vector<v1::RecordEntry> unsealed;
  for (const records::Entry& entry : entries) {
    NWD_ASSIGN_OR_RETURN(v1::RecordEntry shown, records::Show(*keys.at(entry.name.person_id), entry));
    if (has_ceiling && entry.name.source_id != question.organisation_id) {
      LowerToCeiling(question.kind, *shown.mutable_section());
    }
    unsealed.push_back(std::move(shown));
  }
  return unsealed;
}

// The release of these entries, whole with the person that `whole` names and in parts with the others.
disclosures::Release ReleaseOf(const disclosures::Placed& whole, const ids::Uuid& asked_as, const Cited& cited,
                               const Question& question, const std::vector<records::Entry>& entries) {
  storage::Disclosure nothing = whole.disclosure;
  Cite(cited, nothing);
  nothing.set_recipient_id(std::string(question.organisation_id.bytes()));
  nothing.set_purpose(question.purpose);
  disclosures::Release release{whole, {}};
  release.whole.disclosure = nothing;
  for (const records::Entry& entry : entries) {
    Add(entry.name, release.whole.disclosure);
    if (entry.name.person_id == whole.person_id) continue;
    // Entries come person by person.
    if (release.parts.empty() || release.parts.back().person_id != entry.name.person_id) {
      release.parts.push_back({whole.disclosure_id, entry.name.person_id, whole.time_us, nothing});
    }
    Add(entry.name, release.parts.back().disclosure);
  }
  // Who asked by another of the person's references finds its read by that one.
  const bool listed = asked_as == whole.person_id ||
                      std::any_of(release.parts.begin(), release.parts.end(),
                                  [&](const disclosures::Placed& part) { return part.person_id == asked_as; });
  if (!listed) release.parts.push_back({whole.disclosure_id, asked_as, whole.time_us, nothing});
  return release;
}

absl::Status CheckReading(const rpc::Call&, const v1::GetRecordRequest& request) {
  status::Violations violations;
  if (MaskOfAll(request.categories()) == 0) violations.Add("categories", "needs at least one category");
  CheckCited(CitedFieldsOf(request), violations);
  return violations.ToStatus();
}

// Who declines to say has said nothing.
void CheckDeclined(const v1::DemographicsSection& demographics, status::Violations& violations) {
  const google::protobuf::Descriptor& type = *demographics.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const google::protobuf::FieldDescriptor* field = type.field(i);
    const auto& said =
        static_cast<const v1::Characteristic&>(demographics.GetReflection()->GetMessage(demographics, field));
    if (said.prefer_not_to_say() && !said.value().empty()) {
      violations.Add(Cat("section.demographics.", field->name(), ".value"), "must be empty: they prefer not to say");
    }
  }
}

absl::Status CheckSection(const rpc::Call&, const v1::PutRecordRequest& request) {
  status::Violations violations;
  if (CategoryOf(request.section()) == common::v1::CATEGORY_UNSPECIFIED) {
    violations.Add("section", "must hold one of the nine sections");
  }
  CheckDeclined(request.section().demographics(), violations);
  if (request.section().ByteSizeLong() > static_cast<size_t>(kSectionBytesMax)) {
    violations.Add("section", Cat("is larger than ", kSectionBytesMax, " bytes"));
  }
  return violations.ToStatus();
}

}  // namespace

void RecordService::Register(rpc::Router& router) {
  router.Unary(this, &RecordService::PutRecord, CheckSection);
  router.Unary(this, &RecordService::GetRecord, CheckReading);
}

async::Task<absl::StatusOr<v1::PutRecordResponse>> RecordService::PutRecord(rpc::Call& call,
                                                                            const v1::PutRecordRequest& request) {
  const ids::Uuid organisation = OrganisationOf(call);
  const ids::Uuid person_id = parts_.references.PersonOf(organisation, request.person_ref()).value_or(ids::Uuid());
  const Category category = CategoryOf(request.section());
  NWD_CO_RETURN_IF_ERROR(CheckSection(call, request));
  NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key, co_await KeyOrNull(parts_, person_id));

  const absl::Time now = call.Now();
  std::vector<ids::Uuid> told;
  auto effect = [&](store::Txn& txn) -> absl::StatusOr<v1::PutRecordResponse> {
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::RecordVersion> before,
                         records::Newest(txn, person_id, category, organisation));
    if (request.corrects() && !before.has_value()) {
      return status::InvalidField("corrects", "there is no version of yours before, so there is nothing to correct");
    }
    const VersionName name{person_id, category, organisation, before.has_value() ? before->version() + 1 : 1};
    storage::RecordVersion version;
    version.set_sealed(SealSection(*key, name, request.section()));
    version.set_version(name.version);
    version.set_as_of(request.as_of().empty() ? absl::FormatCivilTime(calendar::DayOf(now)) : request.as_of());
    version.set_create_time_us(Micros(now));
    version.set_correct_time_us(request.corrects() ? Micros(now) : before.has_value() ? before->correct_time_us() : 0);
    version.set_confidential(request.confidential() || IsConfidential(request.section()));
    records::Add(txn, name, version, before);
    storage::Deed deed = DeedOf(call);
    deed.set_categories_asked(MaskOf(category));
    deed.set_version(name.version);
    Record(parts_, txn, request.corrects() ? "record.corrected" : "record.put", now, person_id, key, deed);
    if (request.corrects()) NWD_RETURN_IF_ERROR(TellCorrected(txn, person_id, category, organisation, now, told));
    v1::PutRecordResponse response;
    response.set_notices(static_cast<int>(told.size()));
    response.set_version(name.version);
    response.set_etag(Cat("r", name.version));
    return response;
  };
  auto body = [&](store::Txn& txn) -> absl::StatusOr<v1::PutRecordResponse> {
    told.clear();
    NWD_ASSIGN_OR_RETURN(const bool held, people::Holds(txn, person_id, organisation));
    if (!held || key == nullptr) return status::Denied();
    call.ProveTie(common::v1::TIE_PERSON_HOLDER);
    auto once = [&] { return effect(txn); };
    return parts_.requests.Once<v1::PutRecordResponse>(txn, call, request, once);
  };
  NWD_CO_ASSIGN_OR_RETURN(v1::PutRecordResponse response, co_await parts_.store.Update(body, call.deadline()));
  RingBells(parts_, told);
  co_return response;
}

async::Task<absl::StatusOr<v1::GetRecordResponse>> RecordService::GetRecord(rpc::Call& call,
                                                                            const v1::GetRecordRequest& request) {
  NWD_CO_RETURN_IF_ERROR(CheckReading(call, request));
  Asked asked;
  asked.cited = CitedIn(CitedFieldsOf(request));
  asked.question.organisation_id = OrganisationOf(call);
  asked.question.kind = call.caller().organisation->kind;
  asked.question.purpose = request.purpose();
  asked.question.categories = MaskOfAll(request.categories());
  asked.question.mode = request.mode();
  asked.question.safeguarding = IsSafeguardingNow(call.caller().organisation);
  asked.person_id = parts_.references.PersonOf(OrganisationOf(call), request.person_ref()).value_or(ids::Uuid());
  NWD_CO_ASSIGN_OR_RETURN(asked.keys, co_await KeysOfFamily(parts_, asked.person_id));

  auto body = [&](store::Txn& txn) { return Release(txn, call, request, asked); };
  absl::StatusOr<Released> released = co_await parts_.store.Update(body, call.deadline());
  if (!released.ok()) co_return Corrupt(parts_, "a basis or record", released.status());
  (released->permitted ? parts_.figures.reads_permitted : parts_.figures.reads_denied).Increment();
  if (!released->permitted) co_return status::Denied();

  v1::GetRecordResponse response;
  for (v1::RecordEntry& entry : released->entries) *response.add_entries() = std::move(entry);
  TellDenied(released->decision, asked.question.categories, response);
  *response.mutable_obligations() = released->obligations;
  response.set_disclosure_id(released->disclosure_id.ToString());
  co_return response;
}

absl::StatusOr<RecordService::Released> RecordService::Release(store::Txn& txn, rpc::Call& call,
                                                               const v1::GetRecordRequest& request,
                                                               const Asked& asked) const {
  std::optional<Released> fresh;
  auto effect = [&]() -> absl::StatusOr<storage::KeptRead> {
    NWD_ASSIGN_OR_RETURN(fresh, ReleaseOnce(txn, call, asked, nullptr));
    if (!fresh->permitted) return status::Denied();  // for the table of requests only: a refusal is not kept
    storage::KeptRead read;
    read.set_disclosure_id(std::string(fresh->disclosure_id.bytes()));
    read.set_time_us(fresh->time_us);
    return read;
  };
  const absl::StatusOr<storage::KeptRead> read = parts_.requests.Once<storage::KeptRead>(txn, call, request, effect);
  if (fresh.has_value()) return *std::move(fresh);
  NWD_RETURN_IF_ERROR(read.status());
  const bool retry = call.Now() - absl::FromUnixMicros(read->time_us()) <= kReadRetryWindow;
  return ReleaseOnce(txn, call, asked, retry ? &*read : nullptr);
}

absl::StatusOr<RecordService::Released> RecordService::ReleaseOnce(store::Txn& txn, rpc::Call& call, const Asked& asked,
                                                                   const storage::KeptRead* before) const {
  const absl::Time now = call.Now();
  const Question& question = asked.question;
  const auto own_key = asked.keys.find(asked.person_id);
  const person_keys::PersonKey key = own_key != asked.keys.end() ? own_key->second : nullptr;
  NWD_ASSIGN_OR_RETURN(const BasisPtr basis, FindBasis(txn, asked.cited));
  const ids::Uuid whose = basis != nullptr ? basis->person_id() : ids::Uuid();
  NWD_ASSIGN_OR_RETURN(const bool one, joins::AreOne(txn, asked.person_id, whose));
  const bool about_them = basis != nullptr && one && key != nullptr;
  const bool named = about_them && basis->IsRecipient(question.organisation_id);
  // A retry is judged as the one use it is.
  if (named && before != nullptr) basis->LeaveOutOneUse();

  Released released;
  released.decision = NoBasis(question.categories);
  if (named) {
    NWD_ASSIGN_OR_RETURN(released.decision, basis->Judge(txn, question, now));
  }
  const CategoryMask opened = released.decision.permitted | released.decision.own_only;
  std::vector<records::Entry> entries;
  if (opened != 0) {
    NWD_ASSIGN_OR_RETURN(entries, records::OfPerson(txn, asked.person_id, opened));
    entries = OpenTo(question.organisation_id, *basis, asked.keys, std::move(entries));
  }
  released.permitted = released.decision.permitted != 0 || !entries.empty();
  // What only the reader's own entries open is told by those there are.
  CategoryMask told = released.decision.permitted;
  for (const records::Entry& entry : entries) told |= MaskOf(entry.name.category);
  storage::Deed deed = DeedOf(call);
  Cite(asked.cited, deed);
  deed.set_purpose(question.purpose);
  deed.set_mode(question.mode);
  deed.set_categories_asked(question.categories);
  deed.set_categories_permitted(told);
  if (!released.permitted) {
    Record(parts_, txn, "record.refused", now, asked.person_id, key, deed);
    return released;
  }

  call.ProveTie(common::v1::TIE_NAMED_RECIPIENT);
  released.obligations = basis->ObligationsIn(question.mode, now);
  NWD_ASSIGN_OR_RETURN(released.entries, Unseal(entries, asked.keys, question, basis->HasCeiling()));
  released.disclosure_id = before != nullptr ? consents::IdOf(before->disclosure_id()) : ids::Uuid::Random();
  released.time_us = before != nullptr ? before->time_us() : Micros(now);
  deed.set_disclosure_id(std::string(released.disclosure_id.bytes()));
  disclosures::Placed whole{released.disclosure_id, whose, released.time_us, {}};
  whole.disclosure.set_audit_entry(Record(parts_, txn, kRecordDisclosed, now, asked.person_id, key, deed));
  const disclosures::Release release = ReleaseOf(whole, asked.person_id, asked.cited, question, entries);
  if (before != nullptr) {
    NWD_RETURN_IF_ERROR(disclosures::Widen(txn, release));
  } else {
    basis->CountRead(txn, question.organisation_id);
    disclosures::Add(txn, release);
  }
  return released;
}

}  // namespace nwd::consent
