#include "services/consent/match_service.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "services/consent/consent_rows.h"
#include "services/consent/joins.h"
#include "services/consent/limits.h"
#include "services/consent/match_rows.h"
#include "services/consent/person_rows.h"
#include "services/consent/reasons.h"

namespace nwd::consent {
namespace {

absl::StatusOr<CheckedIdentifier> CheckOne(const v1::ConfirmMatchRequest& request) {
  status::Violations violations;
  std::optional<CheckedIdentifier> identifier = CheckOneIdentifier(request, violations);
  if (!request.person_present()) {
    violations.Add("person_present", "must be true: nobody is joined to another without being asked");
  }
  NWD_RETURN_IF_ERROR(violations.ToStatus());
  return *std::move(identifier);
}

bool CanConfirm(const std::optional<storage::PossibleMatch>& match, const rpc::Call& call) {
  return match.has_value() && match->organisation_id() == OrganisationOf(call).bytes() &&
         Micros(call.Now()) < match->expire_time_us();
}

}  // namespace

void MatchService::Register(rpc::Router& router) {
  router.Unary(this, &MatchService::ConfirmMatch,
               [](const rpc::Call&, const v1::ConfirmMatchRequest& request) { return CheckOne(request).status(); });
  router.Unary(this, &MatchService::SplitPerson);
}

async::Task<absl::StatusOr<v1::ConfirmMatchResponse>> MatchService::ConfirmMatch(
    rpc::Call& call, const v1::ConfirmMatchRequest& request) {
  NWD_CO_ASSIGN_OR_RETURN(const Asked asked, co_await Read(request));
  // A refusal has effects of its own, so its body answers OK with nothing.
  auto body = [&](store::Txn& txn) -> absl::StatusOr<std::optional<v1::ConfirmMatchResponse>> {
    // Whoever was told of the match registered the person, and holds them.
    NWD_ASSIGN_OR_RETURN(const bool held, people::Holds(txn, asked.registered, OrganisationOf(call)));
    if (!held) return status::Denied();
    call.ProveTie(common::v1::TIE_SELF);
    bool refused = false;
    auto once = [&] { return Confirm(txn, call, asked, refused); };
    absl::StatusOr<v1::ConfirmMatchResponse> confirmed =
        parts_.requests.Once<v1::ConfirmMatchResponse>(txn, call, request, once);
    if (confirmed.ok()) return std::make_optional(*std::move(confirmed));
    if (!refused) return confirmed.status();
    NWD_RETURN_IF_ERROR(Refuse(txn, call, asked));
    return std::optional<v1::ConfirmMatchResponse>();
  };
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<v1::ConfirmMatchResponse> confirmed,
                          co_await parts_.store.Update(body, call.deadline()));
  (confirmed.has_value() ? parts_.figures.matches_confirmed : parts_.figures.matches_refused).Increment();
  if (!confirmed.has_value()) co_return status::Denied();
  co_return *confirmed;
}

async::Task<absl::StatusOr<MatchService::Asked>> MatchService::Read(const v1::ConfirmMatchRequest& request) {
  NWD_CO_ASSIGN_OR_RETURN(const CheckedIdentifier checked, CheckOne(request));
  NWD_CO_ASSIGN_OR_RETURN(const std::string token,
                          parts_.tokens.Open(kMatchScope, request.match_token(), "match_token"));
  Asked asked;
  asked.identifier = parts_.hashes.Hash(checked);
  asked.registered = consents::IdOf(token);
  auto look = [&](const store::Reader& reader) { return matches::Find(reader, asked.registered); };
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<storage::PossibleMatch> match, co_await parts_.store.View(look));
  if (match.has_value()) asked.matched = consents::IdOf(match->matched_person_id());
  NWD_CO_ASSIGN_OR_RETURN(asked.registered_key, co_await KeyOrNull(parts_, asked.registered));
  NWD_CO_ASSIGN_OR_RETURN(asked.matched_key, co_await KeyOrNull(parts_, asked.matched));
  co_return asked;
}

absl::StatusOr<v1::ConfirmMatchResponse> MatchService::Confirm(store::Txn& txn, const rpc::Call& call,
                                                               const Asked& asked, bool& refused) const {
  const ids::Uuid organisation = OrganisationOf(call);
  NWD_ASSIGN_OR_RETURN(const storage::MatchBudget budget, matches::BudgetOf(txn, call.Now(), organisation));
  if (budget.refused() >= kRefusedADayMax) {
    return matches::TooManyToday("identifiers that confirmed no match", kRefusedADayMax, call.Now());
  }
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::PossibleMatch> match, matches::Find(txn, asked.registered));
  if (!CanConfirm(match, call) || asked.registered_key == nullptr || asked.matched_key == nullptr) {
    return status::Denied();
  }
  if (match->kinds_given().find(static_cast<char>(asked.identifier.kind)) != std::string::npos) {
    return status::InvalidField("match_token",
                                "was given for an identifier of this kind: one of another must confirm it");
  }
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> owners, people::FindByIdentifier(txn, asked.identifier));
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> family, joins::FamilyOf(txn, asked.matched));
  refused = std::none_of(owners.begin(), owners.end(), [&](const ids::Uuid& owner) {
    return std::find(family.begin(), family.end(), owner) != family.end();
  });
  if (refused) return status::Denied();

  NWD_ASSIGN_OR_RETURN(const bool joined, joins::Join(txn, asked.registered, asked.matched));
  if (!joined) {
    return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kLimitReached,
                         Cat("no more than ", kFamilyMax, " registrations can be joined into one person"),
                         {{"limit", Cat(kFamilyMax)}});
  }
  matches::Delete(txn, asked.registered, *match);
  AppendPersonChange(txn, asked.registered, common::v1::PersonChange::TYPE_MERGED, organisation, call.Now(),
                     asked.matched);
  storage::Deed deed = DeedOf(call);
  deed.set_other_person_id(std::string(asked.matched.bytes()));
  Record(parts_, txn, "person.joined", call.Now(), asked.registered, asked.registered_key, deed);
  deed.set_other_person_id(std::string(asked.registered.bytes()));
  Record(parts_, txn, "person.joined", call.Now(), asked.matched, asked.matched_key, deed);
  v1::ConfirmMatchResponse response;
  response.set_person_ref(parts_.references.ReferenceOf(organisation, asked.registered));
  return response;
}

absl::Status MatchService::Refuse(store::Txn& txn, const rpc::Call& call, const Asked& asked) const {
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::PossibleMatch> match, matches::Find(txn, asked.registered));
  if (match.has_value()) matches::Delete(txn, asked.registered, *match);
  const ids::Uuid organisation = OrganisationOf(call);
  NWD_ASSIGN_OR_RETURN(storage::MatchBudget budget, matches::BudgetOf(txn, call.Now(), organisation));
  budget.set_refused(budget.refused() + 1);
  matches::PutBudget(txn, call.Now(), organisation, budget);
  storage::Deed deed = DeedOf(call);
  Record(parts_, txn, "person.match-refused", call.Now(), asked.registered, asked.registered_key, deed);
  Record(parts_, txn, "person.match-refused", call.Now(), asked.matched, asked.matched_key, deed);
  return absl::OkStatus();
}

async::Task<absl::StatusOr<v1::SplitPersonResponse>> MatchService::SplitPerson(rpc::Call& call,
                                                                               const v1::SplitPersonRequest& request) {
  const ids::Uuid named = parts_.references.PersonOf(OrganisationOf(call), request.person_ref()).value_or(ids::Uuid());
  NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key, co_await KeyOrNull(parts_, named));
  auto effect = [&](store::Txn& txn) -> absl::StatusOr<v1::SplitPersonResponse> {
    NWD_ASSIGN_OR_RETURN(const std::optional<joins::Undone> undone, joins::Split(txn, named));
    if (!undone.has_value()) {
      return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kNotJoined,
                           "this person is joined to nobody, so there is nothing to undo");
    }
    AppendPersonChange(txn, undone->person_id, common::v1::PersonChange::TYPE_SPLIT, OrganisationOf(call), call.Now(),
                       undone->from);
    storage::Deed deed = DeedOf(call);
    const ids::Uuid other = undone->person_id == named ? undone->from : undone->person_id;
    deed.set_other_person_id(std::string(other.bytes()));
    Record(parts_, txn, "person.split", call.Now(), named, key, deed);
    v1::SplitPersonResponse response;
    response.set_person_ref(request.person_ref());
    return response;
  };
  auto body = [&](store::Txn& txn) -> absl::StatusOr<v1::SplitPersonResponse> {
    NWD_RETURN_IF_ERROR(HeldPerson(parts_, txn, call, request.person_ref()).status());
    auto once = [&] { return effect(txn); };
    return parts_.requests.Once<v1::SplitPersonResponse>(txn, call, request, once);
  };
  co_return co_await parts_.store.Update(body, call.deadline());
}

}  // namespace nwd::consent
