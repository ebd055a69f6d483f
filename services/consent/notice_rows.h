// Notices in the store. Each recipient's are numbered from 1 without gaps, in the order they were committed, so that a
// watcher who has seen number n misses nothing by asking for what comes after n. Called within a View or an Update;
// errors are the store's, or DATA_LOSS for what does not parse. No state.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/crypto/aead.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "nwd/consent/v1/notice.pb.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent::notices {

// Which of a recipient's notices: all that were sent; those that are not answered; or what a watcher gets: all, and the
// reminders of those that are not answered.
enum class Which : uint8_t { kAll, kOpen, kWatched };

struct Numbered {
  uint64_t sequence;
  storage::Notice notice;  // of a reminder, what it reminds of, with the reminder's own number in `reminders`
  ids::Uuid known_as;      // the person, by the id that the recipient knows (joins.h); filled by After
};

// Gives the notice its id and the recipient's next number, and has it followed until it is answered (notice_schedule.h).
absl::Status Add(store::Txn& txn, const ids::Uuid& recipient_id, storage::Notice notice);
// The next reminder of a notice, `reminded.notice.reminders` its number.
absl::Status AddReminder(store::Txn& txn, const ids::Uuid& recipient_id, const Numbered& reminded, absl::Time now);
// After an answer.
absl::Status PutAnswered(store::Txn& txn, const ids::Uuid& recipient_id, const Numbered& answered);

// The notice, where it was sent to this recipient; nothing otherwise.
absl::StatusOr<std::optional<Numbered>> Find(const store::Reader& reader, const ids::Uuid& recipient_id,
                                             const ids::Uuid& notice_id);
// What lies at a number that an index names; DATA_LOSS where nothing does.
absl::StatusOr<Numbered> At(const store::Reader& reader, const ids::Uuid& recipient_id, uint64_t sequence);
// Those after number `after`, oldest first, at most `limit`, of kRowsLookedAtMax numbers at most.
struct Listed {
  std::vector<Numbered> found;
  uint64_t last = 0;  // the last number that was looked at; `after` where there was none
  bool more = false;  // others come after it
};
absl::StatusOr<Listed> After(const store::Reader& reader, const ids::Uuid& recipient_id, uint64_t after, int limit,
                             Which which);

// Whether the recipient is to tell the person something, and nothing that it has is in question.
bool AsksToTell(v1::NoticeType type);
// Whether a notice of this type can be answered so: what was withdrawn cannot be corrected.
bool CanAnswer(v1::NoticeType type, v1::NoticeAnswer answer);
// The answers it takes, in words: "ERASED, RETAINED".
std::string AnswersTo(v1::NoticeType type);

// The lawful basis that the recipient named with RETAINED, sealed under the person's key and bound to the notice.
void SealRetainedBasis(const crypto::AeadKey& key, std::string_view basis, storage::Notice& notice);
// Empty where none was named, and where it can no longer be read (`key` is null, or does not open it).
std::string OpenRetainedBasis(const crypto::AeadKey* key, const storage::Notice& notice);

// The notices about a person, under whichever of their ids (joins.h), newest first, each with whom it was sent to.
struct Sent {
  ids::Uuid recipient_id;
  storage::Notice notice;
};
absl::StatusOr<std::vector<Sent>> OfPerson(const store::Reader& reader, const ids::Uuid& person_id);

// As the API shows it. The basis named with RETAINED is the caller's to open and set.
v1::Notice Show(const storage::Notice& notice, std::string person_ref);

}  // namespace nwd::consent::notices
