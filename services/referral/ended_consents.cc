#include "services/referral/ended_consents.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/log/log.h"
#include "common/store/proto_value.h"
#include "services/referral/keys.h"
#include "services/referral/limits.h"
#include "services/referral/repository.h"
#include "services/referral/suite_moves.h"
#include "services/referral/times.h"
#include "services/referral/words.h"

namespace nwd::referral {
namespace {

using common::v1::Change;
using common::v1::PersonChange;

// States that end what rests on a consent. SUSPENDED may come back. EXPIRED is nobody's no: it permits nothing by its
// date, a renewal may still take its place, and until then the referral's own clocks run.
constexpr std::array kEnded = {consent::v1::CONSENT_STATE_WITHDRAWN, consent::v1::CONSENT_STATE_REVOKED,
                               consent::v1::CONSENT_STATE_INVALIDATED, consent::v1::CONSENT_STATE_SUPERSEDED};
constexpr char kUntil = 'u';  // KeyBuilder's first byte

bool IsSuperseded(const std::string& state_word) {
  return ConsentStateOf(state_word) == consent::v1::CONSENT_STATE_SUPERSEDED;
}

bool Ends(const Change& change) {
  return change.has_consent() &&
         std::find(kEnded.begin(), kEnded.end(), ConsentStateOf(change.consent().state())) != kEnded.end();
}

// It took another's place: now, or, where it is restated, before it came to stand as it does.
bool Renews(const Change& change) { return !change.consent().supersedes_consent_id().empty(); }

bool Erases(const Change& change) { return change.has_person() && change.person().type() == PersonChange::TYPE_ERASED; }

storage::EndedConsent EndedBy(const Change& change, const std::string& consent_id, std::string_view state) {
  storage::EndedConsent ended;
  ended.set_consent_id(consent_id);
  ended.set_person_id(change.consent().person_id());
  ended.set_state(std::string(state));
  ended.set_end_time_us(Micros(change.change_time()));
  return ended;
}

// What still rests on consents before this one is gone through again: the new one did not permit it, and has ended or
// been renewed itself.
absl::Status WakePredecessors(store::Txn& txn, std::string consent_id) {
  for (int i = 0; i < kRenewalsFollowedMax; ++i) {
    std::string raw;
    NWD_ASSIGN_OR_RETURN(const bool present, txn.Get(keys::Predecessor(consent_id), &raw));
    if (!present) break;
    consent_id = keys::IdText(raw);
    txn.Put(keys::EndedConsentWaiting(consent_id), "");
  }
  return absl::OkStatus();
}

absl::Status NoteEnded(store::Txn& txn, const Change& change) {
  const std::string& consent_id = change.consent().consent_id();
  if (!ids::Uuid::Parse(consent_id)) return absl::OkStatus();
  NWD_ASSIGN_OR_RETURN(const auto known, repository::FindEndedConsent(txn, consent_id));
  if (known) return absl::OkStatus();
  store::PutMessage(txn, keys::EndedConsent(consent_id), EndedBy(change, consent_id, change.consent().state()));
  // A superseded consent's referrals wait for its successor, which is told of in a change of its own.
  if (IsSuperseded(change.consent().state())) return absl::OkStatus();
  txn.Put(keys::EndedConsentWaiting(consent_id), "");
  return WakePredecessors(txn, consent_id);
}

absl::Status NoteRenewed(store::Txn& txn, const Change& change) {
  const std::string& consent_id = change.consent().supersedes_consent_id();
  if (!ids::Uuid::Parse(consent_id) || !ids::Uuid::Parse(change.consent().consent_id())) return absl::OkStatus();
  NWD_ASSIGN_OR_RETURN(const auto known, repository::FindEndedConsent(txn, consent_id));
  // One that was withdrawn, or ended otherwise, before: what rested on it ended with it.
  if (known && !IsSuperseded(known->state())) return absl::OkStatus();
  if (known && known->successor_consent_id() == change.consent().consent_id()) return absl::OkStatus();  // told again
  const std::string superseded = ConsentStateWord(consent::v1::CONSENT_STATE_SUPERSEDED);
  storage::EndedConsent ended = known ? *known : EndedBy(change, consent_id, superseded);
  ended.set_successor_consent_id(change.consent().consent_id());
  store::PutMessage(txn, keys::EndedConsent(consent_id), ended);
  txn.Put(keys::EndedConsentWaiting(consent_id), "");
  txn.Put(keys::Predecessor(ended.successor_consent_id()), std::string(keys::Raw(consent_id).bytes()));
  return WakePredecessors(txn, consent_id);
}

bool Expires(const Change& change) {
  return change.has_consent() && ConsentStateOf(change.consent().state()) == consent::v1::CONSENT_STATE_EXPIRED;
}

// What the expired one left out need not be looked at again, unless it ends or is renewed itself.
absl::Status NoteExpired(store::Txn& txn, const std::string& consent_id) {
  if (!ids::Uuid::Parse(consent_id)) return absl::OkStatus();
  std::string raw;
  NWD_ASSIGN_OR_RETURN(const bool present, txn.Get(keys::Predecessor(consent_id), &raw));
  if (!present) return absl::OkStatus();
  const std::string predecessor_id = keys::IdText(raw);
  NWD_ASSIGN_OR_RETURN(std::optional<storage::EndedConsent> ended, repository::FindEndedConsent(txn, predecessor_id));
  if (!ended || ended->successor_consent_id() != consent_id) return absl::OkStatus();
  ended->set_successor_expired(true);
  store::PutMessage(txn, keys::EndedConsent(predecessor_id), *ended);
  return absl::OkStatus();
}

// The value of a row that waits: from when on it is gone through; empty: now.
std::string WaitingUntil(absl::Time time) {
  return store::KeyBuilder(kUntil).Number(static_cast<uint64_t>(Micros(time))).Build();
}
bool WaitsUntilLater(std::string_view value, absl::Time now) {
  store::KeyReader reader(value);
  uint64_t until_us = 0;
  return !value.empty() && reader.Number(&until_us) && FromMicros(static_cast<int64_t>(until_us)) > now;
}

// The consent that stands in an ended one's place.
struct Successor {
  std::string consent_id;  // empty where the ended one is over for good
  bool expired = false;
};
// Nothing where it was superseded and by which has not been told.
absl::StatusOr<std::optional<Successor>> SuccessorOf(const store::Reader& reader, storage::EndedConsent ended) {
  for (int i = 0; i < kRenewalsFollowedMax; ++i) {
    const std::string successor_id = ended.successor_consent_id();
    if (successor_id.empty() && IsSuperseded(ended.state())) break;
    if (successor_id.empty()) return Successor();
    NWD_ASSIGN_OR_RETURN(const auto next, repository::FindEndedConsent(reader, successor_id));
    if (!next) return Successor{successor_id, ended.successor_expired()};
    ended = *next;
  }
  return std::nullopt;
}

}  // namespace

absl::Status EndedConsents::Apply(store::Txn& txn, const Change& change) {
  if (Erases(change) && ids::Uuid::Parse(change.person().person_id())) {
    txn.Put(keys::ErasedPerson(change.person().person_id()), "");
    txn.Put(keys::ErasedPersonWaiting(change.person().person_id()), "");
  }
  if (Renews(change)) NWD_RETURN_IF_ERROR(NoteRenewed(txn, change));
  if (Ends(change)) return NoteEnded(txn, change);
  if (Expires(change)) return NoteExpired(txn, change.consent().consent_id());
  return absl::OkStatus();
}

void EndedConsents::Applied(const std::vector<Change>& changes) {
  const bool any = std::any_of(changes.begin(), changes.end(),
                               [](const Change& change) { return Ends(change) || Renews(change) || Erases(change); });
  if (any) noted_.Notify();
}

async::Task<absl::StatusOr<std::vector<std::string>>> EndedConsents::IdsUnder(const std::string& prefix,
                                                                              const std::string& after_id) {
  const absl::Time now = clock_.Now();
  auto body = [&](const store::Reader& reader) -> absl::StatusOr<std::vector<std::string>> {
    std::vector<std::string> found;
    store::Range range = store::PrefixRange(prefix);
    if (!after_id.empty()) range.begin = Cat(prefix, keys::Raw(after_id).bytes(), std::string_view("\0", 1));
    NWD_RETURN_IF_ERROR(
        reader.Scan(range, store::Direction::kForward, [&](std::string_view key, std::string_view value) {
          if (WaitsUntilLater(value, now)) return store::Visit::kContinue;
          found.push_back(keys::LastId(key));
          return static_cast<int>(found.size()) == kReferralsPerConsentRound ? store::Visit::kStop
                                                                             : store::Visit::kContinue;
        }));
    return found;
  };
  co_return co_await parts_.store.View(body);
}

async::Task<absl::Status> EndedConsents::Done(const std::string& waiting_key) {
  auto body = [&](store::Txn& txn) -> absl::Status {
    txn.Delete(waiting_key);
    return absl::OkStatus();
  };
  co_return co_await parts_.store.Update(body);
}

// What waited was gone through as of this successor: it is done with, or waits to be looked at again. Where another
// consent has taken the successor's place meanwhile, it waits as before.
async::Task<absl::Status> EndedConsents::Settle(const std::string& consent_id, const std::string& successor_id,
                                                bool left_out) {
  const absl::Time again = clock_.Now() + kLeftOutPause;
  auto body = [&](store::Txn& txn) -> absl::Status {
    NWD_ASSIGN_OR_RETURN(const auto ended, repository::FindEndedConsent(txn, consent_id));
    if (!ended) return absl::DataLossError("a consent waits that has not ended");
    NWD_ASSIGN_OR_RETURN(const std::optional<Successor> now, SuccessorOf(txn, *ended));
    if (!now || now->consent_id != successor_id) return absl::OkStatus();
    const std::string waiting = keys::EndedConsentWaiting(consent_id);
    if (left_out && !now->expired) {
      txn.Put(waiting, WaitingUntil(again));
    } else {
      txn.Delete(waiting);
    }
    return absl::OkStatus();
  };
  co_return co_await parts_.store.Update(body);
}

async::Task<absl::StatusOr<Renewal>> EndedConsents::GoThroughReferral(const std::string& referral_id,
                                                                      const std::string& consent_id,
                                                                      const std::string& successor_id) {
  if (successor_id.empty()) {
    NWD_CO_ASSIGN_OR_RETURN(const bool moved, co_await MoveBySuite(parts_, referral_id, Actor::kConsent, clock_.Now()));
    co_return moved ? Renewal::kMoved : Renewal::kNone;
  }
  co_return co_await MoveToConsent(parts_, referral_id, consent_id, successor_id, clock_.Now());
}

async::Task<absl::StatusOr<int>> EndedConsents::GoThroughConsent(const std::string& consent_id) {
  const std::string of_consent = keys::OfConsent(consent_id);
  auto look = [&](const store::Reader& reader) -> absl::StatusOr<std::optional<Successor>> {
    NWD_ASSIGN_OR_RETURN(const auto ended, repository::FindEndedConsent(reader, consent_id));
    if (!ended) return absl::DataLossError("a consent waits that has not ended");
    return SuccessorOf(reader, *ended);
  };
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<Successor> successor, co_await parts_.store.View(look));
  if (!successor) {  // once it is told, it waits again
    const std::string waiting = keys::EndedConsentWaiting(consent_id);
    NWD_CO_RETURN_IF_ERROR(co_await Done(waiting));
    co_return 0;
  }
  // Nobody is asked about what permits nothing; once it ends or is renewed itself, this waits again.
  if (successor->expired) {
    NWD_CO_RETURN_IF_ERROR(co_await Settle(consent_id, successor->consent_id, false));
    co_return 0;
  }
  int moved = 0;
  bool all = true, left_out = false;
  std::string last;
  while (true) {
    NWD_CO_ASSIGN_OR_RETURN(const std::vector<std::string> referrals, co_await IdsUnder(of_consent, last));
    for (const std::string& referral_id : referrals) {
      const absl::StatusOr<Renewal> made = co_await GoThroughReferral(referral_id, consent_id, successor->consent_id);
      if (made.ok() && *made == Renewal::kMoved) ++moved;
      if (made.ok() && *made == Renewal::kLeftOut) left_out = true;
      if (made.ok()) continue;
      failures_.Note(referral_id, made.status());
      all = false;
      // The consent service is down: asking it about the next one would only keep others waiting.
      if (absl::IsUnavailable(made.status()) || absl::IsDeadlineExceeded(made.status())) co_return moved;
    }
    if (static_cast<int>(referrals.size()) < kReferralsPerConsentRound) break;
    last = referrals.back();
  }
  if (all) NWD_CO_RETURN_IF_ERROR(co_await Settle(consent_id, successor->consent_id, left_out));
  co_return moved;
}

async::Task<absl::Status> EndedConsents::Erase(const std::string& person_id) {
  const std::optional<ids::Uuid> id = ids::Uuid::Parse(person_id);
  if (id) {
    const absl::Status destroyed = co_await parts_.keys.Destroy(*id);
    if (!destroyed.ok() && !absl::IsNotFound(destroyed)) co_return destroyed;
  }
  const std::string waiting = keys::ErasedPersonWaiting(person_id);
  co_return co_await Done(waiting);
}

async::Task<absl::StatusOr<int>> EndedConsents::GoThrough(const rpc::Stop* stop) {
  const std::string ended = keys::EndedConsentsWaiting(), erased = keys::ErasedPeopleWaiting();
  std::string last;
  while (true) {
    NWD_CO_ASSIGN_OR_RETURN(const std::vector<std::string> people, co_await IdsUnder(erased, last));
    for (const std::string& person_id : people) NWD_CO_RETURN_IF_ERROR(co_await Erase(person_id));
    if (people.empty()) break;
    last = people.back();
  }
  int moved = 0;
  last.clear();
  while (true) {  // once each: what fails keeps its row, and is met again the next time
    NWD_CO_ASSIGN_OR_RETURN(const std::vector<std::string> consents, co_await IdsUnder(ended, last));
    for (const std::string& consent_id : consents) {
      if (stop != nullptr && stop->requested()) co_return moved;
      NWD_CO_ASSIGN_OR_RETURN(const int of_consent, co_await GoThroughConsent(consent_id));
      moved += of_consent;
    }
    if (consents.empty()) break;
    last = consents.back();
  }
  co_return moved;
}

async::Task<void> EndedConsents::Run(rpc::Stop& stop) {
  while (!stop.requested()) {
    const uint64_t seen = noted_.Count();
    const absl::StatusOr<int> moved = co_await GoThrough(&stop);
    if (!moved.ok()) log::Line(log::Level::kWarning, "referral.ended_consents").Status(moved.status()).Emit();
    if (stop.requested()) co_return;
    // Woken by the follower; the pause bounds how long a failure or a stop waits.
    co_await noted_.WaitPast(seen, absl::Now() + kEndedConsentsPause);
  }
}

}  // namespace nwd::referral
