#include "services/consent/held_person.h"

#include "services/consent/joins.h"
#include "services/consent/person_rows.h"

namespace nwd::consent {

async::Task<absl::StatusOr<HeldWithKey>> LookUpHeld(const Parts& parts, rpc::Call& call,
                                                    const std::string& person_ref) {
  const ids::Uuid organisation = OrganisationOf(call);
  HeldWithKey person;
  person.person_id = parts.references.PersonOf(organisation, person_ref).value_or(ids::Uuid());
  auto holds = [&](const store::Reader& reader) { return people::Holds(reader, person.person_id, organisation); };
  NWD_CO_ASSIGN_OR_RETURN(const bool held, co_await parts.store.View(holds));
  NWD_CO_ASSIGN_OR_RETURN(person.key, co_await KeyOrNull(parts, person.person_id));
  if (!held || person.key == nullptr) co_return status::Denied();
  call.ProveTie(common::v1::TIE_PERSON_HOLDER);
  co_return person;
}

absl::StatusOr<std::string> ReferenceFor(const store::Reader& reader, const Parts& parts, const ids::Uuid& organisation,
                                         const ids::Uuid& person_id) {
  NWD_ASSIGN_OR_RETURN(const ids::Uuid as_held, joins::AsHeldBy(reader, person_id, organisation));
  NWD_ASSIGN_OR_RETURN(const bool held, people::Holds(reader, as_held, organisation));
  return held ? parts.references.ReferenceOf(organisation, as_held) : std::string();
}

}  // namespace nwd::consent
