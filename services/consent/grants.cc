#include "services/consent/grants.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/base/macros.h"
#include "common/store/proto_value.h"
#include "services/consent/consent_rows.h"
#include "services/consent/decide.h"
#include "services/consent/keys.h"

namespace nwd::consent::grants {
namespace {

void Set(std::optional<storage::Grant>& grant, bool open, int64_t sequence, int64_t now_us) {
  if (!grant.has_value()) grant.emplace();
  grant->set_open(open);
  grant->set_sequence(sequence);
  grant->set_change_time_us(now_us);
}

struct Placed {
  std::string key;
  ids::Uuid organisation_id;
  storage::Grant grant;
};

// The open ones of a consent.
absl::StatusOr<std::vector<Placed>> OpenOf(const store::Reader& reader, const storage::Consent& consent) {
  std::vector<Placed> open;
  absl::Status parsed;
  const std::string prefix = keys::GrantsOfConsent(consents::IdOf(consent.consent_id()));
  NWD_RETURN_IF_ERROR(reader.Scan(
      store::PrefixRange(prefix), store::Direction::kForward, [&](std::string_view key, std::string_view value) {
        absl::StatusOr<storage::Grant> grant = store::ParseValue<storage::Grant>(key, value);
        parsed = grant.status();
        if (!parsed.ok()) return store::Visit::kStop;
        const std::string_view organisation = key.substr(prefix.size(), ids::Uuid::kSizeBytes);
        if (grant->open()) {
          open.push_back({std::string(key), consents::IdOf(organisation), *std::move(grant)});
        }
        return store::Visit::kContinue;
      }));
  if (!parsed.ok()) return parsed;
  return open;
}

void PutClosed(store::Txn& txn, const Placed& placed, int64_t now_us) {
  storage::Grant grant = placed.grant;
  grant.set_open(false);
  grant.set_change_time_us(now_us);
  store::PutMessage(txn, placed.key, grant);
}

}  // namespace

Effect Open(std::optional<storage::Grant>& grant, int64_t sequence, int64_t now_us) {
  const bool was_open = grant.has_value() && grant->open();
  if (was_open) {
    grant->set_sequence(std::max(grant->sequence(), sequence));
    return Effect::kKept;
  }
  if (grant.has_value() && sequence <= grant->sequence()) return Effect::kLate;
  Set(grant, true, sequence, now_us);
  return Effect::kOpened;
}

Effect Close(std::optional<storage::Grant>& grant, int64_t sequence, int64_t now_us) {
  if (grant.has_value() && sequence < grant->sequence()) return Effect::kKept;
  const bool was_open = grant.has_value() && grant->open();
  Set(grant, false, sequence, now_us);
  return was_open ? Effect::kClosed : Effect::kKept;
}

absl::Status CloseAll(store::Txn& txn, storage::Consent& consent, int64_t now_us) {
  NWD_ASSIGN_OR_RETURN(const std::vector<Placed> open, OpenOf(txn, consent));
  for (const Placed& placed : open) PutClosed(txn, placed, now_us);
  for (storage::Recipient& recipient : *consent.mutable_recipients()) recipient.set_open_referrals(0);
  return absl::OkStatus();
}

absl::StatusOr<bool> CloseOthers(store::Txn& txn, storage::Consent& consent, const std::vector<ids::Uuid>& family,
                                 int64_t now_us) {
  NWD_ASSIGN_OR_RETURN(const std::vector<Placed> open, OpenOf(txn, consent));
  bool closed = false;
  for (const Placed& placed : open) {
    if (std::find(family.begin(), family.end(), consents::IdOf(placed.grant.person_id())) != family.end()) continue;
    PutClosed(txn, placed, now_us);
    closed = true;
    storage::Recipient* const recipient = FindRecipient(consent, placed.organisation_id);
    if (recipient != nullptr) recipient->set_open_referrals(recipient->open_referrals() - 1);
  }
  return closed;
}

}  // namespace nwd::consent::grants
