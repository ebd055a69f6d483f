#include "services/consent/match_service.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "services/consent/consent_rows.h"
#include "services/consent/join_telling.h"
#include "services/consent/joins.h"
#include "services/consent/limits.h"
#include "services/consent/match_rows.h"
#include "services/consent/person_rows.h"
#include "services/consent/person_seal.h"
#include "services/consent/reasons.h"
#include "services/consent/settled_refusals.h"
#include "services/consent/split_consents.h"

namespace nwd::consent {
namespace {

// What a token names is read before the transaction, so that what is sealed under a key is opened before it.
struct Rows {
  std::optional<storage::PossibleMatch> match;
  std::optional<storage::Person> registered;
};

absl::StatusOr<Rows> RowsOf(const store::Reader& reader, const ids::Uuid& registered, const ids::Uuid& match_id) {
  Rows rows;
  NWD_ASSIGN_OR_RETURN(rows.match, matches::Find(reader, match_id));
  NWD_ASSIGN_OR_RETURN(rows.registered, people::Find(reader, registered));
  return rows;
}

absl::StatusOr<std::vector<storage::Person>> FamilyRows(const store::Reader& reader, const ids::Uuid& person_id) {
  NWD_ASSIGN_OR_RETURN(std::vector<people::Known> family, people::FindFamily(reader, person_id));
  std::vector<storage::Person> rows;
  for (people::Known& known : family) rows.push_back(std::move(known.person));
  return rows;
}

// The registered person's own name goes with the birthday that was said, their own birthday with the name.
absl::StatusOr<Confirmation> ConfirmationOf(const IdentifierHashes& hashes, const CheckedConfirmation& said,
                                            const ids::Uuid& registered, const std::optional<storage::Person>& person,
                                            const person_keys::PersonKey& key) {
  if (said.identifier.has_value()) return Confirmation{hashes.Hash(*said.identifier), ""};
  if (!person.has_value() || key == nullptr) return Confirmation();  // nobody, or soon nobody: it confirms nothing
  NWD_ASSIGN_OR_RETURN(const storage::PersonDetails own, OpenDetails(*key, registered, person->sealed_details()));
  const std::string& name = said.former_name.empty() ? own.full_name() : said.former_name;
  const std::string& born = said.date_of_birth.empty() ? own.date_of_birth() : said.date_of_birth;
  return Confirmation{std::nullopt, hashes.MatchHash(born, Comparable::Of(name, born, "").words)};
}

bool CanConfirm(const std::optional<storage::PossibleMatch>& match, const rpc::Call& call) {
  return match.has_value() && match->organisation_id() == OrganisationOf(call).bytes() &&
         Micros(call.Now()) < match->expire_time_us();
}

}  // namespace

void MatchService::Register(rpc::Router& router) {
  router.Unary(this, &MatchService::ConfirmMatch, [](const rpc::Call&, const v1::ConfirmMatchRequest& request) {
    return CheckConfirmation(request).status();
  });
  router.Unary(this, &MatchService::SplitPerson);
}

async::Task<absl::StatusOr<v1::ConfirmMatchResponse>> MatchService::ConfirmMatch(
    rpc::Call& call, const v1::ConfirmMatchRequest& request) {
  NWD_CO_ASSIGN_OR_RETURN(const Asked asked, co_await Read(request));
  Confirmed outcome;
  // A refusal has effects of its own, so its body answers OK with nothing.
  auto body = [&](store::Txn& txn) -> absl::StatusOr<std::optional<v1::ConfirmMatchResponse>> {
    // Whoever was told of the match registered the person, and holds them.
    NWD_ASSIGN_OR_RETURN(const bool held, people::Holds(txn, asked.registered, OrganisationOf(call)));
    if (!held) return status::Denied();
    call.ProveTie(common::v1::TIE_SELF);
    outcome = {};
    auto once = [&] { return Confirm(txn, call, asked, outcome); };
    absl::StatusOr<v1::ConfirmMatchResponse> confirmed =
        parts_.requests.Once<v1::ConfirmMatchResponse>(txn, call, request, once);
    if (confirmed.ok()) return std::make_optional(*std::move(confirmed));
    if (!outcome.refused) return confirmed.status();
    NWD_RETURN_IF_ERROR(Refuse(txn, call, asked));
    return std::optional<v1::ConfirmMatchResponse>();
  };
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<v1::ConfirmMatchResponse> confirmed,
                          co_await parts_.store.Update(body, call.deadline()));
  (confirmed.has_value() ? parts_.figures.matches_confirmed : parts_.figures.matches_refused).Increment();
  if (!confirmed.has_value()) co_return status::Denied();
  RingBells(parts_, outcome.told);
  co_return *confirmed;
}

async::Task<absl::StatusOr<MatchService::Asked>> MatchService::Read(const v1::ConfirmMatchRequest& request) {
  NWD_CO_ASSIGN_OR_RETURN(const CheckedConfirmation checked, CheckConfirmation(request));
  NWD_CO_ASSIGN_OR_RETURN(const std::string token,
                          parts_.tokens.Open(kMatchScope, request.match_token(), "match_token"));
  Asked asked;
  asked.registered = consents::IdOf(token.substr(0, ids::Uuid::kSizeBytes));
  asked.match_id = consents::IdOf(token.substr(ids::Uuid::kSizeBytes));
  auto look = [&](const store::Reader& reader) { return RowsOf(reader, asked.registered, asked.match_id); };
  NWD_CO_ASSIGN_OR_RETURN(const Rows rows, co_await parts_.store.View(look));
  if (rows.match.has_value()) asked.matched = consents::IdOf(rows.match->matched_person_id());
  NWD_CO_ASSIGN_OR_RETURN(asked.registered_key, co_await KeyOrNull(parts_, asked.registered));
  NWD_CO_ASSIGN_OR_RETURN(asked.matched_key, co_await KeyOrNull(parts_, asked.matched));
  absl::StatusOr<Confirmation> said =
      ConfirmationOf(parts_.hashes, checked, asked.registered, rows.registered, asked.registered_key);
  if (!said.ok()) co_return Corrupt(parts_, "a person's details", said.status());
  asked.said = *std::move(said);
  co_return asked;
}

absl::StatusOr<v1::ConfirmMatchResponse> MatchService::Confirm(store::Txn& txn, const rpc::Call& call,
                                                               const Asked& asked, Confirmed& confirmed) const {
  const ids::Uuid organisation = OrganisationOf(call);
  NWD_ASSIGN_OR_RETURN(const storage::MatchBudget budget, matches::BudgetOf(txn, call.Now(), organisation));
  if (budget.refused() >= kRefusedADayMax) {
    return matches::TooManyToday("answers that confirmed no match", kRefusedADayMax, call.Now());
  }
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::PossibleMatch> match, matches::Find(txn, asked.match_id));
  if (!CanConfirm(match, call) || asked.registered_key == nullptr || asked.matched_key == nullptr) {
    return status::Denied();
  }
  if (asked.said.identifier.has_value() && WasGiven(*match, asked.said.identifier->kind)) {
    return status::InvalidField("match_token",
                                "was given for an identifier of this kind: one of another must confirm it");
  }
  NWD_ASSIGN_OR_RETURN(const std::vector<storage::Person> family, FamilyRows(txn, asked.matched));
  confirmed.refused = !Confirms(asked.said, *match, family);
  if (confirmed.refused) return status::Denied();

  // Another desk may have joined them since.
  NWD_ASSIGN_OR_RETURN(const bool were_one, joins::AreOne(txn, asked.registered, asked.matched));
  NWD_ASSIGN_OR_RETURN(const Family registered, joins::FamilyOf(txn, asked.registered));
  NWD_ASSIGN_OR_RETURN(const Family matched, joins::FamilyOf(txn, asked.matched));
  NWD_ASSIGN_OR_RETURN(const bool joined, joins::Join(txn, asked.registered, asked.matched));
  if (!joined) {
    return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kLimitReached,
                         Cat("no more than ", kFamilyMax, " registrations can be joined into one person"),
                         {{"limit", Cat(kFamilyMax)}});
  }
  matches::Delete(txn, asked.match_id, *match);
  if (!were_one) {
    NWD_RETURN_IF_ERROR(SettleFamily(txn, asked.registered, call.Now(), confirmed.told));
    NWD_RETURN_IF_ERROR(TellMerged(txn, registered, matched, call.Now(), confirmed.told));
    Announce(txn, call, asked);
  }
  v1::ConfirmMatchResponse response;
  response.set_person_ref(parts_.references.ReferenceOf(organisation, asked.registered));
  return response;
}

void MatchService::Announce(store::Txn& txn, const rpc::Call& call, const Asked& asked) const {
  AppendPersonChange(txn, asked.registered, common::v1::PersonChange::TYPE_MERGED, OrganisationOf(call), call.Now(),
                     asked.matched);
  storage::Deed deed = DeedOf(call);
  deed.set_other_person_id(std::string(asked.matched.bytes()));
  Record(parts_, txn, "person.joined", call.Now(), asked.registered, asked.registered_key, deed);
  deed.set_other_person_id(std::string(asked.registered.bytes()));
  Record(parts_, txn, "person.joined", call.Now(), asked.matched, asked.matched_key, deed);
}

absl::Status MatchService::Refuse(store::Txn& txn, const rpc::Call& call, const Asked& asked) const {
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::PossibleMatch> match, matches::Find(txn, asked.match_id));
  if (match.has_value()) matches::Delete(txn, asked.match_id, *match);
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
  std::vector<ids::Uuid> told;
  auto effect = [&](store::Txn& txn) -> absl::StatusOr<v1::SplitPersonResponse> {
    NWD_ASSIGN_OR_RETURN(const std::optional<ids::Uuid> other, joins::Split(txn, named));
    if (!other.has_value()) {
      return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kNotJoined,
                           "this person is joined to nobody, so there is nothing to undo");
    }
    NWD_RETURN_IF_ERROR(SettleBoth(txn, named, *other, call.Now(), told));
    AppendPersonChange(txn, named, common::v1::PersonChange::TYPE_SPLIT, OrganisationOf(call), call.Now(), *other);
    storage::Deed deed = DeedOf(call);
    deed.set_other_person_id(std::string(other->bytes()));
    Record(parts_, txn, "person.split", call.Now(), named, key, deed);
    v1::SplitPersonResponse response;
    response.set_person_ref(request.person_ref());
    return response;
  };
  auto body = [&](store::Txn& txn) -> absl::StatusOr<v1::SplitPersonResponse> {
    told.clear();
    NWD_RETURN_IF_ERROR(HeldPerson(parts_, txn, call, request.person_ref()).status());
    auto once = [&] { return effect(txn); };
    return parts_.requests.Once<v1::SplitPersonResponse>(txn, call, request, once);
  };
  NWD_CO_ASSIGN_OR_RETURN(v1::SplitPersonResponse response, co_await parts_.store.Update(body, call.deadline()));
  RingBells(parts_, told);
  co_return response;
}

absl::Status MatchService::SettleBoth(store::Txn& txn, const ids::Uuid& named, const ids::Uuid& other, absl::Time now,
                                      std::vector<ids::Uuid>& told) const {
  NWD_RETURN_IF_ERROR(SettleSplit(txn, named, now, told));
  NWD_RETURN_IF_ERROR(SettleSplit(txn, other, now, told));
  NWD_ASSIGN_OR_RETURN(const Family one, joins::FamilyOf(txn, named));
  NWD_ASSIGN_OR_RETURN(const Family two, joins::FamilyOf(txn, other));
  return TellSplit(txn, one, two, now, told);
}

}  // namespace nwd::consent
