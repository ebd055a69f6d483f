#include "services/consent/named_consent.h"

namespace nwd::consent {

async::Task<absl::StatusOr<NamedConsent>> LookUp(const Parts& parts, const std::string& consent_id) {
  NamedConsent named;
  named.consent_id = IdIn(consent_id);
  auto body = [&](const store::Reader& reader) { return consents::Find(reader, named.consent_id); };
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<storage::Consent> consent, co_await parts.store.View(body));
  if (consent.has_value()) named.person_id = consents::IdOf(consent->person_id());
  NWD_CO_ASSIGN_OR_RETURN(named.key, co_await KeyOrNull(parts, named.person_id));
  co_return named;
}

storage::Deed DeedOn(const rpc::Call& call, const storage::Consent& consent) {
  storage::Deed deed = DeedOf(call);
  deed.set_consent_id(consent.consent_id());
  deed.set_state(consent.state());
  deed.set_revision(consent.revision());
  return deed;
}

}  // namespace nwd::consent
