#include "services/consent/emergency_rows.h"

#include <algorithm>
#include <utility>

#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/store/proto_value.h"
#include "services/consent/categories.h"
#include "services/consent/consent_rows.h"
#include "services/consent/emergency_states.h"
#include "services/consent/joins.h"
#include "services/consent/keys.h"
#include "services/consent/limits.h"

namespace nwd::consent::emergencies {
namespace {

std::string AssociatedData(const ids::Uuid& access_id) { return Cat("emergency-words/", access_id.bytes()); }

ids::Uuid IdOf(const storage::EmergencyAccess& access) { return consents::IdOf(access.emergency_access_id()); }

// All indexes end in the access's id.
absl::StatusOr<storage::EmergencyAccess> Named(const store::Reader& reader, std::string_view index_key) {
  const ids::Uuid access_id = consents::IdOf(index_key.substr(index_key.size() - ids::Uuid::kSizeBytes));
  NWD_ASSIGN_OR_RETURN(std::optional<storage::EmergencyAccess> access, Find(reader, access_id));
  if (!access.has_value()) return absl::DataLossError("an index of emergency accesses names one that is not there");
  return *std::move(access);
}

}  // namespace

absl::StatusOr<std::optional<storage::EmergencyAccess>> Find(const store::Reader& reader, const ids::Uuid& access_id) {
  return store::Find<storage::EmergencyAccess>(reader, keys::Emergency(access_id));
}

void Add(store::Txn& txn, const storage::EmergencyAccess& access) {
  const ids::Uuid access_id = IdOf(access);
  store::PutMessage(txn, keys::Emergency(access_id), access);
  txn.Put(keys::EmergencyByTime(access.open_time_us(), access_id), "");
  txn.Put(keys::EmergencyOfOrganisation(consents::IdOf(access.organisation_id()), access.open_time_us(), access_id),
          "");
  txn.Put(keys::EmergencyOfPerson(consents::IdOf(access.person_id()), access.open_time_us(), access_id), "");
  txn.Put(keys::EmergencyUnreviewed(ReviewDueTimeUs(access), access_id), "");
}

void Replace(store::Txn& txn, const storage::EmergencyAccess& before, const storage::EmergencyAccess& access) {
  const ids::Uuid access_id = IdOf(access);
  store::PutMessage(txn, keys::Emergency(access_id), access);
  const std::string was = keys::EmergencyUnreviewed(ReviewDueTimeUs(before), access_id);
  const std::string is = keys::EmergencyUnreviewed(ReviewDueTimeUs(access), access_id);
  const bool reviewed = access.review_time_us() != 0;
  if (reviewed || is != was) txn.Delete(was);
  if (!reviewed && is != was) txn.Put(is, "");
}

void Forget(store::Txn& txn, const storage::EmergencyAccess& access) {
  const ids::Uuid access_id = IdOf(access);
  const int64_t time_us = access.open_time_us();
  txn.Delete(keys::Emergency(access_id));
  txn.Delete(keys::EmergencyByTime(time_us, access_id));
  txn.Delete(keys::EmergencyOfOrganisation(consents::IdOf(access.organisation_id()), time_us, access_id));
  txn.Delete(keys::EmergencyOfPerson(consents::IdOf(access.person_id()), time_us, access_id));
}

absl::StatusOr<Opened> CountOpened(const store::Reader& reader, const ids::Uuid& organisation_id, absl::Time now) {
  store::Range lately = store::PrefixRange(keys::EmergenciesOfOrganisation(organisation_id));
  lately.end = keys::EmergencyOfOrganisation(organisation_id, Micros(now - kEmergenciesCountedOver), ids::Uuid());
  Opened opened;
  absl::Status failed;
  NWD_RETURN_IF_ERROR(reader.Scan(lately, store::Direction::kForward, [&](std::string_view key, std::string_view) {
    const absl::StatusOr<storage::EmergencyAccess> access = Named(reader, key);
    if (!access.ok()) {
      failed = access.status();
      return store::Visit::kStop;
    }
    if (StateAt(*access, now) == v1::EMERGENCY_ACCESS_STATE_OPEN) {
      ++opened.open;
      opened.next_end = std::min(opened.next_end, FromMicros(ExpireTimeUs(*access)));
    }
    opened.next_past = FromMicros(access->open_time_us()) + kEmergenciesCountedOver;
    return ++opened.lately < kEmergenciesOpenedMax ? store::Visit::kContinue : store::Visit::kStop;
  }));
  NWD_RETURN_IF_ERROR(failed);
  return opened;
}

absl::Status Walk(const store::Reader& reader, const std::string& from,
                  absl::FunctionRef<store::Visit(const std::string& key, const storage::EmergencyAccess&)> visit) {
  store::Range range = store::PrefixRange(keys::EmergenciesByTime());
  if (!from.empty()) range.begin = from;
  absl::Status failed;
  NWD_RETURN_IF_ERROR(reader.Scan(range, store::Direction::kForward, [&](std::string_view key, std::string_view) {
    const absl::StatusOr<storage::EmergencyAccess> access = Named(reader, key);
    if (access.ok()) return visit(std::string(key), *access);
    failed = access.status();
    return store::Visit::kStop;
  }));
  return failed;
}

absl::StatusOr<std::vector<storage::EmergencyAccess>> OfPerson(const store::Reader& reader,
                                                               const ids::Uuid& person_id) {
  NWD_ASSIGN_OR_RETURN(const std::vector<std::string> places,
                       joins::PlacesOfFamily(reader, person_id, keys::EmergenciesOfPerson, ""));
  std::vector<storage::EmergencyAccess> all;
  for (const std::string& place : places) {
    NWD_ASSIGN_OR_RETURN(all.emplace_back(), Named(reader, place));
  }
  return all;
}

absl::StatusOr<Overdue> CountOverdue(const store::Reader& reader, absl::Time before, absl::Time now) {
  const store::Range due{keys::EmergenciesUnreviewed(), keys::EmergenciesDueAfter(Micros(now))};
  const std::string newly_from = keys::EmergenciesDueAfter(Micros(before));
  Overdue overdue;
  NWD_RETURN_IF_ERROR(reader.Scan(due, store::Direction::kForward, [&](std::string_view key, std::string_view) {
    overdue.newly += key >= newly_from;
    return ++overdue.all < kReviewsOverdueCountedMax ? store::Visit::kContinue : store::Visit::kStop;
  }));
  return overdue;
}

std::string Seal(const crypto::AeadKey& key, const ids::Uuid& access_id, const storage::EmergencyWords& words) {
  return key.Seal(words.SerializeAsString(), AssociatedData(access_id));
}

absl::StatusOr<storage::EmergencyWords> Open(const crypto::AeadKey& key, const storage::EmergencyAccess& access) {
  NWD_ASSIGN_OR_RETURN(const std::string opened, key.Open(access.sealed_words(), AssociatedData(IdOf(access))));
  storage::EmergencyWords words;
  if (!words.ParseFromString(opened)) return absl::DataLossError("the words of an emergency access do not parse");
  return words;
}

std::string EtagOf(const storage::EmergencyAccess& access) { return consents::EtagOf(access.revision()); }

v1::EmergencyAccess Show(const storage::EmergencyAccess& access, const storage::EmergencyWords& words,
                         std::string person_ref, absl::Time now) {
  v1::EmergencyAccess shown;
  shown.set_emergency_access_id(IdOf(access).ToString());
  shown.set_person_ref(std::move(person_ref));
  shown.set_organisation_id(consents::IdOf(access.organisation_id()).ToString());
  shown.set_practitioner(words.practitioner());
  shown.set_state(StateAt(access, now));
  shown.set_reason(words.reason());
  shown.set_lawful_basis(access.lawful_basis());
  ForEachCategory(access.categories(), [&](Category category) { shown.add_categories(category); });
  shown.set_reads(access.reads());
  *shown.mutable_open_time() = MicrosToTimestamp(access.open_time_us());
  *shown.mutable_expire_time() = MicrosToTimestamp(ExpireTimeUs(access));
  if (access.close_time_us() != 0) *shown.mutable_close_time() = MicrosToTimestamp(access.close_time_us());
  shown.set_outcome(words.outcome());
  *shown.mutable_review_due_time() = MicrosToTimestamp(ReviewDueTimeUs(access));
  if (access.review_time_us() != 0) {
    shown.set_finding(access.finding());
    shown.set_reviewer_organisation_id(consents::IdOf(access.reviewer_organisation_id()).ToString());
    shown.set_review_note(words.review_note());
    *shown.mutable_review_time() = MicrosToTimestamp(access.review_time_us());
  }
  shown.set_unsafe_to_tell(access.unsafe_to_tell());
  shown.set_person_told(access.person_told());
  shown.set_etag(EtagOf(access));
  return shown;
}

}  // namespace nwd::consent::emergencies
