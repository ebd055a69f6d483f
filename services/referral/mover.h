// Carries out planned moves inside a transaction: the referral with its index rows, its events, places, the change that
// others follow, the audit entry, and the access to be opened or closed elsewhere.
//
//   NWD_ASSIGN_OR_RETURN(Findings findings, mover.Look(txn, referral, row.guards, asked));
//   NWD_ASSIGN_OR_RETURN(Planned planned, Plan(referral, command, findings, now, mover.timetable()));
//   NWD_ASSIGN_OR_RETURN(deliveries, mover.Commit(txn, &referral, {&planned, 1}, *key, trace_id));
//
// Thread-safe; the objects it is given outlive it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/audit.h"
#include "common/crypto/aead.h"
#include "common/outbox/outbox.h"
#include "common/store/store.h"
#include "nwd/referral/v1/appointment_service.pb.h"
#include "services/referral/peers.h"
#include "services/referral/plan.h"

namespace nwd::referral {

// Kinds of outbox entries; the payload is a storage::Grant.
inline constexpr std::string_view kOpenAccess = "open-access";
inline constexpr std::string_view kCloseAccess = "close-access";

// Type of the audit entry of text of one side shown to the other.
inline constexpr std::string_view kTextDisclosed = "referral.text-disclosed";

// What was asked of other services before the transaction.
struct Asked {
  bool basis_permits = false;
  bool basis_stands = false;
  std::vector<std::string> joined_person_ids;  // other ids of the same person; told with basis_permits
  int outcomes = 0;
};

// Who did something, and when.
struct Doer {
  std::string organisation_id;
  std::string practitioner;
  absl::Time time;
};

class Mover {
 public:
  Mover(DirectoryPeer& directory, const Timetable& timetable, const audit::Audit& audit, outbox::Outbox& outbox)
      : directory_(directory), timetable_(timetable), audit_(audit), outbox_(outbox) {}

  const Timetable& timetable() const { return timetable_; }

  // What these guards need to know: what was asked, joined with what the store says now. A basis known to have ended
  // permits nothing, whatever was answered before.
  absl::StatusOr<Findings> Look(const store::Reader& reader, const storage::Referral& referral, Guards guards,
                                const Asked& asked) const;

  // Writes `moves`, each planned on the one before, the first on `before` (null: a new referral). Answers the outbox
  // entries to be delivered after the commit and before the reply. `trace_id`: of the call; empty for the suite's own.
  absl::StatusOr<std::vector<outbox::EntryId>> Commit(store::Txn& txn, const storage::Referral* before,
                                                      std::span<const Planned> moves, const crypto::AeadKey& key,
                                                      std::string_view trace_id) const;

  // The audit entry of something done with a part of a referral: text read, a note, an appointment.
  void Audit(store::Txn& txn, std::string_view type, const storage::Referral& referral, const std::string& part_id,
             const Doer& doer, const crypto::AeadKey& key,
             v1::AppointmentState appointment_state = v1::APPOINTMENT_STATE_UNSPECIFIED) const;

  // Puts the opening or closing of access into the outbox.
  outbox::EntryId AddGrant(store::Txn& txn, std::string_view kind, const storage::Referral& referral,
                           std::string_view trace_id) const;

 private:
  DirectoryPeer& directory_;
  const Timetable timetable_;
  const audit::Audit& audit_;
  outbox::Outbox& outbox_;
};

// The access that opens or closes with the referral as it is after a move; of one that HasGrant.
storage::Grant GrantOf(const storage::Referral& referral);

}  // namespace nwd::referral
