#include "services/consent/grants.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/store/proto_value.h"
#include "services/consent/consent_rows.h"
#include "services/consent/keys.h"

namespace nwd::consent::grants {
namespace {

void Set(std::optional<storage::Grant>& grant, bool open, int64_t sequence, int64_t now_us) {
  if (!grant.has_value()) grant.emplace();
  grant->set_open(open);
  grant->set_sequence(sequence);
  grant->set_change_time_us(now_us);
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
  std::vector<std::pair<std::string, storage::Grant>> open;
  absl::Status parsed;
  const std::string prefix = keys::GrantsOfConsent(consents::IdOf(consent.consent_id()));
  NWD_RETURN_IF_ERROR(txn.Scan(store::PrefixRange(prefix), store::Direction::kForward,
                               [&](std::string_view key, std::string_view value) {
                                 absl::StatusOr<storage::Grant> grant = store::ParseValue<storage::Grant>(key, value);
                                 if (!grant.ok()) {
                                   parsed = grant.status();
                                   return store::Visit::kStop;
                                 }
                                 if (grant->open()) open.emplace_back(key, *std::move(grant));
                                 return store::Visit::kContinue;
                               }));
  NWD_RETURN_IF_ERROR(parsed);
  for (auto& [key, grant] : open) {
    grant.set_open(false);
    grant.set_change_time_us(now_us);
    store::PutMessage(txn, key, grant);
  }
  for (storage::Recipient& recipient : *consent.mutable_recipients()) recipient.set_open_referrals(0);
  return absl::OkStatus();
}

}  // namespace nwd::consent::grants
