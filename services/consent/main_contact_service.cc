#include "services/consent/main_contact_service.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "common/base/timestamps.h"
#include "services/consent/ceilings.h"
#include "services/consent/consent_rows.h"
#include "services/consent/enrolments.h"
#include "services/consent/joins.h"
#include "services/consent/main_contact_rows.h"
#include "services/consent/person_rows.h"
#include "services/consent/reasons.h"
#include "services/consent/ties.h"

namespace nwd::consent {

namespace {

// Whoever is a person's main contact is told that an emergency opened their record: what that tells of them is not for
// every kind of organisation.
absl::Status CheckKind(common::v1::OrganisationKind kind) {
  if (MaySeeAll(kind, kAllCategories)) return absl::OkStatus();
  return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kNotForThisKind,
                       "an organisation of this kind may not be let see everything about a person, so it cannot be "
                       "their main contact, who is told of emergency accesses",
                       {{"kind", common::v1::OrganisationKind_Name(kind)}});
}

}  // namespace

void MainContactService::Register(rpc::Router& router) {
  router.Unary(this, &MainContactService::SetMainContact);
  router.Unary(this, &MainContactService::GetPerson);
}

async::Task<absl::StatusOr<v1::SetMainContactResponse>> MainContactService::SetMainContact(
    rpc::Call& call, const v1::SetMainContactRequest& request) {
  const ids::Uuid organisation = OrganisationOf(call);
  const ids::Uuid named = parts_.references.PersonOf(organisation, request.person_ref()).value_or(ids::Uuid());
  NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key, co_await KeyOrNull(parts_, named));
  auto effect = [&](store::Txn& txn) -> absl::StatusOr<v1::SetMainContactResponse> {
    NWD_ASSIGN_OR_RETURN(const storage::Person before, people::LatestMainContact(txn, named));
    v1::SetMainContactResponse response;
    if (!before.main_contact_organisation_id().empty()) {
      response.set_previous_organisation_id(consents::IdOf(before.main_contact_organisation_id()).ToString());
    }
    NWD_ASSIGN_OR_RETURN(std::optional<storage::Person> person, people::Find(txn, named));
    if (!person.has_value()) return status::Denied();
    person->set_main_contact_organisation_id(std::string(organisation.bytes()));
    // After the one before, whatever the clock says.
    person->set_main_contact_time_us(std::max(Micros(call.Now()), before.main_contact_time_us() + 1));
    people::Put(txn, named, *person);
    AppendPersonChange(txn, named, common::v1::PersonChange::TYPE_MAIN_CONTACT, organisation, call.Now());
    Record(parts_, txn, "person.main-contact", call.Now(), named, key, DeedOf(call));
    return response;
  };
  auto body = [&](store::Txn& txn) -> absl::StatusOr<v1::SetMainContactResponse> {
    NWD_RETURN_IF_ERROR(HeldPerson(parts_, txn, call, request.person_ref()).status());
    NWD_RETURN_IF_ERROR(CheckKind(ties::AskerOf(call).kind));
    auto once = [&] { return effect(txn); };
    return parts_.requests.Once<v1::SetMainContactResponse>(txn, call, request, once);
  };
  co_return co_await parts_.store.Update(body, call.deadline());
}

async::Task<absl::StatusOr<v1::GetPersonResponse>> MainContactService::GetPerson(rpc::Call& call,
                                                                                 const v1::GetPersonRequest& request) {
  const ids::Uuid organisation = OrganisationOf(call);
  auto body = [&](const store::Reader& reader) -> absl::StatusOr<v1::GetPersonResponse> {
    NWD_ASSIGN_OR_RETURN(const ids::Uuid named, HeldPerson(parts_, reader, call, request.person_ref()));
    v1::GetPersonResponse response;
    NWD_ASSIGN_OR_RETURN(const storage::Person contact, people::LatestMainContact(reader, named));
    if (!contact.main_contact_organisation_id().empty()) {
      response.set_main_contact_organisation_id(consents::IdOf(contact.main_contact_organisation_id()).ToString());
      *response.mutable_main_contact_time() = MicrosToTimestamp(contact.main_contact_time_us());
    }
    NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> family, joins::FamilyOf(reader, named));
    for (const ids::Uuid& relative : family) {
      if (relative == named) continue;
      NWD_ASSIGN_OR_RETURN(const bool theirs, ties::HasId(reader, ties::AskerOf(call), relative));
      if (theirs) response.add_other_person_refs(parts_.references.ReferenceOf(organisation, relative));
    }
    NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> channels, enrolments::ChannelsOf(reader, named));
    for (const ids::Uuid& channel : channels) response.add_channel_organisation_ids(channel.ToString());
    return response;
  };
  co_return co_await parts_.store.View(body);
}

}  // namespace nwd::consent
