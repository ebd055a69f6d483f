// The basis that a check or a read cites, whichever kind it is of. It and nothing else is judged: from one that does
// not permit there is no falling back to another.
//
//   NWD_ASSIGN_OR_RETURN(const BasisPtr basis, FindBasis(reader, CitedIn(CitedFieldsOf(request))));
//   if (basis == nullptr || !basis->IsRecipient(college)) …                // no basis
//   NWD_ASSIGN_OR_RETURN(const Decision decision, basis->Judge(reader, question, now));
//
// A kind of basis is one class and a case in FindBasis. Used within one View or one Update, so that a decision sees one
// state; errors are the store's, or DATA_LOSS. One thread at a time.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "nwd/consent/v1/access_service.pb.h"
#include "services/consent/cited_basis.h"
#include "services/consent/decide.h"

namespace nwd::consent {

class Basis {
 public:
  virtual ~Basis() = default;

  // Whose data it is about. Those who ask compare it with whom they ask about (joins.h).
  virtual ids::Uuid person_id() const = 0;
  // It made the basis, vouched for it, or is named in it: it may know of it without holding the person.
  virtual bool IsParty(const ids::Uuid& organisation_id) const = 0;
  // It is who may receive.
  virtual bool IsRecipient(const ids::Uuid& organisation_id) const = 0;

  // The decision. Reads what else it depends on; so nothing more is read for who may not know of the basis.
  virtual absl::StatusOr<Decision> Judge(const store::Reader& reader, const Question& question,
                                         absl::Time now) const = 0;
  // Whether entries of permitted categories that `source` put in are open to this recipient. Its own are; what others
  // marked confidential is not, whatever this says.
  virtual bool OpensSource(const ids::Uuid& organisation_id, const ids::Uuid& source) const = 0;
  // Whether entries of others are lowered to what the recipient's kind may see of them (ceilings.h).
  virtual bool HasCeiling() const = 0;
  // What a permitted recipient must do with what it receives at `now`.
  virtual v1::Obligations ObligationsIn(v1::SharingMode mode, absl::Time now) const = 0;
  // Names the revision that is judged.
  virtual std::string Etag() const = 0;

  // Before a read that was counted is judged again, by a retry: it is the one use it was. Not kept.
  virtual void LeaveOutOneUse() = 0;
  // Counts a read by this recipient, which it has, and keeps it.
  virtual void CountRead(store::Txn& txn, const ids::Uuid& organisation_id) = 0;
  // The same of text of a referral: a disclosure, and no use.
  virtual void CountText(store::Txn& txn, const ids::Uuid& organisation_id) = 0;
};

using BasisPtr = std::unique_ptr<Basis>;

// Null where there is none. One read, whether or not there is.
absl::StatusOr<BasisPtr> FindBasis(const store::Reader& reader, const Cited& cited);

}  // namespace nwd::consent
