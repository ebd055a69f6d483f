#include "services/referral/closing.h"

#include <utility>
#include <vector>

#include "common/base/macros.h"
#include "common/log/log.h"
#include "services/referral/access_delivery.h"
#include "services/referral/keys.h"
#include "services/referral/limits.h"
#include "services/referral/repository.h"
#include "services/referral/times.h"

namespace nwd::referral {
namespace {

// The closing took the number after the referral's; opening again takes the one after that.
constexpr int64_t kPastTheClosing = 2;

// Ends the record and puts the opening into the outbox, where one is needed.
async::Task<std::vector<outbox::EntryId>> PutOpening(const Parts& parts, const Closing& closing) {
  auto body = [&](store::Txn& txn) -> absl::StatusOr<std::vector<outbox::EntryId>> {
    std::vector<outbox::EntryId> entries;
    txn.Delete(closing.row_key);
    NWD_ASSIGN_OR_RETURN(const auto referral, repository::Find(txn, closing.referral_id));
    if (!referral || !kTakenOn.Has(referral->state()) || referral->access_ended()) return entries;
    storage::Referral next = *referral;
    next.set_access_number(referral->access_number() + kPastTheClosing);
    repository::Put(txn, &*referral, next);  // no move: revision and etag stay
    entries.push_back(parts.mover.AddGrant(txn, kOpenAccess, next, closing.trace_id));
    return entries;
  };
  absl::StatusOr<std::vector<outbox::EntryId>> entries = co_await parts.store.Update(body);
  if (entries.ok()) co_return *std::move(entries);
  log::Line(log::Level::kWarning, "referral.open_again")
      .Str("referral_id", closing.referral_id)
      .Status(entries.status())
      .Emit();
  co_return std::vector<outbox::EntryId>();
}

}  // namespace

async::Task<absl::StatusOr<Closing>> BeginClosing(const Parts& parts, const storage::Grant& grant,
                                                  const std::string& trace_id, absl::Time now) {
  const Closing closing = {grant.referral_id(), keys::Closing(Micros(now + kClosingTakesMax), grant.referral_id()),
                           trace_id, grant.access_number()};
  auto body = [&](store::Txn& txn) -> absl::Status {
    txn.Put(closing.row_key, closing.trace_id);
    return absl::OkStatus();
  };
  NWD_CO_RETURN_IF_ERROR(co_await parts.store.Update(body));
  co_return closing;
}

async::Task<void> OpenAgain(const Parts& parts, const rpc::Call& call, const Closing& closing) {
  const std::vector<outbox::EntryId> entries = co_await PutOpening(parts, closing);
  co_await Deliver(parts.outbox, entries, call.deadline());
}

async::Task<absl::Status> OpenWhatWasLeft(const Parts& parts, absl::Time now) {
  auto look = [&](const store::Reader& reader) -> absl::StatusOr<std::vector<Closing>> {
    std::vector<Closing> left;
    const store::Range over = {keys::Closings(), keys::ClosingsBefore(Micros(now) + 1)};
    NWD_RETURN_IF_ERROR(
        reader.Scan(over, store::Direction::kForward, [&](std::string_view key, std::string_view trace_id) {
          left.push_back({keys::LastId(key), std::string(key), std::string(trace_id)});
          return static_cast<int>(left.size()) == kClosingsPerRound ? store::Visit::kStop : store::Visit::kContinue;
        }));
    return left;
  };
  NWD_CO_ASSIGN_OR_RETURN(const std::vector<Closing> left, co_await parts.store.View(look));
  for (const Closing& closing : left) co_await PutOpening(parts, closing);
  co_return absl::OkStatus();
}

}  // namespace nwd::referral
