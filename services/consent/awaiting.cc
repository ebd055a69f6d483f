#include "services/consent/awaiting.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "common/base/macros.h"
#include "common/base/timestamps.h"
#include "services/consent/authority_decision.h"
#include "services/consent/authority_rows.h"
#include "services/consent/authority_states.h"
#include "services/consent/consent_rows.h"
#include "services/consent/joins.h"
#include "services/consent/keys.h"
#include "services/consent/limits.h"

namespace nwd::consent::awaiting {
namespace {

using consents::IdOf;

std::string KeyOf(const ids::Uuid& organisation_id, const storage::Authority& authority) {
  return keys::AuthorityAwaiting(organisation_id, authority.valid_until_us(), IdOf(authority.authority_id()));
}

absl::StatusOr<storage::Authority> Named(const store::Reader& reader, std::string_view key) {
  NWD_ASSIGN_OR_RETURN(std::optional<storage::Authority> authority,
                       authorities::Find(reader, IdOf(key.substr(key.size() - ids::Uuid::kSizeBytes))));
  if (!authority.has_value())
    return absl::DataLossError("what awaits an organisation names an authority that is not there");
  return *std::move(authority);
}

// Who holds the person, by whichever of their ids.
absl::StatusOr<std::vector<ids::Uuid>> HoldersOf(const store::Reader& reader, const ids::Uuid& person_id) {
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> family, joins::FamilyOf(reader, person_id));
  std::vector<ids::Uuid> holders;
  for (const ids::Uuid& relative : family) {
    const store::Range range = store::PrefixRange(keys::HoldersOf(relative));
    NWD_RETURN_IF_ERROR(reader.Scan(range, store::Direction::kForward, [&](std::string_view key, std::string_view) {
      holders.push_back(IdOf(key.substr(key.size() - ids::Uuid::kSizeBytes)));
      return store::Visit::kContinue;
    }));
  }
  std::sort(holders.begin(), holders.end());
  holders.erase(std::unique(holders.begin(), holders.end()), holders.end());
  return holders;
}

}  // namespace

bool CouldApprove(const storage::Authority& authority, const ties::Asker& holder, absl::Time now) {
  return !holder.is_channel && StateAt(authority, now) == v1::AUTHORITY_STATE_ASSERTED &&
         MayJudge(authority, holder.organisation_id, holder.kind);
}

absl::Status Put(store::Txn& txn, const storage::Authority& authority, const Organisations& organisations,
                 absl::Time now) {
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> holders, HoldersOf(txn, IdOf(authority.person_id())));
  int asked = 0;
  for (const ids::Uuid& holder : holders) {
    const access::OrganisationPtr organisation = organisations.Known(holder.ToString());
    if (!IsActive(organisation) || !CouldApprove(authority, ties::AskerOf(holder, organisation), now)) continue;
    if (++asked > kApproversAskedMax) break;
    NWD_RETURN_IF_ERROR(authorities::ForgetEnded(
        txn, {keys::AuthoritiesAwaiting(holder), keys::AuthoritiesAwaitingAfter(holder, Micros(now))}));
    txn.Put(KeyOf(holder, authority), "");
  }
  return absl::OkStatus();
}

absl::Status Take(store::Txn& txn, const storage::Authority& authority) {
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> holders, HoldersOf(txn, IdOf(authority.person_id())));
  for (const ids::Uuid& holder : holders) txn.Delete(KeyOf(holder, authority));
  return absl::OkStatus();
}

absl::Status Walk(const store::Reader& reader, const ids::Uuid& organisation_id, const std::string& from,
                  absl::Time now,
                  absl::FunctionRef<store::Visit(const std::string& key, const storage::Authority&)> visit) {
  store::Range range = store::PrefixRange(keys::AuthoritiesAwaiting(organisation_id));
  range.begin = std::max(keys::AuthoritiesAwaitingAfter(organisation_id, Micros(now)), from);
  absl::Status failed;
  NWD_RETURN_IF_ERROR(reader.Scan(range, store::Direction::kForward, [&](std::string_view key, std::string_view) {
    absl::StatusOr<storage::Authority> authority = Named(reader, key);
    if (authority.ok()) return visit(std::string(key), *authority);
    failed = authority.status();
    return store::Visit::kStop;
  }));
  return failed;
}

}  // namespace nwd::consent::awaiting
