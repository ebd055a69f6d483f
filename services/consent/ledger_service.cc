#include "services/consent/ledger_service.h"

#include <algorithm>
#include <vector>

#include "absl/time/clock.h"
#include "common/audit/log.h"
#include "common/base/check.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/replica/feed_start.h"
#include "common/status/reasons.h"
#include "common/status/status.h"
#include "common/store/keys.h"
#include "services/consent/limits.h"
#include "services/consent/taken_back.h"

namespace nwd::consent {
namespace {

constexpr char kCursorFor[] = "ledger";
constexpr char kForm = 1;

// What a cursor carries: where the ledger begins, its last entry, and how far the feed was gone through.
struct Place {
  store::Position begin = 0, last = 0, through = 0;
};

std::string SealPlace(const tokens::Tokens& tokens, const std::string& reader, const Place& place) {
  return tokens.Seal(Cat(kCursorFor, " ", reader), store::KeyBuilder(kForm)
                                                       .Number(tokens.epoch())
                                                       .Number(place.begin)
                                                       .Number(place.last)
                                                       .Number(place.through)
                                                       .Build());
}

absl::Status OfAnotherLife() {
  return status::Error(absl::StatusCode::kOutOfRange, reasons::kCursorOutOfRange,
                       "the service was restored from a backup since; take a backup of it, and begin a new ledger");
}

absl::StatusOr<Place> OpenPlace(const tokens::Tokens& tokens, const std::string& reader, const std::string& cursor) {
  NWD_ASSIGN_OR_RETURN(const std::string payload, tokens.Open(Cat(kCursorFor, " ", reader), cursor, "cursor"));
  store::KeyReader parts(payload);
  Place place;
  uint64_t epoch = 0;
  NWD_CHECK(parts.Number(&epoch) && parts.Number(&place.begin) && parts.Number(&place.last) &&
            parts.Number(&place.through));
  if (epoch == tokens.epoch()) return place;
  return OfAnotherLife();
}

}  // namespace

async::Task<absl::StatusOr<v1::ReadLedgerResponse>> LedgerService::ReadLedger(rpc::Call& call,
                                                                              const v1::ReadLedgerRequest& request) {
  const std::string& reader = call.organisation_id();
  Place place;
  if (request.cursor().empty()) {
    NWD_CO_ASSIGN_OR_RETURN(place.begin, replica::BeforeOldest(parts_.store));
    place.last = place.through = place.begin;
  } else {
    NWD_CO_ASSIGN_OR_RETURN(place, OpenPlace(parts_.tokens, reader, request.cursor()));
    // Beyond the feed's end: the store is another than the one that gave this cursor.
    if (place.through > parts_.store.LastPosition(store::Feed::kChanges)) {
      const absl::Time patience = absl::Now() + kLedgerLook;
      const bool reached = co_await parts_.store.WaitForFeed(store::Feed::kChanges, place.through - 1, patience);
      if (!reached) co_return OfAnotherLife();
    }
    parts_.off_host.Reached(place.through);
  }
  const absl::Time until = absl::Now() + absl::Milliseconds(request.wait_ms());
  v1::ReadLedgerResponse response;
  while (true) {
    NWD_CO_ASSIGN_OR_RETURN(const std::vector<store::FeedEntry> entries,
                            replica::ReadEntries(parts_.store, place.through, kLedgerChangesAtOnce));
    for (const store::FeedEntry& entry : entries) {
      place.through = entry.position;
      common::v1::Change change;
      if (!change.ParseFromString(entry.bytes)) co_return absl::DataLossError("a change does not parse");
      if (!BelongsInLedger(change)) continue;
      const ledger::Entry kept{parts_.tokens.epoch(), place.last, entry.position, entry.bytes};
      response.add_entries(keys_.Seal(kept));
      place.last = entry.position;
    }
    response.set_more(entries.size() == kLedgerChangesAtOnce);
    if (response.entries_size() > 0 || response.more()) break;
    // Nothing of this is to be kept, so it is as good as kept.
    if (!request.cursor().empty()) parts_.off_host.Reached(place.through);
    NWD_CO_RETURN_IF_ERROR(call.CheckAlive());
    const absl::Time now = absl::Now();
    if (now >= until) break;
    const absl::Time look_again = std::min(std::min(until, now + kLedgerLook), call.deadline());
    co_await parts_.store.WaitForFeed(store::Feed::kChanges, place.through, look_again);
  }
  ledger::Head head{.epoch = parts_.tokens.epoch(),
                    .begin = place.begin,
                    .last = place.last,
                    .through = place.through,
                    .time = parts_.clock.Now(),
                    .checkpoint = {}};
  if (parts_.audit_log != nullptr) head.checkpoint = parts_.audit_log->checkpoint();
  response.set_head(keys_.Seal(head));
  response.set_next_cursor(SealPlace(parts_.tokens, reader, place));
  co_return response;
}

}  // namespace nwd::consent
