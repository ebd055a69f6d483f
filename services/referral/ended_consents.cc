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

namespace nwd::referral {
namespace {

using common::v1::Change;
using common::v1::PersonChange;

// States of a consent that permit nothing any more, for ever. SUSPENDED may come back; SUPERSEDED has another in its
// place, yet this one is over.
constexpr std::array<std::string_view, 5> kEnded = {"WITHDRAWN", "REVOKED", "EXPIRED", "INVALIDATED", "SUPERSEDED"};

bool Ends(const Change& change) {
  return change.has_consent() && std::find(kEnded.begin(), kEnded.end(), change.consent().state()) != kEnded.end();
}

bool Erases(const Change& change) { return change.has_person() && change.person().type() == PersonChange::TYPE_ERASED; }

}  // namespace

absl::Status EndedConsents::Apply(store::Txn& txn, const Change& change) {
  if (Erases(change) && ids::Uuid::Parse(change.person().person_id())) {
    txn.Put(keys::ErasedPerson(change.person().person_id()), "");
  }
  if (!Ends(change) || !ids::Uuid::Parse(change.consent().consent_id())) return absl::OkStatus();
  const std::string& consent_id = change.consent().consent_id();
  NWD_ASSIGN_OR_RETURN(const auto known, repository::FindEndedConsent(txn, consent_id));
  if (known) return absl::OkStatus();
  storage::EndedConsent ended;
  ended.set_consent_id(consent_id);
  ended.set_person_id(change.consent().person_id());
  ended.set_state(change.consent().state());
  ended.set_end_time_us(Micros(change.change_time()));
  store::PutMessage(txn, keys::EndedConsent(consent_id), ended);
  txn.Put(keys::EndedConsentWaiting(consent_id), "");
  return absl::OkStatus();
}

void EndedConsents::Applied(const std::vector<Change>& changes) {
  const bool any =
      std::any_of(changes.begin(), changes.end(), [](const Change& change) { return Ends(change) || Erases(change); });
  if (any) noted_.Notify();
}

async::Task<absl::StatusOr<std::vector<std::string>>> EndedConsents::IdsUnder(const std::string& prefix,
                                                                              const std::string& after_id) {
  auto body = [&](const store::Reader& reader) -> absl::StatusOr<std::vector<std::string>> {
    std::vector<std::string> found;
    store::Range range = store::PrefixRange(prefix);
    if (!after_id.empty()) range.begin = Cat(prefix, keys::Raw(after_id).bytes(), std::string_view("\0", 1));
    NWD_RETURN_IF_ERROR(reader.Scan(range, store::Direction::kForward, [&](std::string_view key, std::string_view) {
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

async::Task<absl::StatusOr<int>> EndedConsents::GoThroughConsent(const std::string& consent_id) {
  const std::string of_consent = keys::OfConsent(consent_id), waiting = keys::EndedConsentWaiting(consent_id);
  int moved = 0;
  std::string last;
  while (true) {
    NWD_CO_ASSIGN_OR_RETURN(const std::vector<std::string> referrals, co_await IdsUnder(of_consent, last));
    for (const std::string& referral_id : referrals) {
      NWD_CO_ASSIGN_OR_RETURN(const bool made,
                              co_await MoveBySuite(parts_, referral_id, Actor::kConsent, clock_.Now()));
      if (made) ++moved;
    }
    if (static_cast<int>(referrals.size()) < kReferralsPerConsentRound) break;
    last = referrals.back();
  }
  NWD_CO_RETURN_IF_ERROR(co_await Done(waiting));
  co_return moved;
}

async::Task<absl::Status> EndedConsents::Erase(const std::string& person_id) {
  const std::optional<ids::Uuid> id = ids::Uuid::Parse(person_id);
  if (id) {
    const absl::Status destroyed = co_await parts_.keys.Destroy(*id);
    if (!destroyed.ok() && !absl::IsNotFound(destroyed)) co_return destroyed;
  }
  const std::string waiting = keys::ErasedPerson(person_id);
  co_return co_await Done(waiting);
}

async::Task<absl::StatusOr<int>> EndedConsents::GoThrough() {
  const std::string ended = keys::EndedConsentsWaiting(), erased = keys::ErasedPeople(), from_the_first;
  int moved = 0;
  while (true) {
    NWD_CO_ASSIGN_OR_RETURN(const std::vector<std::string> consents, co_await IdsUnder(ended, from_the_first));
    for (const std::string& consent_id : consents) {
      NWD_CO_ASSIGN_OR_RETURN(const int of_consent, co_await GoThroughConsent(consent_id));
      moved += of_consent;
    }
    if (consents.empty()) break;
  }
  while (true) {
    NWD_CO_ASSIGN_OR_RETURN(const std::vector<std::string> people, co_await IdsUnder(erased, from_the_first));
    for (const std::string& person_id : people) NWD_CO_RETURN_IF_ERROR(co_await Erase(person_id));
    if (people.empty()) break;
  }
  co_return moved;
}

async::Task<void> EndedConsents::Run(rpc::Stop& stop) {
  while (!stop.requested()) {
    const uint64_t seen = noted_.Count();
    const absl::StatusOr<int> moved = co_await GoThrough();
    if (!moved.ok()) log::Line(log::Level::kWarning, "referral.ended_consents").Status(moved.status()).Emit();
    if (stop.requested()) co_return;
    // Woken by the follower; the pause bounds how long a failure or a stop waits.
    co_await noted_.WaitPast(seen, absl::Now() + kEndedConsentsPause);
  }
}

}  // namespace nwd::referral
