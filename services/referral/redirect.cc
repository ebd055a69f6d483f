#include "services/referral/redirect.h"

#include <utility>

#include "common/base/macros.h"
#include "common/status/status.h"
#include "services/referral/texts.h"

namespace nwd::referral {
namespace {

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
  child.set_authority_id(parent.authority_id());
  *child.mutable_summary() = parent.summary();
  *child.mutable_priority_groups() = parent.priority_groups();
  child.set_entry_channel(parent.entry_channel());
  return child;
}

}  // namespace

async::Task<absl::StatusOr<NewReferral>> GatherChild(const Parts& parts, const rpc::Call& call,
                                                     const storage::Referral& parent, const std::string& service_id) {
  if (service_id == parent.service_id()) {
    co_return status::InvalidField("redirect_service_id", "is the service the referral is for already; name another");
  }
  const storage::Referral base = ChildOf(parent, service_id);
  co_return co_await GatherNew(parts, call, base, /*send=*/true);
}

absl::StatusOr<std::vector<Planned>> PlanChild(const Mover& mover, const store::Reader& reader,
                                               const NewReferral& child, const Doer& doer) {
  // The receiver acts in the referrer's place here, as the table of a new referral knows only referrers.
  const Command step = {
      .actors = Actor::kReferrer, .organisation_id = doer.organisation_id, .practitioner = doer.practitioner};
  absl::StatusOr<std::vector<Planned>> moves = PlanNew(mover, reader, child, step, /*send=*/true, doer.time);
  if (absl::IsFailedPrecondition(moves.status())) {
    return PlanNew(mover, reader, child, step, /*send=*/false, doer.time);
  }
  return moves;
}

absl::StatusOr<storage::Referral> CommitChild(const Mover& mover, store::Txn& txn, NewReferral child,
                                              const storage::Referral& parent, const Doer& doer,
                                              const person_keys::PersonKey& key, std::string_view trace_id) {
  NWD_ASSIGN_OR_RETURN(const std::string notes, OpenText(key, parent.referral_id(), kNotes, parent.sealed_notes()));
  child.base.set_sealed_notes(SealText(*key, child.base.referral_id(), kNotes, notes));
  NWD_ASSIGN_OR_RETURN(const std::vector<Planned> moves, PlanChild(mover, txn, child, doer));
  NWD_RETURN_IF_ERROR(mover.Commit(txn, nullptr, moves, *key, trace_id).status());
  return moves.back().next;
}

}  // namespace nwd::referral
