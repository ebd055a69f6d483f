#include "services/referral/repository.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/store/proto_value.h"
#include "services/referral/basis.h"
#include "services/referral/keys.h"
#include "services/referral/transitions.h"

namespace nwd::referral::repository {
namespace {

struct IndexRow {
  std::string key;
  std::string value;
  friend bool operator==(const IndexRow&, const IndexRow&) = default;
};

// One row for an organisation that is on both sides.
void AddListRows(const Referral& referral, std::vector<IndexRow>& rows) {
  const bool sent = referral.sent_sequence() != 0;
  const bool same = referral.referrer_organisation_id() == referral.receiver_organisation_id();
  storage::ListRow row;
  row.set_as_referrer(true);
  row.set_as_receiver(same && sent);
  const std::string& id = referral.referral_id();
  const std::string& referrer = referral.referrer_organisation_id();
  rows.push_back({keys::ListEntry(referrer, referral.create_time_us(), id), row.SerializeAsString()});
  if (!referral.referrer_person_ref().empty()) {  // not of a person who was erased
    rows.push_back({keys::PersonListEntry(referrer, referral.referrer_person_ref(), referral.create_time_us(), id),
                    row.SerializeAsString()});
  }
  rows.push_back({keys::OfPersonEntry(referral.person_id(), referral.create_time_us(), id), ""});
  if (same || !sent) return;
  row.set_as_referrer(false);
  row.set_as_receiver(true);
  const std::string& receiver = referral.receiver_organisation_id();
  rows.push_back({keys::ListEntry(receiver, referral.send_time_us(), id), row.SerializeAsString()});
  if (referral.accepted() &&
      !referral.receiver_person_ref()
           .empty()) {  // before that the receiver does not know whom it is about, nor may a list tell
    rows.push_back({keys::PersonListEntry(receiver, referral.receiver_person_ref(), referral.send_time_us(), id),
                    row.SerializeAsString()});
  }
}

// The rows that moves change.
void AddMovingRows(const Referral& referral, std::vector<IndexRow>& rows) {
  const std::string& id = referral.referral_id();
  const bool open = kOpen.Has(referral.state());
  if (open) rows.push_back({keys::OfBasisEntry(BasisIdOf(referral), id), ""});
  if (open && referral.state() != v1::REFERRAL_STATE_DRAFT) {
    rows.push_back({keys::Open(referral.referrer_organisation_id(), referral.person_id(), referral.service_id()),
                    std::string(keys::Raw(id).bytes())});
  }
  if (!referral.due_organisation_id().empty()) {
    rows.push_back({keys::DueEntry(referral.due_organisation_id(), referral.due_time_us(), id), ""});
  }
  if (referral.timer_time_us() != 0) rows.push_back({keys::Timer(referral.timer_time_us(), id), ""});
}

// Lists change only when a referral is made, first sent or first accepted, or filed anew (split_people.h).
bool ListsDiffer(const Referral* before, const Referral& after) {
  return before == nullptr || before->sent_sequence() != after.sent_sequence() ||
         before->accepted() != after.accepted() || before->receiver_person_ref() != after.receiver_person_ref();
}

std::vector<IndexRow> IndexRows(const Referral& referral, bool with_lists) {
  std::vector<IndexRow> rows;
  rows.reserve(8);
  AddMovingRows(referral, rows);
  if (with_lists) AddListRows(referral, rows);
  return rows;
}

bool HasKey(const std::vector<IndexRow>& rows, const std::string& key) {
  return std::any_of(rows.begin(), rows.end(), [&](const IndexRow& row) { return row.key == key; });
}

absl::StatusOr<std::vector<std::string>> AppointmentsOf(const store::Reader& reader, std::string_view referral_id) {
  std::vector<std::string> ids;
  NWD_RETURN_IF_ERROR(reader.Scan(store::PrefixRange(keys::Appointments(referral_id)), store::Direction::kForward,
                                  [&](std::string_view key, std::string_view) {
                                    ids.push_back(keys::LastId(key));
                                    return store::Visit::kContinue;
                                  }));
  return ids;
}

// Where the person was to be met.
absl::Status ForgetPlaces(store::Txn& txn, std::string_view referral_id) {
  NWD_ASSIGN_OR_RETURN(const std::vector<std::string> ids, AppointmentsOf(txn, referral_id));
  for (const std::string& id : ids) {
    NWD_ASSIGN_OR_RETURN(std::optional<storage::Appointment> appointment,
                         store::Find<storage::Appointment>(txn, keys::Appointment(id)));
    if (!appointment.has_value() || appointment->sealed_place().empty()) continue;
    appointment->clear_sealed_place();
    store::PutMessage(txn, keys::Appointment(id), *appointment);
  }
  return absl::OkStatus();
}

absl::Status DeletePrefix(store::Txn& txn, const std::string& prefix) {
  std::vector<std::string> found;
  NWD_RETURN_IF_ERROR(
      txn.Scan(store::PrefixRange(prefix), store::Direction::kForward, [&](std::string_view key, std::string_view) {
        found.emplace_back(key);
        return store::Visit::kContinue;
      }));
  for (const std::string& key : found) txn.Delete(key);
  return absl::OkStatus();
}

absl::Status RemoveAppointments(store::Txn& txn, std::string_view referral_id) {
  NWD_ASSIGN_OR_RETURN(const std::vector<std::string> ids, AppointmentsOf(txn, referral_id));
  for (const std::string& id : ids) txn.Delete(keys::Appointment(id));
  return DeletePrefix(txn, keys::Appointments(referral_id));
}

}  // namespace

absl::StatusOr<std::optional<Referral>> Find(const store::Reader& reader, std::string_view referral_id) {
  return store::Find<Referral>(reader, keys::Referral(referral_id));
}

absl::StatusOr<Referral> Get(const store::Reader& reader, std::string_view referral_id) {
  NWD_ASSIGN_OR_RETURN(std::optional<Referral> found, Find(reader, referral_id));
  if (found) return *std::move(found);
  return absl::DataLossError(Cat("an index names referral ", referral_id, ", which is not there"));
}

void Put(store::Txn& txn, const Referral* before, const Referral& after) {
  store::PutMessage(txn, keys::Referral(after.referral_id()), after);
  const bool with_lists = ListsDiffer(before, after);
  const std::vector<IndexRow> old_rows = before == nullptr ? std::vector<IndexRow>() : IndexRows(*before, with_lists);
  const std::vector<IndexRow> new_rows = IndexRows(after, with_lists);
  for (const IndexRow& row : old_rows) {
    if (!HasKey(new_rows, row.key)) txn.Delete(row.key);
  }
  for (const IndexRow& row : new_rows) {
    if (std::find(old_rows.begin(), old_rows.end(), row) == old_rows.end()) txn.Put(row.key, row.value);
  }
}

absl::Status Remove(store::Txn& txn, const Referral& referral) {
  for (const IndexRow& row : IndexRows(referral, /*with_lists=*/true)) txn.Delete(row.key);
  NWD_RETURN_IF_ERROR(RemoveAppointments(txn, referral.referral_id()));
  NWD_RETURN_IF_ERROR(DeletePrefix(txn, keys::Events(referral.referral_id())));
  NWD_RETURN_IF_ERROR(DeletePrefix(txn, keys::Notes(referral.referral_id())));
  txn.Delete(keys::Referral(referral.referral_id()));
  return absl::OkStatus();
}

void PutEvent(store::Txn& txn, std::string_view referral_id, const storage::Event& event) {
  store::PutMessage(txn, keys::Event(referral_id, event.sequence()), event);
}

absl::StatusOr<std::optional<storage::Event>> FindEvent(const store::Reader& reader, std::string_view referral_id,
                                                        int64_t sequence) {
  return store::Find<storage::Event>(reader, keys::Event(referral_id, sequence));
}

void PutNote(store::Txn& txn, std::string_view referral_id, const storage::Note& note) {
  store::PutMessage(txn, keys::Note(referral_id, note.create_time_us(), note.note_id()), note);
}

absl::StatusOr<int> CountNotes(const store::Reader& reader, std::string_view referral_id) {
  int count = 0;
  NWD_RETURN_IF_ERROR(reader.Scan(store::PrefixRange(keys::Notes(referral_id)), store::Direction::kForward,
                                  [&](std::string_view, std::string_view) {
                                    ++count;
                                    return store::Visit::kContinue;
                                  }));
  return count;
}

absl::StatusOr<bool> HasOtherOpen(const store::Reader& reader, const Referral& referral,
                                  const std::vector<std::string>& joined_person_ids) {
  std::vector<std::string> ids = {referral.person_id()};
  ids.insert(ids.end(), joined_person_ids.begin(), joined_person_ids.end());
  for (const std::string& id : ids) {
    std::string open;
    const std::string key = keys::Open(referral.referrer_organisation_id(), id, referral.service_id());
    NWD_ASSIGN_OR_RETURN(const bool present, reader.Get(key, &open));
    if (present && keys::IdText(open) != referral.referral_id()) return true;
  }
  return false;
}

absl::StatusOr<std::optional<storage::EndedBasis>> FindEndedBasis(const store::Reader& reader,
                                                                  std::string_view basis_id) {
  return store::Find<storage::EndedBasis>(reader, keys::EndedBasis(basis_id));
}

absl::StatusOr<bool> ForgetSome(store::Txn& txn, std::string_view person_id, int limit) {
  std::vector<Referral> theirs;
  absl::Status fault;
  int looked_at = 0;
  NWD_RETURN_IF_ERROR(txn.Scan(store::PrefixRange(keys::OfPerson(person_id)), store::Direction::kForward,
                               [&](std::string_view key, std::string_view) {
                                 absl::StatusOr<Referral> referral = Get(txn, keys::LastId(key));
                                 fault = referral.status();
                                 if (!fault.ok() || looked_at == limit) return store::Visit::kStop;
                                 ++looked_at;
                                 theirs.push_back(*std::move(referral));
                                 return store::Visit::kContinue;
                               }));
  NWD_RETURN_IF_ERROR(fault);
  for (const Referral& before : theirs) {
    for (const IndexRow& row : IndexRows(before, /*with_lists=*/true)) txn.Delete(row.key);
    Referral after = before;
    after.clear_summary();
    after.clear_priority_groups();
    after.clear_referrer_person_ref();
    after.clear_receiver_person_ref();
    after.clear_sealed_notes();
    after.clear_sealed_question();
    after.clear_sealed_answer();
    store::PutMessage(txn, keys::Referral(after.referral_id()), after);
    for (const IndexRow& row : IndexRows(after, /*with_lists=*/true)) txn.Put(row.key, row.value);
    txn.Delete(keys::OfPersonEntry(person_id, after.create_time_us(), after.referral_id()));
    NWD_RETURN_IF_ERROR(DeletePrefix(txn, keys::Notes(after.referral_id())));
    NWD_RETURN_IF_ERROR(ForgetPlaces(txn, after.referral_id()));
  }
  return looked_at == limit;
}

absl::StatusOr<bool> IsErased(const store::Reader& reader, std::string_view person_id) {
  std::string none;
  return reader.Get(keys::ErasedPerson(person_id), &none);
}

}  // namespace nwd::referral::repository
