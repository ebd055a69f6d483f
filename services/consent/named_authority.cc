#include "services/consent/named_authority.h"

#include "services/consent/consent_rows.h"
#include "services/consent/wrong_state.h"

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
  return WrongState({.thing = "authority",
                     .state = StateName(state),
                     .event = EventName(event),
                     .states = states,
                     .otherwise = IsOver(state) ? "it is over: assert a new one where one is needed" : ""});
}

}  // namespace nwd::consent
