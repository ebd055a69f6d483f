#include "services/referral/party.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/access/resident_channel.h"
#include "common/base/macros.h"
#include "common/status/status.h"
#include "services/referral/limits.h"
#include "services/referral/repository.h"
#include "services/referral/visibility.h"

namespace nwd::referral {
namespace {

// The channel's reference of the person, whom it acts for; status::Denied() where they are not enrolled with it. A
// reference can be had of anybody; that it is the channel's to use is what is asked then.
async::Task<absl::StatusOr<std::string>> EnrolledRef(const Parts& parts, const rpc::Call& call,
                                                     const std::string& person_id) {
  const PersonQuestion whom = {call.organisation_id(), "", person_id, call.organisation_id()};
  const rpc::CallOptions options = rpc::Client::OptionsFor(call);
  NWD_CO_ASSIGN_OR_RETURN(const ResolvedPerson known_as, co_await parts.peers.consent.Resolve(whom, options));
  NWD_CO_RETURN_IF_ERROR((co_await IdsOf(parts, call, known_as.other_person_ref)).status());
  co_return known_as.other_person_ref;
}

}  // namespace

bool IsChannel(const rpc::Call& call) { return access::IsResidentChannel(call.caller().organisation); }

std::string SponsorOf(const rpc::Call& call) {
  const access::OrganisationPtr& organisation = call.caller().organisation;
  const bool navigates = organisation != nullptr && organisation->HasRole(common::v1::ROLE_NAVIGATOR) &&
                         !organisation->HasRole(common::v1::ROLE_AGENCY);
  return navigates ? organisation->sponsor_organisation_id : std::string();
}

Actors SidesOf(const storage::Referral& referral, const rpc::Call& call) {
  const Actors sides = SidesOf(referral, call.organisation_id());
  if (!IsChannel(call)) return sides;
  if (sides.Has(Actor::kReferrer)) return {Actor::kReferrer, Actor::kPerson};
  return referral.sent_sequence() != 0 ? Actors(Actor::kPerson) : Actors();
}

absl::StatusOr<storage::Referral> GetForParty(const store::Reader& reader, rpc::Call& call,
                                              const std::string& referral_id) {
  NWD_ASSIGN_OR_RETURN(std::optional<storage::Referral> referral, repository::Find(reader, referral_id));
  if (!referral || SidesOf(*referral, call).empty()) return status::Denied();
  if (!IsChannel(call)) call.ProveTie(common::v1::TIE_REFERRAL_PARTY);
  return *std::move(referral);
}

async::Task<absl::StatusOr<Party>> LoadForParty(const Parts& parts, rpc::Call& call, const std::string& referral_id) {
  auto body = [&](const store::Reader& reader) { return GetForParty(reader, call, referral_id); };
  Party party;
  NWD_CO_ASSIGN_OR_RETURN(party.referral, co_await parts.store.View(body));
  party.sides = SidesOf(party.referral, call);
  if (IsChannel(call)) {
    NWD_CO_ASSIGN_OR_RETURN(party.person_ref, co_await EnrolledRef(parts, call, party.referral.person_id()));
    call.ProveTie(common::v1::TIE_REFERRAL_PARTY);
  }
  co_return party;
}

async::Task<absl::StatusOr<std::vector<std::string>>> IdsOf(const Parts& parts, const rpc::Call& call,
                                                            const std::string& person_ref) {
  const PersonQuestion whom = {call.organisation_id(), person_ref, "", call.organisation_id()};
  const rpc::CallOptions options = rpc::Client::OptionsFor(call);
  NWD_CO_ASSIGN_OR_RETURN(const ResolvedPerson person, co_await parts.peers.consent.Resolve(whom, options));
  std::vector<std::string> ids = {person.person_id};
  ids.insert(ids.end(), person.joined_person_ids.begin(), person.joined_person_ids.end());
  co_return ids;
}

async::Task<std::vector<std::string>> RefsOf(const Parts& parts, const rpc::Call& call, const std::string& person_ref) {
  const std::string sponsor = SponsorOf(call);
  const std::string& holder = sponsor.empty() ? call.organisation_id() : sponsor;
  const PersonQuestion whom = {holder, person_ref, "", holder};
  rpc::CallOptions options = rpc::Client::OptionsFor(call);
  options.timeout = std::min(options.timeout, kOtherRefsTimeout);
  const absl::StatusOr<ResolvedPerson> person = co_await parts.peers.consent.Resolve(whom, options);
  std::vector<std::string> refs = {person_ref};
  if (person.ok()) refs.insert(refs.end(), person->other_own_refs.begin(), person->other_own_refs.end());
  co_return refs;
}

Doer DoerOf(const rpc::Call& call) { return {call.organisation_id(), call.practitioner(), call.Now()}; }

}  // namespace nwd::referral
