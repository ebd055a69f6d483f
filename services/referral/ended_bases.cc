#include "services/referral/ended_bases.h"

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
constexpr std::array kEndedConsent = {consent::v1::CONSENT_STATE_WITHDRAWN, consent::v1::CONSENT_STATE_REVOKED,
                                      consent::v1::CONSENT_STATE_INVALIDATED, consent::v1::CONSENT_STATE_SUPERSEDED};
// Of an authority, which nothing renews: all in which it is over.
constexpr std::array kEndedAuthority = {consent::v1::AUTHORITY_STATE_ENDED, consent::v1::AUTHORITY_STATE_OBJECTED,
                                        consent::v1::AUTHORITY_STATE_OVERTURNED};
constexpr char kUntil = 'u';  // KeyBuilder's first byte

bool IsSuperseded(const std::string& state_word) {
  return ConsentStateOf(state_word) == consent::v1::CONSENT_STATE_SUPERSEDED;
}

bool EndsConsent(const Change& change) {
  return change.has_consent() && std::find(kEndedConsent.begin(), kEndedConsent.end(),
                                           ConsentStateOf(change.consent().state())) != kEndedConsent.end();
}
bool EndsAuthority(const Change& change) {
  return change.has_authority() && std::find(kEndedAuthority.begin(), kEndedAuthority.end(),
                                             AuthorityStateOf(change.authority().state())) != kEndedAuthority.end();
}
bool Ends(const Change& change) { return EndsConsent(change) || EndsAuthority(change); }

// What ended a referral's basis, as its events say it: only the person saying no cancels.
ReferralReason ReasonFor(const storage::EndedBasis& ended) {
  switch (AuthorityStateOf(ended.state())) {
    case consent::v1::AUTHORITY_STATE_OBJECTED:
      return v1::REFERRAL_REASON_PERSON_OBJECTED;
    case consent::v1::AUTHORITY_STATE_ENDED:
    case consent::v1::AUTHORITY_STATE_OVERTURNED:
      return v1::REFERRAL_REASON_AUTHORITY_ENDED;
    default:
      return v1::REFERRAL_REASON_CONSENT_WITHDRAWN;
  }
}

// It took another's place: now, or, where it is restated, before it came to stand as it does.
bool Renews(const Change& change) { return !change.consent().supersedes_consent_id().empty(); }

bool Erases(const Change& change) { return change.has_person() && change.person().type() == PersonChange::TYPE_ERASED; }

storage::EndedBasis EndedBy(const Change& change, const std::string& basis_id, std::string_view state) {
  storage::EndedBasis ended;
  ended.set_basis_id(basis_id);
  ended.set_person_id(change.has_consent() ? change.consent().person_id() : change.authority().person_id());
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
    txn.Put(keys::EndedBasisWaiting(consent_id), "");
  }
  return absl::OkStatus();
}

absl::Status NoteEndedAuthority(store::Txn& txn, const Change& change) {
  const std::string& authority_id = change.authority().authority_id();
  if (!ids::Uuid::Parse(authority_id)) return absl::OkStatus();
  NWD_ASSIGN_OR_RETURN(const auto known, repository::FindEndedBasis(txn, authority_id));
  const storage::EndedBasis ended = EndedBy(change, authority_id, change.authority().state());
  // The person may still object to one that is over otherwise; their no stands, whatever is told again.
  const bool objected = known && ReasonFor(*known) == v1::REFERRAL_REASON_PERSON_OBJECTED;
  if (objected || (known && ReasonFor(*known) == ReasonFor(ended))) return absl::OkStatus();
  store::PutMessage(txn, keys::EndedBasis(authority_id), ended);
  txn.Put(keys::EndedBasisWaiting(authority_id), "");
  return absl::OkStatus();
}

absl::Status NoteEnded(store::Txn& txn, const Change& change) {
  const std::string& consent_id = change.consent().consent_id();
  if (!ids::Uuid::Parse(consent_id)) return absl::OkStatus();
  NWD_ASSIGN_OR_RETURN(const auto known, repository::FindEndedBasis(txn, consent_id));
  if (known) return absl::OkStatus();
  store::PutMessage(txn, keys::EndedBasis(consent_id), EndedBy(change, consent_id, change.consent().state()));
  // A superseded consent's referrals wait for its successor, which is told of in a change of its own.
  if (IsSuperseded(change.consent().state())) return absl::OkStatus();
  txn.Put(keys::EndedBasisWaiting(consent_id), "");
  return WakePredecessors(txn, consent_id);
}

absl::Status NoteRenewed(store::Txn& txn, const Change& change) {
  const std::string& consent_id = change.consent().supersedes_consent_id();
  if (!ids::Uuid::Parse(consent_id) || !ids::Uuid::Parse(change.consent().consent_id())) return absl::OkStatus();
  NWD_ASSIGN_OR_RETURN(const auto known, repository::FindEndedBasis(txn, consent_id));
  // One that was withdrawn, or ended otherwise, before: what rested on it ended with it.
  if (known && !IsSuperseded(known->state())) return absl::OkStatus();
  if (known && known->successor_consent_id() == change.consent().consent_id()) return absl::OkStatus();  // told again
  const std::string superseded = ConsentStateWord(consent::v1::CONSENT_STATE_SUPERSEDED);
  storage::EndedBasis ended = known ? *known : EndedBy(change, consent_id, superseded);
  ended.set_successor_consent_id(change.consent().consent_id());
  store::PutMessage(txn, keys::EndedBasis(consent_id), ended);
  txn.Put(keys::EndedBasisWaiting(consent_id), "");
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
  NWD_ASSIGN_OR_RETURN(std::optional<storage::EndedBasis> ended, repository::FindEndedBasis(txn, predecessor_id));
  if (!ended || ended->successor_consent_id() != consent_id) return absl::OkStatus();
  ended->set_successor_expired(true);
  store::PutMessage(txn, keys::EndedBasis(predecessor_id), *ended);
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
  std::string consent_id = {};  // empty where the ended one is over for good
  bool expired = false;
  ReferralReason reason = v1::REFERRAL_REASON_UNSPECIFIED;  // why it is over
};
// Nothing where it was superseded and by which has not been told.
absl::StatusOr<std::optional<Successor>> SuccessorOf(const store::Reader& reader, storage::EndedBasis ended) {
  for (int i = 0; i < kRenewalsFollowedMax; ++i) {
    const std::string successor_id = ended.successor_consent_id();
    if (successor_id.empty() && IsSuperseded(ended.state())) break;
    if (successor_id.empty()) return Successor{.reason = ReasonFor(ended)};
    NWD_ASSIGN_OR_RETURN(const auto next, repository::FindEndedBasis(reader, successor_id));
    if (!next) return Successor{.consent_id = successor_id, .expired = ended.successor_expired()};
    ended = *next;
  }
  return std::nullopt;
}

}  // namespace

absl::Status EndedBases::Apply(store::Txn& txn, const Change& change) {
  if (Erases(change) && ids::Uuid::Parse(change.person().person_id())) {
    txn.Put(keys::ErasedPerson(change.person().person_id()), "");
    txn.Put(keys::ErasedPersonWaiting(change.person().person_id()), "");
  }
  if (Renews(change)) NWD_RETURN_IF_ERROR(NoteRenewed(txn, change));
  if (EndsAuthority(change)) return NoteEndedAuthority(txn, change);
  if (EndsConsent(change)) return NoteEnded(txn, change);
  if (Expires(change)) return NoteExpired(txn, change.consent().consent_id());
  return absl::OkStatus();
}

void EndedBases::Applied(const std::vector<Change>& changes) {
  const bool any = std::any_of(changes.begin(), changes.end(),
                               [](const Change& change) { return Ends(change) || Renews(change) || Erases(change); });
  if (any) noted_.Notify();
}

async::Task<absl::StatusOr<std::vector<std::string>>> EndedBases::IdsUnder(const std::string& prefix,
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

async::Task<absl::Status> EndedBases::Done(const std::string& waiting_key) {
  auto body = [&](store::Txn& txn) -> absl::Status {
    txn.Delete(waiting_key);
    return absl::OkStatus();
  };
  co_return co_await parts_.store.Update(body);
}

// What waited was gone through as of this successor, or this end: it is done with, or waits to be looked at again. Where
// another consent has taken the successor's place meanwhile, or the person has objected, it waits as before.
async::Task<absl::Status> EndedBases::Settle(const std::string& basis_id, const std::string& successor_id,
                                             ReferralReason reason, bool left_out) {
  const absl::Time again = clock_.Now() + kLeftOutPause;
  auto body = [&](store::Txn& txn) -> absl::Status {
    NWD_ASSIGN_OR_RETURN(const auto ended, repository::FindEndedBasis(txn, basis_id));
    if (!ended) return absl::DataLossError("what waits has not ended");
    NWD_ASSIGN_OR_RETURN(const std::optional<Successor> now, SuccessorOf(txn, *ended));
    if (!now || now->consent_id != successor_id || now->reason != reason) return absl::OkStatus();
    const std::string waiting = keys::EndedBasisWaiting(basis_id);
    if (left_out && !now->expired) {
      txn.Put(waiting, WaitingUntil(again));
    } else {
      txn.Delete(waiting);
    }
    return absl::OkStatus();
  };
  co_return co_await parts_.store.Update(body);
}

async::Task<absl::StatusOr<Renewal>> EndedBases::GoThroughReferral(const std::string& referral_id,
                                                                   const std::string& basis_id,
                                                                   const std::string& successor_id,
                                                                   ReferralReason reason) {
  if (successor_id.empty()) {
    NWD_CO_ASSIGN_OR_RETURN(const bool moved,
                            co_await MoveBySuite(parts_, referral_id, Actor::kConsent, reason, clock_.Now()));
    co_return moved ? Renewal::kMoved : Renewal::kNone;
  }
  co_return co_await MoveToConsent(parts_, referral_id, basis_id, successor_id, clock_.Now());
}

async::Task<absl::StatusOr<int>> EndedBases::GoThroughBasis(const std::string& basis_id) {
  const std::string resting = keys::OfBasis(basis_id);
  auto look = [&](const store::Reader& reader) -> absl::StatusOr<std::optional<Successor>> {
    NWD_ASSIGN_OR_RETURN(const auto ended, repository::FindEndedBasis(reader, basis_id));
    if (!ended) return absl::DataLossError("what waits has not ended");
    return SuccessorOf(reader, *ended);
  };
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<Successor> successor, co_await parts_.store.View(look));
  if (!successor) {  // once it is told, it waits again
    const std::string waiting = keys::EndedBasisWaiting(basis_id);
    NWD_CO_RETURN_IF_ERROR(co_await Done(waiting));
    co_return 0;
  }
  // Nobody is asked about what permits nothing; once it ends or is renewed itself, this waits again.
  if (successor->expired) {
    NWD_CO_RETURN_IF_ERROR(co_await Settle(basis_id, successor->consent_id, successor->reason, false));
    co_return 0;
  }
  int moved = 0;
  bool all = true, left_out = false;
  std::string last;
  while (true) {
    NWD_CO_ASSIGN_OR_RETURN(const std::vector<std::string> referrals, co_await IdsUnder(resting, last));
    for (const std::string& referral_id : referrals) {
      const absl::StatusOr<Renewal> made =
          co_await GoThroughReferral(referral_id, basis_id, successor->consent_id, successor->reason);
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
  if (all) NWD_CO_RETURN_IF_ERROR(co_await Settle(basis_id, successor->consent_id, successor->reason, left_out));
  co_return moved;
}

async::Task<absl::Status> EndedBases::Erase(const std::string& person_id) {
  const std::optional<ids::Uuid> id = ids::Uuid::Parse(person_id);
  if (id) {
    const absl::Status destroyed = co_await parts_.keys.Destroy(*id);
    if (!destroyed.ok() && !absl::IsNotFound(destroyed)) co_return destroyed;
    const auto forget = [&](store::Txn& txn) { return repository::ForgetSome(txn, person_id, kForgottenAtOnce); };
    for (bool more = true; more;) {
      NWD_CO_ASSIGN_OR_RETURN(more, co_await parts_.store.Update(forget));
    }
  }
  const std::string waiting = keys::ErasedPersonWaiting(person_id);
  co_return co_await Done(waiting);
}

async::Task<absl::StatusOr<int>> EndedBases::GoThrough(const rpc::Stop* stop) {
  const std::string ended = keys::EndedBasesWaiting(), erased = keys::ErasedPeopleWaiting();
  std::string last;
  absl::Status failed;
  while (true) {
    NWD_CO_ASSIGN_OR_RETURN(const std::vector<std::string> people, co_await IdsUnder(erased, last));
    for (const std::string& person_id : people) {
      const absl::Status erased_now = co_await Erase(person_id);
      failed.Update(erased_now);  // one that fails holds up no other
    }
    if (people.empty()) break;
    last = people.back();
  }
  int moved = 0;
  last.clear();
  while (true) {  // once each: what fails keeps its row, and is met again the next time
    NWD_CO_ASSIGN_OR_RETURN(const std::vector<std::string> bases, co_await IdsUnder(ended, last));
    for (const std::string& basis_id : bases) {
      if (stop != nullptr && stop->requested()) co_return moved;
      NWD_CO_ASSIGN_OR_RETURN(const int of_basis, co_await GoThroughBasis(basis_id));
      moved += of_basis;
    }
    if (bases.empty()) break;
    last = bases.back();
  }
  if (!failed.ok()) co_return failed;
  co_return moved;
}

async::Task<void> EndedBases::Run(rpc::Stop& stop) {
  while (!stop.requested()) {
    const uint64_t seen = noted_.Count();
    const absl::StatusOr<int> moved = co_await GoThrough(&stop);
    if (!moved.ok()) log::Line(log::Level::kWarning, "referral.ended_bases").Status(moved.status()).Emit();
    if (stop.requested()) co_return;
    // Woken by the follower; the pause bounds how long a failure or a stop waits.
    co_await noted_.WaitPast(seen, absl::Now() + kEndedBasesPause);
  }
}

}  // namespace nwd::referral
