// TransitionReferral: what must be asked of others is asked first; the transaction then judges the move again and makes
// it. Every request names the etag it builds on, so what was asked about one revision never decides about another.
//
// Access: opened after ACCEPT has committed, through the outbox, before the reply. Closed *before* a move that leaves
// the taken-on states commits, once everything else about it holds; if that move is then not made after all (somebody
// moved the referral in between, the answer got lost, the process died) and the referral is still taken on, access is
// opened again: closing.h.
#include <utility>

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/status/status.h"
#include "services/referral/closing.h"
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
  child.set_person_holder_organisation_id(parent.person_holder_organisation_id());
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
  return Plan(referral, command, findings, now, mover.timetable());
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

// What the handler knows before it changes anything.
struct Gathered {
  Outside outside;
  std::optional<storage::Grant> closes;  // the access that must be closed before the move commits
};

// A stale etag or a move the table lacks asks nobody: the transaction refuses it, or knows it as a retry of one that
// was made.
async::Task<absl::StatusOr<Gathered>> Gather(const Parts& parts, const rpc::Call& call, const storage::Referral& seen,
                                             const std::string& etag, const Command& command) {
  const Mover& mover = parts.mover;
  const absl::Time now = call.Now();
  Gathered gathered;
  const Row* row = EtagOf(seen) == etag ? FindRow(seen.state(), command.action, command.actors) : nullptr;
  if (row == nullptr || !CheckFields(*row, command, now, mover.timetable()).ok()) co_return gathered;
  NWD_CO_ASSIGN_OR_RETURN(gathered.outside, co_await Ask(parts, call, seen, *row, command));
  if (!row->effects.Has(Effect::kCloseGrant) || !kTakenOn.Has(seen.state())) co_return gathered;
  auto judge = [&](const store::Reader& reader) {
    return Judge(mover, reader, seen, command, gathered.outside.asked, now);
  };
  const absl::StatusOr<Planned> judged = co_await parts.store.View(judge);
  if (judged.ok()) gathered.closes = GrantOf(judged->next);  // a move that is refused closes no access
  co_return gathered;
}

// Judges the move again and makes it; `closing` is null where no access was closed for it.
async::Task<absl::StatusOr<Response>> Make(const Parts& parts, rpc::Call& call,
                                           const v1::TransitionReferralRequest& request, const Command& command,
                                           const Outside& outside, const Closing* closing,
                                           const person_keys::PersonKey& key) {
  const Mover& mover = parts.mover;
  const absl::Time now = call.Now();
  std::vector<outbox::EntryId> deliveries;
  auto body = [&](store::Txn& txn) -> absl::StatusOr<Response> {
    deliveries.clear();
    NWD_ASSIGN_OR_RETURN(const storage::Referral current, GetForParty(txn, call, request.referral_id()));
    auto effect = [&]() -> absl::StatusOr<Response> {
      if (EtagOf(current) != request.etag()) return status::StaleEtag("referral");
      NWD_ASSIGN_OR_RETURN(Planned planned, Judge(mover, txn, current, command, outside.asked, now));
      if (closing != nullptr) {
        // Access that was opened again meanwhile must be closed again before this move.
        if (planned.next.access_number() != closing->access_number) return status::StaleEtag("referral");
        closing->Made(txn);
      }
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
    return parts.requests.Once<Response>(txn, call, request, effect);
  };
  absl::StatusOr<Response> response = co_await parts.store.Update(body, call.deadline());
  if (response.ok()) co_await Deliver(parts, deliveries);
  co_return response;
}

}  // namespace

async::Task<absl::StatusOr<Response>> ReferralService::TransitionReferral(
    rpc::Call& call, const v1::TransitionReferralRequest& request) {
  NWD_CO_ASSIGN_OR_RETURN(const storage::Referral seen, co_await LoadForParty(parts_, call, request.referral_id()));
  const Command command = CommandOf(call, request, SidesOf(seen, call.organisation_id()));
  const bool brings_text = !command.text.empty() || !command.redirect_service_id.empty();
  NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key, co_await KeyForMove(parts_, seen.person_id(), brings_text));
  NWD_CO_ASSIGN_OR_RETURN(const Gathered gathered, co_await Gather(parts_, call, seen, request.etag(), command));
  if (!gathered.closes) co_return co_await Make(parts_, call, request, command, gathered.outside, nullptr, key);

  NWD_CO_ASSIGN_OR_RETURN(const Closing closing, co_await BeginClosing(parts_, *gathered.closes, call.Now()));
  const rpc::CallOptions options = rpc::Client::OptionsFor(call);
  const absl::Status closed = co_await parts_.peers.consent.CloseAccess(*gathered.closes, options);
  if (!closed.ok()) {  // which may have taken effect all the same
    co_await OpenAgain(parts_, closing);
    co_return closed;
  }
  absl::StatusOr<Response> response = co_await Make(parts_, call, request, command, gathered.outside, &closing, key);
  if (!response.ok()) co_await OpenAgain(parts_, closing);
  co_return response;
}

}  // namespace nwd::referral
