#include "services/consent/case_rows.h"

#include <utility>
#include <vector>

#include "common/backup/backup.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/store/proto_value.h"
#include "services/consent/case_states.h"
#include "services/consent/categories.h"
#include "services/consent/cited_basis.h"
#include "services/consent/consent_rows.h"
#include "services/consent/joins.h"
#include "services/consent/keys.h"
#include "services/consent/limits.h"

namespace nwd::consent::cases {
namespace {

// The groups of an organisation's list, in its order.
constexpr char kRunning = 'a';
constexpr char kStopped = 'b';
constexpr char kClosed = 'c';

// Those of the list of erasures.
constexpr char kGranted = 'a';
constexpr char kErased = 'b';

ids::Uuid IdOf(const storage::Case& row) { return consents::IdOf(row.case_id()); }
std::string AssociatedData(const ids::Uuid& case_id) { return Cat("case/", case_id.bytes()); }

std::string PlaceInList(const storage::Case& row) {
  const ids::Uuid handler = consents::IdOf(row.handler_id());
  if (row.state() == v1::CASE_STATE_CLOSED) {
    return keys::CaseOfHandler(handler, kClosed, ~static_cast<uint64_t>(row.close_time_us()), IdOf(row));
  }
  if (row.due_time_us() == 0) {
    return keys::CaseOfHandler(handler, kStopped, static_cast<uint64_t>(row.stop_time_us()), IdOf(row));
  }
  return keys::CaseOfHandler(handler, kRunning, static_cast<uint64_t>(row.due_time_us()), IdOf(row));
}

// Among the erasures; empty where it is none that was granted.
std::string PlaceAmongErasures(const storage::Case& row) {
  if (row.erase_time_us() != 0) {
    return keys::ErasureListed(kErased, ~static_cast<uint64_t>(row.erase_time_us()), IdOf(row));
  }
  if (row.state() != v1::CASE_STATE_AWAITING_ERASURE) return "";
  return keys::ErasureListed(kGranted, static_cast<uint64_t>(row.due_time_us()), IdOf(row));
}

void DeletePlaces(store::Txn& txn, const storage::Case& row) {
  txn.Delete(PlaceInList(row));
  if (row.due_time_us() != 0) txn.Delete(keys::CaseDue(row.due_time_us(), IdOf(row)));
  if (const std::string place = PlaceAmongErasures(row); !place.empty()) txn.Delete(place);
}

void PutPlaces(store::Txn& txn, const storage::Case& row) {
  txn.Put(PlaceInList(row), "");
  if (row.due_time_us() != 0) txn.Put(keys::CaseDue(row.due_time_us(), IdOf(row)), "");
  if (const std::string place = PlaceAmongErasures(row); !place.empty()) txn.Put(place, "");
}

// The case that the end of a key names.
absl::StatusOr<storage::Case> Named(const store::Reader& reader, std::string_view key) {
  const auto id = key.size() < ids::Uuid::kSizeBytes
                      ? std::nullopt
                      : ids::Uuid::FromBytes(key.substr(key.size() - ids::Uuid::kSizeBytes));
  if (!id.has_value()) return absl::DataLossError("a key of an index of cases names none");
  NWD_ASSIGN_OR_RETURN(std::optional<storage::Case> row, Find(reader, *id));
  if (!row.has_value()) return absl::DataLossError("a case is not where its index says");
  return *std::move(row);
}

absl::Status Walk(const store::Reader& reader, store::Range range, const std::string& from, Visitor visit) {
  if (!from.empty()) range.begin = from;
  absl::Status failed;
  NWD_RETURN_IF_ERROR(reader.Scan(range, store::Direction::kForward, [&](std::string_view key, std::string_view) {
    const absl::StatusOr<storage::Case> row = Named(reader, key);
    if (row.ok()) return visit(std::string(key), *row);
    failed = row.status();
    return store::Visit::kStop;
  }));
  return failed;
}

}  // namespace

absl::StatusOr<std::optional<storage::Case>> Find(const store::Reader& reader, const ids::Uuid& case_id) {
  return store::Find<storage::Case>(reader, keys::Case(case_id));
}

void Add(store::Txn& txn, const storage::Case& row) {
  store::PutMessage(txn, keys::Case(IdOf(row)), row);
  txn.Put(keys::CaseOfPerson(consents::IdOf(row.person_id()), row.create_time_us(), IdOf(row)), "");
  PutPlaces(txn, row);
}

void Replace(store::Txn& txn, const storage::Case& before, const storage::Case& row) {
  DeletePlaces(txn, before);
  store::PutMessage(txn, keys::Case(IdOf(row)), row);
  PutPlaces(txn, row);
}

void Forget(store::Txn& txn, const storage::Case& row) {
  DeletePlaces(txn, row);
  txn.Delete(keys::Case(IdOf(row)));
  txn.Delete(keys::CaseOfPerson(consents::IdOf(row.person_id()), row.create_time_us(), IdOf(row)));
}

absl::Status WalkHandler(const store::Reader& reader, const ids::Uuid& handler_id, bool open_only,
                         const std::string& from, Visitor visit) {
  store::Range range = store::PrefixRange(keys::CasesOfHandler(handler_id));
  if (open_only) range.end = keys::CasesOfHandler(handler_id) + kClosed;
  return Walk(reader, std::move(range), from, visit);
}

absl::Status WalkPerson(const store::Reader& reader, const ids::Uuid& person_id, const std::string& from,
                        Visitor visit) {
  NWD_ASSIGN_OR_RETURN(const std::vector<std::string> places,
                       joins::PlacesOfFamily(reader, person_id, keys::CasesOfPerson, from));
  for (const std::string& place : places) {
    NWD_ASSIGN_OR_RETURN(const storage::Case row, Named(reader, place));
    if (visit(place, row) == store::Visit::kStop) break;
  }
  return absl::OkStatus();
}

absl::Status WalkOverdue(const store::Reader& reader, absl::Time now, const std::string& from, Visitor visit) {
  return Walk(reader, {keys::CasesDue(), keys::CasesDueAfter(Micros(now))}, from, visit);
}

absl::Status WalkErasures(const store::Reader& reader, bool awaiting_only, const std::string& from, Visitor visit) {
  store::Range range = store::PrefixRange(keys::ErasuresListed());
  if (awaiting_only) range.end = keys::ErasuresListed() + kErased;
  return Walk(reader, std::move(range), from, visit);
}

absl::StatusOr<Count> CountOf(const store::Reader& reader, const ids::Uuid& person_id, const ids::Uuid& opener_id) {
  Count count;
  NWD_RETURN_IF_ERROR(WalkPerson(reader, person_id, "", [&](const std::string&, const storage::Case& row) {
    count.opened += row.opener_id() == opener_id.bytes();
    return ++count.all < kCasesPerPersonMax ? store::Visit::kContinue : store::Visit::kStop;
  }));
  return count;
}

absl::StatusOr<Overdue> CountOverdue(const store::Reader& reader, absl::Time before, absl::Time now) {
  const store::Range due{keys::CasesDue(), keys::CasesDueAfter(Micros(now))};
  const std::string newly_from = keys::CasesDueAfter(Micros(before));
  Overdue overdue;
  NWD_RETURN_IF_ERROR(reader.Scan(due, store::Direction::kForward, [&](std::string_view key, std::string_view) {
    overdue.newly += key >= newly_from;
    return ++overdue.all < kCasesOverdueCountedMax ? store::Visit::kContinue : store::Visit::kStop;
  }));
  return overdue;
}

std::string Seal(const crypto::AeadKey& key, const ids::Uuid& case_id, const storage::CaseWords& words) {
  return key.Seal(words.SerializeAsString(), AssociatedData(case_id));
}

absl::StatusOr<storage::CaseWords> Open(const crypto::AeadKey& key, const storage::Case& row) {
  storage::CaseWords words;
  if (row.sealed_words().empty()) return words;  // one that the hub opened itself
  NWD_ASSIGN_OR_RETURN(const std::string opened, key.Open(row.sealed_words(), AssociatedData(IdOf(row))));
  if (!words.ParseFromString(opened)) return absl::DataLossError("the words of a case do not parse");
  return words;
}

std::string EtagOf(const storage::Case& row) { return consents::EtagOf(row.revision()); }

v1::Case Show(const storage::Case& row, const storage::CaseWords& words, const ids::Uuid& organisation_id,
              std::string person_ref, absl::Time now) {
  v1::Case shown;
  shown.set_case_id(IdOf(row).ToString());
  shown.set_kind(row.kind());
  shown.set_person_ref(std::move(person_ref));
  shown.set_handler_organisation_id(ShownId(row.handler_id()));
  shown.set_opener_organisation_id(ShownId(row.opener_id()));
  if (row.opener_id() == organisation_id.bytes()) shown.set_practitioner(words.practitioner());
  shown.set_state(row.state());
  shown.set_request(words.request());
  ForEachCategory(row.categories(), [&](Category category) { shown.add_categories(category); });
  shown.set_authority_id(ShownId(row.authority_id()));
  *shown.mutable_receive_time() = MicrosToTimestamp(row.receive_time_us());
  if (row.due_time_us() != 0) *shown.mutable_due_time() = MicrosToTimestamp(row.due_time_us());
  shown.set_extended(row.extended());
  if (row.acknowledge_time_us() != 0) *shown.mutable_acknowledge_time() = MicrosToTimestamp(row.acknowledge_time_us());
  shown.set_outcome(row.outcome());
  shown.set_refusal(row.refusal());
  shown.set_answer(words.answer());
  if (row.close_time_us() != 0) *shown.mutable_close_time() = MicrosToTimestamp(row.close_time_us());
  shown.set_exports(row.exports());
  shown.set_restricted(row.kind() == v1::CASE_KIND_RESTRICTION && row.lift_time_us() == 0);
  if (row.lift_time_us() != 0) *shown.mutable_lift_time() = MicrosToTimestamp(row.lift_time_us());
  shown.set_overdue(IsOverdue(row, now));
  shown.set_etag(EtagOf(row));
  return shown;
}

v1::Erasure ShowErasure(const storage::Erasure& erasure) {
  v1::Erasure shown;
  *shown.mutable_erase_time() = MicrosToTimestamp(erasure.erase_time_us());
  shown.set_eraser_organisation_id(ShownId(erasure.eraser_id()));
  if (erasure.gone_time_us() != 0) {
    *shown.mutable_gone_time() = MicrosToTimestamp(erasure.gone_time_us());
    *shown.mutable_complete_time() = ToTimestamp(FromMicros(erasure.gone_time_us()) + backup::kKeyBackupsKept);
  }
  shown.set_complete(erasure.complete());
  return shown;
}

}  // namespace nwd::consent::cases
