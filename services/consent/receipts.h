// The receipt of a decision, drawn up before the transaction that makes the decision and kept within it: its bytes are
// fixed with the decision, and the committer does no more than seal them. It is signed when it is fetched.
//
//   Occasion occasion{.event = ConsentEvent::kWithdraw, .by_person = true};
//   NWD_CO_ASSIGN_OR_RETURN(const Draft draft, co_await DrawUpReceipt(parts, call, named, occasion));
//   ... within the body, once the consent has its new state and revision ...
//   KeepReceipt(txn, named, consent, draft);
//
// Called by handlers, many at once; no state. Errors are the store's, or DATA_LOSS where the terms do not open, which is
// said in the log.
#pragma once

#include <string>

#include "common/receipt/receipt.h"
#include "services/consent/named_consent.h"
#include "services/consent/parts.h"

namespace nwd::consent {

struct Occasion {
  ConsentEvent event;
  bool by_person = false;   // they, or who acts for them, decided; else the caller did
  ids::Uuid replaced_by{};  // the consent that took its place, where one did
};

// What KeepReceipt keeps; empty where there is no such consent, or its person was erased: then there is nothing to keep
// and nobody to keep it for.
using Draft = std::string;

// By the caller, now. For those who may decide: it reads the terms.
async::Task<absl::StatusOr<Draft>> DrawUpReceipt(const Parts& parts, const rpc::Call& call, const NamedConsent& named,
                                                 Occasion occasion);

// The same for what must not fail because terms do not open: a no, and the end of a consent that another replaces. Then
// there is no receipt of it.
async::Task<absl::StatusOr<Draft>> DrawUpIfReadable(const Parts& parts, const rpc::Call& call,
                                                    const NamedConsent& named, Occasion occasion);

// An organisation as receipts name it: its id and, where it is known here, its slug.
receipt::Organisation NamedInReceipt(const Parts& parts, const ids::Uuid& organisation_id);

void KeepReceipt(store::Txn& txn, const NamedConsent& named, const storage::Consent& consent, const Draft& draft);

}  // namespace nwd::consent
