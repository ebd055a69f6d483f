#include "services/consent/ties.h"

#include "common/access/resident_channel.h"
#include "common/base/check.h"
#include "common/base/macros.h"
#include "common/status/status.h"
#include "services/consent/consent_rows.h"
#include "services/consent/decide.h"
#include "services/consent/enrolments.h"
#include "services/consent/organisations.h"
#include "services/consent/person_rows.h"

namespace nwd::consent::ties {

Asker AskerOf(const rpc::Call& call) {
  return AskerOf(ids::Uuid::Parse(call.organisation_id()).value_or(ids::Uuid()), call.caller().organisation);
}

Asker AskerOf(const ids::Uuid& organisation_id, const access::OrganisationPtr& organisation) {
  return {organisation_id, access::IsResidentChannel(organisation), KindNow(organisation)};
}

absl::StatusOr<bool> HasPerson(const store::Reader& reader, const Asker& asker, const ids::Uuid& person_id) {
  if (asker.is_channel) return enrolments::ActsFor(reader, person_id, asker.organisation_id);
  return people::Holds(reader, person_id, asker.organisation_id);
}

absl::StatusOr<bool> HasId(const store::Reader& reader, const Asker& asker, const ids::Uuid& person_id) {
  if (!asker.is_channel) return people::Holds(reader, person_id, asker.organisation_id);
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::Enrolment> enrolment,
                       enrolments::Find(reader, person_id, asker.organisation_id));
  return enrolments::Lasts(enrolment);
}

absl::StatusOr<bool> Has(const store::Reader& reader, const Asker& asker, common::v1::Tie tie,
                         const std::optional<storage::Consent>& consent) {
  NWD_CHECK(tie == common::v1::TIE_CONSENT_CAPTOR || tie == common::v1::TIE_CONSENT_PARTY);
  const bool captor = tie == common::v1::TIE_CONSENT_CAPTOR;
  if (!asker.is_channel) {
    if (!consent.has_value()) return false;
    return captor ? consent->captor_organisation_id() == asker.organisation_id.bytes()
                  : IsParty(*consent, asker.organisation_id);
  }
  const ids::Uuid person_id = consent.has_value() ? consents::IdOf(consent->person_id()) : ids::Uuid();
  NWD_ASSIGN_OR_RETURN(const bool acts, enrolments::ActsFor(reader, person_id, asker.organisation_id));
  return consent.has_value() && acts && !(captor && IsParty(*consent, asker.organisation_id));
}

absl::Status Prove(const store::Reader& reader, rpc::Call& call, common::v1::Tie tie,
                   const std::optional<storage::Consent>& consent) {
  NWD_ASSIGN_OR_RETURN(const bool has, Has(reader, AskerOf(call), tie, consent));
  if (!has) return status::Denied();
  call.ProveTie(tie);
  return absl::OkStatus();
}

absl::StatusOr<bool> Confirms(const store::Reader& reader, const Asker& channel, const storage::Consent& consent) {
  NWD_ASSIGN_OR_RETURN(const bool by_captor,
                       enrolments::WasMadeBy(reader, consents::IdOf(consent.person_id()), channel.organisation_id,
                                             consents::IdOf(consent.captor_organisation_id())));
  return !by_captor;
}

}  // namespace nwd::consent::ties
