#include "services/referral/mover.h"

#include "absl/strings/ascii.h"
#include "common/base/check.h"
#include "common/base/macros.h"
#include "services/referral/appointment_rows.h"
#include "services/referral/changes.h"
#include "services/referral/places.h"
#include "services/referral/repository.h"
#include "services/referral/times.h"
#include "services/referral/words.h"

namespace nwd::referral {
namespace {

std::string AuditType(const storage::Event& event) {
  std::string type = "referral." + ActionWord(event.action());
  for (char& c : type) c = absl::ascii_tolower(static_cast<unsigned char>(c));
  return type;
}

storage::AuditDetail DetailOf(const storage::Referral& referral, const storage::Event& event) {
  storage::AuditDetail detail;
  detail.set_referral_id(referral.referral_id());
  detail.set_action(event.action());
  detail.set_from_state(event.from_state());
  detail.set_to_state(event.to_state());
  detail.set_reason(event.reason());
  detail.set_actor_organisation_id(event.actor_organisation_id());
  detail.set_practitioner(event.practitioner());
  return detail;
}

}  // namespace

absl::StatusOr<Findings> Mover::Look(const store::Reader& reader, const storage::Referral& referral, Guards guards,
                                     const Asked& asked) const {
  Findings findings;
  findings.outcomes = asked.outcomes;
  if (guards.Meets({Guard::kBasisPermits, Guard::kBasisStands})) {
    NWD_ASSIGN_OR_RETURN(const auto ended, repository::FindEndedBasis(reader, BasisIdOf(referral)));
    findings.basis_permits = asked.basis_permits && !ended;
    findings.basis_stands = asked.basis_stands && !ended;
  }
  if (guards.Meets({Guard::kServiceTakes, Guard::kRoom})) {
    NWD_ASSIGN_OR_RETURN(const auto service, directory_.FindService(reader, referral.service_id()));
    findings.service_takes = service && service->active() && service->accepts_referrals() &&
                             service->organisation_id() == referral.receiver_organisation_id();
    const std::optional<int32_t> capacity =
        service && service->has_capacity() ? std::optional<int32_t>(service->capacity()) : std::nullopt;
    NWD_ASSIGN_OR_RETURN(findings.has_room, places::HasRoom(reader, referral.service_id(), capacity));
  }
  if (guards.Has(Guard::kNoOtherOpen)) {
    NWD_ASSIGN_OR_RETURN(findings.other_open, repository::HasOtherOpen(reader, referral, asked.joined_person_ids));
  }
  if (guards.Has(Guard::kMissedIfNoShow)) {
    NWD_ASSIGN_OR_RETURN(findings.missed_appointments, appointments::CountMissed(reader, referral.referral_id()));
  }
  return findings;
}

absl::StatusOr<std::vector<outbox::EntryId>> Mover::Commit(store::Txn& txn, const storage::Referral* before,
                                                           std::span<const Planned> moves, const crypto::AeadKey& key,
                                                           std::string_view trace_id) const {
  NWD_CHECK(!moves.empty());
  const storage::Referral& after = moves.back().next;
  const bool held = before != nullptr && before->place_held();
  if (!held && after.place_held()) NWD_RETURN_IF_ERROR(places::Take(txn, after.service_id()));
  if (held && !after.place_held()) NWD_RETURN_IF_ERROR(places::GiveBack(txn, after.service_id()));

  const bool removed = moves.back().Does(Effect::kDelete);
  if (removed) {
    NWD_CHECK(before != nullptr);
    NWD_RETURN_IF_ERROR(repository::Remove(txn, *before));
  } else {
    repository::Put(txn, before, after);
  }
  const ids::Uuid person_id = ids::Uuid::Parse(after.person_id()).value_or(ids::Uuid());
  std::vector<outbox::EntryId> deliveries;
  for (const Planned& move : moves) {
    if (!removed) repository::PutEvent(txn, after.referral_id(), move.event);
    txn.Append(store::Feed::kChanges, ReferralChangeOf(move.next, move.event).SerializeAsString());
    audit_.Append(txn, AuditType(move.event), FromMicros(move.event.event_time_us()), person_id, key,
                  DetailOf(move.next, move.event));
    const bool moves_grant = move.Does(Effect::kMoveGrant) && kTakenOn.Has(move.event.from_state());
    if (HasGrant(move.next) && (move.Does(Effect::kOpenGrant) || moves_grant)) {
      deliveries.push_back(AddGrant(txn, kOpenAccess, move.next, trace_id));
    }
  }
  return deliveries;
}

void Mover::Audit(store::Txn& txn, std::string_view type, const storage::Referral& referral, const std::string& part_id,
                  const Doer& doer, const crypto::AeadKey& key, v1::AppointmentState appointment_state) const {
  storage::AuditDetail detail;
  detail.set_referral_id(referral.referral_id());
  detail.set_part_id(part_id);
  detail.set_actor_organisation_id(doer.organisation_id);
  detail.set_practitioner(doer.practitioner);
  detail.set_appointment_state(appointment_state);
  const ids::Uuid person_id = ids::Uuid::Parse(referral.person_id()).value_or(ids::Uuid());
  audit_.Append(txn, type, doer.time, person_id, key, detail);
}

outbox::EntryId Mover::AddGrant(store::Txn& txn, std::string_view kind, const storage::Referral& referral,
                                std::string_view trace_id) const {
  return outbox_.Add(txn, kind, referral.referral_id(), GrantOf(referral).SerializeAsString(), trace_id);
}

storage::Grant GrantOf(const storage::Referral& referral) {
  storage::Grant grant;
  grant.set_referral_id(referral.referral_id());
  grant.set_consent_id(referral.consent_id());
  grant.set_person_id(referral.person_id());
  grant.set_organisation_id(referral.receiver_organisation_id());
  grant.set_access_number(referral.access_number());
  return grant;
}

}  // namespace nwd::referral
