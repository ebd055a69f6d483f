// Notes of the two parties. A note of the other side that a receiver reads is a disclosure, judged and kept before the
// reply (text_release.h) and written to the audit log; a page without one asks nobody.
#include <algorithm>
#include <utility>

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/status/status.h"
#include "common/store/proto_value.h"
#include "services/referral/keys.h"
#include "services/referral/limits.h"
#include "services/referral/paging.h"
#include "services/referral/party.h"
#include "services/referral/person_key.h"
#include "services/referral/reasons.h"
#include "services/referral/referral_service.h"
#include "services/referral/repository.h"
#include "services/referral/text_release.h"
#include "services/referral/texts.h"
#include "services/referral/times.h"
#include "services/referral/visibility.h"

namespace nwd::referral {
namespace {

struct NotesPage {
  std::vector<storage::Note> notes;
  std::string next_page_token;
};

absl::StatusOr<NotesPage> ReadNotes(const store::Reader& reader, const storage::Referral& referral,
                                    const std::string& organisation_id, const Page<v1::ListNotesRequest>& page,
                                    const store::Range& range) {
  const Actors sides = SidesOf(referral, organisation_id);
  NotesPage found;
  auto show = [&](std::string_view key, std::string_view value) -> absl::StatusOr<bool> {
    NWD_ASSIGN_OR_RETURN(storage::Note note, store::ParseValue<storage::Note>(key, value));
    if (!ShowsNote(referral, note, organisation_id, sides)) return false;
    found.notes.push_back(std::move(note));
    return true;
  };
  NWD_ASSIGN_OR_RETURN(found.next_page_token, page.Fill(reader, range, show));
  return found;
}

bool ShowsAnothers(const NotesPage& page, const std::string& organisation_id) {
  return std::any_of(page.notes.begin(), page.notes.end(),
                     [&](const storage::Note& note) { return note.author_organisation_id() != organisation_id; });
}

}  // namespace

async::Task<absl::StatusOr<v1::AddNoteResponse>> ReferralService::AddNote(rpc::Call& call,
                                                                          const v1::AddNoteRequest& request) {
  NWD_CO_ASSIGN_OR_RETURN(const Party party, co_await LoadForParty(parts_, call, request.referral_id()));
  NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key, co_await EnsureKey(parts_, party.referral.person_id()));
  const absl::Time now = call.Now();
  storage::Note note;
  note.set_note_id(ids::Uuid::Random().ToString());
  note.set_author_organisation_id(call.organisation_id());
  note.set_sealed_text(SealText(*key, note.note_id(), kNotes, request.text()));
  note.set_create_time_us(Micros(now));

  auto body = [&](store::Txn& txn) -> absl::StatusOr<v1::AddNoteResponse> {
    NWD_ASSIGN_OR_RETURN(const storage::Referral referral, GetForParty(txn, call, request.referral_id()));
    auto effect = [&]() -> absl::StatusOr<v1::AddNoteResponse> {
      NWD_ASSIGN_OR_RETURN(const int count, repository::CountNotes(txn, request.referral_id()));
      if (count >= kNotesPerReferralMax) {
        return status::Error(
            absl::StatusCode::kFailedPrecondition, reasons::kTooManyNotes,
            Cat("a referral takes at most ", kNotesPerReferralMax, " notes; keep further ones in your own system"),
            {{"max", Cat(kNotesPerReferralMax)}});
      }
      repository::PutNote(txn, request.referral_id(), note);
      parts_.mover.Audit(txn, "referral.note-added", referral, note.note_id(), DoerOf(call), *key);
      v1::AddNoteResponse response;
      response.set_note_id(note.note_id());
      return response;
    };
    return parts_.requests.Once<v1::AddNoteResponse>(txn, call, request, effect);
  };
  co_return co_await parts_.store.Update(body, call.deadline());
}

async::Task<absl::StatusOr<v1::ListNotesResponse>> ReferralService::ListNotes(rpc::Call& call,
                                                                              const v1::ListNotesRequest& request) {
  NWD_CO_ASSIGN_OR_RETURN(const Party party, co_await LoadForParty(parts_, call, request.referral_id()));
  NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key, co_await FindKey(parts_, party.referral.person_id()));
  Page<v1::ListNotesRequest> page(parts_.tokens, call, request);
  NWD_CO_ASSIGN_OR_RETURN(const store::Range range,
                          page.RangeAfter(store::PrefixRange(keys::Notes(request.referral_id()))));
  const std::string& organisation_id = call.organisation_id();

  auto look = [&](const store::Reader& reader) -> absl::StatusOr<NotesPage> {
    NWD_ASSIGN_OR_RETURN(const storage::Referral referral, GetForParty(reader, call, request.referral_id()));
    return ReadNotes(reader, referral, organisation_id, page, range);
  };
  NWD_CO_ASSIGN_OR_RETURN(NotesPage found, co_await parts_.store.View(look));
  const bool receiver = !party.sides.Has(Actor::kReferrer);
  if (receiver && key != nullptr && ShowsAnothers(found, organisation_id)) {
    NWD_CO_ASSIGN_OR_RETURN(const bool permitted, co_await ReleaseText(parts_, call, party.referral));
    auto release = [&](store::Txn& txn) -> absl::StatusOr<NotesPage> {
      NWD_ASSIGN_OR_RETURN(storage::Referral referral, GetForParty(txn, call, request.referral_id()));
      if (!permitted) referral.set_access_ended(true);  // for this answer: what the follower will learn in a moment
      NWD_ASSIGN_OR_RETURN(NotesPage notes, ReadNotes(txn, referral, organisation_id, page, range));
      for (const storage::Note& note : notes.notes) {
        if (note.author_organisation_id() != organisation_id) {
          parts_.mover.Audit(txn, kTextDisclosed, referral, note.note_id(), DoerOf(call), *key);
        }
      }
      return notes;
    };
    NWD_CO_ASSIGN_OR_RETURN(found, co_await parts_.store.Update(release, call.deadline()));
  }

  v1::ListNotesResponse response;
  response.set_next_page_token(found.next_page_token);
  for (const storage::Note& note : found.notes) {
    NWD_CO_ASSIGN_OR_RETURN(*response.add_notes(), ShowNote(note, key));
  }
  co_return response;
}

}  // namespace nwd::referral
