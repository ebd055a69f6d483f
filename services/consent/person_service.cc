#include "services/consent/person_service.h"

#include "common/base/strings.h"
#include "services/consent/limits.h"
#include "services/consent/person_rows.h"
#include "services/consent/times.h"

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
  // A key is made whether or not it will be needed, so that joining takes as long as registering.
  Candidate fresh{ids::Uuid::Random(), nullptr};
  NWD_CO_ASSIGN_OR_RETURN(fresh.key, co_await parts_.person_keys.Ensure(fresh.person_id));
  absl::StatusOr<v1::RegisterPersonResponse> registered;
  for (int i = 0; i < kRegisterTries; ++i) {
    registered = co_await TryRegister(call, request, details, hashed, fresh);
    if (!absl::IsAborted(registered.status())) break;
  }
  // Only where it is certain that nobody was registered under it: an error may leave that open.
  if (registered.ok() &&
      registered->person_ref() != parts_.references.ReferenceOf(OrganisationOf(call), fresh.person_id)) {
    NoteUnused(fresh.person_id);
  }
  co_return registered;
}

async::Task<absl::StatusOr<v1::RegisterPersonResponse>> PersonService::TryRegister(
    rpc::Call& call, const v1::RegisterPersonRequest& request, const CheckedDetails& details,
    const HashedDetails& hashed, const Candidate& fresh) {
  const ids::Uuid organisation = OrganisationOf(call);
  const absl::Time now = call.Now();
  auto look = [&](const store::Reader& reader) { return people::FindCertain(reader, hashed); };
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<ids::Uuid> certain, co_await parts_.store.View(look));
  Candidate person = fresh;
  if (certain.has_value()) {
    person.person_id = *certain;
    NWD_CO_ASSIGN_OR_RETURN(person.key, co_await parts_.person_keys.Find(*certain));
  }
  const std::string sealed = SealDetails(*fresh.key, fresh.person_id, details);

  auto effect = [&](store::Txn& txn) -> absl::StatusOr<v1::RegisterPersonResponse> {
    NWD_ASSIGN_OR_RETURN(const std::optional<ids::Uuid> still, people::FindCertain(txn, hashed));
    if (still != certain)
      return absl::AbortedError("somebody else registered this person at the same moment; try again");
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
  auto body = [&](store::Txn& txn) {
    auto once = [&] { return effect(txn); };
    return parts_.requests.Once<v1::RegisterPersonResponse>(txn, call, request, once);
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
  const ids::Uuid person =
      request.person_ref().empty()
          ? IdIn(request.person_id())
          : parts_.references.PersonOf(IdIn(request.on_behalf_of()), request.person_ref()).value_or(ids::Uuid());
  auto body = [&](const store::Reader& reader) { return people::Find(reader, person); };
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<storage::Person> known, co_await parts_.store.View(body));
  if (!known.has_value()) co_return status::Denied();
  v1::ResolveRefResponse response;
  response.set_person_id(person.ToString());
  for (const std::string& organisation_id : request.organisation_ids()) {
    (*response.mutable_refs())[organisation_id] = parts_.references.ReferenceOf(IdIn(organisation_id), person);
  }
  co_return response;
}

async::Task<absl::Status> PersonService::DestroyUnusedKeys() {
  std::vector<ids::Uuid> unused;
  {
    absl::MutexLock lock(&mutex_);
    unused.swap(unused_);
  }
  for (const ids::Uuid& person : unused) {
    auto look = [&](const store::Reader& reader) { return people::Find(reader, person); };
    NWD_CO_ASSIGN_OR_RETURN(const std::optional<storage::Person> registered, co_await parts_.store.View(look));
    if (registered.has_value()) continue;
    NWD_CO_RETURN_IF_ERROR(co_await parts_.person_keys.Destroy(person));
  }
  co_return absl::OkStatus();
}

void PersonService::NoteUnused(const ids::Uuid& person_id) {
  absl::MutexLock lock(&mutex_);
  if (unused_.size() < kUnusedKeysMax) unused_.push_back(person_id);
}

}  // namespace nwd::consent
