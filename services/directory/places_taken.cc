#include "services/directory/places_taken.h"

#include <algorithm>
#include <set>

#include "common/base/macros.h"
#include "common/store/proto_value.h"
#include "services/directory/keys.h"

namespace nwd::directory {
namespace {

using ids::Uuid;

absl::Status AddTaken(store::Txn& txn, std::string_view service_id, int by) {
  const std::optional<Uuid> id = Uuid::Parse(service_id);
  if (!id) return absl::OkStatus();
  NWD_ASSIGN_OR_RETURN(auto row, store::Find<storage::TakenRow>(txn, keys::Taken(*id)));
  storage::TakenRow next = row.value_or(storage::TakenRow());
  next.set_taken(std::max(0, next.taken() + by));
  store::PutMessage(txn, keys::Taken(*id), next);
  return absl::OkStatus();
}

}  // namespace

absl::Status ApplyReferralChange(store::Txn& txn, const common::v1::Change& change) {
  if (!change.has_referral()) return absl::OkStatus();
  const common::v1::ReferralChange& referral = change.referral();
  const std::optional<Uuid> id = Uuid::Parse(referral.referral_id());
  if (!id) return absl::OkStatus();
  NWD_ASSIGN_OR_RETURN(const auto before, store::Find<storage::HeldPlaceRow>(txn, keys::HeldPlace(*id)));
  if (before && referral.sequence() <= before->sequence()) return absl::OkStatus();
  storage::HeldPlaceRow now;
  now.set_service_id(referral.service_id());
  now.set_sequence(referral.sequence());
  now.set_holds(referral.holds_place());
  store::PutMessage(txn, keys::HeldPlace(*id), now);
  if (before && before->holds()) NWD_RETURN_IF_ERROR(AddTaken(txn, before->service_id(), -1));
  if (now.holds()) NWD_RETURN_IF_ERROR(AddTaken(txn, now.service_id(), 1));
  return absl::OkStatus();
}

async::Task<absl::Status> ShowPlacesTaken(store::Store& store, const std::vector<common::v1::Change>& changes,
                                          Catalogue& catalogue) {
  std::set<Uuid> services;
  for (const common::v1::Change& change : changes) {
    if (const auto id = Uuid::Parse(change.referral().service_id())) services.insert(*id);
  }
  auto show = [&](const store::Reader& reader) -> absl::Status {
    for (const Uuid id : services) {
      NWD_ASSIGN_OR_RETURN(const auto row, store::Find<storage::TakenRow>(reader, keys::Taken(id)));
      if (row) catalogue.SetTaken(id, row->taken());
    }
    return absl::OkStatus();
  };
  co_return co_await store.View(show);
}

}  // namespace nwd::directory
