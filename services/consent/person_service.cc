#include "services/consent/person_service.h"

#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "services/consent/joins.h"
#include "services/consent/limits.h"
#include "services/consent/match_rows.h"
#include "services/consent/match_service.h"
#include "services/consent/person_rows.h"
#include "services/consent/person_seal.h"
#include "services/consent/reasons.h"
#include "services/consent/ties.h"

namespace nwd::consent {
namespace {

// Who was registered, as whom, and who that may be.
struct Match {
  const ids::Uuid& match_id;
  const ids::Uuid& registered;
  const HashedDetails& hashed;
  const LikelyPerson& likely;
};

// Adds a match to the answer, as far as the organisation's share of the day goes; nothing where the two have become one
// meanwhile. Within a body; true where it is told.
absl::StatusOr<bool> Tell(store::Txn& txn, const rpc::Call& call, const Parts& parts, const Match& found,
                          storage::MatchBudget& budget, v1::RegisterPersonResponse& response) {
  NWD_ASSIGN_OR_RETURN(const bool one, joins::AreOne(txn, found.registered, found.likely.person_id));
  if (one || budget.shown() >= kShownADayMax) return false;
  budget.set_shown(budget.shown() + 1);
  storage::PossibleMatch match;
  match.set_matched_person_id(std::string(found.likely.person_id.bytes()));
  match.set_organisation_id(std::string(OrganisationOf(call).bytes()));
  for (const HashedIdentifier& identifier : found.hashed.identifiers) match.add_identifiers(identifier.Kept());
  match.set_expire_time_us(Micros(call.Now() + kPossibleMatchKept));
  matches::Put(txn, found.match_id, match);
  v1::PossibleMatch& told = *response.mutable_possible_match();
  told.set_match_token(parts.tokens.Seal(kMatchScope, Cat(found.registered.bytes(), found.match_id.bytes())));
  for (const std::string& field : found.likely.agreed_fields) told.add_agreed_fields(field);
  return true;
}

}  // namespace

void PersonService::Register(rpc::Router& router) {
  router.Unary(this, &PersonService::RegisterPerson, [](const rpc::Call&, const v1::RegisterPersonRequest& request) {
    return CheckDetails(request.details()).status();
  });
  router.Unary(this, &PersonService::FindPerson,
               [](const rpc::Call&, const v1::FindPersonRequest& request) { return CheckSought(request).status(); });
  router.Unary(this, &PersonService::ResolveRef);
}

async::Task<absl::StatusOr<v1::RegisterPersonResponse>> PersonService::RegisterPerson(
    rpc::Call& call, const v1::RegisterPersonRequest& request) {
  call.ProveTie(common::v1::TIE_SELF);
  NWD_CO_ASSIGN_OR_RETURN(const CheckedDetails details, CheckDetails(request.details()));
  const HashedDetails hashed = parts_.hashes.Hash(details);
  NWD_CO_ASSIGN_OR_RETURN(const bool may_compare, co_await MayCompare(call, hashed));
  std::optional<LikelyPerson> likely;
  if (may_compare) {
    NWD_CO_ASSIGN_OR_RETURN(likely, co_await FindLikely(parts_, details, hashed));
  }
  const ids::Uuid fresh_id = ids::Uuid::Random();
  absl::StatusOr<v1::RegisterPersonResponse> registered =
      co_await RegisterAs(call, request, details, hashed, likely, fresh_id);
  // A join leaves a key behind, and so may an error.
  if (!registered.ok() || registered->person_ref() != parts_.references.ReferenceOf(OrganisationOf(call), fresh_id)) {
    parts_.unused_keys.Note({fresh_id});
  }
  co_return registered;
}

async::Task<absl::StatusOr<v1::RegisterPersonResponse>> PersonService::RegisterAs(
    rpc::Call& call, const v1::RegisterPersonRequest& request, const CheckedDetails& details,
    const HashedDetails& hashed, const std::optional<LikelyPerson>& likely, const ids::Uuid& fresh_id) {
  // A key is made whether or not it will be needed, so that joining takes as long as registering.
  Candidate fresh{fresh_id, nullptr};
  NWD_CO_ASSIGN_OR_RETURN(fresh.key, co_await parts_.person_keys.Ensure(fresh.person_id));
  for (int i = 0; i < kRegisterTries; ++i) {
    NWD_CO_ASSIGN_OR_RETURN(const std::optional<v1::RegisterPersonResponse> registered,
                            co_await TryRegister(call, request, details, hashed, likely, fresh));
    if (registered.has_value()) co_return *registered;
  }
  co_return status::Error(absl::StatusCode::kUnavailable, reasons::kBusy,
                          "this person's registration is changing at this moment; try again shortly");
}

async::Task<absl::StatusOr<std::optional<v1::RegisterPersonResponse>>> PersonService::TryRegister(
    rpc::Call& call, const v1::RegisterPersonRequest& request, const CheckedDetails& details,
    const HashedDetails& hashed, const std::optional<LikelyPerson>& likely, const Candidate& fresh) {
  const ids::Uuid organisation = OrganisationOf(call);
  const absl::Time now = call.Now();
  auto look = [&](const store::Reader& reader) { return people::FindCertain(reader, hashed); };
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<ids::Uuid> certain, co_await parts_.store.View(look));
  Candidate person = fresh;
  if (certain.has_value()) {
    person.person_id = *certain;
    NWD_CO_ASSIGN_OR_RETURN(person.key, co_await KeyOrNull(parts_, *certain));
    // They are being erased: soon they are nobody.
    if (person.key == nullptr) co_return std::optional<v1::RegisterPersonResponse>();
  }
  const std::string sealed = SealDetails(*fresh.key, fresh.person_id, details);
  const std::string given = SealGiven(*person.key, person.person_id, organisation, details);

  bool shown = false, first_try = false;
  auto effect = [&](store::Txn& txn) -> absl::StatusOr<v1::RegisterPersonResponse> {
    first_try = true;
    NWD_ASSIGN_OR_RETURN(std::optional<storage::Person> row, people::Find(txn, person.person_id));
    if (!row.has_value()) {
      row.emplace();
      row->set_sealed_details(sealed);
      row->set_match_hash(hashed.match_hash);
      row->set_create_time_us(Micros(now));
      matches::AddBlocks(txn, person.person_id, hashed);
    }
    NWD_RETURN_IF_ERROR(people::BindIdentifiers(txn, person.person_id, organisation, hashed, now, *row));
    people::Put(txn, person.person_id, *row);
    NWD_ASSIGN_OR_RETURN(const bool held, people::KeepHolder(txn, person.person_id, organisation, now, given));
    if (!held) {
      AppendPersonChange(
          txn, person.person_id,
          certain.has_value() ? common::v1::PersonChange::TYPE_JOINED : common::v1::PersonChange::TYPE_REGISTERED,
          organisation, now);
    }
    Record(parts_, txn, "person.registered", now, person.person_id, person.key, DeedOf(call));
    v1::RegisterPersonResponse response;
    response.set_person_ref(parts_.references.ReferenceOf(organisation, person.person_id));
    NWD_ASSIGN_OR_RETURN(storage::MatchBudget budget, matches::BudgetOf(txn, now, organisation));
    budget.set_compared(budget.compared() + 1);
    if (likely.has_value()) {
      // The id that was made for this registration is nobody else's, so it does for the match.
      const Match found{fresh.person_id, person.person_id, hashed, *likely};
      NWD_ASSIGN_OR_RETURN(shown, Tell(txn, call, parts_, found, budget, response));
    }
    matches::PutBudget(txn, now, organisation, budget);
    return response;
  };
  auto body = [&](store::Txn& txn) -> absl::StatusOr<std::optional<v1::RegisterPersonResponse>> {
    shown = first_try = false;
    NWD_ASSIGN_OR_RETURN(const std::optional<ids::Uuid> still, people::FindCertain(txn, hashed));
    if (still != certain) return std::optional<v1::RegisterPersonResponse>();
    auto once = [&] { return effect(txn); };
    NWD_ASSIGN_OR_RETURN(v1::RegisterPersonResponse response,
                         parts_.requests.Once<v1::RegisterPersonResponse>(txn, call, request, once));
    if (!first_try) NWD_RETURN_IF_ERROR(CheckStillHeld(txn, organisation, response.person_ref()));
    return std::make_optional(std::move(response));
  };
  absl::StatusOr<std::optional<v1::RegisterPersonResponse>> registered =
      co_await parts_.store.Update(body, call.deadline());
  if (registered.ok() && shown) parts_.figures.matches_shown.Increment();
  co_return registered;
}

absl::Status PersonService::CheckStillHeld(const store::Reader& reader, const ids::Uuid& organisation,
                                           const std::string& person_ref) const {
  const ids::Uuid person_id = parts_.references.PersonOf(organisation, person_ref).value_or(ids::Uuid());
  NWD_ASSIGN_OR_RETURN(const bool held, people::Holds(reader, person_id, organisation));
  if (held) return absl::OkStatus();
  return status::Error(
      absl::StatusCode::kFailedPrecondition, reasons::kErased,
      "the person whom this request registered was erased since; somebody new needs another request_id");
}

async::Task<absl::StatusOr<bool>> PersonService::MayCompare(const rpc::Call& call, const HashedDetails& hashed) {
  auto look = [&](const store::Reader& reader) -> absl::StatusOr<bool> {
    NWD_ASSIGN_OR_RETURN(const storage::MatchBudget budget,
                         matches::BudgetOf(reader, call.Now(), OrganisationOf(call)));
    if (budget.compared() >= parts_.options.compared_a_day_max) return false;
    for (const HashedIdentifier& identifier : hashed.identifiers) {
      NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> owners, people::FindByIdentifier(reader, identifier));
      NWD_ASSIGN_OR_RETURN(const size_t held, people::CountHeld(reader, owners, OrganisationOf(call)));
      if (held >= kNumberComparedMax) return false;
    }
    return true;
  };
  co_return co_await parts_.store.View(look);
}

async::Task<absl::StatusOr<v1::FindPersonResponse>> PersonService::FindPerson(rpc::Call& call,
                                                                              const v1::FindPersonRequest& request) {
  call.ProveTie(common::v1::TIE_SELF);
  NWD_CO_ASSIGN_OR_RETURN(const CheckedIdentifier identifier, CheckSought(request));
  const ids::Uuid organisation = OrganisationOf(call);
  const HashedIdentifier hashed = parts_.hashes.Hash(identifier);
  auto body = [&](const store::Reader& reader) -> absl::StatusOr<std::vector<ids::Uuid>> {
    NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> people, people::FindByIdentifier(reader, hashed));
    std::vector<ids::Uuid> held;
    for (const ids::Uuid& person : people) {
      NWD_ASSIGN_OR_RETURN(const bool holds, people::Holds(reader, person, organisation));
      if (holds) held.push_back(person);
    }
    return held;
  };
  NWD_CO_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> found, co_await parts_.store.View(body));
  // Sought and found, or sought in vain: logged either way, as a check is.
  NWD_CO_RETURN_IF_ERROR(parts_.check_log.Add({"person.sought", call.Now(), ids::Uuid(), nullptr, DeedOf(call)}));
  if (parts_.check_log.Closing()) NWD_CO_RETURN_IF_ERROR(co_await parts_.check_log.Flush());
  v1::FindPersonResponse response;
  for (const ids::Uuid& person : found) response.add_person_refs(parts_.references.ReferenceOf(organisation, person));
  co_return response;
}

async::Task<absl::StatusOr<v1::ResolveRefResponse>> PersonService::ResolveRef(rpc::Call&,
                                                                              const v1::ResolveRefRequest& request) {
  if (request.person_ref().empty() == request.person_id().empty()) {
    co_return status::InvalidField("person_ref", "exactly one of person_ref and person_id must be given");
  }
  const bool by_reference = !request.person_ref().empty();
  const ids::Uuid organisation = IdIn(request.on_behalf_of());
  const ids::Uuid person = by_reference
                               ? parts_.references.PersonOf(organisation, request.person_ref()).value_or(ids::Uuid())
                               : IdIn(request.person_id());
  // By its reference an organisation names whom it holds or, a resident channel, acts for, and nobody else.
  const ties::Asker asker = ties::AskerOf(organisation, parts_.organisations.Known(request.on_behalf_of()));
  auto may_be_named = [&](const store::Reader& reader) -> absl::StatusOr<bool> {
    if (by_reference) return ties::HasPerson(reader, asker, person);
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::Person> known, people::Find(reader, person));
    return known.has_value();
  };
  auto body = [&](const store::Reader& reader) -> absl::StatusOr<v1::ResolveRefResponse> {
    NWD_ASSIGN_OR_RETURN(const bool named, may_be_named(reader));
    if (!named) return status::Denied();
    v1::ResolveRefResponse response;
    response.set_person_id(person.ToString());
    NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> family, joins::FamilyOf(reader, person));
    for (size_t i = 1; i < family.size(); ++i) {
      response.add_joined_person_ids(family[i].ToString());
      NWD_ASSIGN_OR_RETURN(const bool has, ties::HasId(reader, asker, family[i]));
      if (has) response.add_other_person_refs(parts_.references.ReferenceOf(organisation, family[i]));
    }
    for (const std::string& id : request.organisation_ids()) {
      NWD_ASSIGN_OR_RETURN(const ids::Uuid as_held, joins::AsHeldBy(reader, person, IdIn(id)));
      (*response.mutable_refs())[id] = parts_.references.ReferenceOf(IdIn(id), as_held);
    }
    return response;
  };
  co_return co_await parts_.store.View(body);
}

}  // namespace nwd::consent
