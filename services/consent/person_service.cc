#include "services/consent/person_service.h"

#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "services/consent/limits.h"
#include "services/consent/person_rows.h"
#include "services/consent/reasons.h"

namespace nwd::consent {
namespace {

std::string SealDetails(const crypto::AeadKey& key, const ids::Uuid& person_id, const CheckedDetails& details) {
  storage::PersonDetails kept;
  kept.set_full_name(details.full_name);
  kept.set_date_of_birth(details.date_of_birth);
  kept.set_postcode(details.postcode);
  return key.Seal(kept.SerializeAsString(), Cat("person-details/", person_id.bytes()));
}

}  // namespace

void PersonService::Register(rpc::Router& router) {
  router.Unary(this, &PersonService::RegisterPerson);
  router.Unary(this, &PersonService::FindPerson);
  router.Unary(this, &PersonService::ResolveRef);
}

async::Task<absl::StatusOr<v1::RegisterPersonResponse>> PersonService::RegisterPerson(
    rpc::Call& call, const v1::RegisterPersonRequest& request) {
  call.ProveTie(common::v1::TIE_SELF);
  NWD_CO_ASSIGN_OR_RETURN(const CheckedDetails details, CheckDetails(request.details()));
  const HashedDetails hashed = parts_.hashes.Hash(details);
  const ids::Uuid fresh_id = ids::Uuid::Random();
  absl::StatusOr<v1::RegisterPersonResponse> registered = co_await RegisterAs(call, request, details, hashed, fresh_id);
  // A join leaves a key behind, and so may an error.
  if (!registered.ok() || registered->person_ref() != parts_.references.ReferenceOf(OrganisationOf(call), fresh_id)) {
    parts_.unused_keys.Note({fresh_id});
  }
  co_return registered;
}

async::Task<absl::StatusOr<v1::RegisterPersonResponse>> PersonService::RegisterAs(
    rpc::Call& call, const v1::RegisterPersonRequest& request, const CheckedDetails& details,
    const HashedDetails& hashed, const ids::Uuid& fresh_id) {
  // A key is made whether or not it will be needed, so that joining takes as long as registering.
  Candidate fresh{fresh_id, nullptr};
  NWD_CO_ASSIGN_OR_RETURN(fresh.key, co_await parts_.person_keys.Ensure(fresh.person_id));
  for (int i = 0; i < kRegisterTries; ++i) {
    NWD_CO_ASSIGN_OR_RETURN(const std::optional<v1::RegisterPersonResponse> registered,
                            co_await TryRegister(call, request, details, hashed, fresh));
    if (registered.has_value()) co_return *registered;
  }
  co_return status::Error(absl::StatusCode::kUnavailable, reasons::kBusy,
                          "this person's registration is changing at this moment; try again shortly");
}

async::Task<absl::StatusOr<std::optional<v1::RegisterPersonResponse>>> PersonService::TryRegister(
    rpc::Call& call, const v1::RegisterPersonRequest& request, const CheckedDetails& details,
    const HashedDetails& hashed, const Candidate& fresh) {
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

  auto effect = [&](store::Txn& txn) -> absl::StatusOr<v1::RegisterPersonResponse> {
    NWD_ASSIGN_OR_RETURN(const bool held, people::Holds(txn, person.person_id, organisation));
    if (!certain.has_value()) {
      storage::Person row;
      row.set_sealed_details(sealed);
      row.set_match_hash(hashed.match_hash);
      row.set_create_time_us(Micros(now));
      people::Put(txn, person.person_id, row);
    }
    NWD_RETURN_IF_ERROR(people::BindIdentifiers(txn, person.person_id, hashed, now));
    if (!held) {
      people::AddHolder(txn, person.person_id, organisation, now);
      AppendPersonChange(
          txn, person.person_id,
          certain.has_value() ? common::v1::PersonChange::TYPE_JOINED : common::v1::PersonChange::TYPE_REGISTERED,
          organisation, now);
    }
    Record(parts_, txn, "person.registered", now, person.person_id, person.key, DeedOf(call));
    v1::RegisterPersonResponse response;
    response.set_person_ref(parts_.references.ReferenceOf(organisation, person.person_id));
    return response;
  };
  auto body = [&](store::Txn& txn) -> absl::StatusOr<std::optional<v1::RegisterPersonResponse>> {
    NWD_ASSIGN_OR_RETURN(const std::optional<ids::Uuid> still, people::FindCertain(txn, hashed));
    if (still != certain) return std::optional<v1::RegisterPersonResponse>();
    auto once = [&] { return effect(txn); };
    NWD_ASSIGN_OR_RETURN(v1::RegisterPersonResponse response,
                         parts_.requests.Once<v1::RegisterPersonResponse>(txn, call, request, once));
    return std::make_optional(std::move(response));
  };
  co_return co_await parts_.store.Update(body, call.deadline());
}

async::Task<absl::StatusOr<v1::FindPersonResponse>> PersonService::FindPerson(rpc::Call& call,
                                                                              const v1::FindPersonRequest& request) {
  call.ProveTie(common::v1::TIE_SELF);
  status::Violations violations;
  const std::vector<CheckedIdentifier> identifiers = CheckIdentifiers(request, "", violations);
  const int named = !request.nino().empty() + !request.nhs_number().empty() + !request.uln().empty();
  if (named != 1) violations.Add("nino", "exactly one of nino, nhs_number and uln must be given");
  NWD_CO_RETURN_IF_ERROR(violations.ToStatus());

  const ids::Uuid organisation = OrganisationOf(call);
  const HashedIdentifier hashed = parts_.hashes.Hash(identifiers.front());
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
  NWD_CO_RETURN_IF_ERROR(
      parts_.check_log.Add(RecordBytes(parts_, "person.sought", call.Now(), ids::Uuid(), nullptr, DeedOf(call))));
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
  // By its reference an organisation names whom it holds, and nobody else.
  auto body = [&](const store::Reader& reader) -> absl::StatusOr<bool> {
    if (by_reference) return people::Holds(reader, person, organisation);
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::Person> known, people::Find(reader, person));
    return known.has_value();
  };
  NWD_CO_ASSIGN_OR_RETURN(const bool may_be_named, co_await parts_.store.View(body));
  if (!may_be_named) co_return status::Denied();
  v1::ResolveRefResponse response;
  response.set_person_id(person.ToString());
  for (const std::string& organisation_id : request.organisation_ids()) {
    (*response.mutable_refs())[organisation_id] = parts_.references.ReferenceOf(IdIn(organisation_id), person);
  }
  co_return response;
}

}  // namespace nwd::consent
