// CreateReferral: makes a draft and, where asked to, sends it in the same transaction.
#include <algorithm>
#include <utility>

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/facts/age_bands.h"
#include "common/status/status.h"
#include "services/referral/new_referral.h"
#include "services/referral/party.h"
#include "services/referral/person_key.h"
#include "services/referral/referral_service.h"
#include "services/referral/repository.h"
#include "services/referral/texts.h"
#include "services/referral/visibility.h"

namespace nwd::referral {
namespace {

constexpr char kExactlyOne[] = "exactly one of consent_id and authority_id must be given";

storage::Referral Begin(const rpc::Call& call, const v1::CreateReferralRequest& request) {
  storage::Referral base;
  base.set_referral_id(ids::Uuid::Random().ToString());
  base.set_correlation_id(ids::Uuid::Random().ToString());
  base.set_referrer_organisation_id(call.organisation_id());
  base.set_referrer_person_ref(request.person_ref());
  base.set_person_holder_organisation_id(SponsorOf(call));
  base.set_service_id(request.service_id());
  base.set_consent_id(request.consent_id());
  base.set_authority_id(request.authority_id());
  *base.mutable_summary() = request.summary();
  if (base.summary().priority() == v1::PRIORITY_UNSPECIFIED) base.mutable_summary()->set_priority(v1::PRIORITY_ROUTINE);
  *base.mutable_priority_groups() = request.priority_groups();
  base.set_entry_channel(request.entry_channel());
  return base;
}

v1::CreateReferralResponse Answer(const storage::Referral& referral) {
  v1::CreateReferralResponse response;
  response.set_referral_id(referral.referral_id());
  response.set_state(referral.state());
  response.set_etag(EtagOf(referral));
  return response;
}

// A request that was made before is answered as it was then, though what it asks others has changed or they are down.
// Access is judged again: the referral must still be the caller's own and, where that is a channel, the person still
// enrolled with it, which the consent service alone can say. Looked for only where asking failed, since a
// request that can be made again meets its kept answer in its own transaction.
async::Task<absl::StatusOr<v1::CreateReferralResponse>> KeptAnswer(const Parts& parts, rpc::Call& call,
                                                                   const v1::CreateReferralRequest& request,
                                                                   const absl::Status& failed) {
  if (request.validate_only() || absl::IsPermissionDenied(failed)) co_return failed;
  if (IsChannel(call)) {
    NWD_CO_RETURN_IF_ERROR((co_await IdsOf(parts, call, request.person_ref())).status());
  }
  auto body = [&](store::Txn& txn) -> absl::StatusOr<v1::CreateReferralResponse> {
    auto not_kept = [&]() -> absl::StatusOr<v1::CreateReferralResponse> { return failed; };
    NWD_ASSIGN_OR_RETURN(const v1::CreateReferralResponse kept,
                         parts.requests.Once<v1::CreateReferralResponse>(txn, call, request, not_kept));
    NWD_ASSIGN_OR_RETURN(const auto referral, repository::Find(txn, kept.referral_id()));
    if (!referral || referral->referrer_organisation_id() != call.organisation_id()) return failed;
    call.ProveTie(common::v1::TIE_PERSON_HOLDER);
    return kept;
  };
  co_return co_await parts.store.Update(body, call.deadline());
}

}  // namespace

absl::Status ReferralService::CheckWords(const v1::CreateReferralRequest& request) const {
  status::Violations violations;
  if (request.consent_id().empty() == request.authority_id().empty()) {
    violations.Add("consent_id", kExactlyOne);
    if (!request.authority_id().empty()) violations.Add("authority_id", kExactlyOne);
  }
  const std::string& age_band = request.summary().age_band();
  if (!age_band.empty() && facts::FindAgeBand(age_band) == nullptr) {
    violations.Add("summary.age_band", Cat("must be one of ", facts::AgeBandNames(), ", or empty"));
  }
  for (int i = 0; i < request.priority_groups_size(); ++i) {
    const std::string& slug = request.priority_groups(i);
    if (parts_.facts.FindPriorityGroup(slug) == nullptr)
      violations.Add(Cat("priority_groups[", i, "]"), "names no priority group");
    const auto before = request.priority_groups().begin() + i;
    if (std::find(request.priority_groups().begin(), before, slug) != before) {
      violations.Add(Cat("priority_groups[", i, "]"), "is named twice");
    }
  }
  return violations.ToStatus();
}

async::Task<absl::StatusOr<v1::CreateReferralResponse>> ReferralService::CreateReferral(
    rpc::Call& call, const v1::CreateReferralRequest& request) {
  NWD_CO_RETURN_IF_ERROR(CheckWords(request));
  const storage::Referral base = Begin(call, request);
  absl::StatusOr<NewReferral> gathered = co_await GatherNew(parts_, call, base, request.send());
  if (!gathered.ok()) co_return co_await KeptAnswer(parts_, call, request, gathered.status());
  NewReferral& fresh = *gathered;
  call.ProveTie(common::v1::TIE_PERSON_HOLDER);

  const Command command = {.actors = IsChannel(call) ? Actor::kPerson : Actor::kReferrer,
                           .organisation_id = call.organisation_id(),
                           .practitioner = call.practitioner()};
  const absl::Time now = call.Now();
  if (request.validate_only()) {
    auto check = [&](const store::Reader& reader) -> absl::StatusOr<v1::CreateReferralResponse> {
      NWD_ASSIGN_OR_RETURN(const std::vector<Planned> moves,
                           PlanNew(parts_.mover, reader, fresh, command, request.send(), now));
      v1::CreateReferralResponse response;
      response.set_state(moves.back().next.state());
      return response;
    };
    co_return co_await parts_.store.View(check);
  }

  NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key, co_await EnsureKey(parts_, fresh.base.person_id()));
  fresh.base.set_sealed_notes(SealText(*key, fresh.base.referral_id(), kNotes, request.notes()));
  auto body = [&](store::Txn& txn) -> absl::StatusOr<v1::CreateReferralResponse> {
    auto effect = [&]() -> absl::StatusOr<v1::CreateReferralResponse> {
      NWD_ASSIGN_OR_RETURN(const std::vector<Planned> moves,
                           PlanNew(parts_.mover, txn, fresh, command, request.send(), now));
      NWD_RETURN_IF_ERROR(parts_.mover.Commit(txn, nullptr, moves, *key, call.trace_id()).status());
      return Answer(moves.back().next);
    };
    return parts_.requests.Once<v1::CreateReferralResponse>(txn, call, request, effect);
  };
  co_return co_await parts_.store.Update(body, call.deadline());
}

}  // namespace nwd::referral
