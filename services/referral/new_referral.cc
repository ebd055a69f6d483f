#include "services/referral/new_referral.h"

#include <utility>

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/status/status.h"
#include "services/referral/reasons.h"
#include "services/referral/service_lookup.h"

namespace nwd::referral {

async::Task<absl::StatusOr<NewReferral>> GatherNew(const Parts& parts, const rpc::Call& call,
                                                   const storage::Referral& base, bool send) {
  const rpc::CallOptions options = rpc::Client::OptionsFor(call);
  NewReferral fresh;
  fresh.base = base;
  NWD_CO_ASSIGN_OR_RETURN(const common::v1::ServiceChange service, co_await FindService(parts, base.service_id()));
  if (service.organisation_id().empty()) {
    co_return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kServiceNotTaking,
                            Cat("no organisation of the hub answers for service ", base.service_id(),
                                ", so it takes no referrals here; contact it directly or search for another"),
                            {{"service_id", base.service_id()}});
  }
  fresh.base.set_receiver_organisation_id(service.organisation_id());

  const std::string& holder = base.person_holder_organisation_id();
  const PersonQuestion whom = {holder.empty() ? base.referrer_organisation_id() : holder, base.referrer_person_ref(),
                               base.person_id(), service.organisation_id()};
  ResolvedPerson person;
  if (send) {
    const Basis basis = BasisOf(base);
    NWD_CO_ASSIGN_OR_RETURN(Prospect prospect, co_await parts.peers.consent.ResolveAndPermits(whom, basis, options));
    person = std::move(prospect.person);
    fresh.asked.basis_permits = prospect.basis_permits;
    fresh.asked.joined_person_ids = person.joined_person_ids;
  } else {
    NWD_CO_ASSIGN_OR_RETURN(person, co_await parts.peers.consent.Resolve(whom, options));
  }
  fresh.base.set_person_id(person.person_id);
  fresh.base.set_receiver_person_ref(person.other_person_ref);
  co_return fresh;
}

absl::StatusOr<std::vector<Planned>> PlanNew(const Mover& mover, const store::Reader& reader, const NewReferral& fresh,
                                             const Command& command, bool send, absl::Time now) {
  std::vector<Planned> moves;
  Command step = command;
  step.action = v1::REFERRAL_ACTION_CREATE;
  NWD_ASSIGN_OR_RETURN(Planned created, Plan(fresh.base, step, Findings(), now, mover.timetable()));
  moves.push_back(std::move(created));
  if (!send) return moves;
  step.action = v1::REFERRAL_ACTION_SEND;
  const storage::Referral& draft = moves.back().next;
  NWD_ASSIGN_OR_RETURN(const Row* row, RowFor(draft.state(), step));
  NWD_ASSIGN_OR_RETURN(const Findings findings, mover.Look(reader, draft, row->guards, fresh.asked));
  NWD_ASSIGN_OR_RETURN(Planned sent, Plan(draft, step, findings, now, mover.timetable()));
  moves.push_back(std::move(sent));
  return moves;
}

}  // namespace nwd::referral
