#include "services/consent/named_authority.h"

#include "common/base/strings.h"
#include "services/consent/consent_rows.h"
#include "services/consent/reasons.h"

namespace nwd::consent {

async::Task<absl::StatusOr<NamedAuthority>> LookUpAuthority(const Parts& parts, const std::string& authority_id) {
  NamedAuthority named;
  named.authority_id = IdIn(authority_id);
  auto body = [&](const store::Reader& reader) { return authorities::Find(reader, named.authority_id); };
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<storage::Authority> authority, co_await parts.store.View(body));
  if (authority.has_value()) named.person_id = consents::IdOf(authority->person_id());
  NWD_CO_ASSIGN_OR_RETURN(named.key, co_await KeyOrNull(parts, named.person_id));
  co_return named;
}

storage::Deed DeedOn(const rpc::Call& call, const storage::Authority& authority) {
  storage::Deed deed = DeedOf(call);
  deed.set_authority_id(authority.authority_id());
  deed.set_lawful_basis(authority.lawful_basis());
  deed.set_agreement_id(authority.agreement_id());
  deed.set_revision(authority.revision());
  return deed;
}

absl::Status WrongState(AuthorityState state, AuthorityEvent event) {
  const std::string states = StatesThatTake(event);
  const std::string_view otherwise = IsOver(state) ? "; it is over: assert a new one where one is needed" : "";
  return status::Error(
      absl::StatusCode::kFailedPrecondition, reasons::kWrongState,
      Cat("the authority is ", StateName(state), "; ", EventName(event), " is possible from ", states, otherwise),
      {{"state", std::string(StateName(state))}, {"event", std::string(EventName(event))}, {"states", states}});
}

}  // namespace nwd::consent
