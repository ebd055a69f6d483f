#include "services/consent/record_service.h"

#include <algorithm>

#include "absl/container/btree_set.h"
#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/calendar/london.h"
#include "services/consent/ceilings.h"
#include "services/consent/consent_rows.h"
#include "services/consent/disclosure_rows.h"
#include "services/consent/joins.h"
#include "services/consent/limits.h"
#include "services/consent/person_rows.h"

namespace nwd::consent {
namespace {

// Of the entries of permitted categories, those this organisation may have: its own, and of other sources' what the
// basis opens to it and they did not mark confidential.
std::vector<records::Entry> Open(std::vector<records::Entry> entries, const Basis& basis,
                                 const ids::Uuid& organisation) {
  std::erase_if(entries, [&](const records::Entry& entry) {
    const bool own = entry.name.source_id == organisation;
    return !own && (entry.version.confidential() || !basis.OpensSource(organisation, entry.name.source_id));
  });
  return entries;
}

storage::Disclosure DisclosureOf(const Cited& cited, const Question& question,
                                 const std::vector<records::Entry>& entries) {
  storage::Disclosure disclosure;
  Cite(cited, disclosure);
  disclosure.set_recipient_id(std::string(question.organisation_id.bytes()));
  disclosure.set_purpose(question.purpose);
  CategoryMask released = 0;
  absl::btree_set<ids::Uuid> sources;
  for (const records::Entry& entry : entries) {
    released |= MaskOf(entry.name.category);
    sources.insert(entry.name.source_id);
  }
  disclosure.set_categories(released);
  for (const ids::Uuid& source : sources) disclosure.add_source_ids(std::string(source.bytes()));
  return disclosure;
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
  auto effect = [&](store::Txn& txn) -> absl::StatusOr<v1::PutRecordResponse> {
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::RecordVersion> before,
                         records::Newest(txn, person_id, category, organisation));
    const VersionName name{person_id, category, organisation, before.has_value() ? before->version() + 1 : 1};
    storage::RecordVersion version;
    version.set_sealed(SealSection(*key, name, request.section()));
    version.set_version(name.version);
    version.set_as_of(request.as_of().empty() ? absl::FormatCivilTime(calendar::DayOf(now)) : request.as_of());
    version.set_create_time_us(Micros(now));
    version.set_confidential(request.confidential() || IsConfidential(request.section()));
    records::Add(txn, name, version, before);
    storage::Deed deed = DeedOf(call);
    deed.set_categories_asked(MaskOf(category));
    deed.set_version(name.version);
    Record(parts_, txn, "record.put", now, person_id, key, deed);
    v1::PutRecordResponse response;
    response.set_version(name.version);
    response.set_etag(Cat("r", name.version));
    return response;
  };
  auto body = [&](store::Txn& txn) -> absl::StatusOr<v1::PutRecordResponse> {
    NWD_ASSIGN_OR_RETURN(const bool held, people::Holds(txn, person_id, organisation));
    if (!held || key == nullptr) return status::Denied();
    call.ProveTie(common::v1::TIE_PERSON_HOLDER);
    auto once = [&] { return effect(txn); };
    return parts_.requests.Once<v1::PutRecordResponse>(txn, call, request, once);
  };
  co_return co_await parts_.store.Update(body, call.deadline());
}

async::Task<absl::StatusOr<v1::GetRecordResponse>> RecordService::GetRecord(rpc::Call& call,
                                                                            const v1::GetRecordRequest& request) {
  NWD_CO_RETURN_IF_ERROR(CheckReading(call, request));
  Question question;
  question.organisation_id = OrganisationOf(call);
  question.kind = call.caller().organisation->kind;
  question.purpose = request.purpose();
  question.categories = MaskOfAll(request.categories());
  question.mode = request.mode();
  question.safeguarding = IsSafeguardingNow(call.caller().organisation);
  const ids::Uuid person_id =
      parts_.references.PersonOf(question.organisation_id, request.person_ref()).value_or(ids::Uuid());
  NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key, co_await KeyOrNull(parts_, person_id));

  auto body = [&](store::Txn& txn) { return Release(txn, call, request, person_id, question, key); };
  const absl::StatusOr<Released> decided = co_await parts_.store.Update(body, call.deadline());
  if (!decided.ok()) co_return Corrupt(parts_, "a basis or record", decided.status());
  const Released& released = *decided;
  (released.permitted ? parts_.figures.reads_permitted : parts_.figures.reads_denied).Increment();
  if (!released.permitted) co_return status::Denied();

  v1::GetRecordResponse response;
  for (const records::Entry& entry : released.entries) {
    person_keys::PersonKey its_key = key;
    if (entry.name.person_id != person_id) {
      NWD_CO_ASSIGN_OR_RETURN(its_key, co_await KeyOrNull(parts_, entry.name.person_id));
    }
    if (its_key == nullptr) continue;  // erased in this moment
    absl::StatusOr<v1::RecordEntry> shown = records::Show(*its_key, entry);
    if (!shown.ok()) co_return Corrupt(parts_, "a section of a record", shown.status());
    if (released.has_ceiling && entry.name.source_id != question.organisation_id) {
      LowerToCeiling(question.kind, *shown->mutable_section());
    }
    *response.add_entries() = *std::move(shown);
  }
  TellDenied(released.decision, question.categories, response);
  *response.mutable_obligations() = released.obligations;
  response.set_disclosure_id(released.disclosure_id.ToString());
  co_return response;
}

absl::StatusOr<RecordService::Released> RecordService::Release(store::Txn& txn, rpc::Call& call,
                                                               const v1::GetRecordRequest& request,
                                                               const ids::Uuid& person_id, const Question& question,
                                                               const person_keys::PersonKey& key) const {
  std::optional<Released> fresh;
  auto effect = [&]() -> absl::StatusOr<storage::KeptRead> {
    NWD_ASSIGN_OR_RETURN(fresh, ReleaseOnce(txn, call, request, person_id, question, key, nullptr));
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
  return ReleaseOnce(txn, call, request, person_id, question, key, retry ? &*read : nullptr);
}

absl::StatusOr<RecordService::Released> RecordService::ReleaseOnce(store::Txn& txn, rpc::Call& call,
                                                                   const v1::GetRecordRequest& request,
                                                                   const ids::Uuid& person_id, const Question& question,
                                                                   const person_keys::PersonKey& key,
                                                                   const storage::KeptRead* before) const {
  const absl::Time now = call.Now();
  const Cited cited = CitedIn(CitedFieldsOf(request));
  NWD_ASSIGN_OR_RETURN(const BasisPtr basis, FindBasis(txn, cited));
  const ids::Uuid whose = basis != nullptr ? basis->person_id() : ids::Uuid();
  NWD_ASSIGN_OR_RETURN(const bool one, joins::AreOne(txn, person_id, whose));
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
  if (opened != 0) {
    NWD_ASSIGN_OR_RETURN(std::vector<records::Entry> entries, records::OfPerson(txn, person_id, opened));
    released.entries = Open(std::move(entries), *basis, question.organisation_id);
  }
  released.permitted = released.decision.permitted != 0 || !released.entries.empty();
  // What only the reader's own entries open is told by those there are.
  CategoryMask told = released.decision.permitted;
  for (const records::Entry& entry : released.entries) told |= MaskOf(entry.name.category);
  storage::Deed deed = DeedOf(call);
  Cite(cited, deed);
  deed.set_purpose(question.purpose);
  deed.set_mode(question.mode);
  deed.set_categories_asked(question.categories);
  deed.set_categories_permitted(told);
  if (!released.permitted) {
    Record(parts_, txn, "record.refused", now, person_id, key, deed);
    return released;
  }

  call.ProveTie(common::v1::TIE_NAMED_RECIPIENT);
  released.obligations = basis->ObligationsIn(question.mode, now);
  released.has_ceiling = basis->HasCeiling();
  const storage::Disclosure disclosure = DisclosureOf(cited, question, released.entries);
  if (before != nullptr) {
    released.disclosure_id = consents::IdOf(before->disclosure_id());
    NWD_RETURN_IF_ERROR(disclosures::Widen(txn, {released.disclosure_id, whose, before->time_us(), disclosure}));
  } else {
    released.disclosure_id = ids::Uuid::Random();
    basis->CountRead(txn, question.organisation_id);
    released.time_us = Micros(now);
    disclosures::Add(txn, {released.disclosure_id, whose, released.time_us, disclosure});
  }
  deed.set_disclosure_id(std::string(released.disclosure_id.bytes()));
  Record(parts_, txn, "record.disclosed", now, person_id, key, deed);
  return released;
}

}  // namespace nwd::consent
