#include "services/referral/suite_moves.h"

#include "common/base/macros.h"
#include "services/referral/repository.h"

namespace nwd::referral {
namespace {

// Nothing where the actor has no move from here.
std::optional<Command> CommandFor(const storage::Referral& referral, Actor actor) {
  for (const Row& row : Table()) {
    if (!row.by.Has(actor) || !row.from.Has(referral.state())) continue;
    Command command = {.action = row.action, .actors = actor};
    if (actor == Actor::kConsent) command.reason = v1::REFERRAL_REASON_CONSENT_WITHDRAWN;
    return command;
  }
  return std::nullopt;
}

}  // namespace

async::Task<absl::StatusOr<bool>> MoveBySuite(const Parts& parts, const std::string& referral_id, Actor actor,
                                              absl::Time now) {
  auto look = [&](const store::Reader& reader) { return repository::Find(reader, referral_id); };
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<storage::Referral> seen, co_await parts.store.View(look));
  if (!seen || !CommandFor(*seen, actor)) co_return false;
  NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key, co_await EnsureKey(parts, seen->person_id()));

  auto body = [&](store::Txn& txn) -> absl::StatusOr<bool> {
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::Referral> current, repository::Find(txn, referral_id));
    if (!current) return false;
    const std::optional<Command> command = CommandFor(*current, actor);
    if (!command) return false;
    if (actor == Actor::kConsent && current->access_ended()) return false;  // told twice
    const absl::StatusOr<Planned> planned = Plan(*current, *command, Findings(), now, parts.mover.calendar());
    if (absl::IsFailedPrecondition(planned.status())) return false;  // its time moved on
    if (!planned.ok()) return planned.status();
    NWD_RETURN_IF_ERROR(parts.mover.Commit(txn, &*current, {&*planned, 1}, *key).status());
    // The consent service denies by itself from the withdrawal on; closing the grant only tidies up, and may come
    // later.
    if (planned->Does(Effect::kCloseGrant) && kTakenOn.Has(current->state())) {
      parts.mover.AddGrant(txn, kCloseAccess, planned->next);
    }
    return true;
  };
  co_return co_await parts.store.Update(body);
}

}  // namespace nwd::referral
