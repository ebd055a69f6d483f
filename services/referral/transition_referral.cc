// TransitionReferral: what must be asked of others is asked first; the transaction then judges the move again and makes
// it. Every request names the etag it builds on, so what was asked about one revision never decides about another.
//
// Access: opened after ACCEPT has committed, through the outbox, before the reply. Closed *before* a move that leaves
// the taken-on states commits, once everything else about it holds; if that move then fails after all (somebody moved
// the referral in between) and the referral is still taken on, access is opened again through the outbox.
#include <utility>

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/status/status.h"
#include "services/referral/limits.h"
#include "services/referral/new_referral.h"
#include "services/referral/referral_service.h"
#include "services/referral/repository.h"
#include "services/referral/texts.h"
#include "services/referral/times.h"
#include "services/referral/visibility.h"
#include "services/referral/words.h"

namespace nwd::referral {
namespace {

using Response = v1::TransitionReferralResponse;

Command CommandOf(const rpc::Call& call, const v1::TransitionReferralRequest& request, Actors actors) {
  return {.action = request.action(),
          .actors = actors,
          .organisation_id = call.organisation_id(),
          .practitioner = call.practitioner(),
          .reason = request.reason(),
          .text = request.text(),
          .expected_start_on = request.expected_start_on(),
          .review_on = request.review_on(),
          .redirect_service_id = request.redirect_service_id()};
}

// The youngest of an age band; nothing for a band that is not one.
std::optional<int> AgeOf(const std::string& band) {
  if (band == "16-18") return 16;
  if (band == "19-24") return 19;
  if (band == "25-49") return 25;
  if (band == "50+") return 50;
  return std::nullopt;
}

// What a move needs from outside its transaction.
struct Outside {
  Asked asked;
  std::vector<std::string> alternatives;
  std::optional<NewReferral> child;
};

storage::Referral ChildOf(const storage::Referral& parent, const std::string& service_id) {
  storage::Referral child;
  child.set_referral_id(ids::Uuid::Random().ToString());
  child.set_correlation_id(parent.correlation_id());
  child.set_parent_referral_id(parent.referral_id());
  child.set_referrer_organisation_id(parent.referrer_organisation_id());
  child.set_referrer_person_ref(parent.referrer_person_ref());
  child.set_person_id(parent.person_id());
  child.set_service_id(service_id);
  child.set_consent_id(parent.consent_id());
  *child.mutable_summary() = parent.summary();
  *child.mutable_priority_groups() = parent.priority_groups();
  child.set_entry_channel(parent.entry_channel());
  return child;
}

// Best effort: a decline never waits for the directory, nor fails with it.
async::Task<std::vector<std::string>> FindAlternatives(const Parts& parts, const rpc::Call& call,
                                                       const storage::Referral& referral) {
  AlternativesQuestion question = {referral.service_id(),
                                   referral.receiver_organisation_id(),
                                   {},
                                   referral.summary().borough(),
                                   AgeOf(referral.summary().age_band())};
  auto look = [&](const store::Reader& reader) {
    return parts.peers.directory.FindService(reader, referral.service_id());
  };
  const auto service = co_await parts.store.View(look);
  if (service.ok() && *service) {
    question.categories.assign((*service)->categories().begin(), (*service)->categories().end());
  }
  rpc::CallOptions options = rpc::Client::OptionsFor(call);
  options.timeout = std::min(options.timeout, kAlternativesTimeout);
  absl::StatusOr<std::vector<std::string>> found = co_await parts.peers.directory.Alternatives(question, options);
  co_return found.ok() ? *std::move(found) : std::vector<std::string>();
}

async::Task<absl::StatusOr<Outside>> Ask(const Parts& parts, const rpc::Call& call, const storage::Referral& referral,
                                         const Row& row, const Command& command) {
  const rpc::CallOptions options = rpc::Client::OptionsFor(call);
  Outside outside;
  if (row.guards.Has(Guard::kBasisPermits)) {
    const BasisQuestion basis = {referral.person_id(), referral.consent_id(), referral.receiver_organisation_id()};
    NWD_CO_ASSIGN_OR_RETURN(outside.asked.basis_permits, co_await parts.peers.consent.Permits(basis, options));
  }
  if (row.guards.Has(Guard::kOutcomeRecorded)) {
    NWD_CO_ASSIGN_OR_RETURN(outside.asked.outcomes,
                            co_await parts.peers.outcome.CountOutcomes(referral.referral_id(), options));
  }
  if (row.effects.Has(Effect::kOfferAlternatives))
    outside.alternatives = co_await FindAlternatives(parts, call, referral);
  if (row.effects.Has(Effect::kMakeChild)) {
    if (command.redirect_service_id == referral.service_id()) {
      co_return status::InvalidField("redirect_service_id", "is the service the referral is for already");
    }
    const storage::Referral base = ChildOf(referral, command.redirect_service_id);
    NWD_CO_ASSIGN_OR_RETURN(outside.child, co_await GatherNew(parts, call, base, /*send=*/true));
  }
  co_return outside;
}

absl::StatusOr<Planned> Judge(const Mover& mover, const store::Reader& reader, const storage::Referral& referral,
                              const Command& command, const Asked& asked, absl::Time now) {
  NWD_ASSIGN_OR_RETURN(const Row* row, RowFor(referral.state(), command));
  NWD_ASSIGN_OR_RETURN(const Findings findings, mover.Look(reader, referral, row->guards, asked));
  return Plan(referral, command, findings, now, mover.calendar());
}

// Makes the child of a redirect: SENT where everything holds for the new receiver, else a draft that waits for the
// referrer.
absl::StatusOr<storage::Referral> CommitChild(const Mover& mover, store::Txn& txn, NewReferral fresh,
                                              const storage::Referral& parent, const Command& command,
                                              const person_keys::PersonKey& key, absl::Time now) {
  NWD_ASSIGN_OR_RETURN(const std::string notes, OpenText(key, parent.referral_id(), kNotes, parent.sealed_notes()));
  fresh.base.set_sealed_notes(SealText(*key, fresh.base.referral_id(), kNotes, notes));
  // The receiver acts in the referrer's place here, as the table of a new referral knows only referrers.
  const Command step = {
      .actors = Actor::kReferrer, .organisation_id = command.organisation_id, .practitioner = command.practitioner};
  absl::StatusOr<std::vector<Planned>> moves = PlanNew(mover, txn, fresh, step, /*send=*/true, now);
  if (absl::IsFailedPrecondition(moves.status())) moves = PlanNew(mover, txn, fresh, step, /*send=*/false, now);
  if (!moves.ok()) return moves.status();
  NWD_RETURN_IF_ERROR(mover.Commit(txn, nullptr, *moves, *key).status());
  return moves->back().next;
}

void SetText(store::Txn& txn, Planned& planned, const Command& command, const crypto::AeadKey& key) {
  if (command.text.empty()) return;
  storage::Referral& next = planned.next;
  const std::string& id = next.referral_id();
  if (command.action == v1::REFERRAL_ACTION_ASK) {
    next.set_sealed_question(SealText(key, id, kQuestion, command.text));
    next.clear_sealed_answer();
  } else if (command.action == v1::REFERRAL_ACTION_ANSWER) {
    next.set_sealed_answer(SealText(key, id, kAnswer, command.text));
  } else {
    storage::Note note;
    note.set_note_id(ids::Uuid::Random().ToString());
    note.set_author_organisation_id(command.organisation_id);
    note.set_sealed_text(SealText(key, note.note_id(), kNotes, command.text));
    note.set_create_time_us(planned.event.event_time_us());
    note.set_with_move(true);
    repository::PutNote(txn, id, note);
  }
}

// The closing took the number after the referral's; opening again takes the one after that.
constexpr int64_t kPastTheClosing = 2;

// After access was closed for a move that did not happen.
async::Task<void> OpenAgain(const Parts& parts, const std::string& referral_id) {
  auto body = [&](store::Txn& txn) -> absl::StatusOr<std::vector<outbox::EntryId>> {
    std::vector<outbox::EntryId> entries;
    NWD_ASSIGN_OR_RETURN(const auto referral, repository::Find(txn, referral_id));
    if (!referral || !kTakenOn.Has(referral->state()) || referral->access_ended()) return entries;
    storage::Referral next = *referral;
    next.set_access_number(referral->access_number() + kPastTheClosing);
    repository::Put(txn, &*referral, next);  // no move: revision and etag stay
    entries.push_back(parts.mover.AddGrant(txn, kOpenAccess, next));
    return entries;
  };
  absl::StatusOr<std::vector<outbox::EntryId>> entries = co_await parts.store.Update(body);
  if (entries.ok()) co_await Deliver(parts, *entries);
}

}  // namespace

async::Task<absl::StatusOr<Response>> ReferralService::TransitionReferral(
    rpc::Call& call, const v1::TransitionReferralRequest& request) {
  NWD_CO_ASSIGN_OR_RETURN(const storage::Referral seen, co_await LoadForParty(parts_, call, request.referral_id()));
  const Command command = CommandOf(call, request, SidesOf(seen, call.organisation_id()));
  const absl::Time now = call.Now();
  const Mover& mover = parts_.mover;

  // A stale etag or a move the table lacks asks nobody: the body refuses it, or knows it as a retry of one that was
  // made.
  const Row* row = EtagOf(seen) == request.etag() ? FindRow(seen.state(), command.action, command.actors) : nullptr;
  Outside outside;
  int64_t closed_number = 0;  // of the access that was closed for this move
  if (row != nullptr && CheckFields(*row, command, now, mover.calendar()).ok()) {
    NWD_CO_ASSIGN_OR_RETURN(outside, co_await Ask(parts_, call, seen, *row, command));
    if (row->effects.Has(Effect::kCloseGrant) && kTakenOn.Has(seen.state())) {
      auto judge = [&](const store::Reader& reader) { return Judge(mover, reader, seen, command, outside.asked, now); };
      const absl::StatusOr<Planned> judged = co_await parts_.store.View(judge);
      if (judged.ok()) {
        const storage::Grant grant = GrantOf(judged->next);
        const rpc::CallOptions options = rpc::Client::OptionsFor(call);
        NWD_CO_RETURN_IF_ERROR(co_await parts_.peers.consent.CloseAccess(grant, options));
        closed_number = grant.access_number();
      }
    }
  }
  NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key, co_await EnsureKey(parts_, seen.person_id()));

  std::vector<outbox::EntryId> deliveries;
  auto body = [&](store::Txn& txn) -> absl::StatusOr<Response> {
    deliveries.clear();
    NWD_ASSIGN_OR_RETURN(const storage::Referral current, GetForParty(txn, call, request.referral_id()));
    auto effect = [&]() -> absl::StatusOr<Response> {
      if (EtagOf(current) != request.etag()) return status::StaleEtag("referral");
      NWD_ASSIGN_OR_RETURN(Planned planned, Judge(mover, txn, current, command, outside.asked, now));
      // Access that was opened again meanwhile must be closed again before this move.
      if (closed_number != 0 && planned.next.access_number() != closed_number) return status::StaleEtag("referral");
      SetText(txn, planned, command, *key);
      Response response;
      if (outside.child) {
        planned.next.set_child_referral_id(outside.child->base.referral_id());
        NWD_ASSIGN_OR_RETURN(const storage::Referral child,
                             CommitChild(mover, txn, *outside.child, current, command, key, now));
        response.set_child_referral_id(child.referral_id());
        response.set_child_state(child.state());
      }
      for (const std::string& service_id : outside.alternatives) planned.next.add_alternative_service_ids(service_id);
      NWD_ASSIGN_OR_RETURN(deliveries, mover.Commit(txn, &current, {&planned, 1}, *key));
      response.set_state(planned.next.state());
      response.set_etag(EtagOf(planned.next));
      return response;
    };
    return parts_.requests.Once<Response>(txn, call, request, effect);
  };
  absl::StatusOr<Response> response = co_await parts_.store.Update(body, call.deadline());
  if (closed_number != 0 && !response.ok()) co_await OpenAgain(parts_, request.referral_id());
  co_await Deliver(parts_, deliveries);
  co_return response;
}

}  // namespace nwd::referral
