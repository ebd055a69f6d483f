// What the RPC services of this program are built from; app.h makes and owns it all.
#pragma once

#include "common/audit/audit.h"
#include "common/facts/facts.h"
#include "common/idempotency/idempotency.h"
#include "common/outbox/outbox.h"
#include "common/person_keys/person_keys.h"
#include "common/store/store.h"
#include "common/tokens/tokens.h"
#include "services/referral/mover.h"
#include "services/referral/peers.h"

namespace nwd::referral {

struct Parts {
  store::Store& store;
  person_keys::PersonKeys& keys;
  const Mover& mover;
  const audit::Audit& audit;
  const idempotency::Requests& requests;
  const tokens::Tokens& tokens;
  outbox::Outbox& outbox;
  const facts::Facts& facts;
  Peers peers;
};

// The key texts and audit entries of a person are sealed under; made on first use. status::Denied() for a person who
// was erased: none of them gets a key again.
async::Task<absl::StatusOr<person_keys::PersonKey>> EnsureKey(const Parts& parts, const std::string& person_id);
// The key of a move. One that brings no text goes on after an erasure, so that support can end and its place come free:
// under a key that nobody keeps, so that the audit log has the move and its detail can never be read.
async::Task<absl::StatusOr<person_keys::PersonKey>> KeyForMove(const Parts& parts, const std::string& person_id,
                                                               bool brings_text);
// The same, or null where the person has none: nothing can be read then.
async::Task<absl::StatusOr<person_keys::PersonKey>> FindKey(const Parts& parts, const std::string& person_id);

// The referral, where the caller is party to it as far as it may know; else status::Denied(). Proves
// TIE_REFERRAL_PARTY.
async::Task<absl::StatusOr<storage::Referral>> LoadForParty(const Parts& parts, rpc::Call& call,
                                                            const std::string& referral_id);
// The same within a body.
absl::StatusOr<storage::Referral> GetForParty(const store::Reader& reader, rpc::Call& call,
                                              const std::string& referral_id);

// Whether the consent lets the receiver see text of the referral now: asked at once, as every release is a disclosure.
async::Task<absl::StatusOr<bool>> PermitsText(const Parts& parts, const rpc::Call& call,
                                              const storage::Referral& referral);

// A service from the replica, or from the directory where the replica lacks it; NOT_FOUND where there is none.
async::Task<absl::StatusOr<common::v1::ServiceChange>> FindService(const Parts& parts, const std::string& service_id);

// Delivers what a transaction put into the outbox, before the reply; what fails is tried again in the background.
async::Task<void> Deliver(const Parts& parts, const std::vector<outbox::EntryId>& deliveries);

}  // namespace nwd::referral
