#include "services/consent/notice_rows.h"

#include <algorithm>
#include <utility>

#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/store/proto_value.h"
#include "services/consent/categories.h"
#include "services/consent/cited_basis.h"
#include "services/consent/consent_rows.h"
#include "services/consent/joins.h"
#include "services/consent/keys.h"
#include "services/consent/limits.h"
#include "services/consent/notice_schedule.h"

namespace nwd::consent::notices {
namespace {

std::string BasisData(const storage::Notice& notice) { return Cat("notice-basis/", notice.notice_id()); }

absl::StatusOr<uint64_t> NextNumber(store::Txn& txn, const ids::Uuid& recipient_id) {
  const std::string counter_key = keys::NoticeSequence(recipient_id);
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::NoticeSequence> last,
                       store::Find<storage::NoticeSequence>(txn, counter_key));
  storage::NoticeSequence counter;
  counter.set_last(last.has_value() ? last->last() + 1 : 1);
  store::PutMessage(txn, counter_key, counter);
  return counter.last();
}

// What lies at a number, as it is shown; nothing of a reminder in a list, nor of one to a watcher of what was answered since.
absl::StatusOr<std::optional<Numbered>> Shown(const store::Reader& reader, const ids::Uuid& recipient_id,
                                              uint64_t sequence, Which which) {
  NWD_ASSIGN_OR_RETURN(Numbered numbered, At(reader, recipient_id, sequence));
  const storage::Notice& row = numbered.notice;
  if (row.reminds_of() == 0) {
    if (which == Which::kWatched) numbered.notice.clear_reminders();  // as it was when it was sent
    return numbered;
  }
  if (which != Which::kWatched) return std::nullopt;
  NWD_ASSIGN_OR_RETURN(std::optional<storage::Notice> reminded,
                       store::Find<storage::Notice>(reader, keys::Notice(recipient_id, row.reminds_of())));
  if (!reminded.has_value()) return std::nullopt;  // it has had its time
  Numbered of{row.reminds_of(), *std::move(reminded), {}};
  if (of.notice.answer() != v1::NOTICE_ANSWER_UNSPECIFIED) return std::nullopt;
  of.sequence = sequence;
  of.notice.set_reminders(row.reminders());
  return of;
}

}  // namespace

absl::StatusOr<Numbered> At(const store::Reader& reader, const ids::Uuid& recipient_id, uint64_t sequence) {
  NWD_ASSIGN_OR_RETURN(std::optional<storage::Notice> notice,
                       store::Find<storage::Notice>(reader, keys::Notice(recipient_id, sequence)));
  if (!notice.has_value()) return absl::DataLossError("a notice is not where its index says");
  return Numbered{sequence, *std::move(notice), {}};
}

absl::Status Add(store::Txn& txn, const ids::Uuid& recipient_id, storage::Notice notice) {
  NWD_ASSIGN_OR_RETURN(const uint64_t sequence, NextNumber(txn, recipient_id));
  const ids::Uuid notice_id = ids::Uuid::Random();
  notice.set_notice_id(std::string(notice_id.bytes()));
  storage::NoticePlace place;
  place.set_recipient_id(std::string(recipient_id.bytes()));
  place.set_sequence(sequence);
  store::PutMessage(txn, keys::NoticePlace(notice_id), place);
  store::PutMessage(txn, keys::Notice(recipient_id, sequence), notice);
  txn.Put(keys::OpenNotice(recipient_id, sequence), "");
  txn.Put(keys::NoticeOfPerson(consents::IdOf(notice.person_id()), notice.create_time_us(), notice_id), "");
  return StartFollowing(txn, recipient_id, {sequence, std::move(notice), {}});
}

absl::Status AddReminder(store::Txn& txn, const ids::Uuid& recipient_id, const Numbered& reminded, absl::Time now) {
  NWD_ASSIGN_OR_RETURN(const uint64_t sequence, NextNumber(txn, recipient_id));
  storage::Notice reminder;
  reminder.set_reminds_of(reminded.sequence);
  reminder.set_reminders(reminded.notice.reminders());
  reminder.set_create_time_us(Micros(now));
  store::PutMessage(txn, keys::Notice(recipient_id, sequence), reminder);
  return absl::OkStatus();
}

absl::Status PutAnswered(store::Txn& txn, const ids::Uuid& recipient_id, const Numbered& answered) {
  store::PutMessage(txn, keys::Notice(recipient_id, answered.sequence), answered.notice);
  txn.Delete(keys::OpenNotice(recipient_id, answered.sequence));
  return StopFollowing(txn, recipient_id, answered);
}

absl::StatusOr<std::optional<Numbered>> Find(const store::Reader& reader, const ids::Uuid& recipient_id,
                                             const ids::Uuid& notice_id) {
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::NoticePlace> place,
                       store::Find<storage::NoticePlace>(reader, keys::NoticePlace(notice_id)));
  if (!place.has_value() || place->recipient_id() != recipient_id.bytes()) return std::nullopt;
  return At(reader, recipient_id, place->sequence());
}

absl::StatusOr<Listed> After(const store::Reader& reader, const ids::Uuid& recipient_id, uint64_t after, int limit,
                             Which which) {
  const bool open_only = which == Which::kOpen;
  store::Range range =
      store::PrefixRange(open_only ? keys::OpenNoticesOf(recipient_id) : keys::NoticesOf(recipient_id));
  range.begin = open_only ? keys::OpenNotice(recipient_id, after + 1) : keys::Notice(recipient_id, after + 1);
  // Reminders that are passed over make a page shorter, not longer to read.
  const auto looked_at_max = static_cast<size_t>(std::min(limit * (1 + kRemindersMax), kRowsLookedAtMax));
  Listed listed;
  listed.last = after;
  std::vector<uint64_t> sequences;
  NWD_RETURN_IF_ERROR(reader.Scan(range, store::Direction::kForward, [&](std::string_view key, std::string_view) {
    store::KeyReader parts(key);
    std::string_view recipient;
    uint64_t sequence = 0;
    if (parts.Bytes(ids::Uuid::kSizeBytes, &recipient) && parts.Number(&sequence)) sequences.push_back(sequence);
    return sequences.size() <= looked_at_max ? store::Visit::kContinue : store::Visit::kStop;
  }));
  for (size_t i = 0; i < sequences.size(); ++i) {
    if (std::ssize(listed.found) == limit || i == looked_at_max) {
      listed.more = true;
      break;
    }
    listed.last = sequences[i];
    NWD_ASSIGN_OR_RETURN(std::optional<Numbered> next, Shown(reader, recipient_id, sequences[i], which));
    if (!next.has_value()) continue;
    const ids::Uuid person_id = consents::IdOf(next->notice.person_id());
    NWD_ASSIGN_OR_RETURN(next->known_as, joins::AsHeldBy(reader, person_id, recipient_id));
    listed.found.push_back(*std::move(next));
  }
  return listed;
}

void SealRetainedBasis(const crypto::AeadKey& key, std::string_view basis, storage::Notice& notice) {
  notice.set_sealed_retained_basis(key.Seal(basis, BasisData(notice)));
}

std::string OpenRetainedBasis(const crypto::AeadKey* key, const storage::Notice& notice) {
  if (key == nullptr || notice.sealed_retained_basis().empty()) return "";
  return key->Open(notice.sealed_retained_basis(), BasisData(notice)).value_or("");
}

absl::StatusOr<std::vector<Sent>> OfPerson(const store::Reader& reader, const ids::Uuid& person_id) {
  NWD_ASSIGN_OR_RETURN(const std::vector<std::string> places,
                       joins::PlacesOfFamily(reader, person_id, keys::NoticesOfPerson, ""));
  std::vector<Sent> sent;
  for (const std::string& place : places) {
    const ids::Uuid notice_id = consents::IdOf(std::string_view(place).substr(place.size() - ids::Uuid::kSizeBytes));
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::NoticePlace> where,
                         store::Find<storage::NoticePlace>(reader, keys::NoticePlace(notice_id)));
    if (!where.has_value()) return absl::DataLossError("the index of a person's notices names one that is not there");
    const ids::Uuid recipient_id = consents::IdOf(where->recipient_id());
    NWD_ASSIGN_OR_RETURN(Numbered numbered, At(reader, recipient_id, where->sequence()));
    sent.push_back({recipient_id, std::move(numbered.notice)});
  }
  return sent;
}

bool AsksToTell(v1::NoticeType type) {
  return type == v1::NOTICE_TYPE_EMERGENCY_ACCESS || type == v1::NOTICE_TYPE_SEND_CODE;
}

bool CanAnswer(v1::NoticeType type, v1::NoticeAnswer answer) {
  if (AsksToTell(type)) return answer == v1::NOTICE_ANSWER_TOLD || answer == v1::NOTICE_ANSWER_NOT_TOLD;
  switch (answer) {
    case v1::NOTICE_ANSWER_ERASED:
      return type != v1::NOTICE_TYPE_MERGE;
    case v1::NOTICE_ANSWER_CORRECTED:
      return type == v1::NOTICE_TYPE_RECTIFICATION || type == v1::NOTICE_TYPE_MERGE || type == v1::NOTICE_TYPE_SPLIT;
    case v1::NOTICE_ANSWER_RETAINED:
      return true;
    case v1::NOTICE_ANSWER_HELD:
      return type == v1::NOTICE_TYPE_SUSPENSION || type == v1::NOTICE_TYPE_RESTRICTION;
    default:
      return false;
  }
}

std::string AnswersTo(v1::NoticeType type) {
  static constexpr std::string_view kPrefix = "NOTICE_ANSWER_";
  std::string words;
  for (int number = v1::NoticeAnswer_MIN; number <= v1::NoticeAnswer_MAX; ++number) {
    const auto answer = static_cast<v1::NoticeAnswer>(number);
    if (!CanAnswer(type, answer)) continue;
    words += Cat(words.empty() ? "" : ", ", std::string_view(v1::NoticeAnswer_Name(answer)).substr(kPrefix.size()));
  }
  return words;
}

v1::Notice Show(const storage::Notice& notice, std::string person_ref) {
  v1::Notice shown;
  shown.set_notice_id(consents::IdOf(notice.notice_id()).ToString());
  shown.set_type(notice.type());
  shown.set_person_ref(std::move(person_ref));
  ShowCited(notice, shown);
  for (const std::string& disclosure : notice.disclosure_ids())
    shown.add_disclosure_ids(consents::IdOf(disclosure).ToString());
  shown.set_disclosure_count(notice.disclosure_count());
  *shown.mutable_create_time() = MicrosToTimestamp(notice.create_time_us());
  *shown.mutable_due_time() = MicrosToTimestamp(notice.due_time_us());
  shown.set_answer(notice.answer());
  if (notice.answer_time_us() != 0) *shown.mutable_answer_time() = MicrosToTimestamp(notice.answer_time_us());
  shown.set_reminders(notice.reminders());
  ForEachCategory(notice.categories(), [&](Category category) { shown.add_categories(category); });
  shown.set_source_organisation_id(ShownId(notice.source_id()));
  if (notice.escalate_time_us() != 0) *shown.mutable_escalate_time() = MicrosToTimestamp(notice.escalate_time_us());
  return shown;
}

}  // namespace nwd::consent::notices
