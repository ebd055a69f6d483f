#include "services/referral/person_data_service.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/status/status.h"
#include "common/store/proto_value.h"
#include "common/tokens/page.h"
#include "services/referral/appointment_rows.h"
#include "services/referral/keys.h"
#include "services/referral/limits.h"
#include "services/referral/person_key.h"
#include "services/referral/repository.h"
#include "services/referral/visibility.h"

namespace nwd::referral {
namespace {

// By the person's id.
using Keys = std::map<std::string, person_keys::PersonKey>;

// A referral among the person's: what follows the person in the index's key (time and id), so that those of several ids
// have one order.
constexpr size_t kPlaceBytes = sizeof(uint64_t) + keys::kIdBytes;

absl::StatusOr<std::vector<std::string>> PlacesFrom(const store::Reader& reader,
                                                    const v1::ListPersonReferralsRequest& request,
                                                    std::string_view from) {
  std::vector<std::string> places;
  for (const std::string& person_id : request.person_ids()) {
    const std::string prefix = keys::OfPerson(person_id);
    store::Range range = store::PrefixRange(prefix);
    range.begin.append(from);
    NWD_RETURN_IF_ERROR(reader.Scan(range, store::Direction::kForward, [&](std::string_view key, std::string_view) {
      places.emplace_back(key.substr(prefix.size()));
      return store::Visit::kContinue;
    }));
  }
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  return places;
}

// One page in the making. Where it stops, `next` is the place of the referral and the key of the last part that was put
// on it; no key where that is the referral itself.
class PageOfPerson {
 public:
  PageOfPerson(const store::Reader& reader, const v1::ListPersonReferralsRequest& request, const Keys& keys)
      : reader_(reader), request_(request), keys_(keys), size_max_(tokens::PageSize(request.page_size())) {}

  absl::Status Fill(std::string_view from) {
    const std::string_view first = from.substr(0, std::min(from.size(), kPlaceBytes));
    NWD_ASSIGN_OR_RETURN(const std::vector<std::string> places, PlacesFrom(reader_, request_, first));
    for (const std::string& place : places) {
      const bool goes_on = !from.empty() && place == first;
      NWD_RETURN_IF_ERROR(AddReferral(place, goes_on, goes_on ? from.substr(kPlaceBytes) : std::string_view()));
      if (full_) break;
    }
    return absl::OkStatus();
  }
  // `next`: empty on the last page.
  v1::ListPersonReferralsResponse Take(std::string* next) && {
    if (full_) *next = std::move(last_);
    return std::move(response_);
  }

 private:
  bool whole() const { return request_.organisation_id().empty(); }

  absl::Status AddReferral(const std::string& place, bool goes_on, std::string_view after) {
    NWD_ASSIGN_OR_RETURN(const storage::Referral referral, repository::Get(reader_, keys::LastId(place)));
    const Actors sides = whole() ? Actors(Actor::kReferrer) : SidesOf(referral, request_.organisation_id());
    if (!sides.Has(Actor::kReferrer) && !sides.Has(Actor::kReceiver)) return absl::OkStatus();
    const auto found = keys_.find(referral.person_id());
    const person_keys::PersonKey key = found == keys_.end() ? nullptr : found->second;
    if (!goes_on) {
      NWD_ASSIGN_OR_RETURN(v1::Referral shown, ShowOf(referral, sides, key));
      v1::PersonReferralItem item;
      *item.mutable_referral() = std::move(shown);
      if (!Put(std::move(item), place, "")) return absl::OkStatus();
    }
    return AddParts(referral, sides, key, place, after);
  }

  // A party's own words and what it made: another's text that it may read now is read by GetReferral, as a disclosure.
  absl::StatusOr<v1::Referral> ShowOf(const storage::Referral& referral, Actors sides,
                                      const person_keys::PersonKey& key) const {
    v1::Referral shown;
    if (sides.Has(Actor::kReferrer)) {
      NWD_ASSIGN_OR_RETURN(shown, Show(referral, sides, key));
    } else {
      shown = ShowSummary(referral, sides);
    }
    if (whole()) shown.clear_person_ref();
    return shown;
  }

  absl::Status AddParts(const storage::Referral& referral, Actors sides, const person_keys::PersonKey& key,
                        const std::string& place, std::string_view after) {
    const std::string& id = referral.referral_id();
    for (const std::string& table : {keys::Events(id), keys::Notes(id), keys::Appointments(id)}) {
      store::Range range = store::PrefixRange(table);
      if (!after.empty()) {
        const auto position = std::find(kTables.begin(), kTables.end(), after.front());
        if (std::find(kTables.begin(), kTables.end(), table.front()) < position) continue;
        if (after.front() == table.front()) range.begin = Cat(after, std::string_view("\0", 1));
      }
      absl::Status fault;
      NWD_RETURN_IF_ERROR(
          reader_.Scan(range, store::Direction::kForward, [&](std::string_view row, std::string_view value) {
            v1::PersonReferralItem item;
            const absl::StatusOr<bool> shown = ShowPart(referral, sides, key, row, value, item);
            fault = shown.status();
            if (!fault.ok() || (*shown && !Put(std::move(item), place, row))) return store::Visit::kStop;
            return store::Visit::kContinue;
          }));
      NWD_RETURN_IF_ERROR(fault);
      if (full_) break;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<bool> ShowPart(const storage::Referral& referral, Actors sides, const person_keys::PersonKey& key,
                                std::string_view row, std::string_view value, v1::PersonReferralItem& item) const {
    const std::string& organisation = request_.organisation_id();
    if (row.front() == kTables[0]) {
      NWD_ASSIGN_OR_RETURN(const storage::Event event, store::ParseValue<storage::Event>(row, value));
      *item.mutable_event() = ShowEvent(referral.referral_id(), event, organisation);
      return whole() || ShowsEvent(referral, event.sequence(), sides);
    }
    if (row.front() == kTables[1]) {
      NWD_ASSIGN_OR_RETURN(const storage::Note note, store::ParseValue<storage::Note>(row, value));
      if (!whole() && note.author_organisation_id() != organisation) return false;
      NWD_ASSIGN_OR_RETURN(*item.mutable_note(), ShowNote(note, key));
      return true;
    }
    NWD_ASSIGN_OR_RETURN(const auto appointment, appointments::Find(reader_, keys::LastId(row)));
    if (!appointment) return absl::DataLossError("an index names an appointment that is not there");
    NWD_ASSIGN_OR_RETURN(*item.mutable_appointment(), ShowAppointment(*appointment, key));
    return true;
  }

  // False where the page is full without it.
  bool Put(v1::PersonReferralItem item, const std::string& place, std::string_view row) {
    const size_t bytes = item.ByteSizeLong();
    const bool fits = response_.items_size() < size_max_ && bytes_ + bytes <= kPersonPageBytesMax;
    if (!fits && response_.items_size() > 0) {
      full_ = true;
      return false;
    }
    bytes_ += bytes;
    *response_.add_items() = std::move(item);
    last_ = Cat(place, row);
    return true;
  }

  // The tables of a referral's parts, in the order in which they follow it (keys.h).
  static constexpr std::array<char, 3> kTables = {'e', 'n', 'b'};

  const store::Reader& reader_;
  const v1::ListPersonReferralsRequest& request_;
  const Keys& keys_;
  const int size_max_;
  v1::ListPersonReferralsResponse response_;
  size_t bytes_ = 0;
  std::string last_;
  bool full_ = false;
};

}  // namespace

void PersonDataService::Register(rpc::Router& router) {
  router.Unary(this, &PersonDataService::ListPersonReferrals);
  router.Unary(this, &PersonDataService::ConfirmErasure);
}

async::Task<absl::StatusOr<v1::ListPersonReferralsResponse>> PersonDataService::ListPersonReferrals(
    rpc::Call& call, const v1::ListPersonReferralsRequest& request) {
  const std::string scope = tokens::PageScope(call.organisation_id(), request);
  NWD_CO_ASSIGN_OR_RETURN(const std::string from, tokens::PageStart(parts_.tokens, scope, request));
  Keys keys;
  for (const std::string& person_id : request.person_ids()) {
    NWD_CO_ASSIGN_OR_RETURN(keys[person_id], co_await FindKey(parts_, person_id));
  }
  auto body = [&](const store::Reader& reader) -> absl::StatusOr<v1::ListPersonReferralsResponse> {
    PageOfPerson page(reader, request, keys);
    NWD_RETURN_IF_ERROR(page.Fill(from));
    std::string next;
    v1::ListPersonReferralsResponse response = std::move(page).Take(&next);
    if (!next.empty()) response.set_next_page_token(parts_.tokens.Seal(scope, next));
    return response;
  };
  co_return co_await parts_.store.View(body);
}

// Gone: the feed has told, nothing waits to be done, and no key is left, be it in a file that is live.
async::Task<absl::StatusOr<v1::ConfirmErasureResponse>> PersonDataService::ConfirmErasure(
    rpc::Call&, const v1::ConfirmErasureRequest& request) {
  v1::ConfirmErasureResponse response;
  for (const std::string& person_id : request.person_ids()) {
    auto done = [&](const store::Reader& reader) -> absl::StatusOr<bool> {
      std::string waiting;
      NWD_ASSIGN_OR_RETURN(const bool erased, repository::IsErased(reader, person_id));
      NWD_ASSIGN_OR_RETURN(const bool waits, reader.Get(keys::ErasedPersonWaiting(person_id), &waiting));
      return erased && !waits;
    };
    NWD_CO_ASSIGN_OR_RETURN(const bool is_done, co_await parts_.store.View(done));
    NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key, co_await FindKey(parts_, person_id));
    if (!is_done || key != nullptr) co_return response;
  }
  if (key_files_.forget_deleted != nullptr) NWD_CO_RETURN_IF_ERROR(co_await workers_.Run(key_files_.forget_deleted));
  response.set_gone(true);
  if (key_files_.oldest_backup == nullptr) co_return response;
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<absl::Time> oldest, co_await workers_.Run(key_files_.oldest_backup));
  if (oldest.has_value()) *response.mutable_oldest_key_backup_time() = ToTimestamp(*oldest);
  co_return response;
}

}  // namespace nwd::referral
