// Access that is closed before the move it is closed for commits. What is between the two is kept on record, so that
// neither an error nor a crash leaves a receiver without the access its referral's state gives it.
//
//   NWD_CO_ASSIGN_OR_RETURN(const Closing closing, co_await BeginClosing(parts, grant, trace_id, now));  // durable
//   ... close it at the consent service, then in the move's body:  closing.Made(txn);
//   ... where anything failed since:                               co_await OpenAgain(parts, call, closing);
//
// A record that is still there after kClosingTakesMax belongs to a move that was never made: OpenWhatWasLeft. A move
// whose access was opened again in between is refused, as the number of its access has changed. Thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/call.h"
#include "services/referral/parts.h"

namespace nwd::referral {

struct Closing {
  std::string referral_id;
  std::string row_key;
  std::string trace_id;       // of the call that moves it
  int64_t access_number = 0;  // that the referral has with the move
  // In the move's body.
  void Made(store::Txn& txn) const { txn.Delete(row_key); }
};

async::Task<absl::StatusOr<Closing>> BeginClosing(const Parts& parts, const storage::Grant& grant,
                                                  const std::string& trace_id, absl::Time now);

// Opens the access again, where the referral is still taken on, and ends the record. What fails is logged; the record
// stays then.
async::Task<void> OpenAgain(const Parts& parts, const rpc::Call& call, const Closing& closing);

// For the janitor: the same for each record whose time is over; the outbox delivers later.
async::Task<absl::Status> OpenWhatWasLeft(const Parts& parts, absl::Time now);

}  // namespace nwd::referral
