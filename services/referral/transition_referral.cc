// TransitionReferral: what must be asked of others is asked first; the transaction then judges the move again and makes
// it. Every request names the etag it builds on, so what was asked about one revision never decides about another.
//
// Access: opened after ACCEPT has committed, through the outbox, before the reply. Closed *before* a move that leaves
// the taken-on states commits, once everything else about it holds; if that move is then not made after all (somebody
// moved the referral in between, the answer got lost, the process died) and the referral is still taken on, access is
// opened again: closing.h.
#include <algorithm>
#include <utility>

#include "common/base/macros.h"
#include "common/status/status.h"
#include "services/referral/access_delivery.h"
#include "services/referral/alternatives.h"
#include "services/referral/closing.h"
#include "services/referral/party.h"
#include "services/referral/person_key.h"
#include "services/referral/redirect.h"
#include "services/referral/referral_service.h"
#include "services/referral/repository.h"
#include "services/referral/texts.h"
#include "services/referral/visibility.h"

namespace nwd::referral {
namespace {

using Request = v1::TransitionReferralRequest;
using Response = v1::TransitionReferralResponse;

// What a move needs from outside its transaction.
struct Outside {
  Asked asked;
  std::vector<std::string> alternatives;
  std::optional<NewReferral> child;
  std::optional<storage::Grant> closes;  // the access that must be closed before the move commits
};

// A move that a call asks for, with all that was gathered for it. The request outlives it.
struct Wanted {
  const Request& request;
  Command command;
  Outside outside = {};
  person_keys::PersonKey key = nullptr;  // of the person
  const Closing* closing = nullptr;      // null where no access was closed for it

  bool BringsText() const { return !command.text.empty() || !command.redirect_service_id.empty(); }
};

Command CommandOf(const rpc::Call& call, const Request& request, Actors actors) {
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

async::Task<absl::StatusOr<Outside>> Ask(const Parts& parts, const rpc::Call& call, const storage::Referral& referral,
                                         const Row& row, const Command& command) {
  const rpc::CallOptions options = rpc::Client::OptionsFor(call);
  Outside outside;
  if (row.guards.Has(Guard::kBasisPermits)) {
    const BasisQuestion question = QuestionOf(referral);
    NWD_CO_ASSIGN_OR_RETURN(Permission permission, co_await parts.peers.consent.Permits(question, options));
    outside.asked.basis_permits = permission.permits;
    outside.asked.joined_person_ids = std::move(permission.joined_person_ids);
  }
  if (row.guards.Has(Guard::kBasisStands)) {
    const BasisQuestion question = QuestionOf(referral);
    NWD_CO_ASSIGN_OR_RETURN(outside.asked.basis_stands, co_await parts.peers.consent.Stands(question, options));
  }
  if (row.guards.Has(Guard::kOutcomeRecorded)) {
    NWD_CO_ASSIGN_OR_RETURN(outside.asked.outcomes,
                            co_await parts.peers.outcome.CountOutcomes(referral.referral_id(), options));
  }
  if (row.effects.Has(Effect::kOfferAlternatives)) {
    outside.alternatives = co_await FindAlternatives(parts, call, referral);
  }
  if (row.effects.Has(Effect::kMakeChild)) {
    NWD_CO_ASSIGN_OR_RETURN(outside.child, co_await GatherChild(parts, call, referral, command.redirect_service_id));
  }
  co_return outside;
}

absl::StatusOr<Planned> Judge(const Mover& mover, const store::Reader& reader, const storage::Referral& referral,
                              const Command& command, const Asked& asked, absl::Time now) {
  NWD_ASSIGN_OR_RETURN(const Row* row, RowFor(referral.state(), command));
  NWD_ASSIGN_OR_RETURN(const Findings findings, mover.Look(reader, referral, row->guards, asked));
  return Plan(referral, command, findings, now, mover.timetable());
}

// A stale etag or a move the table lacks asks nobody: the transaction refuses it, or knows it as a retry of one that
// was made.
async::Task<absl::StatusOr<Outside>> Gather(const Parts& parts, const rpc::Call& call, const storage::Referral& seen,
                                            const std::string& etag, const Command& command) {
  const Mover& mover = parts.mover;
  const absl::Time now = call.Now();
  const Row* row = EtagOf(seen) == etag ? FindRow(seen.state(), command.action, command.actors) : nullptr;
  if (row == nullptr || !CheckFields(*row, command, now).ok()) co_return Outside();
  NWD_CO_ASSIGN_OR_RETURN(Outside outside, co_await Ask(parts, call, seen, *row, command));
  if (!row->effects.Has(Effect::kCloseGrant) || !HasGrant(seen) || !kTakenOn.Has(seen.state())) co_return outside;
  auto judge = [&](const store::Reader& reader) { return Judge(mover, reader, seen, command, outside.asked, now); };
  const absl::StatusOr<Planned> judged = co_await parts.store.View(judge);
  if (judged.ok()) outside.closes = GrantOf(judged->next);  // a move that is refused closes no access
  co_return outside;
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

// Judges the move on what is stored now.
absl::StatusOr<Planned> JudgeNow(const Mover& mover, const store::Reader& reader, const storage::Referral& current,
                                 const Wanted& wanted, absl::Time now) {
  if (EtagOf(current) != wanted.request.etag()) return status::StaleEtag("referral");
  return Judge(mover, reader, current, wanted.command, wanted.outside.asked, now);
}

// validate_only: every check of a move, and no effect. No key is made, so whether the person could have one is asked.
// Where a redirected referral would be says whom the basis names: before ACCEPTED the receiver may not know
// it, and a dry run, which leaves no trace, would be a way to ask about one provider after another.
async::Task<absl::StatusOr<Response>> Check(const Parts& parts, rpc::Call& call, const Wanted& wanted) {
  auto body = [&](const store::Reader& reader) -> absl::StatusOr<Response> {
    NWD_ASSIGN_OR_RETURN(const storage::Referral current, GetForParty(reader, call, wanted.request.referral_id()));
    NWD_ASSIGN_OR_RETURN(const bool erased, repository::IsErased(reader, current.person_id()));
    if (erased && wanted.BringsText()) return status::Denied();
    NWD_ASSIGN_OR_RETURN(const Planned planned, JudgeNow(parts.mover, reader, current, wanted, call.Now()));
    Response response;
    response.set_state(planned.next.state());
    if (wanted.outside.child) {
      NWD_ASSIGN_OR_RETURN(const std::vector<Planned> moves,
                           PlanChild(parts.mover, reader, *wanted.outside.child, DoerOf(call)));
      if (current.accepted()) response.set_child_state(moves.back().next.state());
    }
    return response;
  };
  co_return co_await parts.store.View(body);
}

// Within the body: the move, with all that goes with it. `deliveries`: what is to be delivered after the commit.
absl::StatusOr<Response> Apply(const Mover& mover, store::Txn& txn, const rpc::Call& call,
                               const storage::Referral& current, const Wanted& wanted,
                               std::vector<outbox::EntryId>& deliveries) {
  NWD_ASSIGN_OR_RETURN(Planned planned, JudgeNow(mover, txn, current, wanted, call.Now()));
  if (wanted.closing != nullptr) {
    // Access that was opened again meanwhile must be closed again before this move.
    if (planned.next.access_number() != wanted.closing->access_number) return status::StaleEtag("referral");
    wanted.closing->Made(txn);
  }
  SetText(txn, planned, wanted.command, *wanted.key);
  Response response;
  if (const std::optional<NewReferral>& child = wanted.outside.child) {
    planned.next.set_child_referral_id(child->base.referral_id());
    NWD_ASSIGN_OR_RETURN(const storage::Referral made,
                         CommitChild(mover, txn, *child, current, DoerOf(call), wanted.key, call.trace_id()));
    response.set_child_referral_id(made.referral_id());
    response.set_child_state(made.state());
  }
  for (const std::string& id : wanted.outside.alternatives) planned.next.add_alternative_service_ids(id);
  NWD_ASSIGN_OR_RETURN(deliveries, mover.Commit(txn, &current, {&planned, 1}, *wanted.key, call.trace_id()));
  response.set_state(planned.next.state());
  response.set_etag(EtagOf(planned.next));
  return response;
}

async::Task<absl::StatusOr<Response>> Make(const Parts& parts, rpc::Call& call, const Wanted& wanted) {
  std::vector<outbox::EntryId> deliveries;
  auto body = [&](store::Txn& txn) -> absl::StatusOr<Response> {
    deliveries.clear();
    NWD_ASSIGN_OR_RETURN(const storage::Referral current, GetForParty(txn, call, wanted.request.referral_id()));
    auto effect = [&] { return Apply(parts.mover, txn, call, current, wanted, deliveries); };
    return parts.requests.Once<Response>(txn, call, wanted.request, effect);
  };
  absl::StatusOr<Response> response = co_await parts.store.Update(body, call.deadline());
  if (response.ok()) co_await Deliver(parts.outbox, deliveries, call.deadline());
  co_return response;
}

// The same for a move that ends the receiver's access: closed first, opened again where the move is not made.
async::Task<absl::StatusOr<Response>> CloseAndMake(const Parts& parts, rpc::Call& call, Wanted& wanted) {
  const storage::Grant& grant = *wanted.outside.closes;
  NWD_CO_ASSIGN_OR_RETURN(const Closing closing, co_await BeginClosing(parts, grant, call.trace_id(), call.Now()));
  const rpc::CallOptions options = rpc::Client::OptionsFor(call);
  const absl::Status closed = co_await parts.peers.consent.CloseAccess(grant, options);
  if (!closed.ok()) {  // which may have taken effect all the same
    co_await OpenAgain(parts, call, closing);
    co_return closed;
  }
  wanted.closing = &closing;
  absl::StatusOr<Response> response = co_await Make(parts, call, wanted);
  if (!response.ok()) co_await OpenAgain(parts, call, closing);
  co_return response;
}

}  // namespace

absl::Status ReferralService::CheckTransition(const rpc::Call& call, const Request& request) {
  const auto row = std::find_if(Table().begin(), Table().end(), [&](const Row& each) {
    return each.action == request.action() && (each.by.Has(Actor::kReferrer) || each.by.Has(Actor::kReceiver));
  });
  if (row == Table().end()) return absl::OkStatus();
  return CheckFields(*row, CommandOf(call, request, row->by), call.Now());
}

async::Task<absl::StatusOr<Response>> ReferralService::TransitionReferral(rpc::Call& call, const Request& request) {
  NWD_CO_ASSIGN_OR_RETURN(const Party party, co_await LoadForParty(parts_, call, request.referral_id()));
  const storage::Referral& seen = party.referral;
  Wanted wanted = {.request = request, .command = CommandOf(call, request, party.sides)};
  if (!request.validate_only()) {
    NWD_CO_ASSIGN_OR_RETURN(wanted.key, co_await KeyForMove(parts_, seen.person_id(), wanted.BringsText()));
  }
  NWD_CO_ASSIGN_OR_RETURN(wanted.outside, co_await Gather(parts_, call, seen, request.etag(), wanted.command));
  if (request.validate_only()) co_return co_await Check(parts_, call, wanted);
  if (wanted.outside.closes) co_return co_await CloseAndMake(parts_, call, wanted);
  co_return co_await Make(parts_, call, wanted);
}

}  // namespace nwd::referral
