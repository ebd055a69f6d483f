#include "services/consent/named_consent.h"

#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "services/consent/reasons.h"
#include "services/consent/ties.h"
#include "services/consent/wrong_state.h"

namespace nwd::consent {
namespace {

async::Task<absl::StatusOr<NamedConsent>> WithKey(const Parts& parts, ids::Uuid consent_id,
                                                  const std::optional<storage::Consent>& consent) {
  NamedConsent named;
  named.consent_id = consent_id;
  if (consent.has_value()) {
    named.person_id = consents::IdOf(consent->person_id());
    named.seen = *consent;
  }
  NWD_CO_ASSIGN_OR_RETURN(named.key, co_await KeyOrNull(parts, named.person_id));
  co_return named;
}

}  // namespace

async::Task<absl::StatusOr<NamedConsent>> LookUp(const Parts& parts, const std::string& consent_id) {
  const ids::Uuid id = IdIn(consent_id);
  auto body = [&](const store::Reader& reader) { return consents::Find(reader, id); };
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<storage::Consent> consent, co_await parts.store.View(body));
  co_return co_await WithKey(parts, id, consent);
}

async::Task<absl::StatusOr<NamedConsent>> LookUp(const Parts& parts, const rpc::Call& call,
                                                 const std::string& consent_id, common::v1::Tie tie) {
  const ids::Uuid id = IdIn(consent_id);
  const ties::Asker asker = ties::AskerOf(call);
  auto body = [&](const store::Reader& reader) -> absl::StatusOr<std::optional<storage::Consent>> {
    NWD_ASSIGN_OR_RETURN(std::optional<storage::Consent> consent, consents::Find(reader, id));
    NWD_ASSIGN_OR_RETURN(const bool has, ties::Has(reader, asker, tie, consent));
    if (!has) return status::Denied();
    return consent;
  };
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<storage::Consent> consent, co_await parts.store.View(body));
  co_return co_await WithKey(parts, id, consent);
}

storage::Deed DeedOn(const rpc::Call& call, const storage::Consent& consent) {
  storage::Deed deed = DeedOf(call);
  deed.set_consent_id(consent.consent_id());
  deed.set_state(consent.state());
  deed.set_revision(consent.revision());
  return deed;
}

absl::Status WrongState(ConsentState state, ConsentEvent event) {
  const std::string states = StatesThatTake(event);
  return WrongState({.thing = "consent",
                     .state = StateName(state),
                     .event = EventName(event),
                     .states = states,
                     .otherwise = IsTerminal(state) ? "it is over: draw up a new one where one is needed" : ""});
}

absl::Status CheckAuthority(const storage::Consent& consent, absl::Time now) {
  if (consent.authority_until_us() == 0 || Micros(now) < consent.authority_until_us()) return absl::OkStatus();
  return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kAuthorityEnded,
                       "the authority of the person's representative has ended; nobody can agree on it for the person");
}

}  // namespace nwd::consent
