// What a caller is to a person and to a consent, in one place: an organisation is what it did (it registered the person,
// captured the consent, is named in it); a resident channel is the people who enrolled with it, and nothing else.
//
//   NWD_ASSIGN_OR_RETURN(const std::optional<storage::Consent> consent, consents::Find(txn, consent_id));
//   NWD_RETURN_IF_ERROR(ties::Prove(txn, call, common::v1::TIE_CONSENT_PARTY, consent));
//
// A channel is an organisation whose only role that is, now: what it was enrolled for, named in or registered under
// another role gives it nothing under this one, and the other way round. Whoever lacks a tie is denied at the cost of
// the same reads, whether or not the person or the consent exists. Called within a View or an Update; errors are
// Denied(), the store's, or DATA_LOSS for what does not parse. No state.
#pragma once

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/access/registry.h"
#include "common/ids/uuid.h"
#include "common/rpc/call.h"
#include "common/store/store.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent::ties {

struct Asker {
  ids::Uuid organisation_id;  // nil for one of our own services
  bool is_channel = false;
  common::v1::OrganisationKind kind = common::v1::ORGANISATION_KIND_UNSPECIFIED;
};
Asker AskerOf(const rpc::Call& call);
// Another organisation than the caller, for which one of our services asks; null where it is not known here.
Asker AskerOf(const ids::Uuid& organisation_id, const access::OrganisationPtr& organisation);

// Whether the person is the asker's to name: it registered them, or they are enrolled with it.
absl::StatusOr<bool> HasPerson(const store::Reader& reader, const Asker& asker, const ids::Uuid& person_id);
// The same of this very id, whatever other ids the person has.
absl::StatusOr<bool> HasId(const store::Reader& reader, const Asker& asker, const ids::Uuid& person_id);

// Whether the asker is what TIE_CONSENT_CAPTOR or TIE_CONSENT_PARTY says; there is no tie to nothing. To decide, which
// is the captor's, no channel will do that is itself a party: what it would read it does not also agree to.
absl::StatusOr<bool> Has(const store::Reader& reader, const Asker& asker, common::v1::Tie tie,
                         const std::optional<storage::Consent>& consent);
// Denied where the caller lacks it.
absl::Status Prove(const store::Reader& reader, rpc::Call& call, common::v1::Tie tie,
                   const std::optional<storage::Consent>& consent);

// Whether what is said through the channel, which has the tie of a captor, confirms the consent as the person's own.
// Not where the consent's captor ever enrolled them there, though that ended since: who may hand out codes could type
// one in, and confirm for the person what it captured for itself.
absl::StatusOr<bool> Confirms(const store::Reader& reader, const Asker& channel, const storage::Consent& consent);

}  // namespace nwd::consent::ties
