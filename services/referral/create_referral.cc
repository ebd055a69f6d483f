#include <algorithm>
#include <array>
#include <utility>

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/status/status.h"
#include "services/referral/new_referral.h"
#include "services/referral/referral_service.h"
#include "services/referral/texts.h"
#include "services/referral/visibility.h"

namespace nwd::referral {
namespace {

constexpr std::array<std::string_view, 5> kAgeBands = {"", "16-18", "19-24", "25-49", "50+"};

absl::Status CheckWords(const v1::CreateReferralRequest& request, const facts::Facts& facts) {
  status::Violations violations;
  if (std::find(kAgeBands.begin(), kAgeBands.end(), request.summary().age_band()) == kAgeBands.end()) {
    violations.Add("summary.age_band", "must be one of 16-18, 19-24, 25-49, 50+, or empty");
  }
  for (int i = 0; i < request.priority_groups_size(); ++i) {
    const std::string& slug = request.priority_groups(i);
    if (facts.FindPriorityGroup(slug) == nullptr)
      violations.Add(Cat("priority_groups[", i, "]"), "names no priority group");
    const auto before = request.priority_groups().begin() + i;
    if (std::find(request.priority_groups().begin(), before, slug) != before) {
      violations.Add(Cat("priority_groups[", i, "]"), "is named twice");
    }
  }
  return violations.ToStatus();
}

storage::Referral Begin(const rpc::Call& call, const v1::CreateReferralRequest& request) {
  storage::Referral base;
  base.set_referral_id(ids::Uuid::Random().ToString());
  base.set_correlation_id(ids::Uuid::Random().ToString());
  base.set_referrer_organisation_id(call.organisation_id());
  base.set_referrer_person_ref(request.person_ref());
  base.set_service_id(request.service_id());
  base.set_consent_id(request.consent_id());
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

}  // namespace

async::Task<absl::StatusOr<v1::CreateReferralResponse>> ReferralService::CreateReferral(
    rpc::Call& call, const v1::CreateReferralRequest& request) {
  NWD_CO_RETURN_IF_ERROR(CheckWords(request, parts_.facts));
  const storage::Referral base = Begin(call, request);
  NWD_CO_ASSIGN_OR_RETURN(NewReferral fresh, co_await GatherNew(parts_, call, base, request.send()));
  call.ProveTie(common::v1::TIE_PERSON_HOLDER);

  const Command command = {
      .actors = Actor::kReferrer, .organisation_id = call.organisation_id(), .practitioner = call.practitioner()};
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
      NWD_RETURN_IF_ERROR(parts_.mover.Commit(txn, nullptr, moves, *key).status());
      return Answer(moves.back().next);
    };
    return parts_.requests.Once<v1::CreateReferralResponse>(txn, call, request, effect);
  };
  co_return co_await parts_.store.Update(body, call.deadline());
}

}  // namespace nwd::referral
