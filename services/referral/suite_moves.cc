#include "services/referral/suite_moves.h"

#include "common/base/macros.h"
#include "services/referral/limits.h"
#include "services/referral/person_key.h"
#include "services/referral/repository.h"

namespace nwd::referral {
namespace {

// No call causes these moves, so none of them has a call's trace.
constexpr std::string_view kNoCall;

// Nothing where the actor has no move from here, for this reason.
std::optional<Command> CommandFor(const storage::Referral& referral, Actor actor, ReferralReason reason) {
  for (const Row& row : Table()) {
    if (!row.by.Has(actor) || !row.from.Has(referral.state())) continue;
    if (reason != v1::REFERRAL_REASON_UNSPECIFIED && !row.reasons.Has(reason)) continue;
    if (row.guards.Has(Guard::kNotNudged) && referral.nudge_time_us() == 0) continue;
    return Command{.action = row.action, .actors = actor, .reason = reason};
  }
  return std::nullopt;
}

}  // namespace

async::Task<absl::StatusOr<bool>> MoveBySuite(const Parts& parts, const std::string& referral_id, Actor actor,
                                              ReferralReason reason, absl::Time now) {
  auto look = [&](const store::Reader& reader) { return repository::Find(reader, referral_id); };
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<storage::Referral> seen, co_await parts.store.View(look));
  if (!seen || !CommandFor(*seen, actor, reason)) co_return false;
  NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key, co_await KeyForMove(parts, seen->person_id(), false));

  auto body = [&](store::Txn& txn) -> absl::StatusOr<bool> {
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::Referral> current, repository::Find(txn, referral_id));
    if (!current) return false;
    const std::optional<Command> command = CommandFor(*current, actor, reason);
    if (!command) return false;
    if (command->action == v1::REFERRAL_ACTION_ACCESS_ENDED && current->access_ended()) return false;  // told twice
    const absl::StatusOr<Planned> planned = Plan(*current, *command, Findings(), now, parts.mover.timetable());
    if (absl::IsFailedPrecondition(planned.status())) return false;  // its time moved on
    if (!planned.ok()) return planned.status();
    NWD_RETURN_IF_ERROR(parts.mover.Commit(txn, &*current, {&*planned, 1}, *key, kNoCall).status());
    // The consent service denies by itself from the withdrawal on; closing the grant only tidies up, and may come
    // later.
    if (planned->Does(Effect::kCloseGrant) && HasGrant(*current) && kTakenOn.Has(current->state())) {
      parts.mover.AddGrant(txn, kCloseAccess, planned->next, kNoCall);
    }
    return true;
  };
  co_return co_await parts.store.Update(body);
}

async::Task<absl::StatusOr<Renewal>> MoveToConsent(const Parts& parts, const std::string& referral_id,
                                                   const std::string& consent_id, const std::string& new_consent_id,
                                                   absl::Time now) {
  // As it would be; nothing where it rests on another consent or is over.
  auto moved = [&](const store::Reader& reader) -> absl::StatusOr<std::optional<storage::Referral>> {
    NWD_ASSIGN_OR_RETURN(std::optional<storage::Referral> referral, repository::Find(reader, referral_id));
    if (!referral || referral->consent_id() != consent_id || !kOpen.Has(referral->state())) return std::nullopt;
    referral->set_consent_id(new_consent_id);
    return referral;
  };
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<storage::Referral> seen, co_await parts.store.View(moved));
  if (!seen) co_return Renewal::kNone;
  const BasisQuestion question = QuestionOf(*seen);
  const rpc::CallOptions options = {.timeout = kPeerTimeout, .practitioner = {}, .traceparent = {}};
  Asked asked;
  NWD_CO_ASSIGN_OR_RETURN(const Permission permission, co_await parts.peers.consent.Permits(question, options));
  asked.basis_permits = permission.permits;
  if (!asked.basis_permits) co_return Renewal::kLeftOut;
  NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key, co_await KeyForMove(parts, seen->person_id(), false));

  const Command command = {.action = v1::REFERRAL_ACTION_CONSENT_RENEWED, .actors = Actor::kConsent};
  auto body = [&](store::Txn& txn) -> absl::StatusOr<Renewal> {
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::Referral> before, repository::Find(txn, referral_id));
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::Referral> current, moved(txn));
    if (!current) return Renewal::kNone;
    NWD_ASSIGN_OR_RETURN(const Row* row, RowFor(current->state(), command));
    NWD_ASSIGN_OR_RETURN(const Findings findings, parts.mover.Look(txn, *current, row->guards, asked));
    const absl::StatusOr<Planned> planned = Plan(*current, command, findings, now, parts.mover.timetable());
    if (absl::IsFailedPrecondition(planned.status())) return Renewal::kLeftOut;  // the new consent has ended, too
    if (!planned.ok()) return planned.status();
    NWD_RETURN_IF_ERROR(parts.mover.Commit(txn, &*before, {&*planned, 1}, *key, kNoCall).status());
    return Renewal::kMoved;
  };
  co_return co_await parts.store.Update(body);
}

}  // namespace nwd::referral
