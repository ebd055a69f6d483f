#include "services/consent/receipt_rows.h"

#include "common/base/strings.h"
#include "common/store/proto_value.h"
#include "services/consent/consent_rows.h"
#include "services/consent/keys.h"

namespace nwd::consent::receipts {
namespace {

std::string AssociatedData(const ids::Uuid& consent_id, int64_t revision) {
  return Cat("consent-receipt/", consent_id.bytes(), "/", revision);
}

// The newest at or after the key `from`.
absl::StatusOr<std::optional<int64_t>> NewestFrom(const store::Reader& reader, const ids::Uuid& consent_id,
                                                  std::string from) {
  store::Range range = store::PrefixRange(keys::ReceiptsOfConsent(consent_id));
  range.begin = std::move(from);
  std::optional<int64_t> newest;
  NWD_RETURN_IF_ERROR(reader.Scan(range, store::Direction::kForward, [&](std::string_view key, std::string_view) {
    store::KeyReader parts(key);
    std::string_view consent;
    uint64_t revision = 0;
    if (parts.Bytes(ids::Uuid::kSizeBytes, &consent) && parts.Descending(&revision)) {
      newest = static_cast<int64_t>(revision);
    }
    return store::Visit::kStop;
  }));
  return newest;
}

}  // namespace

void Put(store::Txn& txn, const crypto::AeadKey& key, const storage::Consent& consent, std::string_view content) {
  const ids::Uuid consent_id = consents::IdOf(consent.consent_id());
  storage::Receipt receipt;
  receipt.set_sealed(key.Seal(content, AssociatedData(consent_id, consent.revision())));
  store::PutMessage(txn, keys::Receipt(consent_id, consent.revision()), receipt);
}

absl::StatusOr<std::optional<Kept>> Find(const store::Reader& reader, const crypto::AeadKey& key,
                                         const ids::Uuid& consent_id, std::optional<int64_t> revision) {
  if (!revision.has_value()) {
    NWD_ASSIGN_OR_RETURN(revision, NewestFrom(reader, consent_id, keys::ReceiptsOfConsent(consent_id)));
  }
  if (!revision.has_value()) return std::nullopt;
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::Receipt> receipt,
                       store::Find<storage::Receipt>(reader, keys::Receipt(consent_id, *revision)));
  if (!receipt.has_value()) return std::nullopt;
  NWD_ASSIGN_OR_RETURN(std::string content, key.Open(receipt->sealed(), AssociatedData(consent_id, *revision)));
  return Kept{*revision, std::move(content)};
}

absl::StatusOr<std::optional<int64_t>> Before(const store::Reader& reader, const ids::Uuid& consent_id,
                                              int64_t revision) {
  return NewestFrom(reader, consent_id, keys::After(keys::Receipt(consent_id, revision)));
}

}  // namespace nwd::consent::receipts
